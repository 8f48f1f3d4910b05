// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A tokenKind is what a token is. Punctuation of one byte is its own kind; of
// two, the constants below.
type tokenKind int

const (
	tokenEOF    tokenKind = -1 - iota
	tokenWord             // a bare name or keyword
	tokenQuoted           // a name in double quotes
	tokenString
	tokenNumber
	tokenNE // <> or !=
	tokenLE
	tokenGE
	tokenBag    // <<
	tokenBagEnd // >>
)

// A token is a piece of a statement. Its text is what it means: of names and
// strings, without quotes; of keywords, as written.
type token struct {
	kind       tokenKind
	text       string
	start, end int // bytes
}

// A lexer cuts a statement into tokens. Comments and blanks are not among them.
type lexer struct {
	text   string
	at     int
	tokens []token
}

// lex returns the tokens of a statement, tokenEOF last.
func lex(text string) ([]token, error) {
	l := &lexer{text: text}
	for {
		if err := l.skip(); err != nil {
			return nil, err
		}
		if l.at == len(text) {
			l.add(tokenEOF, "", l.at)
			return l.tokens, nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

// add appends the token that ends at end.
func (l *lexer) add(kind tokenKind, text string, end int) {
	l.tokens = append(l.tokens, token{kind, text, l.at, end})
	l.at = end
}

// skip passes over blanks and comments.
func (l *lexer) skip() error {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case strings.IndexByte(" \t\r\n\f\v", rest[0]) >= 0:
			l.at++
		case strings.HasPrefix(rest, "--"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				end = len(rest)
			}
			l.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return malformed(badLiteral)
			}
			l.at += end + len("/**/")
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) next() error {
	rest := l.text[l.at:]
	c := rest[0]
	switch {
	case c == '\'':
		return l.quoted(tokenString, '\'')
	case c == '"':
		return l.quoted(tokenQuoted, '"')
	case isDigit(c), c == '.' && len(rest) > 1 && isDigit(rest[1]) && !l.afterPath():
		return l.number()
	case isLetter(c):
		end := l.at + 1
		for end < len(l.text) && (isLetter(l.text[end]) || isDigit(l.text[end])) {
			end++
		}
		l.add(tokenWord, l.text[l.at:end], end)
		return nil
	}
	for _, two := range []struct {
		text string
		kind tokenKind
	}{{"<<", tokenBag}, {">>", tokenBagEnd}, {"<>", tokenNE}, {"!=", tokenNE}, {"<=", tokenLE}, {">=", tokenGE}} {
		if strings.HasPrefix(rest, two.text) {
			l.add(two.kind, two.text, l.at+2)
			return nil
		}
	}
	if strings.IndexByte("()[]{},.:;=<>+-*?", c) < 0 {
		return malformed(badLiteral)
	}
	l.add(tokenKind(c), rest[:1], l.at+1)
	return nil
}

// afterPath reports whether a dot here goes on with a path.
func (l *lexer) afterPath() bool {
	if len(l.tokens) == 0 {
		return false
	}
	last := l.tokens[len(l.tokens)-1]
	return last.end == l.at && (last.kind == tokenWord && !keywords[strings.ToUpper(last.text)] || last.kind == tokenQuoted || last.kind == ']')
}

// quoted reads what stands in quotes, in which two quotes mean one.
func (l *lexer) quoted(kind tokenKind, quote byte) error {
	var text strings.Builder
	for at := l.at + 1; ; {
		end := strings.IndexByte(l.text[at:], quote)
		if end < 0 {
			return malformed(badLiteral)
		}
		text.WriteString(l.text[at : at+end])
		at += end + 1
		if at == len(l.text) || l.text[at] != quote {
			l.add(kind, text.String(), at)
			return nil
		}
		text.WriteByte(quote)
		at++
	}
}

// number reads digits with a fraction and an exponent. What the exponent and
// the fraction say together must fit the 32 bits of a decimal's scale; whether
// DynamoDB has such a number is seen later.
func (l *lexer) number() error {
	end := l.digits(l.at)
	fraction := 0
	if end < len(l.text) && l.text[end] == '.' {
		point := end
		end = l.digits(point + 1)
		fraction = end - point - 1
	}
	if end < len(l.text) && (l.text[end] == 'e' || l.text[end] == 'E') {
		from := end + 1
		if from < len(l.text) && (l.text[from] == '+' || l.text[from] == '-') {
			from++
		}
		to := l.digits(from)
		if to == from {
			return malformed(badLiteral)
		}
		exponent, err := strconv.ParseInt(l.text[end+1:to], 10, 32)
		if scale := int64(fraction) - exponent; err != nil || scale > math.MaxInt32 || scale < math.MinInt32 {
			return malformed(badLiteral)
		}
		end = to
	}
	l.add(tokenNumber, l.text[l.at:end], end)
	return nil
}

// digits returns where the digits from there on end.
func (l *lexer) digits(from int) int {
	for from < len(l.text) && isDigit(l.text[from]) {
		from++
	}
	return from
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '$' || c >= utf8.RuneSelf
}

// position writes where in text a token stands, as errors do: line, column and
// length, in characters and from one.
func position(text string, t token) string {
	before := text[:t.start]
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return fmt.Sprintf("%d:%d:%d", line, column, utf8.RuneCountInString(text[t.start:t.end]))
}
