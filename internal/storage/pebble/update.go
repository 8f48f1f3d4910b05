// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// soloAfter is after how many conflicts an Update runs while nobody else
// commits, so that it is the last time.
const soloAfter = 4

// Update implements driver.DB.
func (d *DB) Update(ctx context.Context, f func(driver.Writer) error) error {
	s, err := d.enter(ctx)
	if err != nil {
		return err
	}
	defer s.leave()
	return s.update(ctx, f)
}

func (s *store) update(ctx context.Context, f func(driver.Writer) error) error {
	var queues []uint32
	for attempt := 0; ; attempt++ {
		t := &tx{s: s, ctx: ctx, writable: true}
		c, err := t.attempt(f, queues, attempt >= soloAfter)
		if errors.Is(err, errConflict) {
			s.measured.reruns.Add(1)
			queues = enqueue(queues, t.contended)
			continue
		}
		if c.batch == nil || err != nil {
			return s.observed(t, err)
		}
		return s.sync(c)
	}
}

// enqueue adds the queues of the contended slots. They are sorted, so that no
// two Updates can each wait for the other.
func enqueue(queues, contended []uint32) []uint32 {
	for _, s := range contended {
		queues = append(queues, s&(queueCount-1))
	}
	slices.Sort(queues)
	return slices.Compact(queues)
}

// attempt runs f and commits what it wrote, standing in the queues meanwhile, or
// holding off all other commits if solo. It returns what is to be synced, or
// nothing if f failed or wrote nothing.
func (t *tx) attempt(f func(driver.Writer) error, queues []uint32, solo bool) (committed, error) {
	s := t.s
	for _, q := range queues {
		s.queues[q].Lock()
		defer s.queues[q].Unlock()
	}
	if solo {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	err := t.run(func() error { return f((*writer)(t)) })
	if t.err != nil {
		err = t.err
	}
	if err != nil || len(t.writes)+len(t.stamped) == 0 {
		return committed{}, err
	}
	if err := s.room.check(t.size); err != nil {
		return committed{}, err
	}
	b, err := t.batch()
	if err != nil {
		return committed{}, err
	}
	if !solo {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	return s.commit(t, b)
}

// batch returns t's writes in the engine's form, with room for those that are
// yet to be stamped.
func (t *tx) batch() (*pebble.Batch, error) {
	b := t.s.engine.NewBatchWithSize(t.size + (len(t.writes)+len(t.stamped))*batchOverhead)
	return b, fill(b, t.writes)
}

// batchOverhead is about what the engine adds to each key and value.
const batchOverhead = 16

// fill adds writes to b.
func fill(b *pebble.Batch, writes []write) error {
	for i := range writes {
		w := &writes[i]
		var err error
		if w.deleted {
			err = b.Delete(w.key, nil)
		} else {
			err = b.Set(w.key, w.val, nil)
		}
		if err != nil {
			return fmt.Errorf("storage: batch: %w", err)
		}
	}
	return nil
}
