// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"bytes"
	"unicode/utf8"
)

// Size returns the length of a document in characters as IAM counts it against
// its quotas: without the white space between the tokens. White space inside
// of strings counts. For text that is not JSON the result says little.
func Size(text []byte) int {
	n := 0
	for len(text) > 0 {
		if text[0] == '"' {
			k := stringLen(text)
			n += utf8.RuneCount(text[:k])
			text = text[k:]
			continue
		}
		k := bytes.IndexByte(text, '"')
		if k < 0 {
			k = len(text)
		}
		n += sizeBetween(text[:k])
		text = text[k:]
	}
	return n
}

// sizeBetween counts the characters of text outside of strings.
func sizeBetween(text []byte) int {
	n := utf8.RuneCount(text)
	for _, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n':
			n--
		}
	}
	return n
}

// stringLen returns the length of the JSON string that text begins with.
func stringLen(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
