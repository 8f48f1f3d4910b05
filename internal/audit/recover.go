// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// cutSuffix is what is added to the name of a file into which was set aside what
// nothing vouches for.
const cutSuffix = ".cut"

// recovery finds out where the log's files stand when it is opened.
//
// What the database knows to be in them stays as it is. Of what comes after, as
// much counts as the intent or a signature vouches for. The rest, which a crash
// has left half written or somebody has added, is set aside: its records are in
// the journal still, or were reads of the last second.
type recovery struct {
	fs     *files
	log    *slog.Logger
	in     *intent
	at     place // after the lines that were read
	good   place // after the last that counts
	broken bool  // a line was met that doesn't follow
}

// errForeign means that the files are none of this database's.
var errForeign = errors.New("the files are of another decision log: move them elsewhere")

// openFiles returns the log's files in dir as in, what the database knows, and
// they themselves have it. lost reports whether lines that were there are gone.
func openFiles(fs *files, in *intent, log *slog.Logger) (lost bool, err error) {
	names, err := trail.Files(fs.dir)
	if err != nil {
		return false, err
	}
	if in == nil {
		if len(names) > 0 {
			return false, fmt.Errorf("%s: %w", fs.dir, errForeign)
		}
		return false, nil
	}
	r := &recovery{fs: fs, log: log, in: in, at: in.Base, good: in.Base}
	if in.Base.Size == 0 {
		r.at.File, r.good.File = "", "" // it may not even be there
	} else {
		if lost, err = r.isShort(); err != nil {
			return false, err
		}
	}
	if lost {
		log.Error("lines of the decision log are gone, which verifying it will show", "file", in.Base.File)
		r.broken = true // what follows them follows nothing
	}
	for _, name := range names {
		if name < in.Base.File || lost && name == in.Base.File {
			continue
		}
		if err := r.readFile(name); err != nil {
			return lost, fmt.Errorf("%s: %w", name, err)
		}
	}
	fs.at = r.good
	if lost || r.good.File == "" {
		fs.at.File, fs.at.Size = "", 0
		return lost, nil
	}
	fs.f, err = os.OpenFile(filepath.Join(fs.dir, r.good.File), os.O_RDWR, 0o600)
	return false, err
}

// isShort reports whether the newest file that the database knows of doesn't
// reach as far as it knows, or hasn't there the line that it knows.
func (r *recovery) isShort() (bool, error) {
	base := &r.in.Base
	f, err := os.Open(filepath.Join(r.fs.dir, base.File))
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	want := []byte(base.Chain.String() + "\"}\n")
	end := make([]byte, len(want))
	_, err = f.ReadAt(end, max(base.Size-int64(len(want)), 0))
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return !bytes.Equal(end, want), nil
}

// readFile reads what is new in a file, and sets aside what doesn't count.
func (r *recovery) readFile(name string) error {
	path := filepath.Join(r.fs.dir, name)
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if !r.broken && name != r.at.File {
		r.at.File, r.at.Size = name, 0
		if name != trail.FileName(r.at.Lines) {
			r.broken = true
		}
	}
	if !r.broken {
		if err := r.readLines(f); err != nil {
			return err
		}
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	switch {
	case name != r.good.File && info.Size() > 0, name == r.good.File && info.Size() > r.good.Size:
		return r.setAside(f, info.Size())
	case name != r.good.File:
		return os.Remove(path) // was made, and the crash came before its first line
	}
	return nil
}

// readLines reads lines as long as they follow one another.
func (r *recovery) readLines(f *os.File) error {
	if _, err := f.Seek(r.at.Size, io.SeekStart); err != nil {
		return err
	}
	for s := trail.NewScanner(f); ; {
		text, err := s.Next()
		if errors.Is(err, io.EOF) {
			r.broken = r.broken || s.Begun()
			return nil
		}
		if err != nil && !errors.Is(err, trail.ErrLong) {
			return err
		}
		if err != nil || !r.take(text) {
			r.broken = true
			return nil
		}
	}
}

// take reports whether text is the next line, and goes past it.
func (r *recovery) take(text []byte) bool {
	l, err := trail.ParseLine(text)
	if err != nil || !l.Follows(r.at.Chain) {
		return false
	}
	signed := false
	if l.IsNote() {
		n, err := trail.ParseNote(l)
		if err != nil || !r.ours(n) {
			return false
		}
		signed = true
		r.at.Unsigned, r.at.Key = 0, n.Key
		if n.Kind == trail.Rekey {
			r.at.Key = n.Next
		}
		if n.Reason == trail.Begin {
			r.at.Began = n.Time
		}
	} else {
		seq, ok := l.Seq()
		if !ok || seq <= r.at.Last || r.at.Size == 0 {
			return false
		}
		r.at.Last = seq
		if r.at.Unsigned == 0 {
			r.at.Oldest = r.fs.now()
		}
		r.at.Unsigned++
	}
	r.at.Size += int64(len(text)) + 1
	r.at.Lines++
	r.at.Chain = l.Chain
	if next := &r.in.Next; signed || r.at.Lines == next.Lines && r.at.Chain == next.Chain {
		r.good = r.at
	}
	return true
}

// ours reports whether n was written here by this log.
func (r *recovery) ours(n *trail.Note) bool {
	key := r.at.key(r.fs.keys)
	return n.Key.Equal(key) && n.File == r.at.File && n.Lines == r.at.Lines && n.Previous == r.at.Chain &&
		(r.at.Size == 0) == (n.Kind == trail.Checkpoint && n.Reason == trail.Begin)
}

// setAside moves what doesn't count, up to the file's size, out of the file. A
// file of which nothing counts is renamed.
func (r *recovery) setAside(f *os.File, size int64) error {
	name := filepath.Base(f.Name())
	if name != r.good.File {
		r.log.Warn("a file of the decision log that nothing vouches for was set aside", "file", name+cutSuffix)
		return errors.Join(os.Rename(f.Name(), f.Name()+cutSuffix), syncDir(r.fs.dir))
	}
	from := r.good.Size
	to := fmt.Sprintf("%s.%d%s", f.Name(), from, cutSuffix)
	r.log.Warn("the end of the decision log, which nothing vouches for, was set aside", "file", filepath.Base(to), "bytes", size-from)
	cut, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(cut, io.NewSectionReader(f, from, size-from))
	if err := errors.Join(err, cut.Sync(), cut.Close(), syncDir(r.fs.dir)); err != nil {
		return err
	}
	return errors.Join(f.Truncate(from), f.Sync())
}
