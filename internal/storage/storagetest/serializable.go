// SPDX-License-Identifier: Apache-2.0

package storagetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

var serializable = []test{
	{"no increment is lost", testLostUpdate},
	{"no two transactions each miss the other's write", testWriteSkew},
	{"no row appears in a range that was counted", testPhantom},
	{"an absent key is created once", testCreateOnce},
	{"money is neither made nor lost, in failing transactions too", testBank},
	{"every history has an order that respects time", testHistory},
	{"an Update that reads what all others write finishes", testProgress},
}

// together runs f n times at once.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// number returns the number at key, and 0 if there is none or an error.
func number(r driver.Reader, key string) int {
	n, _ := strconv.Atoi(get(r, key))
	return n
}

func set(w driver.Writer, key string, n int) error {
	return w.Put([]byte(key), strconv.AppendInt(nil, int64(n), 10))
}

func testLostUpdate(t *testing.T, db driver.DB) {
	const clients, each = 16, 25
	together(clients, func(int) {
		for range each {
			update(t, db, func(w driver.Writer) error { return set(w, "n", number(w, "n")+1) })
		}
	})
	want(t, db, fmt.Sprintf("n=%d", clients*each))
}

// testWriteSkew lets two doctors go off call at once, each because the other is
// still on.
func testWriteSkew(t *testing.T, db driver.DB) {
	for round := range 50 {
		put(t, db, "a", "1", "b", "1")
		together(2, func(i int) {
			update(t, db, func(w driver.Writer) error {
				if number(w, "a")+number(w, "b") < 2 {
					return nil
				}
				return set(w, string(rune('a'+i)), 0)
			})
		})
		view(t, db, func(r driver.Reader) error {
			if number(r, "a")+number(r, "b") != 1 {
				t.Errorf("round %d: nobody is on call", round)
			}
			return nil
		})
	}
}

// testPhantom books seats by counting those that are taken, from either end.
func testPhantom(t *testing.T, db driver.DB) {
	const clients, seats = 8, 5
	together(clients, func(i int) {
		for j := range seats {
			r := driver.Range{Lo: []byte("seat/"), Hi: []byte("seat0"), Reverse: i%2 == 0}
			update(t, db, func(w driver.Writer) error {
				taken := 0
				c := w.Scan(r)
				for c.Next() {
					taken++
				}
				if err := c.Close(); err != nil || taken == seats {
					return err
				}
				return set(w, fmt.Sprintf("seat/%d/%d", i, j), 1)
			})
		}
	})
	view(t, db, func(r driver.Reader) error {
		if got := dump(r.Scan(all)); len(got) != seats {
			t.Errorf("%d of %d seats are booked: %q", len(got), seats, got)
		}
		return nil
	})
}

func testCreateOnce(t *testing.T, db driver.DB) {
	for round := range 30 {
		var created atomic.Int32
		key := []byte{'a' + byte(round)}
		together(8, func(i int) {
			err := db.Update(context.Background(), func(w driver.Writer) error {
				if _, err := w.Get(key); !errors.Is(err, driver.ErrNotFound) {
					return errors.Join(err, errStop)
				}
				return w.Put(key, nil)
			})
			if err == nil {
				created.Add(1)
			} else if !errors.Is(err, errStop) {
				t.Errorf("Update = %v", err)
			}
		})
		if n := created.Load(); n != 1 {
			t.Errorf("round %d: created %d times", round, n)
		}
	}
}

// testBank moves money between accounts while others add it up, in Views, in
// Updates that write nothing and in Updates that fail.
func testBank(t *testing.T, db driver.DB) {
	const accounts, start = 5, 100
	name := func(i int) string { return fmt.Sprintf("account/%d", i) }
	update(t, db, func(w driver.Writer) error {
		for i := range accounts {
			if err := set(w, name(i), start); err != nil {
				return err
			}
		}
		return nil
	})
	total := func(r driver.Reader, scan bool) error {
		sum := 0
		if scan {
			c := r.Scan(all)
			for c.Next() {
				n, _ := strconv.Atoi(string(c.Value()))
				sum += n
			}
			if err := c.Close(); err != nil {
				return err
			}
		} else {
			for i := range accounts {
				sum += number(r, name(i))
			}
		}
		if sum != accounts*start {
			return fmt.Errorf("the accounts hold %d", sum)
		}
		return errStop
	}
	together(8, func(i int) {
		for j := range 40 {
			ctx := context.Background()
			var err error
			switch i % 4 {
			case 0:
				err = db.View(ctx, func(r driver.Reader) error { return total(r, j%2 == 0) })
			case 1:
				err = db.Update(ctx, func(w driver.Writer) error { return total(w, j%2 == 0) })
			default:
				err = db.Update(ctx, func(w driver.Writer) error {
					from, to := name((i+j)%accounts), name((i+2*j+1)%accounts)
					if err := set(w, from, number(w, from)-j); err != nil {
						return err
					}
					return set(w, to, number(w, to)+j)
				})
				if err == nil {
					err = errStop
				}
			}
			if !errors.Is(err, errStop) {
				t.Errorf("client %d: %v", i, err)
			}
		}
	})
}

// registers is the whole state of testHistory's store.
type registers [3]uint32

// step is a transaction that reads all registers, and changes one of them unless
// it is out of bounds.
type step struct {
	register int
	value    uint32
}

var registerModel = porcupine.Model{
	Init: func() any { return registers{} },
	Step: func(state, in, out any) (bool, any) {
		s, st := state.(registers), in.(step)
		if s != out.(registers) {
			return false, state
		}
		if st.register < len(s) {
			s[st.register] = st.value
		}
		return true, s
	},
}

// testHistory records when transactions began and ended and what they saw, and
// looks for an order that explains it.
func testHistory(t *testing.T, db driver.DB) {
	const clients, each = 4, 60
	began := time.Now()
	var mu sync.Mutex
	var history []porcupine.Operation
	together(clients, func(client int) {
		for i := range each {
			in := step{rand.IntN(5), uint32(client*each + i + 1)}
			var out registers
			call := time.Since(began)
			var err error
			if in.register < len(out) {
				err = db.Update(context.Background(), func(w driver.Writer) error {
					out = readRegisters(w, client%2 == 0)
					return w.Put([]byte{'r', byte(in.register)}, binary.BigEndian.AppendUint32(nil, in.value))
				})
			} else {
				err = db.View(context.Background(), func(r driver.Reader) error {
					out = readRegisters(r, client%2 == 0)
					return nil
				})
			}
			end := time.Since(began)
			if err != nil {
				t.Errorf("client %d: %v", client, err)
			}
			mu.Lock()
			history = append(history, porcupine.Operation{
				ClientId: client, Input: in, Call: int64(call), Output: out, Return: int64(end),
			})
			mu.Unlock()
		}
	})
	if got := porcupine.CheckOperationsTimeout(registerModel, history, 10*time.Second); got == porcupine.Illegal {
		t.Error("no order of the transactions explains what they saw")
	}
}

// readRegisters returns the registers. An error makes the transaction fail, or
// run again.
func readRegisters(r driver.Reader, scan bool) (out registers) {
	if scan {
		c := r.Scan(driver.Range{Lo: []byte("r"), Hi: []byte("s")})
		for c.Next() {
			out[c.Key()[1]] = binary.BigEndian.Uint32(c.Value())
		}
		return out
	}
	for i := range out {
		if val, err := r.Get([]byte{'r', byte(i)}); err == nil {
			out[i] = binary.BigEndian.Uint32(val)
		}
	}
	return out
}

// testProgress runs slow Updates, that read a key and a range, among writers
// that change both all the time.
func testProgress(t *testing.T, db driver.DB) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var stop atomic.Bool
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := 0; !stop.Load(); n++ {
				put(t, db, "hot", strconv.Itoa(n), fmt.Sprintf("row/%d", i), strconv.Itoa(n))
			}
		})
	}
	for _, r := range []driver.Range{{Lo: []byte("hot"), Hi: []byte("hou")}, {Lo: []byte("row/"), Hi: []byte("row0")}} {
		err := db.Update(ctx, func(w driver.Writer) error {
			dump(w.Scan(r))
			get(w, "hot")
			time.Sleep(5 * time.Millisecond)
			return w.Put([]byte("done"), nil)
		})
		if err != nil {
			t.Errorf("Update among writers = %v", err)
		}
	}
	stop.Store(true)
	wg.Wait()
}
