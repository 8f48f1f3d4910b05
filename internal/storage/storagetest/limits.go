// SPDX-License-Identifier: Apache-2.0

package storagetest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

var (
	longest = bytes.Repeat([]byte("k"), driver.MaxKey)
	tooLong = bytes.Repeat([]byte("k"), driver.MaxKey+1)
)

var limits = []test{
	{"the longest key works", func(t *testing.T, db driver.DB) {
		update(t, db, func(w driver.Writer) error { return w.Put(longest, []byte("1")) })
		view(t, db, func(r driver.Reader) error {
			if got := get(r, string(longest)); got != "1" {
				t.Errorf("Get = %q", got)
			}
			c := r.Scan(driver.Range{Lo: longest, Hi: append(bytes.Clone(longest), 0)})
			if got := dump(c); len(got) != 1 {
				t.Errorf("the range of just the longest key holds %d keys", len(got))
			}
			return nil
		})
	}},
	{"a longer key is refused and poisons", testTooLong},
	{"the longest key works with a stamp in it", func(t *testing.T, db driver.DB) {
		update(t, db, func(w driver.Writer) error {
			half := driver.MaxKey / 2
			return w.PutStamped(longest[:half], longest[half+driver.StampSize:], []byte("1"))
		})
		view(t, db, func(r driver.Reader) error {
			if got := dump(r.Scan(all)); len(got) != 1 || len(got[0]) != driver.MaxKey+len("=1") {
				t.Errorf("the store holds %d keys", len(got))
			}
			return nil
		})
	}},
	{"a longer value is refused and poisons", func(t *testing.T, db driver.DB) {
		poisons(t, db, driver.ErrValueTooLong, func(w driver.Writer) error {
			return w.Put([]byte("k"), make([]byte, driver.MaxValue+1))
		})
		poisons(t, db, driver.ErrValueTooLong, func(w driver.Writer) error {
			return w.PutStamped([]byte("k"), nil, make([]byte, driver.MaxValue+1))
		})
	}},
	{"a larger transaction is refused and poisons", func(t *testing.T, db driver.DB) {
		if testing.Short() {
			t.Skip("writes a lot")
		}
		val := make([]byte, driver.MaxValue)
		poisons(t, db, driver.ErrUpdateTooLarge, func(w driver.Writer) error {
			var err error
			for i := 0; err == nil && i*driver.MaxValue <= driver.MaxUpdate; i++ {
				if key := []byte{'a' + byte(i)}; i%2 == 0 {
					err = w.Put(key, val)
				} else {
					err = w.PutStamped(key, nil, val)
				}
			}
			return err
		})
	}},
}

func testTooLong(t *testing.T, db driver.DB) {
	for name, f := range map[string]func(driver.Writer) error{
		"Get":    func(w driver.Writer) error { _, err := w.Get(tooLong); return err },
		"Put":    func(w driver.Writer) error { return w.Put(tooLong, nil) },
		"Delete": func(w driver.Writer) error { return w.Delete(tooLong) },
		"PutStamped": func(w driver.Writer) error {
			return w.PutStamped(tooLong[driver.StampSize:], nil, nil)
		},
		"GetMany": func(w driver.Writer) error {
			return w.GetMany([][]byte{tooLong}, func(int, []byte) error { return nil })
		},
		"Scan": func(w driver.Writer) error {
			return w.Scan(driver.Range{Lo: []byte("a"), Hi: append(tooLong, 'k')}).Close()
		},
		"Seek": func(w driver.Writer) error {
			c := w.Scan(all)
			c.Seek(append(tooLong, 'k'))
			return c.Close()
		},
	} {
		t.Run(name, func(t *testing.T) { poisons(t, db, driver.ErrKeyTooLong, f) })
	}
	ctx := context.Background()
	if err := db.Get(ctx, tooLong, func([]byte) error { return nil }); !errors.Is(err, driver.ErrKeyTooLong) {
		t.Errorf("DB.Get = %v, want ErrKeyTooLong", err)
	}
	err := db.View(ctx, func(r driver.Reader) error { _, _ = r.Get(tooLong); return nil })
	if !errors.Is(err, driver.ErrKeyTooLong) {
		t.Errorf("View that ignored the error = %v, want ErrKeyTooLong", err)
	}
}

// poisons checks that f fails with that error and that an Update which ignores
// it, and goes on, fails with it too and commits nothing.
func poisons(t *testing.T, db driver.DB, wantErr error, f func(driver.Writer) error) {
	t.Helper()
	err := db.Update(context.Background(), func(w driver.Writer) error {
		if err := w.Put([]byte("before"), nil); err != nil {
			return err
		}
		if err := f(w); !errors.Is(err, wantErr) {
			t.Errorf("got error %v, want %v", err, wantErr)
		}
		if _, err := w.Get([]byte("before")); err == nil {
			t.Error("a poisoned transaction goes on reading")
		}
		_ = w.Put([]byte("after"), nil)
		return nil
	})
	if !errors.Is(err, wantErr) {
		t.Errorf("Update that ignored the error = %v, want %v", err, wantErr)
	}
	want(t, db)
}
