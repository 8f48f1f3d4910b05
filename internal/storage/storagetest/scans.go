// SPDX-License-Identifier: Apache-2.0

package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

var scans = []test{
	{"a range holds its Lo but not its Hi", testRanges},
	{"Seek goes to the next key in the scan's direction", testSeek},
	{"own writes are merged", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1", "c", "3", "e", "5", "g", "7")
		update(t, db, func(w driver.Writer) error {
			err := errors.Join(
				w.Put([]byte("b"), []byte("own")), w.Put([]byte("c"), []byte("own")),
				w.Delete([]byte("e")), w.Delete([]byte("f")), w.Delete([]byte("g")),
				w.Put([]byte("h"), []byte("own")), w.Delete([]byte("h")),
			)
			if got := dump(w.Scan(all)); fmt.Sprint(got) != "[a=1 b=own c=own]" {
				t.Errorf("forward scan gave %q", got)
			}
			r := all
			r.Reverse = true
			if got := dump(w.Scan(r)); fmt.Sprint(got) != "[c=own b=own a=1]" {
				t.Errorf("reverse scan gave %q", got)
			}
			return err
		})
	}},
	{"a cursor shows no own writes made after the scan began", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1", "c", "3")
		update(t, db, func(w driver.Writer) error {
			if err := w.Put([]byte("b"), []byte("2")); err != nil {
				return err
			}
			c := w.Scan(all)
			err := errors.Join(w.Put([]byte("b"), []byte("x")), w.Put([]byte("bb"), nil), w.Delete([]byte("c")))
			if got := dump(c); fmt.Sprint(got) != "[a=1 b=2 c=3]" {
				t.Errorf("scan gave %q", got)
			}
			return err
		})
	}},
	{"a cursor at its end stays there and one left open is closed", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1")
		var open driver.Cursor
		view(t, db, func(r driver.Reader) error {
			c := r.Scan(all)
			open = r.Scan(all)
			if !c.Next() || c.Next() || c.Next() || c.Err() != nil {
				t.Error("a scan of one key did not end after one")
			}
			if !c.Seek([]byte("a")) {
				t.Error("Seek does not go back from the end")
			}
			return nil
		})
		if open.Next() {
			t.Error("a cursor outlives its transaction")
		}
	}},
	{"scans agree with a sorted list", testScansModel},
}

func testRanges(t *testing.T, db driver.DB) {
	put(t, db, "a", "1", "b", "2", "b\x00", "3", "c", "4")
	for _, c := range []struct{ name, lo, hi, want string }{
		{"all", "", "z", "[a=1 b=2 b\x00=3 c=4]"},
		{"bounds that exist", "a", "c", "[a=1 b=2 b\x00=3]"},
		{"bounds that do not", "aa", "bb", "[b=2 b\x00=3]"},
		{"one key", "b", "b\x00", "[b=2]"},
		{"nothing between", "d", "e", "[]"},
		{"equal bounds", "b", "b", "[]"},
		{"inverted bounds", "c", "a", "[]"},
		{"no upper bound", "a", "", "[]"},
	} {
		view(t, db, func(r driver.Reader) error {
			rg := driver.Range{Lo: []byte(c.lo), Hi: []byte(c.hi), Prefetch: 2}
			got := dump(r.Scan(rg))
			if fmt.Sprint(got) != c.want {
				t.Errorf("%s: scan gave %q, want %q", c.name, got, c.want)
			}
			rg.Reverse = true
			back := dump(r.Scan(rg))
			slices.Reverse(back)
			if !slices.Equal(got, back) {
				t.Errorf("%s: reverse scan gave %q", c.name, back)
			}
			return nil
		})
	}
	view(t, db, func(r driver.Reader) error {
		if got := dump(r.Scan(driver.Range{})); len(got) != 0 {
			t.Errorf("the zero Range holds %q", got)
		}
		return nil
	})
}

func testSeek(t *testing.T, db driver.DB) {
	put(t, db, "a", "", "b", "", "d", "", "e", "")
	for _, c := range []struct {
		key, forward, reverse string // the keys from there on in [b, e)
	}{
		{"b", "b d", "b"},
		{"c", "d", "b"},
		{"d", "d", "d b"},
		{"dd", "", "d b"},
		{"", "b d", ""},
		{"a", "b d", ""},
		{"e", "", "d b"},
		{"z", "", "d b"},
	} {
		for _, reverse := range []bool{false, true} {
			view(t, db, func(r driver.Reader) error {
				cur := r.Scan(driver.Range{Lo: []byte("b"), Hi: []byte("e"), Reverse: reverse})
				cur.Next()
				var got []string
				for ok := cur.Seek([]byte(c.key)); ok; ok = cur.Next() {
					got = append(got, string(cur.Key()))
				}
				wantKeys := c.forward
				if reverse {
					wantKeys = c.reverse
				}
				if s := strings.Join(got, " "); s != wantKeys {
					t.Errorf("Seek(%q), reverse %v: then come %q, want %q", c.key, reverse, s, wantKeys)
				}
				return cur.Close()
			})
		}
	}
}

// testScansModel walks cursors at random over committed and own writes and
// compares each step with a sorted list.
func testScansModel(t *testing.T, db driver.DB) {
	key := rapid.StringMatching(`[a-d\x00]{0,3}`)
	rapid.Check(t, func(rt *rapid.T) {
		model := map[string]string{}
		clear(model)
		update(t, db, func(w driver.Writer) error {
			c := w.Scan(all)
			for c.Next() {
				if err := w.Delete(c.Key()); err != nil {
					return err
				}
			}
			return c.Close()
		})
		write := func(w driver.Writer, val string) error {
			k := key.Draw(rt, "key")
			if rapid.IntRange(0, 3).Draw(rt, "delete") == 0 {
				delete(model, k)
				return w.Delete([]byte(k))
			}
			model[k] = val
			return w.Put([]byte(k), []byte(val))
		}
		update(t, db, func(w driver.Writer) error {
			for range rapid.IntRange(0, 15).Draw(rt, "committed") {
				if err := write(w, "committed"); err != nil {
					return err
				}
			}
			return nil
		})
		update(t, db, func(w driver.Writer) error {
			for range rapid.IntRange(0, 15).Draw(rt, "own") {
				if err := write(w, "own"); err != nil {
					return err
				}
			}
			walk(rt, w, model, key)
			return nil
		})
	})
}

func walk(rt *rapid.T, w driver.Writer, model map[string]string, key *rapid.Generator[string]) {
	r := driver.Range{
		Lo: []byte(key.Draw(rt, "lo")), Hi: []byte(key.Draw(rt, "hi") + "\x00"),
		Reverse: rapid.Bool().Draw(rt, "reverse"),
	}
	var keys []string
	for k := range model {
		if k >= string(r.Lo) && k < string(r.Hi) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	if r.Reverse {
		slices.Reverse(keys)
	}
	c := w.Scan(r)
	defer c.Close()
	next := 0
	for range rapid.IntRange(0, 20).Draw(rt, "steps") {
		var ok bool
		if rapid.IntRange(0, 3).Draw(rt, "seek") == 0 {
			to := key.Draw(rt, "to")
			ok = c.Seek([]byte(to))
			next = 0
			for next < len(keys) && (!r.Reverse && keys[next] < to || r.Reverse && keys[next] > to) {
				next++
			}
		} else {
			ok = c.Next()
		}
		if ok != (next < len(keys)) {
			rt.Fatalf("at %d of %q: ok = %v (%v)", next, keys, ok, c.Err())
		}
		if !ok {
			continue
		}
		if string(c.Key()) != keys[next] || string(c.Value()) != model[keys[next]] {
			rt.Fatalf("at %d of %q: %q=%q", next, keys, c.Key(), c.Value())
		}
		next++
	}
}
