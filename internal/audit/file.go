// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// A file is the newest of the log's files, open for appending. Files are named
// for the number of their first record, so that their names sort.
type file struct {
	dir  string
	f    *os.File
	size int64
	last uint64 // number of the last record in the files
}

// openFile opens the newest file in dir. A line that a crash has left
// unfinished is cut off: its record is still in the journal, or was a read.
func openFile(dir string) (*file, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "audit-*.jsonl"))
	if err != nil {
		return nil, err
	}
	l := &file{dir: dir}
	slices.Sort(names)
	for len(names) > 0 && l.last == 0 { // the newest may be empty
		name := names[len(names)-1]
		names = names[:len(names)-1]
		if err := l.resume(name); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", name, err), l.Close())
		}
	}
	return l, nil
}

// resume makes name the file to append to and finds its last record.
func (l *file) resume(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return err
	}
	l.f = f
	end, text, err := lastLine(f)
	if err != nil {
		return err
	}
	if err := f.Truncate(end); err != nil {
		return err
	}
	if _, err := f.Seek(end, io.SeekStart); err != nil {
		return err
	}
	l.size = end
	if len(text) == 0 {
		return nil
	}
	var r struct{ Seq uint64 }
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	l.last = r.Seq
	return nil
}

// lastLine returns the last whole line of f, without its end, and where it
// ends in f.
func lastLine(f *os.File) (end int64, text []byte, err error) {
	const block = 64 << 10
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, nil, err
	}
	var tail []byte
	for at := size; at > 0; {
		n := min(at, block)
		at -= n
		b := make([]byte, n, int(n)+len(tail))
		if _, err := f.ReadAt(b, at); err != nil {
			return 0, nil, err
		}
		tail = append(b, tail...)
		whole := tail[:bytes.LastIndexByte(tail, '\n')+1]
		if len(whole) == 0 {
			continue
		}
		if i := bytes.LastIndexByte(whole[:len(whole)-1], '\n'); i >= 0 || at == 0 {
			return at + int64(len(whole)), whole[i+1 : len(whole)-1], nil
		}
	}
	return 0, nil, nil
}

// append writes lines and syncs them. After an error the file is cut back to
// what it held, so that nothing stands in it twice.
func (l *file) append(lines []line) error {
	if l.f == nil || l.size >= maxFile || l.displaced() {
		if err := l.rotate(lines[0].seq); err != nil {
			return err
		}
	}
	var b []byte
	for _, ln := range lines {
		b = append(append(b, ln.text...), '\n')
	}
	_, err := l.f.WriteAt(b, l.size)
	if err == nil {
		err = l.f.Sync()
	}
	if err != nil {
		return errors.Join(err, l.f.Truncate(l.size))
	}
	l.size += int64(len(b))
	l.last = lines[len(lines)-1].seq
	return nil
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
	name := filepath.Join(l.dir, fmt.Sprintf("audit-%020d.jsonl", first))
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
