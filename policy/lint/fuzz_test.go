// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/lint"
)

// FuzzCheck checks, of any text, that findings have a place in it, that a
// document without placeholders allows its examples, and that fixes leave fewer
// findings, or such that are less bad.
func FuzzCheck(f *testing.F) {
	files, err := filepath.Glob("testdata/printed/*")
	if err != nil || len(files) == 0 {
		f.Fatal("no documents", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, uint8(lint.GuessType(text)))
	}
	for _, c := range cases {
		f.Add(statement(c.statement), uint8(c.kind))
	}
	l := linter()
	f.Fuzz(func(t *testing.T, text []byte, kind uint8) {
		if len(text) > 4<<10 {
			return
		}
		r := l.Check(text, policy.Type(kind%7))
		for i := range r.Findings {
			x := &r.Findings[i]
			if s, e := x.Range.Start.Offset, x.Range.End.Offset; s < 0 || e < s || e > len(text) || x.Range.Start.Line < 1 || x.Range.Start.Column < 1 {
				t.Fatalf("found at %+v of %d bytes", x.Range, len(text))
			}
			if x.Example != nil && plain(text) && r.Type == policy.Identity && !allows(t, text, r.Type, x.Example) {
				t.Fatalf("the example is denied: %+v", x.Example)
			}
			if x.Fix != nil {
				if after := l.Check(lint.Apply(text, x.Fix.Edits), r.Type); slices.Compare(weigh(after), weigh(r)) >= 0 {
					t.Fatalf("%s: the fix leaves %v of %v findings", x.Rule, weigh(after), weigh(r))
				}
			}
		}
	})
}

// plain reports whether the text has neither placeholders, which ${0} may be, nor
// comments.
func plain(text []byte) bool {
	return bytes.Count(text, []byte("${")) == bytes.Count(text, []byte("${aws:")) && !bytes.ContainsAny(text, "<%") && bytes.Count(text, []byte("{")) == bytes.Count(text, []byte(":{"))+bytes.Count(text, []byte("${"))+2 && !bytes.Contains(text, []byte("//")) && !bytes.Contains(text, []byte("/*"))
}
