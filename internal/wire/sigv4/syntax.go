// SPDX-License-Identifier: Apache-2.0

package sigv4

// maxHeaderName is the longest header name that may be signed, in bytes.
const maxHeaderName = 128

// A class is a set of kinds of bytes.
type class uint8

const (
	digit  class = 1 << iota
	hexLow       // a-f
	lower
	upper
	mark // in header names beside letters and digits, RFC 9110 tchar
	urlMark
	under
	hyphen
)

// classes is the table of every byte's kinds.
var classes = makeClasses()

func makeClasses() (t [256]class) {
	for c := '0'; c <= '9'; c++ {
		t[c] |= digit
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c] |= lower
	}
	for c := 'a'; c <= 'f'; c++ {
		t[c] |= hexLow
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c] |= upper
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] |= mark
	}
	for _, c := range "-._~" {
		t[c] |= urlMark
	}
	t['_'] |= under
	t['-'] |= hyphen
	return t
}

// only reports whether s has 1 to most bytes, all of the kinds in set.
func only(s string, set class, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	for i := range len(s) {
		if classes[s[i]]&set == 0 {
			return false
		}
	}
	return true
}

func isHex64(s string) bool         { return len(s) == 64 && only(s, digit|hexLow, 64) }
func isDigits(s string, n int) bool { return len(s) == n && only(s, digit, n) }
func isHeaderName(s string) bool    { return only(s, digit|lower|mark, maxHeaderName) }
func isName(s string, n int) bool   { return only(s, digit|lower|upper|under|hyphen, n) }
func isUnreserved(c byte) bool      { return classes[c]&(digit|lower|upper|urlMark) != 0 }
