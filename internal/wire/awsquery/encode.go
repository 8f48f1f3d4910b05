// SPDX-License-Identifier: Apache-2.0

package awsquery

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A writer writes XML. The first error sticks.
type writer struct {
	buf bytes.Buffer
	err error
}

func (x *writer) raw(s string) { x.buf.WriteString(s) }

// text writes s escaped. What XML cannot hold, most control characters and
// bytes that are no UTF-8, becomes U+FFFD.
func (x *writer) text(s string) {
	if isPlain(s) {
		x.buf.WriteString(s)
		return
	}
	// A bytes.Buffer fails by panicking only.
	_ = xml.EscapeText(&x.buf, []byte(s))
}

// isPlain reports whether s is written as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c >= 0x7f, c == '<', c == '>', c == '&', c == '"', c == '\'':
			return false
		}
	}
	return true
}

// element writes v as an element, or nothing if v is nil.
func (x *writer) element(name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if v.IsNil() {
			return
		}
	}
	x.buf.WriteByte('<')
	x.raw(name)
	x.buf.WriteByte('>')
	x.content(v)
	x.raw("</")
	x.raw(name)
	x.buf.WriteByte('>')
}

func (x *writer) content(v reflect.Value) {
	switch t := v.Type(); {
	case t == timeType:
		x.raw(v.Interface().(time.Time).UTC().Format("2006-01-02T15:04:05Z"))
	case t == bytesType:
		x.raw(base64.StdEncoding.EncodeToString(v.Bytes()))
	case t.Kind() == reflect.Pointer:
		x.content(v.Elem())
	case t.Kind() == reflect.Struct:
		x.fields(v)
	case t.Kind() == reflect.Slice:
		for i := range v.Len() {
			x.element("member", v.Index(i))
		}
	case t.Kind() == reflect.Map:
		x.entries(v)
	default:
		x.scalar(v)
	}
}

func (x *writer) fields(v reflect.Value) {
	for _, f := range fieldsOf(v.Type()) {
		x.element(f.name, v.Field(f.index))
	}
}

// entries writes a map, in the order of its keys.
func (x *writer) entries(v reflect.Value) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		x.raw("<entry><key>")
		x.text(k.String())
		x.raw("</key>")
		x.element("value", v.MapIndex(k))
		x.raw("</entry>")
	}
}

func (x *writer) scalar(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		x.text(v.String())
	case reflect.Bool:
		x.raw(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int32, reflect.Int64:
		x.raw(strconv.FormatInt(v.Int(), 10))
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			x.err = fmt.Errorf("awsquery: a number that is none")
		}
		x.raw(strconv.FormatFloat(v.Float(), 'f', -1, 64))
	default:
		panic(fmt.Sprintf("awsquery: type %v has no form", v.Type()))
	}
}
