// SPDX-License-Identifier: Apache-2.0

package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

var values = []test{
	{"an absent key is ErrNotFound", func(t *testing.T, db driver.DB) {
		err := db.Get(context.Background(), []byte("k"), func([]byte) error { return nil })
		if !errors.Is(err, driver.ErrNotFound) {
			t.Errorf("DB.Get = %v, want ErrNotFound", err)
		}
		err = db.View(context.Background(), func(r driver.Reader) error {
			_, err := r.Get([]byte("k"))
			return err
		})
		if !errors.Is(err, driver.ErrNotFound) {
			t.Errorf("Reader.Get = %v, want ErrNotFound", err)
		}
	}},
	{"what was put is read", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1", "b", "", "\x00\xff", "\x00", "c", "3", "c", "4")
		want(t, db, "\x00\xff=\x00", "a=1", "b=", "c=4")
		err := db.Get(context.Background(), []byte("c"), func(val []byte) error {
			if string(val) != "4" {
				t.Errorf("DB.Get = %q, want 4", val)
			}
			return errStop
		})
		if !errors.Is(err, errStop) {
			t.Errorf("DB.Get = %v, want the function's error", err)
		}
	}},
	{"what was deleted is gone", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1", "b", "2")
		update(t, db, func(w driver.Writer) error {
			return errors.Join(w.Delete([]byte("a")), w.Delete([]byte("absent")))
		})
		want(t, db, "b=2")
	}},
	{"the empty key is a key", func(t *testing.T, db driver.DB) {
		put(t, db, "", "empty", "a", "1")
		view(t, db, func(r driver.Reader) error {
			if got := get(r, ""); got != "empty" {
				t.Errorf("Get = %q", got)
			}
			c := r.Scan(all)
			if !c.Seek(nil) || string(c.Value()) != "empty" {
				t.Errorf("Seek found %q", c.Value())
			}
			return c.Close()
		})
		want(t, db, "=empty", "a=1")
	}},
	{"arguments are copied", func(t *testing.T, db driver.DB) {
		update(t, db, func(w driver.Writer) error {
			key, val := []byte("a"), []byte("1")
			err := w.Put(key, val)
			key[0], val[0] = 'x', 'x'
			return err
		})
		want(t, db, "a=1")
	}},
	{"GetMany gives what exists with its index", testGetMany},
	{"bytes stay as they are for good", testBytesStay},
	{"what was read before doesn't outlive a change", testReadAgain},
	{"a large value is kept whole", func(t *testing.T, db driver.DB) {
		val := bytes.Repeat([]byte("0123456789abcdef"), 1<<17)
		update(t, db, func(w driver.Writer) error { return w.Put([]byte("k"), val) })
		view(t, db, func(r driver.Reader) error {
			got, err := r.Get([]byte("k"))
			if !bytes.Equal(got, val) {
				t.Errorf("read %d bytes that differ from the %d put", len(got), len(val))
			}
			return err
		})
	}},
	{"DeleteRange deletes from Lo to before Hi", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1", "b", "2", "b\x00", "3", "c", "4")
		for _, r := range [][2]string{{"b", "c"}, {"c", "c"}, {"d", "a"}, {"a", ""}} {
			if err := db.DeleteRange(context.Background(), []byte(r[0]), []byte(r[1])); err != nil {
				t.Errorf("DeleteRange(%q) = %v", r, err)
			}
		}
		want(t, db, "a=1", "c=4")
		put(t, db, "b", "5")
		want(t, db, "a=1", "b=5", "c=4")
	}},
}

func testGetMany(t *testing.T, db driver.DB) {
	put(t, db, "a", "1", "b", "2", "c", "3")
	update(t, db, func(w driver.Writer) error {
		if err := errors.Join(w.Delete([]byte("b")), w.Put([]byte("d"), []byte("4"))); err != nil {
			return err
		}
		keys := [][]byte{[]byte("d"), []byte("x"), []byte("b"), []byte("a"), []byte("a")}
		got := make([]string, len(keys))
		err := w.GetMany(keys, func(i int, val []byte) error {
			got[i] += string(val)
			return nil
		})
		if fmt.Sprint(got) != "[4   1 1]" {
			t.Errorf("GetMany gave %q", got)
		}
		return err
	})
	err := db.View(context.Background(), func(r driver.Reader) error {
		err := r.GetMany([][]byte{[]byte("a")}, func(int, []byte) error { return errStop })
		if !errors.Is(err, errStop) {
			t.Errorf("GetMany = %v, want the function's error", err)
		}
		return nil
	})
	if err != nil {
		t.Errorf("an error of GetMany's function poisoned the View: %v", err)
	}
}

// testReadAgain reads so many keys so often that an engine which remembers what it has
// read has remembered some of them, and that any two it takes for one another show.
func testReadAgain(t *testing.T, db driver.DB) {
	const n = 4000
	key := func(i int) string { return fmt.Sprintf("%04d", i) }
	values := map[string]string{}
	check := func(after string) {
		t.Helper()
		view(t, db, func(r driver.Reader) error {
			for range 2 {
				for i := range n {
					got, err := r.Get([]byte(key(i)))
					val, ok := values[key(i)]
					if string(got) != val || ok != (err == nil) || err != nil && !errors.Is(err, driver.ErrNotFound) {
						return fmt.Errorf("after %s, Get(%s) = %q, %v, want %q", after, key(i), got, err, val)
					}
				}
			}
			return nil
		})
	}
	change := func(name string, of func(i int) bool, do func(w driver.Writer, k string) error) {
		t.Helper()
		update(t, db, func(w driver.Writer) error {
			for i := range n {
				if !of(i) {
					continue
				}
				if err := do(w, key(i)); err != nil {
					return err
				}
			}
			return nil
		})
		check(name)
	}
	to := func(prefix string) func(driver.Writer, string) error {
		return func(w driver.Writer, k string) error {
			values[k] = prefix + k
			return w.Put([]byte(k), []byte(prefix+k))
		}
	}
	change("all were put", func(int) bool { return true }, to("first "))
	change("half were put again", func(i int) bool { return i%2 == 0 }, to("second "))
	change("some became empty", func(i int) bool { return i%5 == 0 }, func(w driver.Writer, k string) error {
		values[k] = ""
		return w.Put([]byte(k), nil)
	})
	change("some were deleted", func(i int) bool { return i%3 == 0 }, func(w driver.Writer, k string) error {
		delete(values, k)
		return w.Delete([]byte(k))
	})
	if err := db.DeleteRange(context.Background(), []byte(key(1000)), []byte(key(2000))); err != nil {
		t.Fatal(err)
	}
	for i := 1000; i < 2000; i++ {
		delete(values, key(i))
	}
	check("a range was deleted")
	change("all were put once more", func(int) bool { return true }, to("third "))
}

func testBytesStay(t *testing.T, db driver.DB) {
	const n = 500
	update(t, db, func(w driver.Writer) error {
		for i := range n {
			kv := fmt.Appendf(nil, "%04d", i)
			if err := w.Put(kv, bytes.Repeat(kv, 100)); err != nil {
				return err
			}
		}
		return nil
	})
	var kept [][2][]byte
	read := func(r driver.Reader) error {
		c := r.Scan(all)
		for c.Next() {
			val, err := r.Get(c.Key())
			if err != nil {
				return err
			}
			kept = append(kept, [2][]byte{c.Key(), c.Value()}, [2][]byte{c.Key(), val})
		}
		return c.Close()
	}
	view(t, db, read)
	update(t, db, func(w driver.Writer) error { return read(w) })
	update(t, db, func(w driver.Writer) error { // what was read goes
		for i := range n {
			if err := w.Put(fmt.Appendf(nil, "%04d", i), bytes.Repeat([]byte("x"), 400)); err != nil {
				return err
			}
		}
		return read(w)
	})
	if len(kept) != 6*n {
		t.Fatalf("%d values were read", len(kept))
	}
	for i, kv := range kept[:4*n] {
		key := fmt.Appendf(nil, "%04d", i%(2*n)/2)
		if !bytes.Equal(kv[0], key) || !bytes.Equal(kv[1], bytes.Repeat(key, 100)) {
			t.Fatalf("the bytes of key %s turned into %.8q, %.8q", key, kv[0], kv[1])
		}
	}
	for _, kv := range kept[4*n:] {
		if !bytes.Equal(kv[1], bytes.Repeat([]byte("x"), 400)) {
			t.Fatalf("the bytes of key %s, just written, turned into %.8q", kv[0], kv[1])
		}
	}
}
