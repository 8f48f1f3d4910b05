// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strings"
	"unicode/utf8"
)

// A Position is a place in a document. Lines and columns, of characters, are
// counted from 1.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Position returns where statement i begins: at its opening brace.
func (p *Policy) Position(i int) Position {
	s := p.statements[i].text
	brace := strings.IndexByte(p.text[s.after:], '{') // only white space and one delimiter can come before
	return positionOf(p.text, s.after+brace)
}

// Span returns statement i's place as the policy simulator of IAM reports it. One
// in a list begins at the end of what comes before it, be that the opening bracket
// or another statement. The end is just after the closing brace.
func (p *Policy) Span(i int) (start, end Position) {
	s := p.statements[i].text
	start = positionOf(p.text, s.after)
	if alone := strings.HasPrefix(strings.TrimLeft(p.text[s.after:], " \t\r\n"), ":"); alone {
		start = p.Position(i)
	}
	return start, positionOf(p.text, s.end)
}

func positionOf(text string, offset int) Position {
	before := text[:offset]
	line := strings.Count(before, "\n")
	return Position{line + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1}
}
