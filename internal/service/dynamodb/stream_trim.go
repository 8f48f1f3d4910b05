// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// Records stay in a stream for a day. Their keys don't say when they were made,
// so that no clock that goes wrong takes away what is new, or keeps what is old
// for good. Instead a chore now and then leaves a mark in each stream: up to which
// stamp there are records at that time. A day later all of those are deleted.
const (
	retention = 24 * time.Hour
	markEvery = 5 * time.Minute
	trimEvery = time.Minute

	// maxPassed is how many marks one transaction deletes.
	maxPassed = 1024

	// trimmedStreams is how many streams the chore lists at once.
	trimmedStreams = 256
)

// A streamMark says that at that time the records up to the stamp were there.
type streamMark struct {
	at    time.Time
	stamp uint64
}

// trimStreams deletes what has been in streams for long enough, and streams that
// were closed as long ago.
func (s *service) trimStreams(ctx context.Context, st *awsapi.Station) error {
	for lo := streams.Under(false).Lo; lo != nil; {
		var page []*stream
		err := st.View(ctx, func(tx *storage.Tx) (err error) {
			page, lo, err = listStreams(tx, lo)
			return err
		})
		if err != nil {
			return err
		}
		for _, stream := range page {
			if err := stream.trim(ctx, st); err != nil {
				return err
			}
		}
	}
	return nil
}

// listStreams returns streams from that key on, and where to go on, or nil at the end.
func listStreams(tx *storage.Tx, lo []byte) (page []*stream, next []byte, err error) {
	c := tx.Scan(storage.Range{Lo: lo, Hi: streams.Under(false).Hi, Prefetch: trimmedStreams})
	defer c.Close()
	for c.Next() {
		if len(page) == trimmedStreams {
			return page, c.Key(), c.Close()
		}
		ref, err := streamAt(c.Key())
		if err != nil {
			return nil, nil, err
		}
		of := ref.table
		k, err := streams.Get(tx, of.account, of.region, of.name, ref.stream)
		if err != nil {
			return nil, nil, err
		}
		page = append(page, &stream{keptStream: k, ref: ref, prefix: streamPrefix(of, k.ID)})
	}
	return page, nil, c.Close()
}

// streamAt returns the stream whose record has that key.
func streamAt(key []byte) (resourceRef, error) {
	rest := key[len(streams.Key()):]
	var parts [4]string
	for i := range parts {
		var err error
		if parts[i], rest, err = storage.DecodeString(rest); err != nil {
			return resourceRef{}, fmt.Errorf("key of a stream's record: %w", err)
		}
	}
	return resourceRef{tableRef{account: parts[0], region: parts[1], name: parts[2]}, parts[3]}, nil
}

// trim does what there is to do for one stream.
func (s *stream) trim(ctx context.Context, st *awsapi.Station) error {
	now := st.Now()
	if !s.open() && now.Sub(s.Closed) >= retention {
		return st.Control(ctx, s.ref.table.account, s.drop)
	}
	var done trimming
	err := st.View(ctx, func(tx *storage.Tx) (err error) {
		done, err = s.toTrim(tx, now)
		return err
	})
	if err != nil || !done.set && len(done.passed) == 0 {
		return err
	}
	return st.Update(ctx, func(tx *storage.Tx) error { return s.trimmed(tx, done) })
}

// A trimming is what is to be done for a stream.
type trimming struct {
	set    bool // there is a new mark
	mark   streamMark
	passed []streamMark // are a day old
}

// toTrim looks what there is to do. It reads in a snapshot, so as not to make the
// writers wait that add to the stream: what it sees was there at that time.
func (s *stream) toTrim(tx *storage.Tx, now time.Time) (t trimming, err error) {
	newest, err := s.newestMark(tx, now)
	if err != nil {
		return t, err
	}
	last, err := s.last(tx, position{})
	if err != nil {
		return t, err
	}
	t.mark = streamMark{now, last.stamp}
	t.set = last.stamp > newest.stamp && now.Sub(newest.at) >= markEvery
	t.passed, err = s.passedMarks(tx, now.Add(-retention))
	return t, err
}

// newestMark returns the newest mark up to now, and the zero one if there is none.
// Later ones are of a clock that was set back since.
func (s *stream) newestMark(tx *storage.Tx, now time.Time) (m streamMark, err error) {
	c := tx.Scan(storage.Range{Lo: s.part(marksPart), Hi: s.markKey(now.Add(time.Millisecond)), Reverse: true, Prefetch: 1})
	defer c.Close()
	if !c.Next() {
		return m, c.Close()
	}
	return s.mark(c.Key(), c.Value())
}

// passedMarks returns the oldest marks up to that time.
func (s *stream) passedMarks(tx *storage.Tx, upTo time.Time) (all []streamMark, err error) {
	c := tx.Scan(storage.Range{Lo: s.part(marksPart), Hi: s.markKey(upTo.Add(time.Millisecond))})
	defer c.Close()
	for len(all) < maxPassed && c.Next() {
		m, err := s.mark(c.Key(), c.Value())
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, c.Close()
}

// trimmed makes the mark and deletes what has passed.
func (s *stream) trimmed(tx *storage.Tx, t trimming) error {
	of := s.ref.table
	switch k, err := streams.Get(tx, of.account, of.region, of.name, s.ref.stream); {
	case errors.Is(err, storage.ErrNotFound), err == nil && k.ID != s.ID:
		return nil // it is gone, with all of this
	case err != nil:
		return err
	}
	if t.set {
		if err := tx.Put(s.markKey(t.mark.at), storage.AppendUint64(nil, t.mark.stamp)); err != nil {
			return err
		}
	}
	if len(t.passed) == 0 {
		return nil
	}
	horizon, err := s.horizon(tx)
	if err != nil {
		return err
	}
	upTo := horizon.stamp
	for _, m := range t.passed {
		upTo = max(upTo, m.stamp)
		if err := tx.Delete(s.markKey(m.at)); err != nil {
			return err
		}
	}
	if upTo == horizon.stamp {
		return nil
	}
	if err := tx.Put(s.part(horizonPart), storage.AppendUint64(nil, upTo)); err != nil {
		return err
	}
	return tx.Discard(s.part(recordsPart), s.at(position{stamp: upTo}.beyond()))
}

// drop removes the stream and all that is in it.
func (s *stream) drop(tx *storage.Tx) error {
	of := s.ref.table
	if err := streams.Delete(tx, of.account, of.region, of.name, s.ref.stream); err != nil {
		return err
	}
	return tx.Discard(s.prefix, storage.PrefixEnd(s.prefix))
}

// markKey returns the key of the mark of that time.
func (s *stream) markKey(at time.Time) []byte {
	return storage.AppendUint64(s.part(marksPart), uint64(max(at.UnixMilli(), 0)))
}

// mark reads a mark.
func (s *stream) mark(key, val []byte) (streamMark, error) {
	at := key[len(s.prefix)+1:]
	if len(at) != 8 || len(val) != storage.StampSize {
		return streamMark{}, fmt.Errorf("mark of a stream: %w", storage.ErrCorrupt)
	}
	return streamMark{time.UnixMilli(int64(binary.BigEndian.Uint64(at))), binary.BigEndian.Uint64(val)}, nil
}
