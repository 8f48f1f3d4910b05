// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// TestHaltedEngine shows that an engine which gives up takes neither the process
// with it nor the callers, and leaves what it acknowledged.
func TestHaltedEngine(t *testing.T) {
	ctx := context.Background()
	o := Options{FS: vfs.NewMem(), Logger: slog.New(slog.DiscardHandler)}
	db, err := open("db", o, memTableSize)
	if err != nil {
		t.Fatal(err)
	}
	put := func(db driver.DB) error {
		return db.Update(ctx, func(w driver.Writer) error { return w.Put([]byte("k"), nil) })
	}
	if err := put(db); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		(&events{s: db.current.Load(), log: o.Logger}).Fatalf("nonsense %d", 1)
		t.Error("the engine goes on")
	})
	wg.Wait()
	for name, err := range map[string]error{
		"Update": put(db),
		"View":   db.View(ctx, func(driver.Reader) error { return nil }),
		"Close":  db.Close(),
	} {
		if !errors.Is(err, driver.ErrBroken) {
			t.Errorf("%s = %v, want ErrBroken", name, err)
		}
	}
	again, err := Open("db", o)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Get(ctx, []byte("k"), func([]byte) error { return nil }); err != nil {
		t.Errorf("afterwards Get = %v", err)
	}
	if err := again.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
}
