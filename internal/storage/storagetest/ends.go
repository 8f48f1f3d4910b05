// SPDX-License-Identifier: Apache-2.0

package storagetest

import (
	"context"
	"errors"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

var ends = []test{
	{"nothing begins under an ended context", func(t *testing.T, db driver.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for name, err := range map[string]error{
			"Get":         db.Get(ctx, []byte("a"), func([]byte) error { return nil }),
			"View":        db.View(ctx, func(driver.Reader) error { return nil }),
			"Update":      db.Update(ctx, func(w driver.Writer) error { return w.Put([]byte("a"), nil) }),
			"DeleteRange": db.DeleteRange(ctx, []byte("a"), []byte("b")),
		} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s = %v, want context.Canceled", name, err)
			}
		}
		want(t, db)
	}},
	{"an Update whose context ends before the commit writes nothing", func(t *testing.T, db driver.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		err := db.Update(ctx, func(w driver.Writer) error {
			err := w.Put([]byte("a"), nil)
			cancel()
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Update = %v, want context.Canceled", err)
		}
		want(t, db)
	}},
	{"a transaction is of no use after it ended", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1")
		var kept driver.Writer
		update(t, db, func(w driver.Writer) error { kept = w; return nil })
		val, err := kept.Get([]byte("a"))
		if err == nil || errors.Is(err, driver.ErrNotFound) || len(val) != 0 {
			t.Errorf("Get = %q, %v", val, err)
		}
		if err := kept.Put([]byte("b"), nil); err == nil {
			t.Error("Put succeeds")
		}
		if c := kept.Scan(all); c.Next() || c.Err() == nil {
			t.Error("Scan does not fail")
		}
		want(t, db, "a=1")
	}},
	{"a closed store says so", func(t *testing.T, db driver.DB) {
		put(t, db, "a", "1")
		if err := db.Close(); err != nil {
			t.Fatalf("Close = %v", err)
		}
		ctx := context.Background()
		for name, err := range map[string]error{
			"Get":         db.Get(ctx, []byte("a"), func([]byte) error { return nil }),
			"View":        db.View(ctx, func(driver.Reader) error { return nil }),
			"Update":      db.Update(ctx, func(w driver.Writer) error { return w.Put([]byte("a"), nil) }),
			"DeleteRange": db.DeleteRange(ctx, []byte("a"), []byte("b")),
			"Close":       db.Close(),
		} {
			if !errors.Is(err, driver.ErrClosed) {
				t.Errorf("%s = %v, want ErrClosed", name, err)
			}
		}
	}},
}
