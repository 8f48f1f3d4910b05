// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// A Severity says how bad a finding is.
type Severity uint8

// The severities, in rising order.
const (
	Note    Severity = iota // worth knowing
	Warning                 // a leak under circumstances, or a permission that does nothing
	Error                   // a leak, or a document that AWS refuses
)

var severityNames = [...]string{Note: "note", Warning: "warning", Error: "error"}

// String returns the name, as SARIF spells it.
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return "unknown severity"
}

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ParseSeverity reads a name: note, warning or error.
func ParseSeverity(name string) (Severity, error) {
	for s, n := range severityNames {
		if n == name {
			return Severity(s), nil
		}
	}
	return 0, fmt.Errorf("severity %q is not note, warning or error", name)
}

// A Position is a place in a document.
type Position struct {
	Offset int `json:"offset"` // in bytes, from 0
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // in characters, from 1
}

// A Range is the text from Start up to, but without, End.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// A Finding is one thing wrong with a document.
type Finding struct {
	Rule      string   `json:"rule"` // id of a [Rule]
	Severity  Severity `json:"severity"`
	Message   string   `json:"message"`
	Range     Range    `json:"range"`     // of the offending value
	Statement int      `json:"statement"` // from 0; -1 if it is about the document
	Sid       string   `json:"sid,omitempty"`
	Example   *Request `json:"example,omitempty"` // allowed, and should not be
	Fix       *Fix     `json:"fix,omitempty"`
}

// A Request is one that a document allows. Context values are strings, or lists
// of them for multivalued keys.
type Request struct {
	Note      string         `json:"note,omitempty"` // what it shows
	Principal string         `json:"principal"`
	Action    string         `json:"action"`
	Resource  string         `json:"resource"` // "*" if the action has none
	Context   map[string]any `json:"context"`
	// Policy is the document that the template became, if it matters what a
	// placeholder was replaced with.
	Policy string `json:"policy,omitempty"`
}

// A Fix is a change that makes a finding go away. Its edits do not overlap and
// are in the order of the text.
type Fix struct {
	Description string `json:"description"`
	Edits       []Edit `json:"edits"`
	// Control is a request that was allowed, should be, and still is.
	Control *Request `json:"control,omitempty"`
}

// An Edit replaces a range of the document.
type Edit struct {
	Range Range  `json:"range"`
	New   string `json:"new"`
}

// A Report is what the linter says of one document.
type Report struct {
	Type     policy.Type // given, or guessed
	Findings []Finding   // in the order of the text
}

// position returns the place of the byte at offset.
func position(text []byte, offset int) Position {
	p := Position{Offset: offset, Line: 1}
	start := 0
	for i, c := range text[:offset] {
		if c == '\n' {
			p.Line++
			start = i + 1
		}
	}
	p.Column = utf8.RuneCount(text[start:offset]) + 1
	return p
}

func rangeOf(text []byte, s span) Range {
	return Range{position(text, s.start), position(text, s.end)}
}

// Apply returns text with the edits made, which must be those of a [Fix] for
// this text.
func Apply(text []byte, edits []Edit) []byte {
	var out []byte
	done := 0
	for _, e := range edits {
		out = append(out, text[done:e.Range.Start.Offset]...)
		out = append(out, e.New...)
		done = e.Range.End.Offset
	}
	return append(out, text[done:]...)
}
