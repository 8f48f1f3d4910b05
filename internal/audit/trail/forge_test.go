// SPDX-License-Identifier: Apache-2.0

package trail_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// A forge makes logs: honest ones and others.
type forge struct {
	t     testing.TB
	key   ed25519.PrivateKey
	files []string
	text  map[string][][]byte // lines by file
	lines uint64
	last  uint64
	chain trail.Value
}

// keyOf returns a key that is the same every time.
func keyOf(name string) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, name)
	return ed25519.NewKeyFromSeed(seed)
}

func publicOf(name string) ed25519.PublicKey { return keyOf(name).Public().(ed25519.PublicKey) }

func newForge(t testing.TB) *forge {
	return &forge{t: t, key: keyOf("first"), text: map[string][][]byte{}}
}

func (f *forge) file() string { return f.files[len(f.files)-1] }

func (f *forge) line(text []byte) {
	line, next := f.chain.AppendLine(nil, text)
	f.text[f.file()] = append(f.text[f.file()], line)
	f.chain = next
	f.lines++
}

// begin begins a file.
func (f *forge) begin() {
	f.files = append(f.files, trail.FileName(f.lines))
	f.note(trail.Note{Kind: trail.Checkpoint, Reason: trail.Begin})
}

// record adds n records.
func (f *forge) record(n int) {
	for range n {
		f.last++
		f.line(fmt.Appendf(nil, `{"seq":%d,"time":"2026-01-02T03:04:05.000000Z","requestId":"r%d","decision":"Allow","checks":[]}`, f.last, f.last))
	}
}

func (f *forge) note(n trail.Note) {
	f.t.Helper()
	n.Time, n.File, n.Last, n.Lines, n.Previous = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), f.file(), f.last, f.lines, f.chain
	var next ed25519.PrivateKey
	if n.Kind == trail.Rekey {
		next = keyOf("next")
	}
	text, err := n.Sign(f.key, next)
	if err != nil {
		f.t.Fatal(err)
	}
	f.line(text)
	if next != nil {
		f.key = next
	}
}

// save writes the files to a directory.
func (f *forge) save() string {
	f.t.Helper()
	dir := f.t.(interface{ TempDir() string }).TempDir()
	for name, lines := range f.text {
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Join(lines, nil), 0o600); err != nil {
			f.t.Fatal(err)
		}
	}
	return dir
}

// rechain computes the chain anew from a line on, as anybody can. What notes say of
// the chain before them is mended too; their signatures can't be.
func (f *forge) rechain() {
	chain := trail.Value{}
	for _, name := range f.files {
		for i, line := range f.text[name] {
			l, err := trail.ParseLine(bytes.TrimSuffix(line, []byte("\n")))
			if err != nil {
				f.t.Fatal(err)
			}
			f.text[name][i], chain = chain.AppendLine(nil, l.Text())
		}
	}
}

// honest returns a log of three files: 5 records, 5 and a new key, 5 and 2 that are
// not signed.
func honest(t testing.TB) *forge {
	f := newForge(t)
	f.begin()
	f.record(5)
	f.note(trail.Note{Kind: trail.Checkpoint, Reason: trail.End})
	f.begin()
	f.record(3)
	f.note(trail.Note{Kind: trail.Rekey})
	f.record(2)
	f.note(trail.Note{Kind: trail.Checkpoint, Reason: trail.End})
	f.begin()
	f.record(5)
	f.note(trail.Note{Kind: trail.Checkpoint, Reason: trail.Due})
	f.record(2)
	return f
}

// retired returns an honest log whose first file was removed as it says.
func retired(t testing.TB) *forge {
	f := honest(t)
	f.note(trail.Note{Kind: trail.Retention, Kept: f.files[1], Gone: 7})
	delete(f.text, f.files[0])
	return f
}
