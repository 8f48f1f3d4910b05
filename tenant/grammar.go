// SPDX-License-Identifier: Apache-2.0

package tenant

import (
	"errors"
	"fmt"
	"strings"
)

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"

	// punctuation is every character beyond letters and digits that a grammar
	// can ever admit. Session tags, role names and session names all take
	// these, and no policy, ARN, path or search expression gives them a
	// meaning. It is a list of what is allowed, so that a character nobody
	// thought of is refused.
	punctuation = "-_.@+="

	defaultSeparators = "#/:-"
	defaultMin        = 4
	defaultMax        = 32

	// maxLength is what IAM role names and STS session names can hold.
	maxLength = 64

	// maxShown bounds how much of a refused id an error repeats.
	maxShown = 32
)

// ErrInvalid is what every error of [Grammar.Parse] is. Test for it with
// errors.Is.
var ErrInvalid = errors.New("invalid tenant id")

// Rules say what a [Grammar] admits. The zero value stands for the default:
// lower-case letters and digits, 4 to 32 of them.
type Rules struct {
	// Min and Max bound the length of an id in characters; default 4 and 32.
	// Max is at most 64, which is what role and session names can hold.
	Min, Max int

	// Uppercase admits A to Z besides a to z. Ids are compared exactly, so
	// Acme and acme are then two tenants, which not everything that stores a
	// name can tell apart: IAM role names cannot.
	Uppercase bool

	// Punctuation lists further characters to admit, out of - _ . @ + and =.
	// An id begins and ends with a letter or a digit all the same. Default
	// none.
	Punctuation string

	// Separators lists the characters that the application puts beside an id
	// when it makes keys and names, such as the # of acme#order#1. No id may
	// hold one of them: if acme and acme#eu were both tenants, what begins
	// with acme# would belong to both. At most 16 printable ASCII characters;
	// default #, /, : and -.
	Separators string
}

// A Grammar says which strings are tenant ids. It is a value that can be
// copied, compared and used from several goroutines. The zero Grammar is the
// default one, [a-z0-9]{4,32}.
type Grammar struct {
	min, max int
	allowed  charset
}

// charset is a set of ASCII characters.
type charset [2]uint64

func (s *charset) add(chars string) {
	for i := range len(chars) {
		s[chars[i]>>6] |= 1 << (chars[i] & 63)
	}
}

func (s *charset) has(c byte) bool {
	return c < 0x80 && s[c>>6]&(1<<(c&63)) != 0
}

// NewGrammar returns the grammar of r. It refuses rules that would admit
// anything but letters, digits and the characters that [Rules] names, or one of
// the separators: no asterisk, question mark, dollar sign, brace, quote,
// backslash, slash, blank or control character can ever be part of an id.
func NewGrammar(r Rules) (Grammar, error) {
	if r.Min == 0 {
		r.Min = defaultMin
	}
	if r.Max == 0 {
		r.Max = defaultMax
	}
	if r.Separators == "" {
		r.Separators = defaultSeparators
	}
	if r.Min < 1 || r.Max < r.Min || r.Max > maxLength {
		return Grammar{}, fmt.Errorf("tenant: length %d to %d is not within 1 to %d", r.Min, r.Max, maxLength)
	}
	if err := checkSeparators(r.Separators); err != nil {
		return Grammar{}, err
	}
	g := Grammar{min: r.Min, max: r.Max}
	g.allowed.add(lower + digits)
	if r.Uppercase {
		g.allowed.add(upper)
	}
	for _, c := range r.Punctuation {
		if !strings.ContainsRune(punctuation, c) {
			return Grammar{}, fmt.Errorf("tenant: %q cannot be part of a tenant id, only letters, digits and %s can", c, punctuation)
		}
		if strings.ContainsRune(r.Separators, c) {
			return Grammar{}, fmt.Errorf("tenant: %q is a separator and cannot be part of a tenant id", c)
		}
		g.allowed.add(string(c))
	}
	return g, nil
}

// checkSeparators reports separators that could never separate: the letters
// and digits that ids are made of, and what is not printable ASCII.
func checkSeparators(seps string) error {
	if len(seps) > 16 {
		return fmt.Errorf("tenant: %d separators are more than 16", len(seps))
	}
	for _, c := range seps {
		if c <= ' ' || c > '~' || strings.ContainsRune(lower+upper+digits, c) {
			return fmt.Errorf("tenant: %q cannot be a separator", c)
		}
	}
	return nil
}

// orDefault makes the zero Grammar the default one.
func (g Grammar) orDefault() Grammar {
	if g.max == 0 {
		g.min, g.max = defaultMin, defaultMax
		g.allowed.add(lower + digits)
	}
	return g
}

// MinLen returns how many characters an id has at least.
func (g Grammar) MinLen() int { return g.orDefault().min }

// MaxLen returns how many characters an id has at most.
func (g Grammar) MaxLen() int { return g.orDefault().max }

// Allows reports whether c may occur in an id.
func (g Grammar) Allows(c byte) bool {
	g = g.orDefault()
	return g.allowed.has(c)
}

// Parse returns s as an id if it is one. Nothing is trimmed, folded or
// normalised: two strings that differ are never the same tenant. An error is an
// [ErrInvalid] and repeats no more than a short, quoted part of s.
func (g Grammar) Parse(s string) (ID, error) {
	g = g.orDefault()
	if len(s) < g.min || len(s) > g.max {
		return "", fmt.Errorf("%w %s: it has %d bytes, not %d to %d", ErrInvalid, shown(s), len(s), g.min, g.max)
	}
	for i := range len(s) {
		if !g.allowed.has(s[i]) {
			return "", fmt.Errorf("%w %s: byte %d is not an allowed character", ErrInvalid, shown(s), i)
		}
	}
	if !alphanumeric(s[0]) || !alphanumeric(s[len(s)-1]) {
		return "", fmt.Errorf("%w %s: it does not begin and end with a letter or a digit", ErrInvalid, shown(s))
	}
	return ID(s), nil
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// shown quotes the beginning of s: strangers choose it, and it reaches logs.
func shown(s string) string {
	if len(s) <= maxShown {
		return fmt.Sprintf("%+q", s)
	}
	return fmt.Sprintf("%+q...", s[:maxShown])
}
