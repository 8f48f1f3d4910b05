// SPDX-License-Identifier: Apache-2.0

package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

var transactions = []test{
	{"an error discards everything and is returned", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1")
		err := db.Update(context.Background(), func(w driver.Writer) error {
			return errors.Join(w.Put([]byte("a"), []byte("2")), w.Put([]byte("b"), nil), errStop)
		})
		if !errors.Is(err, errStop) {
			t.Errorf("Update = %v, want the function's error", err)
		}
		if err := db.View(context.Background(), func(driver.Reader) error { return errStop }); !errors.Is(err, errStop) {
			t.Errorf("View = %v, want the function's error", err)
		}
		want(t, db, "a=1")
	}},
	{"a transaction reads its own writes", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1", "b", "2")
		update(t, db, func(w driver.Writer) error {
			for i := range 20 { // more than are searched one by one
				if err := w.Put(fmt.Appendf(nil, "z%d", i), fmt.Appendf(nil, "%d", i)); err != nil {
					return err
				}
			}
			err := errors.Join(w.Put([]byte("a"), []byte("own")), w.Delete([]byte("b")), w.Delete([]byte("z3")))
			if a, b, z3, z4 := get(w, "a"), get(w, "b"), get(w, "z3"), get(w, "z4"); a != "own" || b != "-" || z3 != "-" || z4 != "4" {
				t.Errorf("read %q %q %q %q", a, b, z3, z4)
			}
			return err
		})
	}},
	{"a View is one snapshot", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1", "b", "1")
		changed := false
		var a string
		var got []string
		view(t, db, func(r driver.Reader) error {
			a = get(r, "a")
			if !changed {
				changed = true
				elsewhere(func() { put(t, db, "a", "2", "b", "2", "c", "2") })
			}
			got = append([]string{"a=" + get(r, "a"), "b=" + get(r, "b")}, dump(r.Scan(all))...)
			return nil
		})
		before := a == "1" && slices.Equal(got, []string{"a=1", "b=1", "a=1", "b=1"})
		after := a == "2" && slices.Equal(got, []string{"a=2", "b=2", "a=2", "b=2", "c=2"})
		if !before && !after {
			t.Errorf("read a=%s and %q", a, got)
		}
		want(t, db, "a=2", "b=2", "c=2")
	}},
	{"an Update reruns when a key it read was changed", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1")
		testRerun(t, db, func(w driver.Writer) string { return get(w, "a") })
	}},
	{"an Update reruns when a range it read was changed", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1")
		testRerun(t, db, func(w driver.Writer) string { return fmt.Sprint(dump(w.Scan(all))) })
	}},
	{"a range deleted meanwhile is noticed by who read a key", func(t *testing.T, db driver.DB) {
		testRangeDeleted(t, db, func(w driver.Writer) string { return get(w, "a") })
	}},
	{"a range deleted meanwhile is noticed by who read the range", func(t *testing.T, db driver.DB) {
		testRangeDeleted(t, db, func(w driver.Writer) string {
			return strings.Join(append(dump(w.Scan(driver.Range{Lo: []byte("a"), Hi: []byte("b")})), "-"), " ")
		})
	}},
	{"keys read one by one belong together", testTornReads},
	{"disjoint writers all succeed", testDisjoint},
	{"a panic passes through and leaves nothing behind", func(t *testing.T, db driver.DB) {
		func() {
			defer func() {
				if p := recover(); p != "boom" {
					t.Errorf("recovered %v", p)
				}
			}()
			_ = db.Update(context.Background(), func(w driver.Writer) error {
				w.Scan(all).Next()
				_ = w.Put([]byte("a"), nil)
				panic("boom")
			})
		}()
		want(t, db)
		put(t, db, "b", "2")
		want(t, db, "b=2")
	}},
}

// testRangeDeleted deletes key a while an Update that has read it is running, and
// checks that it writes what is read afterwards.
func testRangeDeleted(t *testing.T, db driver.DB, read func(driver.Writer) string) {
	put(t, db, "a", "1")
	runs := 0
	update(t, db, func(w driver.Writer) error {
		runs++
		a := read(w)
		if runs == 1 {
			elsewhere(func() { _ = db.DeleteRange(context.Background(), []byte("a"), []byte("b")) })
		}
		return w.Put([]byte("copy"), []byte(a))
	})
	want(t, db, "copy=-")
}

// testTornReads changes two keys between the reads of the one and the other, by
// a View, by an Update that fails and by one that writes elsewhere.
func testTornReads(t *testing.T, db driver.DB) {
	for name, run := range map[string]func(f func(driver.Reader) error) error{
		"View": func(f func(driver.Reader) error) error { return db.View(context.Background(), f) },
		"Update that fails": func(f func(driver.Reader) error) error {
			return db.Update(context.Background(), func(w driver.Writer) error { return errors.Join(f(w), errStop) })
		},
		"Update": func(f func(driver.Reader) error) error {
			return db.Update(context.Background(), func(w driver.Writer) error {
				return errors.Join(f(w), w.Put([]byte("c"), nil))
			})
		},
	} {
		put(t, db, "a", "1", "b", "1")
		changed := false
		var a, b string
		err := run(func(r driver.Reader) error {
			a = get(r, "a")
			if !changed {
				changed = true
				elsewhere(func() { put(t, db, "a", "2", "b", "2") })
			}
			b = get(r, "b")
			return nil
		})
		if err != nil && !errors.Is(err, errStop) || a != b {
			t.Errorf("%s read a=%s b=%s, %v", name, a, b, err)
		}
	}
}

// elsewhere runs f in another goroutine and waits for it.
func elsewhere(f func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	wg.Wait()
}

// testRerun changes key a while an Update that has read it is running, and
// checks that what the Update writes follows from the change.
func testRerun(t *testing.T, db driver.DB, read func(driver.Writer) string) {
	var seen []string
	update(t, db, func(w driver.Writer) error {
		seen = append(seen, read(w))
		if len(seen) == 1 {
			elsewhere(func() { put(t, db, "a", "2") })
		}
		return w.Put([]byte("copy"), []byte(seen[len(seen)-1]))
	})
	if len(seen) < 2 || seen[0] == seen[len(seen)-1] {
		t.Errorf("runs read %q; the last must have read the change", seen)
	}
	want(t, db, "a=2", "copy="+seen[len(seen)-1])
}

func testDisjoint(t *testing.T, db driver.DB) {
	const writers, each = 16, 40
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for j := range each {
				put(t, db, fmt.Sprintf("%02d/%02d", i, j), "x")
			}
		})
	}
	wg.Wait()
	view(t, db, func(r driver.Reader) error {
		if n := len(dump(r.Scan(all))); n != writers*each {
			t.Errorf("%d keys of %d arrived", n, writers*each)
		}
		return nil
	})
}
