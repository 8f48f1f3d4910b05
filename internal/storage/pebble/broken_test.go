// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

// breakLog breaks the store and keeps it from being opened again until
// the disk is healed.
func breakLog(t *testing.T, d *disktest.Disk, db driver.DB) {
	t.Helper()
	d.Set(either(is("write", ".log", syscall.EIO), is("list", "DIR", syscall.EIO)))
	if err := count(db, 7, 1); !errors.Is(err, driver.ErrBroken) || !errors.Is(err, syscall.EIO) {
		t.Fatalf("Update whose log failed = %v, want ErrBroken and its cause", err)
	}
}

// awaitUpdate waits until an Update succeeds.
func awaitUpdate(t *testing.T, db driver.DB) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		err := count(db, 6, 1)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("Update when the disk works again = %v", err)
		}
	}
}

// TestBrokenStore shows what a store whose log can't be written still does: it
// gives what is durable, and nothing else.
func TestBrokenStore(t *testing.T) {
	ctx := context.Background()
	d := disktest.New()
	db := mustOpen(t, d)
	if err := count(db, 1, 1); err != nil {
		t.Fatal(err)
	}
	breakLog(t, d, db)
	one := func(key string) (n uint64, err error) {
		err = db.View(ctx, func(r driver.Reader) error { n, err = number(r, []byte(key)); return err })
		return n, err
	}
	outside := func(key string) (n uint64, err error) {
		err = db.Get(ctx, []byte(key), func(val []byte) error { n = binary.BigEndian.Uint64(val); return nil })
		return n, err
	}
	for name, get := range map[string]func(string) (uint64, error){"View": one, "Get": outside} {
		if n, err := get("c\x01"); n != 1 || err != nil {
			t.Errorf("%s of what is durable = %d, %v", name, n, err)
		}
		if n, err := get("c\x07"); !errors.Is(err, driver.ErrBroken) {
			t.Errorf("%s of what is not = %d, %v, want ErrBroken", name, n, err)
		}
	}
	err := db.Update(ctx, func(w driver.Writer) error {
		n, err := number(w, []byte("c\x01"))
		if n != 1 {
			return err
		}
		return errSeen
	})
	if !errors.Is(err, errSeen) {
		t.Errorf("an Update whose condition fails = %v", err)
	}
	for name, err := range map[string]error{
		"Update":      count(db, 2, 1),
		"DeleteRange": db.DeleteRange(ctx, []byte("a"), []byte("z")),
	} {
		if !errors.Is(err, driver.ErrBroken) || !strings.Contains(err.Error(), "input/output error") {
			t.Errorf("%s = %v, want ErrBroken and its cause", name, err)
		}
	}
	d.Heal()
	awaitUpdate(t, db)
	if n, err := one("c\x01"); n != 1 || err != nil {
		t.Errorf("afterwards View of what was durable = %d, %v", n, err)
	}
	// It was visible, so it must not have gone, though the log does not have it.
	if n, err := one("c\x07"); n != 1 || err != nil {
		t.Errorf("afterwards View of what was in doubt = %d, %v", n, err)
	}
	if n, err := one("c\x02"); n != 0 || err != nil {
		t.Errorf("afterwards View of what was refused = %d, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
}

// TestTransactionsAcrossReopening shows that what began on a broken store never
// commits on the next, and that it returns.
func TestTransactionsAcrossReopening(t *testing.T) {
	ctx := context.Background()
	d := disktest.New()
	db := mustOpen(t, d)
	defer db.Close()
	if err := count(db, 1, 1); err != nil {
		t.Fatal(err)
	}
	runs := 0
	err := db.Update(ctx, func(w driver.Writer) error {
		runs++
		n, err := number(w, []byte("c\x01"))
		if err != nil {
			return err
		}
		if runs == 1 {
			elsewhere(func() { breakLog(t, d, db) })
			d.Heal()
			elsewhere(func() { awaitUpdate(t, db) })
			elsewhere(func() {
				if err := count(db, 1, 10); err != nil {
					t.Errorf("Update on the next store = %v", err)
				}
			})
		}
		return w.Put([]byte("c\x01"), binary.BigEndian.AppendUint64(nil, n+1))
	})
	if !errors.Is(err, driver.ErrBroken) {
		t.Errorf("Update = %v, want ErrBroken", err)
	}
	err = db.Get(ctx, []byte("c\x01"), func(val []byte) error {
		if n := binary.BigEndian.Uint64(val); n != 10 {
			t.Errorf("the count is %d, want 10", n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func elsewhere(f func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	wg.Wait()
}

// TestCloseBroken closes a store that can't be opened again: nothing of it
// remains, and what was acknowledged is there.
func TestCloseBroken(t *testing.T) {
	before := runtime.NumGoroutine()
	d := disktest.New()
	db := mustOpen(t, d)
	if err := count(db, 1, 1); err != nil {
		t.Fatal(err)
	}
	breakLog(t, d, db)
	time.Sleep(250 * time.Millisecond) // a try or two
	if err := db.Close(); !errors.Is(err, driver.ErrBroken) {
		t.Errorf("Close = %v, want ErrBroken", err)
	}
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("goroutines remain:\n%s", stacks[:runtime.Stack(stacks, true)])
		}
	}
	d.Heal()
	db = mustOpen(t, d) // it is not locked
	n, err := look(db, 0)
	if err != nil || n[1] != 1 {
		t.Errorf("afterwards the count is %d, %v", n[1], err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
}

// TestNearlyFull shows that Updates are refused before the disk is full, that
// all else goes on, and that they are accepted as soon as there is room.
func TestNearlyFull(t *testing.T) {
	ctx := context.Background()
	d := disktest.New()
	room := func(free uint64) { d.Usage.Store(&vfs.DiskUsage{AvailBytes: free, TotalBytes: 1 << 40}) }
	room(1 << 30)
	db := mustOpen(t, d)
	defer db.Close()
	if err := count(db, 1, 1); err != nil {
		t.Fatal(err)
	}
	large := func(w driver.Writer) error { return w.Put([]byte("large"), make([]byte, 60<<20)) }
	room(200 << 20)
	time.Sleep(150 * time.Millisecond)
	if err := db.Update(ctx, large); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a large Update with little room = %v, want ENOSPC", err)
	}
	if err := count(db, 1, 2); err != nil {
		t.Errorf("a small Update with little room = %v", err)
	}
	room(100 << 20)
	time.Sleep(150 * time.Millisecond)
	err := count(db, 1, 3)
	if !errors.Is(err, syscall.ENOSPC) || errors.Is(err, driver.ErrBroken) {
		t.Errorf("an Update with no room = %v, want ENOSPC", err)
	}
	if n, err := look(db, 0); n[1] != 2 || err != nil {
		t.Errorf("a View with no room = %d, %v", n[1], err)
	}
	err = db.Update(ctx, func(driver.Writer) error { return errSeen })
	if !errors.Is(err, errSeen) {
		t.Errorf("an Update whose condition fails, with no room = %v", err)
	}
	if err := db.DeleteRange(ctx, []byte("c\x01"), []byte("c\x02")); err != nil {
		t.Errorf("DeleteRange with no room = %v", err)
	}
	room(1 << 30)
	awaitUpdate(t, db)
}
