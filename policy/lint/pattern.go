// SPDX-License-Identifier: Apache-2.0

package lint

import "strings"

// A token is one step of a pattern as written.
type token struct {
	kind tokenKind
	text string // literal: the text; hole: what examples put there; variable: its default
	key  string // variable: the condition key, as written
	dflt bool   // variable: has a default
	raw  string // as written
}

type tokenKind uint8

const (
	literal tokenKind = iota
	anyRun            // *
	anyOne            // ?
	variable
	hole // a placeholder for a tenant's text
)

// isTenant reports whether the token is text that differs between tenants.
func (t token) isTenant() bool { return t.kind == variable || t.kind == hole }

// variableLen returns the length of the policy variable that s begins with, or
// 0.
func variableLen(s string) int {
	if !strings.HasPrefix(s, "${") {
		return 0
	}
	return strings.IndexByte(s, '}') + 1
}

// parsePattern reads a value. Only under version 2012-10-17 are there
// variables.
func parsePattern(s string, variables bool) []token {
	var ts []token
	add := func(t token) {
		if k := len(ts) - 1; t.kind == literal && k >= 0 && ts[k].kind == literal {
			ts[k].text += t.text
			ts[k].raw += t.raw
			return
		}
		ts = append(ts, t)
	}
	for s != "" {
		n, fixed := placeholderLen(s)
		v := variableLen(s)
		switch {
		case n > 0:
			t := token{kind: hole, raw: s[:n]}
			if fixed {
				t.kind = literal
			}
			t.text = placeholder{text: s[:n], fixed: fixed}.sample(own)
			add(t)
		case variables && v > 0:
			n = v
			add(parseVariable(s[:n]))
		case s[0] == '*':
			n = 1
			add(token{kind: anyRun, raw: "*"})
		case s[0] == '?':
			n = 1
			add(token{kind: anyOne, raw: "?"})
		default:
			n = 1
			add(token{kind: literal, text: s[:1], raw: s[:1]})
		}
		s = s[n:]
	}
	return ts
}

func parseVariable(raw string) token {
	inner := raw[len("${") : len(raw)-len("}")]
	if inner == "*" || inner == "?" || inner == "$" {
		return token{kind: literal, text: inner, raw: raw}
	}
	key, dflt, ok := strings.Cut(inner, ",")
	return token{kind: variable, key: key, text: strings.Trim(dflt, " '"), dflt: ok, raw: raw}
}

// write returns the pattern's text as written.
func write(ts []token) string {
	var b strings.Builder
	for _, t := range ts {
		b.WriteString(t.raw)
	}
	return b.String()
}

// instantiate returns a text that the pattern matches for a caller whose
// variables are value, with run for each *.
func instantiate(ts []token, value, run string) string {
	var b strings.Builder
	for _, t := range ts {
		switch t.kind {
		case literal, hole:
			b.WriteString(t.text)
		case variable:
			b.WriteString(value)
		case anyRun:
			b.WriteString(run)
		case anyOne:
			b.WriteString("x")
		}
	}
	return b.String()
}

// A step is one of a pattern of which only matters what it has in common with
// another.
type step struct {
	char byte // 0: any
	run  bool // any number of them
	name bool // no slashes and colons, if char is 0
}

// shapeOf returns the steps of a resource type's form, in which * is any run
// and + one without slashes and colons.
func shapeOf(form string) []step {
	ss := make([]step, len(form))
	for i := range len(form) {
		switch form[i] {
		case '*':
			ss[i] = step{run: true}
		case '+':
			ss[i] = step{run: true, name: true}
		default:
			ss[i] = step{char: form[i]}
		}
	}
	return ss
}

// stepsOf returns the steps of a pattern; a tenant's text may be any.
func stepsOf(ts []token) []step {
	var ss []step
	for _, t := range ts {
		switch t.kind {
		case literal:
			for i := range len(t.text) {
				ss = append(ss, step{char: t.text[i]})
			}
		case anyOne:
			ss = append(ss, step{})
		default:
			ss = append(ss, step{run: true})
		}
	}
	return ss
}

// meet reports whether some text matches both a and b. It goes through a, and
// keeps which steps of b can be next.
func meet(a, b []step) bool {
	now := make([]bool, len(b)+1)
	now[0] = true
	for i := 0; ; i++ {
		next := make([]bool, len(b)+1)
		for j := range b {
			if !now[j] {
				continue
			}
			now[j+1] = now[j+1] || b[j].run // which ends
			if i == len(a) || !both(a[i], b[j]) {
				continue
			}
			switch {
			case a[i].run:
				now[j+1] = true // a goes on
			case b[j].run:
				next[j] = true // b goes on
			default:
				next[j+1] = true
			}
		}
		if i == len(a) {
			return now[len(b)]
		}
		if a[i].run {
			for j := range now {
				next[j] = next[j] || now[j] // which ends
			}
		}
		now = next
	}
}

// both reports whether a character can be both.
func both(x, y step) bool {
	switch {
	case x.char != 0 && y.char != 0:
		return x.char == y.char
	case x.char != 0:
		return !y.name || x.char != '/' && x.char != ':'
	case y.char != 0:
		return !x.name || y.char != '/' && y.char != ':'
	default:
		return true
	}
}
