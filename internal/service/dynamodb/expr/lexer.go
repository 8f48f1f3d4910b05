// SPDX-License-Identifier: Apache-2.0

package expr

import "strings"

// A tokenKind is what a token is. Punctuation is its own kind, the first byte;
// of two bytes, the constants below.
type tokenKind byte

const (
	tokenEOF tokenKind = iota
	tokenIdent
	tokenName   // #name
	tokenValue  // :value
	tokenDigits // of a list index
	tokenBad
	tokenLE // <=
	tokenGE // >=
	tokenNE // <>
)

type token struct {
	kind       tokenKind
	start, end int
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool { return isLetter(c) || isDigit(c) }

// lex cuts a text into tokens, the last of which is tokenEOF.
func lex(text string) []token {
	tokens := make([]token, 0, len(text)/3+2)
	for i := 0; i < len(text); {
		if strings.IndexByte(" \t\r\n", text[i]) >= 0 {
			i++
			continue
		}
		kind, n := next(text[i:])
		tokens = append(tokens, token{kind, i, i + n})
		i += n
	}
	return append(tokens, token{tokenEOF, len(text), len(text)})
}

// next returns the kind and length of the token that s begins with.
func next(s string) (tokenKind, int) {
	switch c := s[0]; {
	case isLetter(c):
		return tokenIdent, 1 + words(s[1:])
	case isDigit(c):
		n := 1
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		return tokenDigits, n
	case c == '#' || c == ':':
		n := words(s[1:])
		switch {
		case n == 0:
			return tokenBad, 1
		case c == '#':
			return tokenName, 1 + n
		}
		return tokenValue, 1 + n
	case c == '<' || c == '>':
		return angle(s)
	case strings.IndexByte("()[],.=+-", c) >= 0:
		return tokenKind(c), 1
	}
	return tokenBad, badLen(s)
}

func words(s string) int {
	n := 0
	for n < len(s) && isWord(s[n]) {
		n++
	}
	return n
}

func angle(s string) (tokenKind, int) {
	switch {
	case strings.HasPrefix(s, "<="):
		return tokenLE, 2
	case strings.HasPrefix(s, ">="):
		return tokenGE, 2
	case strings.HasPrefix(s, "<>"):
		return tokenNE, 2
	}
	return tokenKind(s[0]), 1
}

// badLen returns the length of one character, so that errors cut none in two.
func badLen(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}
