// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"strings"
)

// A number is a decimal integer or fraction. It is kept as digits, so any two
// compare exactly, and without allocation.
type number struct {
	negative bool
	whole    string // without leading zeros
	fraction string // without trailing zeros
}

// parseNumber reads a sign, digits, and a point with more digits. There must
// be one digit at least. It takes no exponent: AWS documents integers and
// fractions.
func parseNumber(s string) (number, bool) {
	var n number
	if s != "" && (s[0] == '-' || s[0] == '+') {
		n.negative = s[0] == '-'
		s = s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if !isDigits(whole) || !isDigits(fraction) || whole+fraction == "" {
		return number{}, false
	}
	n.whole = strings.TrimLeft(whole, "0")
	n.fraction = strings.TrimRight(fraction, "0")
	if n.whole == "" && n.fraction == "" {
		n.negative = false
	}
	return n, true
}

// isDigits reports whether s consists of digits; the empty string does.
func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// compare returns -1, 0 or 1 as n is less than, equal to or greater than m.
func (n number) compare(m number) int {
	switch {
	case n.negative && !m.negative:
		return -1
	case !n.negative && m.negative:
		return 1
	case n.negative:
		n, m = m, n
	}
	return cmp.Or(
		cmp.Compare(len(n.whole), len(m.whole)),
		strings.Compare(n.whole, m.whole),
		strings.Compare(n.fraction, m.fraction),
	)
}
