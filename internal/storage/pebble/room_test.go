// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// slowUsage takes its time to say how much room there is.
type slowUsage struct{ vfs.FS }

func (s slowUsage) GetDiskUsage(path string) (vfs.DiskUsage, error) {
	time.Sleep(50 * time.Millisecond)
	return s.FS.GetDiskUsage(path)
}

func TestADiskThatHasNotBeenMeasuredIsNotFull(t *testing.T) {
	db, err := pebble.Open(t.TempDir(), pebble.Options{FS: slowUsage{vfs.Default}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			err := db.Update(context.Background(), func(w driver.Writer) error { return w.Put([]byte{byte(i)}, nil) })
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
