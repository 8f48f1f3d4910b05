// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// Discard records, as part of the transaction, that no name reaches the keys in
// [lo, hi) any more. After the commit they are deleted in the background; a
// process that ends before goes on with it when the store is next opened. The
// range must lie in one span of tx that allows writing, and its bounds, encoded,
// must fit into one key.
//
// The name that reached the range is removed in the same transaction; a later
// thing of the same name begins its keys with another incarnation.
func (tx *Tx) Discard(lo, hi []byte) error {
	if bytes.Compare(lo, hi) >= 0 {
		return nil
	}
	if err := tx.check(lo, hi, true); err != nil {
		return err
	}
	key := AppendBytes(AppendBytes([]byte{byte(Trash)}, lo), hi)
	tx.root.wrote, tx.root.discarded = true, true
	return tx.root.keep(tx.root.w.Put(key, nil))
}

// Pauses between attempts to empty the trash after one failed.
const (
	minPause = time.Second
	maxPause = time.Minute
)

// trashPage is how many ranges are read at once.
const trashPage = 64

// sweeper deletes, in one goroutine, the ranges recorded in the trash.
type sweeper struct {
	d      driver.DB
	work   chan struct{} // holds a token if there may be something to do
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func startSweeper(d driver.DB) *sweeper {
	s := &sweeper{d: d, work: make(chan struct{}, 1)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.wake()
	s.done.Go(s.loop)
	return s
}

// wake says that there may be something to do.
func (s *sweeper) wake() {
	select {
	case s.work <- struct{}{}:
	default:
	}
}

// stop ends the goroutine after the range it is deleting.
func (s *sweeper) stop() {
	s.cancel()
	s.done.Wait()
}

func (s *sweeper) loop() {
	pause := minPause
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.work:
		}
		err := s.sweep()
		if err == nil || s.ctx.Err() != nil || errors.Is(err, driver.ErrClosed) {
			pause = minPause
			continue
		}
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(pause):
			pause = min(2*pause, maxPause)
			s.wake()
		}
	}
}

// sweep empties the trash. A record that does not decode is left alone: deleting
// what it might have meant is worse than keeping it.
func (s *sweeper) sweep() error {
	for next := []byte{byte(Trash)}; next != nil; {
		var keys [][]byte
		var err error
		if keys, next, err = s.page(next); err != nil {
			return err
		}
		for _, key := range keys {
			lo, hi, err := decodeTrash(key)
			if err != nil {
				continue
			}
			if err := s.d.DeleteRange(s.ctx, lo, hi); err != nil {
				return err
			}
			err = s.d.Update(s.ctx, func(w driver.Writer) error { return w.Delete(key) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// page returns the next keys of the trash from lo on, and where to go on, or nil
// at the end.
func (s *sweeper) page(lo []byte) (keys [][]byte, next []byte, err error) {
	r := driver.Range{Lo: lo, Hi: []byte{byte(Trash) + 1}, Prefetch: trashPage}
	err = s.d.View(s.ctx, func(rd driver.Reader) error {
		keys, next = nil, nil
		c := rd.Scan(r)
		for c.Next() {
			if len(keys) == trashPage {
				next = bytes.Clone(c.Key())
				break
			}
			keys = append(keys, bytes.Clone(c.Key()))
		}
		return c.Close()
	})
	return keys, next, err
}

func decodeTrash(key []byte) (lo, hi []byte, err error) {
	lo, rest, err := DecodeBytes(key[1:])
	if err != nil {
		return nil, nil, err
	}
	hi, rest, err = DecodeBytes(rest)
	if err != nil || len(rest) != 0 {
		return nil, nil, ErrBadKey
	}
	return lo, hi, nil
}
