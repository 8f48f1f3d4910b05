// SPDX-License-Identifier: Apache-2.0

package sigv4

import "strings"

// appendEscaped appends c as AWS encodes it in URIs: unreserved characters
// (RFC 3986) stand for themselves, all others become %XX.
func appendEscaped(dst []byte, c byte) []byte {
	if isUnreserved(c) {
		return append(dst, c)
	}
	const digits = "0123456789ABCDEF"
	return append(dst, '%', digits[c>>4], digits[c&15])
}

// appendReescaped decodes a part of a query and appends it encoded in the one
// canonical way. It reports whether s is well formed.
func appendReescaped(dst []byte, s string) ([]byte, bool) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch c {
		case '%':
			var ok bool
			if c, ok = unhex(s, i); !ok {
				return dst, false
			}
			i += 2
		case '+':
			c = ' '
		case ';':
			return dst, false // see unescape
		}
		dst = appendEscaped(dst, c)
	}
	return dst, true
}

// unescape decodes a part of a query. A raw semicolon is refused: some
// readers, among them net/url, drop parameters that contain one, so that the
// handler would not see what was signed.
func unescape(s string) (string, bool) {
	if !strings.ContainsAny(s, "%+;") {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch c {
		case '%':
			var ok bool
			if c, ok = unhex(s, i); !ok {
				return "", false
			}
			i += 2
		case '+':
			c = ' '
		case ';':
			return "", false
		}
		b = append(b, c)
	}
	return string(b), true
}

// unhex decodes the escape sequence %XX that begins at s[i].
func unhex(s string, i int) (byte, bool) {
	if len(s)-i < 3 {
		return 0, false
	}
	hi, ok1 := hexValue(s[i+1])
	lo, ok2 := hexValue(s[i+2])
	return hi<<4 | lo, ok1 && ok2
}

func hexValue(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
