// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"reflect"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/quote"
)

func pointerCodec(k *codec, t reflect.Type, elem *codec) {
	k.form, k.java = elem.form, elem.java
	k.decode = func(d *Decoder, v reflect.Value) error {
		p := reflect.New(t.Elem())
		if err := elem.decode(d, p.Elem()); err != nil {
			return err
		}
		v.Set(p)
		return nil
	}
	k.append = func(dst []byte, v reflect.Value, p pause) ([]byte, error) {
		if v.IsNil() {
			return append(dst, "null"...), nil
		}
		return elem.append(dst, v.Elem(), p)
	}
}

func listCodec(k *codec, t reflect.Type, elem *codec) {
	k.form, k.java = list, "java.util.List<"+elem.java+">"
	k.decode = func(d *Decoder, v reflect.Value) error {
		v.Set(reflect.MakeSlice(t, 0, 0))
		return d.Array(func(i int) error {
			if err := d.checkElement(elem); err != nil {
				return err
			}
			if i == v.Cap() {
				v.Grow(1)
			}
			v.SetLen(i + 1)
			return elem.decode(d, v.Index(i))
		})
	}
	k.append = func(dst []byte, v reflect.Value, p pause) ([]byte, error) {
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			if i%pauseEvery == pauseEvery-1 {
				p()
			}
			var err error
			if dst, err = elem.append(dst, v.Index(i), p); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	}
}

func mapCodec(k *codec, t reflect.Type, elem *codec) {
	k.form, k.java = mapping, "java.util.Map<java.lang.String, "+elem.java+">"
	k.decode = func(d *Decoder, v reflect.Value) error {
		if d.Kind() == '[' {
			return fail("Unrecognized collection type " + k.java)
		}
		m := reflect.MakeMap(t)
		v.Set(m)
		return d.Object(func(name []byte) error {
			key := reflect.ValueOf(string(name)).Convert(t.Key())
			if err := d.checkElement(elem); err != nil {
				return err
			}
			e := reflect.New(t.Elem()).Elem()
			if err := elem.decode(d, e); err != nil {
				return err
			}
			m.SetMapIndex(key, e)
			return nil
		})
	}
	k.append = func(dst []byte, v reflect.Value, p pause) ([]byte, error) {
		dst = append(dst, '{')
		for i, key := range sortedKeys(v) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(quote.Append(dst, key.String()), ':')
			var err error
			if dst, err = elem.append(dst, v.MapIndex(key), p); err != nil {
				return dst, err
			}
		}
		return append(dst, '}'), nil
	}
}

// sortedKeys makes the order of a map's members the same every time.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

// checkElement counts the next value, an element of a list or map, and checks
// that it is no null and, for elements that are no scalars, no scalar: about
// elements AWS has other words than about members.
func (d *Decoder) checkElement(elem *codec) error {
	if err := d.grow(); err != nil {
		return err
	}
	switch d.Kind() {
	case 'n':
		return fail("Unexpected value type in payload")
	case '"', '0', 't', 'f':
		switch elem.form {
		case structure:
			return fail("Unexpected value type in payload")
		case list, mapping:
			return fail(parameterized)
		}
	}
	return nil
}

const parameterized = "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class " +
	"(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of loader 'bootstrap')"
