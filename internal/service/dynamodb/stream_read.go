// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	codeTrimmed = "TrimmedDataAccessException"
	codeExpired = "ExpiredIteratorException"

	// maxRead is how many bytes of entries GetRecords answers with, unless the
	// first has more.
	maxRead = 1 << 20
)

// horizon returns the position up to which the stream's records are deleted: the
// last of a transaction.
func (s *stream) horizon(tx *storage.Tx) (position, error) {
	val, err := tx.Get(s.part(horizonPart))
	if errors.Is(err, storage.ErrNotFound) {
		return position{}, nil
	}
	if err != nil {
		return position{}, err
	}
	if len(val) != storage.StampSize {
		return position{}, fmt.Errorf("horizon of a stream: %w", storage.ErrCorrupt)
	}
	return position{stamp: binary.BigEndian.Uint64(val)}, nil
}

// last returns the position of the last record above the horizon, and the zero
// position if there is none.
func (s *stream) last(tx *storage.Tx, horizon position) (position, error) {
	c := tx.Scan(storage.Range{Lo: s.at(horizon.beyond()), Hi: s.part(recordsPart + 1), Reverse: true, Prefetch: 1})
	defer c.Close()
	if !c.Next() {
		return position{}, c.Close()
	}
	return s.position(c.Key())
}

func (s *service) getShardIteratorNeeds(_ context.Context, c *awsapi.Call, in *getShardIteratorInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.streamTarget(c, in.ref); err != nil {
		return nil, err
	}
	return in.target.read("GetShardIterator"), nil
}

func (s *service) getShardIterator(_ context.Context, c *awsapi.Call, in *getShardIteratorInput) (*getShardIteratorOutput, error) {
	st := in.target.stream
	if st == nil {
		return nil, errStreamNotFound(in.target.ref)
	}
	if *in.ShardId != st.shardID() {
		return nil, awsapi.Errorf(awsapi.NotFound, codeNotFound, "Requested resource not found: Shard: %s in Stream: %s not found", *in.ShardId, in.target.ref.arn())
	}
	horizon, err := st.horizon(c.Tx)
	if err != nil {
		return nil, err
	}
	it := iterator{ref: in.target.ref, made: c.Time}
	switch *in.ShardIteratorType {
	case trimHorizon:
	case latest:
		last, err := st.last(c.Tx, horizon)
		if err != nil {
			return nil, err
		}
		it.from = position{stamp: max(last.stamp, horizon.stamp)}.beyond()
	default:
		if in.from.stamp <= horizon.stamp {
			return nil, errTrimmed()
		}
		if it.from = in.from; *in.ShardIteratorType == afterSequence {
			it.from = in.from.next()
		}
	}
	return &getShardIteratorOutput{new(it.String())}, nil
}

func errTrimmed() error {
	return awsapi.Errorf(awsapi.Invalid, codeTrimmed, "The operation attempted to read past the oldest stream record in a shard.")
}

func (s *service) getRecordsNeeds(_ context.Context, c *awsapi.Call, in *getRecordsInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.streamTarget(c, in.iterator.ref); err != nil {
		return nil, err
	}
	return in.target.read("GetRecords"), nil
}

func (s *service) getRecords(ctx context.Context, c *awsapi.Call, in *getRecordsInput) (*getRecordsOutput, error) {
	st, it := in.target.stream, in.iterator
	if st == nil {
		return nil, errStreamNotFound(in.target.ref)
	}
	if c.Time.Sub(it.made) > iteratorAge {
		return nil, awsapi.Errorf(awsapi.Invalid, codeExpired,
			"Iterator expired. The iterator was created at time %s while now it is %s which is further in the future than the tolerated delay of %d milliseconds.",
			it.made.Format(time.UnixDate), c.Time.UTC().Format(time.UnixDate), iteratorAge.Milliseconds())
	}
	horizon, err := st.horizon(c.Tx)
	if err != nil {
		return nil, err
	}
	if it.from != (position{}) && it.from.stamp <= horizon.stamp {
		return nil, errTrimmed()
	}
	limit := maxRecords
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	p := streamPage{stream: st, next: it.from, records: []record{}}
	if err := p.read(ctx, c, horizon, limit); err != nil {
		return nil, err
	}
	out := &getRecordsOutput{Records: p.records}
	if p.more || st.open() {
		out.NextShardIterator = new(iterator{it.ref, p.next, c.Time}.String())
	}
	return out, nil
}

// A streamPage is what one GetRecords reads.
type streamPage struct {
	stream  *stream
	records []record
	next    position // where to go on
	more    bool     // there is a record at next
}

// read reads up to that many records that follow both p.next and the horizon.
func (p *streamPage) read(ctx context.Context, call *awsapi.Call, horizon position, limit int) error {
	from := p.next
	if from.stamp <= horizon.stamp {
		from = horizon.beyond()
	}
	r := storage.Range{Lo: p.stream.at(from), Hi: p.stream.part(recordsPart + 1), Prefetch: min(limit+1, prefetch)}
	c := call.Tx.Scan(r)
	defer c.Close()
	for size := 0; c.Next(); {
		at, err := p.stream.position(c.Key())
		if err != nil {
			return err
		}
		val := c.Value()
		if size += len(val); len(p.records) == limit || len(p.records) > 0 && size > maxRead {
			p.next, p.more = at, true
			break
		}
		if err := p.add(at, val, call.Region); err != nil {
			return err
		}
		if len(p.records)%pauseEvery == 0 {
			if err := call.Pause(ctx); err != nil {
				return err
			}
		}
		p.next = at.beyond()
	}
	return c.Close()
}

// add adds the stored entry at that position.
func (p *streamPage) add(at position, val []byte, region string) error {
	e, err := decodeStreamed(val)
	if err != nil {
		return err
	}
	r := record{
		EventID:      p.stream.eventID(at),
		EventName:    e.event.String(),
		EventVersion: "1.1",
		EventSource:  "aws:dynamodb",
		AwsRegion:    region,
		Dynamodb: &changeRecord{
			ApproximateCreationDateTime: e.at,
			Keys:                        shown(e.keys),
			NewImage:                    shown(e.new),
			OldImage:                    shown(e.old),
			SequenceNumber:              at.sequence(),
			SizeBytes:                   int64(e.keys.Size() + e.new.Size() + e.old.Size()),
			StreamViewType:              p.stream.ViewType,
		},
	}
	if e.expired {
		r.UserIdentity = &userIdentity{PrincipalId: "dynamodb.amazonaws.com", Type: "Service"}
	}
	p.records = append(p.records, r)
	return nil
}

// eventID returns the id of the record at that position: the same whoever reads it.
func (s *stream) eventID(at position) string {
	sum := sha256.Sum256(s.at(at))
	return hex.EncodeToString(sum[:16])
}
