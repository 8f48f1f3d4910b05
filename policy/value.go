// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"
)

// A Value is what a request carries for a condition key: nothing (the zero
// Value), one string, or a set of strings. The two last differ even when the
// set has one element, as in AWS: a multivalued key matches only under a set
// operator.
type Value struct {
	one  string
	many []string
	kind valueKind
}

type valueKind uint8

const (
	absent valueKind = iota
	single
	multi
)

// One returns the Value of a single-valued key.
func One(s string) Value { return Value{one: s, kind: single} }

// Many returns the Value of a multivalued key, which may be empty. It keeps
// ss, which must not be changed any more.
func Many(ss []string) Value { return Value{many: ss, kind: multi} }

// Absent reports whether the request does not carry the key.
func (v Value) Absent() bool { return v.kind == absent }

// Multi reports whether the key is multivalued.
func (v Value) Multi() bool { return v.kind == multi }

// Len returns the number of strings.
func (v Value) Len() int {
	switch v.kind {
	case absent:
		return 0
	case single:
		return 1
	default:
		return len(v.many)
	}
}

// At returns string i, which must be less than [Value.Len].
func (v Value) At(i int) string {
	if v.kind == single && i == 0 {
		return v.one
	}
	return v.many[i]
}

// isNullSet reports whether a set operator sees no element. AWS counts a key
// whose value is the empty string as such.
func (v Value) isNullSet() bool { return v.Len() == 0 || v.Len() == 1 && v.At(0) == "" }

// A Context answers for the condition keys of one request.
type Context interface {
	// Lookup returns the value of a key, or the zero Value if the request does
	// not carry it. The key is always in lower case ([strings.ToLower]), such
	// as "aws:principaltag/tenantid". Lookup is called only for keys that a
	// decision depends on.
	Lookup(key string) Value
}

// A Map is a [Context] in memory. Its keys are in lower case.
type Map map[string]Value

// Lookup implements [Context].
func (m Map) Lookup(key string) Value { return m[key] }

// MapOf makes a [Map] of what decoding a JSON object yields: a string or a
// bool is the value of a single-valued key, a list of them that of a
// multivalued key. Key names are folded to lower case; MapOf refuses names
// that then collide, values of other types, and nested lists. Numbers must be
// passed as their text, so that no digit is lost.
func MapOf(keys map[string]any) (Map, error) {
	m := make(Map, len(keys))
	for name, v := range keys {
		key := strings.ToLower(name)
		if _, ok := m[key]; ok {
			return nil, fmt.Errorf("condition key %q given twice, in different case", key)
		}
		val, err := valueOf(v)
		if err != nil {
			return nil, fmt.Errorf("condition key %q: %w", name, err)
		}
		m[key] = val
	}
	return m, nil
}

func valueOf(v any) (Value, error) {
	switch v := v.(type) {
	case []string:
		return Many(v), nil
	case []any:
		ss := make([]string, len(v))
		for i, e := range v {
			s, err := scalarOf(e)
			if err != nil {
				return Value{}, err
			}
			ss[i] = s
		}
		return Many(ss), nil
	default:
		s, err := scalarOf(v)
		return One(s), err
	}
}

func scalarOf(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool:
		return fmt.Sprint(v), nil
	default:
		return "", fmt.Errorf("value must be a string, a boolean or a list of these, not %T", v)
	}
}
