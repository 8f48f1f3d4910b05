// SPDX-License-Identifier: Apache-2.0

package trail_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// FuzzLine reads lines. One that is accepted is written the same again, and none
// that was altered follows where it stood.
func FuzzLine(f *testing.F) {
	log := honest(f)
	for _, lines := range log.text {
		for _, line := range lines {
			f.Add(bytes.TrimSuffix(line, []byte("\n")))
		}
	}
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := trail.ParseLine(text)
		if err != nil {
			return
		}
		again, next := trail.Value{}.AppendLine(nil, l.Text())
		if bytes.Equal(again, append(bytes.Clone(text), '\n')) != (next == l.Chain) || l.Follows(trail.Value{}) != (next == l.Chain) {
			t.Errorf("%q is written as %q", text, again)
		}
		seq, isRecord := l.Seq()
		if isRecord && l.IsNote() {
			t.Errorf("%q is both", text)
		}
		if n, err := trail.ParseNote(l); err == nil && (isRecord || n.Key == nil) {
			t.Errorf("%q is a note", text)
		}
		if r, err := trail.ParseRecord(text); err == nil && (!isRecord || r.Seq != seq) {
			t.Errorf("%q has number %d, and by its head %d", text, r.Seq, seq)
		}
	})
}

// FuzzFile verifies files. What was not written so by who has the key is never
// good, but for what comes after the last signature.
func FuzzFile(f *testing.F) {
	log := newForge(f)
	log.begin()
	log.record(2)
	log.note(trail.Note{Kind: trail.Checkpoint, Reason: trail.Stop})
	whole := bytes.Join(log.text[log.file()], nil)
	f.Add(whole)
	f.Add(bytes.Replace(whole, []byte("Allow"), []byte("Deny!"), 1))
	f.Add(whole[:len(whole)-1])
	dir := f.TempDir() // a directory for each input takes most of the time
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, trail.FileName(0)), text, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := trail.Verify(dir, trail.Options{Key: publicOf("first")})
		if err != nil {
			return
		}
		var signed []byte
		for i, line := range bytes.SplitAfter(text, []byte("\n")) {
			if uint64(i) < r.Head.Lines-r.Unsigned {
				signed = append(signed, line...)
			}
		}
		if !bytes.HasPrefix(whole, signed) {
			t.Errorf("good is %q", signed)
		}
	})
}

// FuzzKey reads public keys.
func FuzzKey(f *testing.F) {
	text, err := trail.EncodeKey(publicOf("first"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := trail.ParseKey(text)
		if err != nil {
			return
		}
		again, err := trail.EncodeKey(key)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := trail.ParseKey(again); err != nil || !same.Equal(key) {
			t.Errorf("%x is written as %q", key, again)
		}
	})
}
