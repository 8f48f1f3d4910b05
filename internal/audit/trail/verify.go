// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A Fault is the first place at which a log is not as it was written.
type Fault struct {
	File string
	Line int // in the file, the first is 1; 0 for the file as a whole
	What string
}

func (f *Fault) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.What
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What)
}

// A Head is a place in the log: after so many lines the chain came to the value.
// Who keeps one can tell later that the log has only grown since.
type Head struct {
	Lines uint64
	Chain Value
}

// A Report is what was verified.
type Report struct {
	Files    int
	Retired  uint64 // lines before the first file, whose removal is signed for
	Records  uint64
	Head     Head
	Unsigned uint64              // lines after the last note
	Signed   time.Time           // of the last note
	Keys     []ed25519.PublicKey // that have signed, each vouched for by the one before
}

// Options say what a log is to be held against.
type Options struct {
	// Key, if not nil, must be one of those that have signed. Without it, who has
	// made the whole log anew with a key of his own isn't found.
	Key ed25519.PublicKey
	// Since, if its Lines aren't 0, must be a place in the log.
	Since Head
}

// errEmpty means that there is no log.
var errEmpty = errors.New("there are no files of a decision log")

// Verify reads all of the log's files in dir and returns what they come to, or
// the first [Fault]. The server may be writing meanwhile: what is not a whole line
// at the end of the last file doesn't count. It holds one line in memory.
func Verify(dir string, o Options) (*Report, error) {
	const attempts = 3 // files may be retired between the listing and the reading
	for i := 1; ; i++ {
		r, err := verifyOnce(dir, o)
		if i == attempts || !errors.Is(err, fs.ErrNotExist) {
			return r, err
		}
	}
}

func verifyOnce(dir string, o Options) (*Report, error) {
	names, err := Files(dir)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: %w", dir, errEmpty)
	}
	v := &verifier{options: o}
	for i, name := range names {
		if err := v.readFile(dir, name, i == len(names)-1); err != nil {
			return nil, err
		}
	}
	if err := v.finish(names[0]); err != nil {
		return nil, err
	}
	return &v.Report, nil
}

// A verifier has read the log up to its head.
type verifier struct {
	Report
	options Options
	last    uint64 // number of the last record
	gone    uint64 // lines whose removal is signed for
	matched bool   // the head of the options was passed
	begun   bool   // a file was
	file    string
	line    int
}

func (v *verifier) fault(format string, args ...any) error {
	return &Fault{v.file, v.line, fmt.Sprintf(format, args...)}
}

// readFile reads one file. latest says that none follows.
func (v *verifier) readFile(dir, name string, latest bool) error {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	v.file, v.line = name, 0
	s := NewScanner(f)
	for {
		text, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		v.line++
		if errors.Is(err, ErrLong) {
			return v.fault("the line is too long for one of the log")
		}
		if err != nil {
			return err
		}
		if err := v.take(text); err != nil {
			return err
		}
	}
	switch {
	case !latest && s.Begun():
		v.line++
		return v.fault("the line has no end: the file was cut")
	case !latest && v.line == 0:
		return v.fault("the file is empty")
	}
	v.Files++
	return nil
}

// take checks the next line.
func (v *verifier) take(text []byte) error {
	l, err := ParseLine(text)
	if err != nil {
		return v.fault("not a line of the log: it was damaged or changed")
	}
	if v.line == 1 {
		if err := v.begin(l); err != nil {
			return err
		}
	}
	if !l.Follows(v.Head.Chain) {
		return v.fault("the chain breaks: this line was changed, inserted or moved, or lines before it were removed")
	}
	if l.IsNote() {
		if err := v.note(l); err != nil {
			return err
		}
	} else {
		seq, ok := l.Seq()
		if !ok || seq <= v.last {
			return v.fault("the record's number does not follow %d", v.last)
		}
		v.last = seq
		v.Records++
		if v.Unsigned++; v.Unsigned > MaxUnsigned {
			return v.fault("%d lines are not signed: the log would have signed them", v.Unsigned)
		}
	}
	v.Head = Head{v.Head.Lines + 1, l.Chain}
	if since := v.options.Since; since.Lines == v.Head.Lines {
		if since.Chain != v.Head.Chain {
			return v.fault("after %d lines the log was another: it was made anew", since.Lines)
		}
		v.matched = true
	}
	return nil
}

// begin checks that the first line of a file says where the one before ended.
func (v *verifier) begin(l Line) error {
	n, err := ParseNote(l)
	if errors.Is(err, ErrSignature) {
		return v.fault("the signature is not right")
	}
	if err != nil || n.Kind != Checkpoint || n.Reason != Begin {
		return v.fault("the file does not begin with its checkpoint: lines were removed")
	}
	if !v.begun { // all that was before is retired
		v.begun = true
		v.Head, v.last, v.Retired = Head{n.Lines, n.Previous}, n.Last, n.Lines
		v.Keys = []ed25519.PublicKey{n.Key}
		return nil
	}
	switch {
	case n.Lines > v.Head.Lines:
		return v.fault("%d lines are missing before this file: files, or the end of one, were removed", n.Lines-v.Head.Lines)
	case n.Lines < v.Head.Lines || n.Previous != v.Head.Chain:
		return v.fault("the file does not follow the one before: lines were added or changed at its end")
	}
	return nil
}

// note checks a note, whose signature covers all before it.
func (v *verifier) note(l Line) error {
	n, err := ParseNote(l)
	if errors.Is(err, ErrSignature) {
		return v.fault("the signature is not right")
	}
	if err != nil {
		return v.fault("not a note of the log")
	}
	if !n.Key.Equal(v.Keys[len(v.Keys)-1]) {
		return v.fault("signed with a key that the one before does not vouch for")
	}
	if n.File != v.file || n.Lines != v.Head.Lines || n.Last != v.last || n.Previous != v.Head.Chain {
		return v.fault("the note is of another place of the log")
	}
	switch n.Kind {
	case Checkpoint:
	case Rekey:
		v.Keys = append(v.Keys, n.Next)
	case Retention:
		v.gone = max(v.gone, n.Gone)
	default:
		return v.fault("a note of an unknown kind")
	}
	v.Unsigned, v.Signed = 0, n.Time
	return nil
}

// finish checks what only the whole log shows.
func (v *verifier) finish(first string) error {
	v.file, v.line = first, 0
	if !v.begun {
		return v.fault("the file is empty")
	}
	if v.gone < v.Retired {
		return v.fault("the %d lines before this file are gone, and no note says that they were retired", v.Retired)
	}
	if key := v.options.Key; key != nil && !slices.ContainsFunc(v.Keys, func(k ed25519.PublicKey) bool { return k.Equal(key) }) {
		return v.fault("the log is not signed with the key that was given")
	}
	since := v.options.Since
	switch {
	case since.Lines == 0 || v.matched || since == Head{v.Retired, since.Chain}:
		return nil
	case since.Lines > v.Head.Lines:
		return v.fault("the log has %d lines, and had %d: its end was removed", v.Head.Lines, since.Lines)
	}
	return nil // that place is retired
}
