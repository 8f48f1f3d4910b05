// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// ledger knows what a store must hold, and what it may hold, while many write to
// it and whatever becomes of it.
type ledger [8]line

// line is one writer's part. Each of its transactions counts one up, in two
// places, and adds a row and, under a stamp, the count; now and then the rows so
// far are deleted.
type line struct {
	tried, kept    atomic.Uint64 // counts that were attempted; that must stay
	cutting, gone  atomic.Uint64 // rows up to which were to be deleted; must stay so
	calls, refused atomic.Int64  // calls that returned; and with an error
	marks          sync.Map      // of each count that was seen by anybody
	stamps         sync.Map      // likewise
	floors         sync.Map      // of each count: a stamp that was seen before it was tried
	top            atomic.Uint64 // the highest stamp that was seen
}

// top returns the highest stamp that was seen.
func (l *ledger) top() uint64 {
	var top uint64
	for i := range l {
		top = max(top, l[i].top.Load())
	}
	return top
}

// mark checks that nobody has seen the count with another mark: that it was not
// taken back, and given out again.
func (l *line) mark(val []byte) error {
	n, mark := binary.BigEndian.Uint64(val), binary.BigEndian.Uint64(val[8:])
	if old, known := l.marks.LoadOrStore(n, mark); known && old != mark {
		return fmt.Errorf("%w: count %d was given out twice", errWrong, n)
	}
	return nil
}

// state is a line as somebody saw it.
type state struct {
	first, second uint64
	rows          []uint64
	stamped       []stampRow // the latest, the last one first
}

// stampRow is a count under its stamp.
type stampRow struct{ stamp, n uint64 }

// bounds are what a line must hold that is looked at from now on, and the
// highest stamp that was seen.
type bounds struct{ kept, gone, top uint64 }

func (l *line) bounds() bounds { return bounds{l.kept.Load(), l.gone.Load(), l.top.Load()} }

func countKey(i int, where byte) []byte { return []byte{'c', where, byte(i)} }

func rowKey(i int, n uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{'r', byte(i)}, n)
}

// add counts line i one up, with that much else in the row.
func (l *ledger) add(db driver.DB, i, size int) error {
	var n uint64
	err := db.Update(context.Background(), func(w driver.Writer) error {
		old, err := w.Get(countKey(i, 0))
		switch {
		case errors.Is(err, driver.ErrNotFound):
			n = 1
		case err != nil:
			return err
		default:
			n = binary.BigEndian.Uint64(old) + 1
			if err := l[i].mark(old); err != nil {
				return err
			}
		}
		raise(&l[i].tried, n)
		l[i].floors.Store(n, l.top())
		val := binary.BigEndian.AppendUint64(nil, n)
		val = binary.BigEndian.AppendUint64(val, rand.Uint64())
		return errors.Join(
			w.Put(countKey(i, 0), val), w.Put(rowKey(i, n), make([]byte, size)), w.Put(countKey(i, 1), val),
			w.PutStamped([]byte{'s', byte(i)}, nil, val))
	})
	if err == nil {
		raise(&l[i].kept, n)
	}
	return err
}

// cut deletes the rows of line i so far.
func (l *ledger) cut(db driver.DB, i int) error {
	upTo := l[i].kept.Load()
	raise(&l[i].cutting, upTo)
	err := db.DeleteRange(context.Background(), rowKey(i, 0), rowKey(i, upTo+1))
	if err == nil {
		raise(&l[i].gone, upTo)
	}
	return err
}

// errSeen is the error of an Update that only looks.
var errSeen = errors.New("seen")

// look reads line i, in one of three ways, and checks it. What it saw must stay.
func (l *ledger) look(db driver.DB, i int, how int) error {
	b := l[i].bounds()
	var s state
	var err error
	switch how % 3 {
	case 0:
		err = db.View(context.Background(), func(r driver.Reader) (err error) { s, err = see(r, i); return err })
	case 1: // a failed condition
		err = db.Update(context.Background(), func(w driver.Writer) (err error) {
			if s, err = see(w, i); err != nil {
				return err
			}
			return errors.Join(w.Put([]byte("never"), nil), errSeen)
		})
		if errors.Is(err, errSeen) {
			err = nil
		}
	case 2: // one that writes elsewhere
		err = db.Update(context.Background(), func(w driver.Writer) (err error) {
			if s, err = see(w, i); err != nil {
				return err
			}
			return w.Put([]byte("seen"), nil)
		})
	}
	if err != nil {
		return err
	}
	if err := l[i].check(s, b); err != nil {
		return fmt.Errorf("line %d: %w", i, err)
	}
	raise(&l[i].kept, s.first)
	if len(s.stamped) > 0 {
		raise(&l[i].top, s.stamped[0].stamp)
	}
	return nil
}

// errWrong is wrapped by what check returns.
var errWrong = errors.New("the store is wrong")

// check compares what was seen with what the line must hold since b was taken.
func (l *line) check(s state, b bounds) error {
	switch {
	case s.first != s.second:
		return fmt.Errorf("%w: half a transaction: %d and %d", errWrong, s.first, s.second)
	case s.first < b.kept:
		return fmt.Errorf("%w: lost: count %d, acknowledged or seen %d", errWrong, s.first, b.kept)
	case s.first > l.tried.Load():
		return fmt.Errorf("%w: made up: count %d, tried %d", errWrong, s.first, l.tried.Load())
	}
	if len(s.rows) > 0 && s.rows[0] <= b.gone {
		return fmt.Errorf("%w: risen: row %d, deleted to %d", errWrong, s.rows[0], b.gone)
	}
	if n := len(s.rows); n > 0 && s.rows[n-1] > s.first {
		return fmt.Errorf("%w: half a transaction: count %d, row %d", errWrong, s.first, s.rows[n-1])
	}
	next := s.first
	for j := len(s.rows) - 1; j >= 0 && s.rows[j] == next; j-- {
		next--
	}
	if next > l.cutting.Load() {
		return fmt.Errorf("%w: row %d of %d is missing, cut to %d", errWrong, next, s.first, l.cutting.Load())
	}
	return l.checkStamps(s)
}

// checkStamps checks that each count has one stamp, the same for everybody, in
// their order, and above every stamp that was seen before it was tried.
func (l *line) checkStamps(s state) error {
	if s.first > 0 && (len(s.stamped) == 0 || s.stamped[0].n != s.first) {
		return fmt.Errorf("%w: half a transaction: count %d, stamped %v", errWrong, s.first, s.stamped)
	}
	for j, row := range s.stamped {
		if old, known := l.stamps.LoadOrStore(row.n, row.stamp); known && old != row.stamp {
			return fmt.Errorf("%w: count %d has stamps %d and %d", errWrong, row.n, old, row.stamp)
		}
		if floor, _ := l.floors.Load(row.n); row.stamp <= floor.(uint64) {
			return fmt.Errorf("%w: count %d has stamp %d, after %d was seen", errWrong, row.n, row.stamp, floor)
		}
		if j > 0 && (row.n+1 != s.stamped[j-1].n || row.stamp >= s.stamped[j-1].stamp) {
			return fmt.Errorf("%w: stamps are out of order: %v", errWrong, s.stamped)
		}
	}
	return nil
}

// see reads line i.
func see(r driver.Reader, i int) (s state, err error) {
	if s.first, err = number(r, countKey(i, 0)); err != nil {
		return s, err
	}
	c := r.Scan(driver.Range{Lo: rowKey(i, 0), Hi: []byte{'r', byte(i + 1)}})
	for c.Next() {
		s.rows = append(s.rows, binary.BigEndian.Uint64(c.Key()[2:]))
	}
	if err := c.Close(); err != nil {
		return s, err
	}
	const latest = 8
	c = r.Scan(driver.Range{Lo: []byte{'s', byte(i)}, Hi: []byte{'s', byte(i + 1)}, Reverse: true})
	for len(s.stamped) < latest && c.Next() {
		s.stamped = append(s.stamped, stampRow{binary.BigEndian.Uint64(c.Key()[2:]), binary.BigEndian.Uint64(c.Value())})
	}
	if err := c.Close(); err != nil {
		return s, err
	}
	s.second, err = number(r, countKey(i, 1))
	return s, err
}

func number(r driver.Reader, key []byte) (uint64, error) {
	val, err := r.Get(key)
	switch {
	case errors.Is(err, driver.ErrNotFound):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return binary.BigEndian.Uint64(val), nil
}

// read checks that the same is seen from outside of transactions. It shows
// nothing that is lost, but may show what is not durable yet.
func (l *ledger) read(db driver.DB, i int) error {
	b := l[i].bounds()
	var n uint64
	err := db.Get(context.Background(), countKey(i, 0), func(val []byte) error {
		n = binary.BigEndian.Uint64(val)
		return nil
	})
	if err != nil && !errors.Is(err, driver.ErrNotFound) {
		return err
	}
	if n < b.kept {
		return fmt.Errorf("line %d: %w: Get gave %d, kept %d", i, errWrong, n, b.kept)
	}
	return nil
}

// all looks at every line once.
func (l *ledger) all(db driver.DB) error {
	var errs []error
	for i := range l {
		errs = append(errs, l.look(db, i, 0), l.read(db, i))
	}
	return errors.Join(errs...)
}

// none returns errWrong if the key is there that is never committed. A store that is
// broken just now may not be able to tell.
func none(db driver.DB) error {
	err := db.Get(context.Background(), []byte("never"), func([]byte) error { return nil })
	switch {
	case errors.Is(err, driver.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: what failed was committed", errWrong)
}

// work writes or looks at random, once, for line i.
func (l *ledger) work(db driver.DB, i int, rng *rand.Rand) error {
	var err error
	switch n := rng.IntN(20); {
	case n == 0:
		err = l.cut(db, i)
	case n < 10:
		err = l.add(db, i, rng.IntN(4000))
	case n == 10:
		err = l.add(db, i, 50_000) // does not fit in the memory of a small store
	case n < 13:
		err = l.read(db, rng.IntN(len(l)))
	default:
		err = l.look(db, rng.IntN(len(l)), n)
	}
	l[i].calls.Add(1)
	if err != nil {
		l[i].refused.Add(1)
	}
	return err
}

// goesOn checks that a store gives out stamps above all that were seen before.
func goesOn(db driver.DB, b *[len(ledger{})]bounds) error {
	prefix := []byte("t")
	err := db.Update(context.Background(), func(w driver.Writer) error { return w.PutStamped(prefix, nil, nil) })
	if err != nil {
		return err
	}
	var stamp uint64
	err = db.View(context.Background(), func(r driver.Reader) error {
		c := r.Scan(driver.Range{Lo: prefix, Hi: []byte("u"), Reverse: true})
		if c.Next() {
			stamp = binary.BigEndian.Uint64(c.Key()[1:])
		}
		return c.Close()
	})
	for i := range b {
		if stamp <= b[i].top {
			err = errors.Join(err, fmt.Errorf("%w: stamp %d follows %d", errWrong, stamp, b[i].top))
		}
	}
	return err
}

func raise(a *atomic.Uint64, n uint64) {
	for old := a.Load(); old < n && !a.CompareAndSwap(old, n); old = a.Load() {
	}
}
