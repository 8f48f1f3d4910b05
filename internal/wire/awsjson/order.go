// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"bytes"
	"errors"
	"io"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// AWS parses a body before it looks at the types in it, and looks at members in
// the order in which its model declares them. A Decoder does all of that at once,
// in the body's order; only if that ends at a value of the wrong type is the body
// gone through again, to find what AWS tells of.

// maxOrdered is how deep the order of a structure's members is looked at. Each
// level is parsed once more.
const maxOrdered = 16

// maxReordered is the size of the largest body that is gone through again, in bytes:
// it takes several times as long as the first time.
const maxReordered = 256 << 10

// misfit reports whether err is for a value of the wrong type.
func misfit(err error) bool {
	e, ok := errors.AsType[*awsapi.Error](err)
	return ok && e.Kind == awsapi.NotSerialized && e.Message != "" && !errors.Is(e.Err, errBeyond)
}

// firstMisfit returns the error for what is wrong first with the body of an input
// of the type t, by AWS's order. err is what is wrong with it by its own.
func (c *codecs) firstMisfit(body []byte, t reflect.Type, err error) error {
	d := c.reader(body)
	d.ordered = body
	if _, err := d.json.ReadValue(); err != nil {
		return d.syntax(err)
	}
	if _, err := d.json.ReadToken(); !errors.Is(err, io.EOF) {
		return d.syntax(err)
	}
	d.json.Reset(bytes.NewBuffer(body))
	if first := c.of(t).decode(d, reflect.New(t).Elem()); first != nil {
		return first
	}
	return err
}

// reader returns a Decoder of its own memory.
func (c *codecs) reader(document []byte) *Decoder {
	d := &Decoder{codecs: c}
	d.json.Reset(bytes.NewBuffer(document))
	return d
}

// declared reads a structure into v, members in the order of the fields. d.ordered
// is what d reads.
func (d *Decoder) declared(v reflect.Value, fields []field) error {
	raw, err := d.json.ReadValue()
	if err != nil {
		return d.syntax(err)
	}
	end := int(d.json.InputOffset())
	values, err := d.split(d.ordered[end-len(raw):end], fields)
	if err != nil {
		return err
	}
	for i, value := range values {
		if value == nil || value.Kind() == 'n' {
			continue
		}
		m := d.codecs.reader(value)
		m.ordered, m.depth, m.elements = value, d.depth+1, d.elements
		if err := fields[i].codec.decode(m, v.Field(fields[i].index)); err != nil {
			return err
		}
		d.elements = m.elements
	}
	return nil
}

// split returns the values that the object has for the fields; nil for those that
// it doesn't have.
func (d *Decoder) split(object []byte, fields []field) ([]jsontext.Value, error) {
	index := make(map[string]int, len(fields))
	for i := range fields {
		index[fields[i].name] = i
	}
	values := make([]jsontext.Value, len(fields))
	r := d.codecs.reader(object)
	return values, r.Object(func(name []byte) error {
		i, ok := index[string(name)]
		raw, err := r.json.ReadValue()
		if err != nil {
			return r.syntax(err)
		}
		if ok {
			end := int(r.json.InputOffset())
			values[i] = object[end-len(raw) : end]
		}
		return nil
	})
}
