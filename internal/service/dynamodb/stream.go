// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A table's stream has a record of every change of an item, in the order of the
// commits. It lies apart from the table, which it outlives: what was streamed can
// be read for a day, whatever becomes of the stream or of the table.

// streams holds a record for each stream that is or can still be read, by account,
// region, table and label.
var streams = storage.NewTable[keptStream]("dynamodb/stream")

// A streamRecord is a table's stream as the table's record has it.
type streamRecord struct {
	ID       tableID // unlike those of all streams and tables
	Label    string  // tells the streams of a table apart
	ViewType string
}

// A keptStream is all that is kept of a stream besides what is in it.
type keptStream struct {
	streamRecord
	Table   string // its name
	TableID tableID
	Keys    []keyRecord
	Created time.Time
	Closed  time.Time     `json:",omitzero"` // when it was switched off, or its table deleted
	Tags    []awsapi.Tag  `json:",omitzero"` // of the table, once that is deleted
	Policy  *policyRecord `json:",omitzero"`
}

// What lies under a stream's id.
const (
	recordsPart = 0x00 // by stamp and place in the transaction
	marksPart   = 0x01 // of the retention: which records were there when
	horizonPart = 0x02 // the stamp up to which they are deleted
)

// Views of a change that a stream can have.
const (
	keysOnly  = "KEYS_ONLY"
	newImage  = "NEW_IMAGE"
	oldImage  = "OLD_IMAGE"
	bothImage = "NEW_AND_OLD_IMAGES"
)

// maxStreams is how many streams a table's name may have had in a day.
const maxStreams = 1000

// labelForm is what a label is: the time at which the stream was made.
const labelForm = "2006-01-02T15:04:05.000"

// A stream is a stream's record, made ready for use. It is shared by calls and
// never changed.
type stream struct {
	keptStream
	ref    resourceRef
	prefix []byte // of all its keys
	tags   []awsapi.Tag
	policy *policy.Policy
}

// streamPrefix returns the prefix of the keys of the stream with that id, of a
// table of ref's account and region.
func streamPrefix(ref tableRef, id tableID) []byte {
	prefix := storage.AppendString([]byte{byte(storage.Data)}, ref.account)
	return append(storage.AppendString(prefix, ref.region), id[:]...)
}

// part returns the prefix of the keys of a part of the stream.
func (s *stream) part(p byte) []byte { return append(bytes.Clone(s.prefix), p) }

// arn returns the ARN of the table or the stream. r must be resolved.
func (r resourceRef) arn() arn.ARN {
	a := r.table.arn()
	if r.stream != "" {
		a.Resource += "/stream/" + r.stream
	}
	return a
}

// stream finds the stream that ref names, as tx sees it; nil if there is none.
// ref must be resolved.
func (s *service) stream(tx *storage.Tx, ref resourceRef) (*stream, error) {
	of := ref.table
	st, err := s.streams.Get(tx, of.account, of.region+"/"+of.name+"/"+ref.stream, func(tx *storage.Tx) (*stream, error) {
		k, err := streams.Get(tx, of.account, of.region, of.name, ref.stream)
		if err != nil {
			return nil, err
		}
		st := &stream{keptStream: k, ref: ref, prefix: streamPrefix(of, k.ID), tags: k.Tags}
		t, err := s.lookup(tx, of)
		if err != nil {
			return nil, err
		}
		if t != nil && t.ID == k.TableID {
			st.tags = t.Tags
		}
		st.policy, err = k.Policy.compile(ref.arn().String())
		return st, err
	})
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return st, err
}

// save changes the record of the stream.
func (s *stream) save(tx *storage.Tx, k keptStream) error {
	of := s.ref.table
	return streams.Put(tx, k, of.account, of.region, of.name, s.ref.stream)
}

// shardID returns the id of the one shard that the stream has.
func (s *stream) shardID() string {
	return fmt.Sprintf("shardId-%020d-%s", max(s.Created.UnixMilli(), 0), hex.EncodeToString(s.ID[:4]))
}

// open reports whether changes are still added to the stream.
func (s *stream) open() bool { return s.Closed.IsZero() }

// streamSpans returns what making, closing and leaving behind the streams of the
// table takes.
func (r tableRef) streamSpans() []storage.Span {
	return []storage.Span{streams.Under(true, r.account, r.region, r.name)}
}

// openStream gives a stream to the table of that record.
func (r *tableRecord) openStream(tx *storage.Tx, ref tableRef, viewType string, now time.Time) error {
	label, err := newLabel(tx, ref, now.UTC())
	if err != nil {
		return err
	}
	k := keptStream{
		streamRecord: streamRecord{newTableID(), label, viewType},
		Table:        ref.name, TableID: r.ID, Keys: r.Keys, Created: now.UTC(),
	}
	r.Stream, r.LastStream = &k.streamRecord, label
	return streams.Put(tx, k, ref.account, ref.region, ref.name, label)
}

// newLabel returns a label after all that streams of the table's name have.
func newLabel(tx *storage.Tx, ref tableRef, now time.Time) (string, error) {
	label, n := now.Format(labelForm), 0
	for k, err := range streams.Scan(tx, "", ref.account, ref.region, ref.name) {
		if err != nil {
			return "", err
		}
		n++
		if k.Label < label {
			continue
		}
		last, err := time.Parse(labelForm, k.Label)
		if err != nil {
			return "", fmt.Errorf("label of a stream: %w", storage.ErrCorrupt)
		}
		label = last.Add(time.Millisecond).Format(labelForm)
	}
	if n >= maxStreams {
		return "", exceeded("There is a limit of %d streams per table in a day", maxStreams)
	}
	return label, nil
}

// closeStream takes the table's stream from it. What is in it stays.
func (r *tableRecord) closeStream(tx *storage.Tx, ref tableRef, now time.Time) error {
	k, err := streams.Get(tx, ref.account, ref.region, ref.name, r.Stream.Label)
	if err != nil {
		return fmt.Errorf("close stream: %w", err)
	}
	k.Closed, r.Stream = now.UTC(), nil
	return streams.Put(tx, k, ref.account, ref.region, ref.name, k.Label)
}

// leaveStreams closes the stream of a table that is being deleted, and has all its
// streams remember what decisions depend on.
func (t *table) leaveStreams(tx *storage.Tx, now time.Time) error {
	if t.LastStream == "" {
		return nil
	}
	for k, err := range streams.Scan(tx, "", t.ref.account, t.ref.region, t.ref.name) {
		if err != nil {
			return err
		}
		if k.TableID != t.ID {
			continue
		}
		k.Tags = t.Tags
		if k.Closed.IsZero() {
			k.Closed = now.UTC()
		}
		if err := streams.Put(tx, k, t.ref.account, t.ref.region, t.ref.name, k.Label); err != nil {
			return err
		}
	}
	return nil
}
