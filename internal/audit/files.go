// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/internal/fsync"
)

const (
	// signEvery is how old lines get, at most, before they are signed, while the
	// log can be written.
	signEvery = time.Minute
	// keepBuffer is the size up to which the buffer for writing is used again.
	keepBuffer = 2 * shipAtOnce
)

// So many lines are worked on at once, before calls go on, which on one processor
// wait meanwhile; but however long it takes until it is the log's turn again, a
// pass pauses a few times only.
const (
	minAtOnce = 64
	maxPauses = 16
	pause     = 50 * time.Microsecond
)

// files are the log's files, the newest open for appending. They belong to one
// goroutine.
type files struct {
	dir  string
	f    *os.File // nil if a new one is to be begun
	at   place
	keys *signer
	now  func() time.Time
	buf  []byte

	ended bool // the newest file has its last line
}

// A draft is lines that are to be written next, and where the log stands then.
type draft struct {
	text []byte
	at   place
	fs   *files
}

// draft begins a draft after what is in the files. In a new file that is its
// checkpoint first.
func (fs *files) draft() (*draft, error) {
	d := &draft{text: fs.buf[:0], at: fs.at, fs: fs}
	if d.at.Size > 0 {
		return d, nil
	}
	d.at.Began = fs.now()
	return d, d.note(&trail.Note{Kind: trail.Checkpoint, Reason: trail.Begin})
}

// records adds lines.
func (d *draft) records(lines []line) error {
	size := 0
	for i := range lines {
		size += len(lines[i].text) + trail.LineOverhead
	}
	d.text = slices.Grow(d.text, size)
	atOnce := max(minAtOnce, len(lines)/maxPauses)
	for i := range lines {
		if i%atOnce == atOnce-1 {
			time.Sleep(pause)
		}
		d.line(lines[i].text)
		d.at.Last = lines[i].seq
		if d.at.Unsigned == 0 {
			d.at.Oldest = d.fs.now()
		}
		if d.at.Unsigned++; d.at.Unsigned < trail.MaxUnsigned {
			continue
		}
		if err := d.note(&trail.Note{Kind: trail.Checkpoint, Reason: trail.Due}); err != nil {
			return err
		}
	}
	return nil
}

// note completes, signs and adds n.
func (d *draft) note(n *trail.Note) error {
	n.Time, n.File, n.Last, n.Lines, n.Previous = d.fs.now(), d.at.File, d.at.Last, d.at.Lines, d.at.Chain
	text, err := d.fs.keys.sign(n, &d.at)
	if err != nil {
		return err
	}
	d.line(text)
	d.at.Unsigned, d.at.Oldest, d.at.Key = 0, time.Time{}, n.Key
	if n.Kind == trail.Rekey {
		d.at.Key = n.Next
	}
	return nil
}

func (d *draft) line(text []byte) {
	before := len(d.text)
	d.text, d.at.Chain = d.at.Chain.AppendLine(d.text, text)
	d.at.Size += int64(len(d.text) - before)
	d.at.Lines++
}

// write makes the draft durable. After an error the file is cut back to what it
// held, so that nothing stands in it twice.
func (fs *files) write(d *draft) error {
	_, err := fs.f.WriteAt(d.text, fs.at.Size)
	if err == nil {
		err = fsync.Data(fs.f.Fd())
	}
	if cap(d.text) <= keepBuffer {
		fs.buf = d.text
	}
	if err != nil {
		return errors.Join(err, fs.f.Truncate(fs.at.Size))
	}
	fs.at = d.at
	return nil
}

// note writes a note by itself. Its signature vouches for it.
func (fs *files) note(n *trail.Note) error {
	d, err := fs.draft()
	if err != nil {
		return err
	}
	if err := d.note(n); err != nil {
		return err
	}
	return fs.write(d)
}

// displaced reports whether the newest file is no longer what its name stands
// for: moved, removed, cut or added to. What was written to it then would be lost,
// or would hide that.
func (fs *files) displaced() bool {
	if fs.f == nil {
		return false
	}
	named, err1 := os.Lstat(fs.f.Name())
	open, err2 := fs.f.Stat()
	return err1 != nil || err2 != nil || !os.SameFile(named, open) || open.Size() != fs.at.Size
}

// create begins a new file.
func (fs *files) create() error {
	name := trail.FileName(fs.at.Lines)
	f, err := os.OpenFile(filepath.Join(fs.dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := syncDir(fs.dir); err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if err := fs.close(); err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	fs.f, fs.at.File, fs.at.Size, fs.ended = f, name, 0, false
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

// close closes the newest file.
func (fs *files) close() error {
	if fs.f == nil {
		return nil
	}
	f := fs.f
	fs.f = nil
	return f.Close()
}

// key returns the public key that signs at the place, or the signer's if none
// has yet.
func (p *place) key(s *signer) ed25519.PublicKey {
	if len(p.Key) == 0 {
		return s.public()
	}
	return p.Key
}
