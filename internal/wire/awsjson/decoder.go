// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

const (
	// maxDepth is how deep objects and arrays may be nested. It is beyond
	// what any service accepts, so that services get to say so in their words.
	maxDepth = 512

	// maxElements is how many elements the lists and maps of one input may
	// have together. An element takes two bytes to send and many to keep.
	maxElements = 1 << 16
)

// An Unmarshaler is a type that decodes itself. Null never gets to it.
type Unmarshaler interface {
	// UnmarshalAWSJSON reads exactly one value from d. Errors other than
	// those of d should be an [awsapi.Error]; all others but syntax errors
	// are internal failures.
	UnmarshalAWSJSON(d *Decoder) error
}

// A Decoder reads one JSON document, value by value. Its errors are of kind
// [awsapi.NotSerialized]; after an error it is of no further use.
type Decoder struct {
	codecs   *codecs
	json     jsontext.Decoder
	body     bytes.Buffer
	depth    int
	elements int
	scratch  []byte

	// ordered is the document, if members are to be decoded in the order of their
	// declaration and not of the document.
	ordered []byte
}

var decoders = sync.Pool{New: func() any { return new(Decoder) }}

// decode sets the struct that in points to from body.
func (c *codecs) decode(body []byte, in any) error {
	d := decoders.Get().(*Decoder)
	d.codecs = c
	d.body = *bytes.NewBuffer(body)
	d.json.Reset(&d.body)
	err := d.document(in)
	d.body = bytes.Buffer{}
	d.json.Reset(&d.body)
	d.codecs, d.depth, d.elements = nil, 0, 0
	if cap(d.scratch) > maxPooled {
		d.scratch = nil
	}
	decoders.Put(d)
	if misfit(err) && len(body) <= maxReordered {
		return c.firstMisfit(body, reflect.TypeOf(in).Elem(), err)
	}
	return err
}

func (d *Decoder) document(in any) error {
	if d.json.PeekKind() != '{' {
		return d.syntax(nil)
	}
	if err := d.Decode(in); err != nil {
		return err
	}
	if _, err := d.json.ReadToken(); !errors.Is(err, io.EOF) {
		return d.syntax(err)
	}
	return nil
}

// Kind returns the kind of the next value: one of 'n' (null), 't', 'f', '"',
// '0' (number), '{' and '['. At the end of an object or array it is '}' or
// ']', at a syntax error 0.
func (d *Decoder) Kind() jsontext.Kind { return d.json.PeekKind() }

// JSON returns what the Decoder reads from, for types that read token by token.
// They read exactly one value; its syntax errors may be returned as they are.
func (d *Decoder) JSON() *jsontext.Decoder { return &d.json }

// Skip reads a value and drops it.
func (d *Decoder) Skip() error {
	if err := d.json.SkipValue(); err != nil {
		return d.syntax(err)
	}
	return nil
}

// Object reads an object, calling f for each member. f must read exactly the
// member's value; name is valid until it begins to.
func (d *Decoder) Object(f func(name []byte) error) error {
	if err := d.enter('{'); err != nil {
		return err
	}
	for d.json.PeekKind() != '}' {
		name, err := d.text()
		if err != nil {
			return err
		}
		if err := f(name); err != nil {
			return err
		}
	}
	return d.leave()
}

// Array reads an array, calling f for each element, from 0. f must read
// exactly the element.
func (d *Decoder) Array(f func(i int) error) error {
	if err := d.enter('['); err != nil {
		return err
	}
	for i := 0; d.json.PeekKind() != ']'; i++ {
		if err := f(i); err != nil {
			return err
		}
	}
	return d.leave()
}

func (d *Decoder) enter(open jsontext.Kind) error {
	if k := d.json.PeekKind(); k != open {
		switch k {
		case '{':
			return fail(structureUnexpected)
		case 0:
			return d.Skip()
		default:
			return fail("Unexpected field type")
		}
	}
	if d.depth++; d.depth > maxDepth {
		return beyond("JSON is nested too deeply")
	}
	if _, err := d.json.ReadToken(); err != nil {
		return d.syntax(err)
	}
	return nil
}

func (d *Decoder) leave() error {
	d.depth--
	if _, err := d.json.ReadToken(); err != nil {
		return d.syntax(err)
	}
	return nil
}

// Text reads a string. The bytes are valid until the next call.
func (d *Decoder) Text() ([]byte, error) {
	if d.json.PeekKind() != '"' {
		return nil, d.cannotBe("String")
	}
	return d.text()
}

// text reads a string, of which it knows that it is one, or a member's name.
func (d *Decoder) text() ([]byte, error) {
	raw, err := d.json.ReadValue()
	if err != nil {
		return nil, d.syntax(err)
	}
	if raw.Kind() != '"' {
		return nil, d.syntax(nil)
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], nil
	}
	if d.scratch, err = jsontext.AppendUnquote(d.scratch[:0], raw); err != nil {
		return nil, d.syntax(err)
	}
	return d.scratch, nil
}

// Decode reads a value into what v, a non-nil pointer, points to.
func (d *Decoder) Decode(v any) error {
	p := reflect.ValueOf(v)
	return d.codecs.of(p.Type().Elem()).decode(d, p.Elem())
}

// grow counts an element of a list or map.
func (d *Decoder) grow() error {
	if d.elements++; d.elements > maxElements {
		return beyond("input has too many elements")
	}
	return nil
}

// syntax is the error for a body that is not JSON. It has no message, as on
// AWS, and for the log names the place only: bodies are not logged.
func (d *Decoder) syntax(err error) error {
	if e, ok := errors.AsType[*awsapi.Error](err); ok {
		return e
	}
	return &awsapi.Error{Kind: awsapi.NotSerialized, Err: fmt.Errorf("body is not one JSON object: byte %d", d.json.InputOffset())}
}

const structureUnexpected = "Start of structure or map found where not expected"

func fail(message string) error {
	return &awsapi.Error{Kind: awsapi.NotSerialized, Message: message}
}

// beyond is fail for what is beyond a bound of this package.
func beyond(message string) error {
	return &awsapi.Error{Kind: awsapi.NotSerialized, Message: message, Err: errBeyond}
}

var errBeyond = errors.New("beyond the bounds of an input")
