// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
)

// failWrites makes every write to the file fail that this process has open under that
// name, until mend is called: what it was opened as is then open for reading only.
func failWrites(t *testing.T, name string) (mend func()) {
	t.Helper()
	fd := descriptor(t, name)
	writable, err := syscall.Dup(fd)
	check(t, err)
	readOnly, err := os.Open(name)
	check(t, err)
	check(t, syscall.Dup3(int(readOnly.Fd()), fd, syscall.O_CLOEXEC))
	check(t, readOnly.Close())
	return func() {
		check(t, syscall.Dup3(writable, fd, syscall.O_CLOEXEC))
		check(t, syscall.Close(writable))
	}
}

// descriptor returns the one of the file.
func descriptor(t *testing.T, name string) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	check(t, err)
	for _, fd := range fds {
		if to, err := os.Readlink(filepath.Join("/proc/self/fd", fd.Name())); err == nil && to == name {
			n, err := strconv.Atoi(fd.Name())
			check(t, err)
			return n
		}
	}
	t.Fatal("the file is not open: " + name)
	return -1
}

// TestAFailingDiskLosesNothing has writes fail after the database knows of them.
func TestAFailingDiskLosesNothing(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	check(t, one(l, db, 1, "first"))
	waitFor(t, dir, 1)
	mend := failWrites(t, filepath.Join(dir, files(t, dir)[0]))
	check(t, one(l, db, 1, "second")) // the log doesn't know, until it writes
	until(t, "it has tried to write", func() bool { return l.Err() != nil })
	for k, name := range []string{"a read", "a denial", "a change"} {
		if err := one(l, db, k, name); !errors.Is(err, audit.ErrUnavailable) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	mend()
	until(t, "it is written again", func() bool { return l.Err() == nil })
	check(t, one(l, db, 1, "third"))
	closeLog(t, l)
	good(t, dir)
	var ids []string
	for _, r := range read(t, dir) {
		ids = append(ids, r.RequestID)
	}
	if got := len(ids); got != 3 || ids[0] != "first" || ids[1] != "second" || ids[2] != "third" {
		t.Errorf("got %v", ids)
	}
}
