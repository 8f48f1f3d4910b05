// SPDX-License-Identifier: Apache-2.0

package storagetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

var stamps = []test{
	{"the key is prefix, stamp and suffix", func(t *testing.T, db driver.DB) {
		prefix, suffix, val := []byte("log/"), []byte("/end"), []byte("1")
		update(t, db, func(w driver.Writer) error {
			err := w.PutStamped(prefix, suffix, val)
			clear(prefix)
			clear(suffix)
			clear(val)
			return err
		})
		rows := stampRows(t, db, "log/")
		if len(rows) != 1 || rows[0].rest != "/end=1" || rows[0].stamp == 0 {
			t.Errorf("store holds %v", rows)
		}
	}},
	{"one transaction has one stamp, and the suffixes order its keys", func(t *testing.T, db driver.DB) {
		update(t, db, func(w driver.Writer) error {
			return errors.Join(stamp(w, "a/", "2", "y"), stamp(w, "a/", "1", "x"), stamp(w, "b/", "", "z"))
		})
		a, b := stampRows(t, db, "a/"), stampRows(t, db, "b/")
		if len(a) != 2 || a[0].rest != "1=x" || a[1].rest != "2=y" || len(b) != 1 {
			t.Fatalf("store holds %v and %v", a, b)
		}
		if a[0].stamp != a[1].stamp || a[0].stamp != b[0].stamp {
			t.Errorf("one transaction has stamps %v and %v", a, b)
		}
	}},
	{"the same prefix and suffix replace", func(t *testing.T, db driver.DB) {
		update(t, db, func(w driver.Writer) error {
			return errors.Join(stamp(w, "a/", "s", "1"), stamp(w, "a/", "s", "2"))
		})
		if rows := stampRows(t, db, "a/"); len(rows) != 1 || rows[0].rest != "s=2" {
			t.Errorf("store holds %v", rows)
		}
	}},
	{"a transaction doesn't read what it stamps", func(t *testing.T, db driver.DB) {
		update(t, db, func(w driver.Writer) error {
			if err := stamp(w, "a/", "", "1"); err != nil {
				return err
			}
			if got := dump(w.Scan(all)); len(got) > 0 {
				t.Errorf("the transaction reads %q", got)
			}
			return nil
		})
	}},
	{"an error discards what is stamped", func(t *testing.T, db driver.DB) {
		err := db.Update(context.Background(), func(w driver.Writer) error {
			return errors.Join(stamp(w, "a/", "", "1"), errStop)
		})
		if !errors.Is(err, errStop) {
			t.Errorf("Update = %v", err)
		}
		want(t, db)
	}},
	{"an Update that read the range reruns when a key is stamped there", func(t *testing.T, db driver.DB) {
		testStampRerun(t, db, func(w driver.Writer) int { return len(dump(w.Scan(all))) })
	}},
	{"a rerun stamps once", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1")
		runs := 0
		update(t, db, func(w driver.Writer) error {
			runs++
			get(w, "a")
			if runs == 1 {
				elsewhere(func() { put(t, db, "a", "2") })
			}
			return stamp(w, "log/", "", "1")
		})
		if rows := stampRows(t, db, "log/"); len(rows) != 1 || runs < 2 {
			t.Errorf("store holds %v after %d runs", rows, runs)
		}
	}},
	{"stamps are in the order of the commits", testStampOrder},
	{"who has seen a stamp has seen all below", testStampsComplete},
}

// stampRow is a key with a stamp in it.
type stampRow struct {
	stamp uint64
	rest  string // the suffix, "=" and the value
}

func stamp(w driver.Writer, prefix, suffix, val string) error {
	return w.PutStamped([]byte(prefix), []byte(suffix), []byte(val))
}

// stampRows returns the keys with that prefix, of two bytes or more, in order.
func stampRows(t testing.TB, db driver.DB, prefix string) (rows []stampRow) {
	t.Helper()
	view(t, db, func(r driver.Reader) error {
		rows = nil
		hi := prefix[:len(prefix)-1] + string(prefix[len(prefix)-1]+1)
		for _, kv := range dump(r.Scan(driver.Range{Lo: []byte(prefix), Hi: []byte(hi)})) {
			kv = strings.TrimPrefix(kv, prefix)
			rows = append(rows, stampRow{binary.BigEndian.Uint64([]byte(kv)), kv[driver.StampSize:]})
		}
		return nil
	})
	return rows
}

// testStampRerun stamps a key while an Update that has counted the keys is
// running, and checks that what it writes follows from the change.
func testStampRerun(t *testing.T, db driver.DB, count func(driver.Writer) int) {
	runs, last := 0, 0
	update(t, db, func(w driver.Writer) error {
		runs++
		last = count(w)
		if runs == 1 {
			elsewhere(func() { update(t, db, func(w driver.Writer) error { return stamp(w, "log/", "", "x") }) })
		}
		return w.Put([]byte("n"), nil)
	})
	if runs < 2 || last != 1 {
		t.Errorf("counted %d keys in run %d", last, runs)
	}
}

// testStampOrder counts up a number from many sides and logs it under stamps.
func testStampOrder(t *testing.T, db driver.DB) {
	const clients, each = 8, 50
	together(clients, func(int) {
		for range each {
			update(t, db, func(w driver.Writer) error {
				n := number(w, "n") + 1
				return errors.Join(set(w, "n", n), stamp(w, "log/", "", fmt.Sprint(n)))
			})
		}
	})
	rows := stampRows(t, db, "log/")
	if len(rows) != clients*each {
		t.Fatalf("%d of %d are logged", len(rows), clients*each)
	}
	for i, row := range rows {
		if row.rest != fmt.Sprintf("=%d", i+1) {
			t.Fatalf("place %d of the log is %q", i, row.rest)
		}
	}
}

// testStampsComplete follows a log while many add to it, each time from the last
// stamp it has seen, and misses nothing.
func testStampsComplete(t *testing.T, db driver.DB) {
	const clients, each = 8, 50
	var running atomic.Int32
	running.Store(clients)
	var seen []stampRow
	together(clients+1, func(i int) {
		if i < clients {
			defer running.Add(-1)
			for j := range each {
				update(t, db, func(w driver.Writer) error { return stamp(w, "log/", fmt.Sprint(i), fmt.Sprint(j)) })
			}
			return
		}
		for last := false; !last; {
			last = running.Load() == 0
			var next []stampRow
			for _, row := range stampRows(t, db, "log/") {
				if len(seen) == 0 || row.stamp > seen[len(seen)-1].stamp {
					next = append(next, row)
				}
			}
			seen = append(seen, next...)
		}
	})
	if all := stampRows(t, db, "log/"); !slices.Equal(seen, all) || len(all) != clients*each {
		t.Errorf("saw %d of %d", len(seen), len(all))
	}
}
