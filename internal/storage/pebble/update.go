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
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.leave()
	var queues []uint32
	for attempt := 0; ; attempt++ {
		t := &tx{d: d, ctx: ctx, writable: true}
		version, b, err := t.attempt(f, queues, attempt >= soloAfter)
		if errors.Is(err, errConflict) {
			queues = enqueue(queues, t.contended)
			continue
		}
		if b == nil || err != nil {
			return d.observed(t, err)
		}
		return d.sync(b, version)
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
// holding off all other commits if solo. It returns the batch that is to be
// synced, or none if f failed or wrote nothing.
func (t *tx) attempt(f func(driver.Writer) error, queues []uint32, solo bool) (uint64, *pebble.Batch, error) {
	d := t.d
	for _, q := range queues {
		d.queues[q].Lock()
		defer d.queues[q].Unlock()
	}
	if solo {
		d.mu.Lock()
		defer d.mu.Unlock()
	}
	err := t.run(func() error { return f((*writer)(t)) })
	if t.err != nil {
		err = t.err
	}
	if err != nil || len(t.writes) == 0 {
		return 0, nil, err
	}
	b, err := t.batch()
	if err != nil {
		return 0, nil, err
	}
	if !solo {
		d.mu.Lock()
		defer d.mu.Unlock()
	}
	version, err := d.commit(t, b)
	return version, b, err
}

// batch returns t's writes in the engine's form.
func (t *tx) batch() (*pebble.Batch, error) {
	b := t.d.engine.NewBatchWithSize(t.size + len(t.writes)*batchOverhead)
	for i := range t.writes {
		w := &t.writes[i]
		var err error
		if w.deleted {
			err = b.Delete(w.key, nil)
		} else {
			err = b.Set(w.key, w.val, nil)
		}
		if err != nil {
			return nil, fmt.Errorf("storage: batch: %w", err)
		}
	}
	return b, nil
}

// batchOverhead is about what the engine adds to each key and value.
const batchOverhead = 16
