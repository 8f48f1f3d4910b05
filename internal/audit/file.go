// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/fsync"
)

// fileName is how a file is named, for the number of its first record, so that
// names sort.
const fileName = "audit-%020d.jsonl"

// A file is the newest of the log's files, open for appending.
type file struct {
	dir  string
	f    *os.File
	size int64
	last uint64 // number of the last record in the files
	buf  []byte // for writing
}

// openFile opens the newest file in dir. Records up to the number shipped are
// known to be in the files, and stay as they are. What comes after may have met
// a crash: it is cut off from the first line that isn't whole, because what is
// cut off is still in the journal, or was a read of the last second.
func openFile(dir string, shipped uint64) (*file, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "audit-*.jsonl"))
	if err != nil {
		return nil, err
	}
	l := &file{dir: dir, last: shipped} // the files may have been collected
	if len(names) > 0 {
		name := slices.Max(names)
		if err := l.resume(name); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", name, err), l.Close())
		}
	}
	return l, nil
}

// resume makes name the file to append to.
func (l *file) resume(name string) (err error) {
	if l.f, err = os.OpenFile(name, os.O_RDWR, 0o600); err != nil {
		return err
	}
	var first uint64 // the number of the first record
	if _, err := fmt.Sscanf(filepath.Base(name), fileName, &first); err != nil {
		return err
	}
	shipped, seen := l.last, first-1
	for r := bufio.NewReader(l.f); ; {
		text, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var record struct{ Seq uint64 }
		whole := err == nil && json.Unmarshal(text, &record) == nil
		switch {
		case whole:
			seen = max(seen, record.Seq)
			l.last = max(l.last, seen)
		case err != nil || seen >= shipped:
			return l.f.Truncate(l.size)
		}
		l.size += int64(len(text))
	}
}

// append writes lines and syncs them. After an error the file is cut back to
// what it held, so that nothing stands in it twice.
func (l *file) append(lines []line) error {
	if l.f == nil || l.size >= maxFile || l.displaced() {
		if err := l.rotate(lines[0].seq); err != nil {
			return err
		}
	}
	size, err := l.write(lines)
	if err == nil {
		err = fsync.Data(l.f.Fd())
	}
	if err != nil {
		return errors.Join(err, l.f.Truncate(l.size))
	}
	l.size += size
	l.last = lines[len(lines)-1].seq
	return nil
}

// writeAtOnce is about how many bytes go into one write.
const writeAtOnce = 256 << 10

// write writes lines to the end of the file and returns their size.
func (l *file) write(lines []line) (size int64, err error) {
	b := l.buf[:0]
	for i, ln := range lines {
		b = append(append(b, ln.text...), '\n')
		if len(b) < writeAtOnce && i < len(lines)-1 {
			continue
		}
		if _, err := l.f.WriteAt(b, l.size+size); err != nil {
			return 0, err
		}
		size += int64(len(b))
		b = b[:0]
	}
	if cap(b) <= 2*writeAtOnce {
		l.buf = b
	}
	return size, nil
}

// displaced reports whether the file is no longer what its name stands for:
// moved, removed or cut. What was written to it then would be lost.
func (l *file) displaced() bool {
	named, err1 := os.Lstat(l.f.Name())
	open, err2 := l.f.Stat()
	return err1 != nil || err2 != nil || !os.SameFile(named, open) || open.Size() != l.size
}

// rotate begins a new file whose first record is numbered first.
func (l *file) rotate(first uint64) error {
	name := filepath.Join(l.dir, fmt.Sprintf(fileName, first))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := syncDir(l.dir); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := l.Close(); err != nil {
		return errors.Join(err, f.Close())
	}
	l.f, l.size = f, 0
	return nil
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close closes the file.
func (l *file) Close() error {
	if l.f == nil {
		return nil
	}
	f := l.f
	l.f = nil
	return f.Close()
}
