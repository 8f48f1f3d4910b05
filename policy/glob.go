// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A fold says which letters are the same.
type fold uint8

const (
	exact       fold = iota
	foldASCII        // A–Z are a–z
	foldUnicode      // Unicode simple folding
)

// match reports whether the pattern matches the whole of s, with the values
// that resolve returned for its variables. It takes time proportional to the
// product of the lengths: on a mismatch only the last * has to give, as what
// an earlier one could gain the last one can too.
func (p *pattern) match(vals []string, s string, f fold) bool {
	t, i := 0, 0
	star, mark := -1, 0 // the last *, and where what follows it was tried
	for {
		if t == len(p.tokens) {
			if i == len(s) {
				return true
			}
		} else if tok := &p.tokens[t]; tok.kind == anyRun {
			t++
			if t == len(p.tokens) {
				return true
			}
			star, mark = t, i
			continue
		} else if n := tok.consume(vals, s[i:], f); n >= 0 {
			i += n
			t++
			continue
		}
		if star < 0 || mark == len(s) {
			return false
		}
		mark += runeLen(s[mark:])
		t, i = star, mark
	}
}

// consume returns how many bytes at the start of s the token matches, or -1.
func (t *token) consume(vals []string, s string, f fold) int {
	switch t.kind {
	case anyOne:
		if s == "" {
			return -1
		}
		return runeLen(s)
	case variable:
		return prefixLen(s, vals[t.slot], f)
	default:
		return prefixLen(s, t.text, f)
	}
}

// runeLen returns the length of the code point that s begins with; a byte
// that is not UTF-8 counts as one.
func runeLen(s string) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// prefixLen returns how many bytes of s the text lit takes, or -1 if s does
// not begin with it.
func prefixLen(s, lit string, f fold) int {
	switch f {
	case exact:
		if strings.HasPrefix(s, lit) {
			return len(lit)
		}
		return -1
	case foldASCII:
		if len(s) >= len(lit) && equalASCII(s[:len(lit)], lit) {
			return len(lit)
		}
		return -1
	default:
		return prefixLenUnicode(s, lit)
	}
}

func prefixLenUnicode(s, lit string) int {
	i := 0
	for lit != "" {
		if i == len(s) {
			return -1
		}
		want, m := utf8.DecodeRuneInString(lit)
		got, n := utf8.DecodeRuneInString(s[i:])
		if want == utf8.RuneError || got == utf8.RuneError {
			if lit[:m] != s[i:i+n] {
				return -1
			}
		} else if !equalRune(got, want) {
			return -1
		}
		i += n
		lit = lit[m:]
	}
	return i
}

func equalRune(a, b rune) bool {
	if a == b {
		return true
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}

// equalASCII reports whether a and b, of equal length, are equal when A–Z are
// a–z.
func equalASCII(a, b string) bool {
	for i := range len(a) {
		if a[i] != b[i] && lowerASCII(a[i]) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
