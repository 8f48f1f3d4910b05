// SPDX-License-Identifier: Apache-2.0

// Package quote writes strings as JSON, which is most of what an answer and a
// record of the decision log consist of.
package quote

import "github.com/go-json-experiment/json/jsontext"

// Append appends s to dst as a JSON string. Bytes that are no UTF-8 become U+FFFD.
func Append[T ~string | ~[]byte](dst []byte, s T) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			dst, _ = jsontext.AppendQuote(dst, s) // the error says that s was mended
			return dst
		}
	}
	dst = append(dst, '"') // as most are, and in a tenth of the time
	dst = append(dst, s...)
	return append(dst, '"')
}
