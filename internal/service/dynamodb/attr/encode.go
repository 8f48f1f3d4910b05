// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"encoding/base64"

	"github.com/bailiwick-dev/bailiwick/internal/quote"
)

// AppendJSON appends the item as the wire has it: an object of attribute
// values.
func (it Item) AppendJSON(dst []byte) []byte {
	n, b := it.body()
	return appendMembers(dst, n, b)
}

func appendMembers(dst []byte, n int, b []byte) []byte {
	dst = append(dst, '{')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		var name []byte
		var v Value
		name, b = cutBlob(b)
		v, b = cutValue(b)
		dst = quote.Append(dst, name)
		dst = append(dst, ':')
		dst = v.AppendJSON(dst)
	}
	return append(dst, '}')
}

// AppendJSON appends the value as the wire has it, such as {"S":"a"}.
func (v Value) AppendJSON(dst []byte) []byte {
	t := v.Type()
	dst = append(dst, '{', '"')
	dst = append(dst, t.String()...)
	dst = append(dst, '"', ':')
	switch t {
	case TypeS, TypeN, TypeB:
		dst = appendScalar(dst, t, v.Bytes())
	case TypeBOOL:
		if v.Bool() {
			dst = append(dst, "true"...)
		} else {
			dst = append(dst, "false"...)
		}
	case TypeNULL:
		dst = append(dst, "true"...)
	case TypeL:
		dst = v.appendList(dst)
	case TypeM:
		n, b := v.body()
		dst = appendMembers(dst, n, b)
	default:
		dst = v.appendSet(dst)
	}
	return append(dst, '}')
}

func appendScalar(dst []byte, t Type, b []byte) []byte {
	if t == TypeS {
		return quote.Append(dst, b)
	}
	dst = append(dst, '"')
	if t == TypeN {
		n, _ := decodeNumber(b) // checked when the view was made
		dst = n.AppendText(dst)
	} else {
		dst = base64.StdEncoding.AppendEncode(dst, b)
	}
	return append(dst, '"')
}

func (v Value) appendList(dst []byte) []byte {
	dst = append(dst, '[')
	first := true
	for e := range v.List() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = e.AppendJSON(dst)
	}
	return append(dst, ']')
}

func (v Value) appendSet(dst []byte) []byte {
	dst = append(dst, '[')
	first := true
	for m := range v.Set() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendScalar(dst, v.Type().Element(), m)
	}
	return append(dst, ']')
}
