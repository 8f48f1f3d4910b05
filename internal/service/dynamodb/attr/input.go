// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// An Input is a map of attribute values as a request carried it: an item, a
// key, or the values of an expression. DynamoDB refuses bad JSON at once and
// bad values later, after the request's other members have been checked, so an
// Input keeps the first refusal until the item is asked for.
type Input struct {
	item    Item
	present bool
	err     error
	at      string
}

// DecodeJSON reads the next value of d, which must be in its default, strict
// mode. The error is a syntax error of d or a SerializationError; null is an
// absent member.
func (in *Input) DecodeJSON(d *jsontext.Decoder) error {
	*in = Input{}
	if d.PeekKind() == 'n' {
		_, err := d.ReadToken()
		return err
	}
	c := newDecoder(d)
	defer c.free()
	if err := c.item(); err != nil {
		return err
	}
	in.present = true
	in.item, in.at, in.err = c.result()
	return nil
}

// Present reports whether the request had the member at all.
func (in Input) Present() bool { return in.present }

// Item returns the item, or the ValidationError that it earns.
func (in Input) Item() (Item, error) {
	if in.err != nil {
		return Item{}, in.err
	}
	return in.item, nil
}

// Refused returns the name of the first attribute with a bad value and its
// ValidationError, or a nil error.
func (in Input) Refused() (name string, err error) { return in.at, in.err }

// Names ranges over the names of the attributes, the bad ones included.
func (in Input) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range in.item.All() {
			if !yield(string(name)) {
				return
			}
		}
	}
}

// An InputValue is one attribute value as a request carried it.
type InputValue struct{ in Input }

// DecodeJSON reads the next value of d, as Input.DecodeJSON does.
func (v *InputValue) DecodeJSON(d *jsontext.Decoder) error {
	*v = InputValue{}
	if d.PeekKind() == 'n' {
		_, err := d.ReadToken()
		return err
	}
	c := newDecoder(d)
	defer c.free()
	c.single = true
	if err := c.member(nil, errFieldType); err != nil {
		return err
	}
	v.in.present = true
	v.in.item, _, v.in.err = c.result()
	return nil
}

// Present reports whether the request had the member at all.
func (v InputValue) Present() bool { return v.in.present }

// Value returns the value, or the ValidationError that it earns. An absent
// value is the zero Value.
func (v InputValue) Value() (Value, error) {
	if v.in.err != nil {
		return Value{}, v.in.err
	}
	value, _ := v.in.item.Get("")
	return value, nil
}
