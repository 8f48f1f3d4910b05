// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// An Appender is a type that encodes itself.
type Appender interface {
	// AppendAWSJSON appends one JSON value to dst.
	AppendAWSJSON(dst []byte) []byte
}

// A pause lets others go first while something long is encoded.
type pause func()

// noPause is that of what is short.
func noPause() {}

// pauseEvery is after how many elements of a list there is a pause.
const pauseEvery = 16

// A codec decodes and encodes one Go type.
type codec struct {
	decode func(d *Decoder, v reflect.Value) error
	append func(dst []byte, v reflect.Value, p pause) ([]byte, error)
	form   form
	java   string // what AWS calls the type in messages
}

// A form is what JSON a type has.
type form uint8

const (
	scalar form = iota
	structure
	list
	mapping
	own // the type's own
)

// codecs holds the codec of every type met so far. It is safe for concurrent
// use; once all of a service's types are known, it takes no lock.
type codecs struct {
	shapes string
	byType sync.Map // reflect.Type to *codec

	mu sync.Mutex // held while new codecs are made
}

// of returns the codec of t. It panics if t is no type of the protocol: that
// is a mistake in a service's types.go, which any call of the operation shows.
func (c *codecs) of(t reflect.Type) *codec {
	if v, ok := c.byType.Load(t); ok {
		return v.(*codec)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	made := map[reflect.Type]*codec{}
	k := c.make(t, made)
	for t, k := range made {
		c.byType.Store(t, k)
	}
	return k
}

// make returns the codec of t and puts it, and those of all types it is made
// of, into made. A type that contains itself finds its own there, unfinished.
func (c *codecs) make(t reflect.Type, made map[reflect.Type]*codec) *codec {
	if v, ok := c.byType.Load(t); ok {
		return v.(*codec)
	}
	if k, ok := made[t]; ok {
		return k
	}
	k := new(codec)
	made[t] = k
	switch {
	case speaksForItself(t):
		ownCodec(k, t)
	case t == reflect.TypeFor[time.Time]():
		*k = timeCodec
	case t == reflect.TypeFor[[]byte]():
		*k = bytesCodec
	case t.Kind() == reflect.Pointer:
		pointerCodec(k, t, c.make(t.Elem(), made))
	case t.Kind() == reflect.Slice:
		listCodec(k, t, c.make(t.Elem(), made))
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		mapCodec(k, t, c.make(t.Elem(), made))
	case t.Kind() == reflect.Struct:
		c.structCodec(k, t, made)
	default:
		s, ok := scalarCodec(t.Kind())
		if !ok {
			panic(fmt.Sprintf("awsjson: type %v has no form in JSON", t))
		}
		*k = s
	}
	return k
}

func speaksForItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface &&
		(p.Implements(reflect.TypeFor[Unmarshaler]()) || p.Implements(reflect.TypeFor[Appender]()))
}

// ownCodec lets a type speak for itself. One that is only ever read need not
// be able to write, and the other way round.
func ownCodec(k *codec, t reflect.Type) {
	*k = codec{
		form: own,
		decode: func(_ *Decoder, v reflect.Value) error {
			return fmt.Errorf("awsjson: %v does not decode itself", v.Type())
		},
		append: func(dst []byte, v reflect.Value, _ pause) ([]byte, error) {
			return dst, fmt.Errorf("awsjson: %v does not encode itself", v.Type())
		},
	}
	p := reflect.PointerTo(t)
	if p.Implements(reflect.TypeFor[Unmarshaler]()) {
		k.decode = func(d *Decoder, v reflect.Value) error {
			err := v.Addr().Interface().(Unmarshaler).UnmarshalAWSJSON(d)
			if _, ok := errors.AsType[*jsontext.SyntacticError](err); ok || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
				return d.syntax(err)
			}
			return err
		}
	}
	if p.Implements(reflect.TypeFor[Appender]()) {
		k.append = func(dst []byte, v reflect.Value, _ pause) ([]byte, error) {
			if !v.CanAddr() { // an element of a map
				c := reflect.New(t).Elem()
				c.Set(v)
				v = c
			}
			return v.Addr().Interface().(Appender).AppendAWSJSON(dst), nil
		}
	}
}

// A field is a member of a structure.
type field struct {
	index    int
	name     string
	label    string // the name as it is written: quoted, with colon
	optional bool   // nil is absent
	codec    *codec
}

func (c *codecs) structCodec(k *codec, t reflect.Type, made map[reflect.Type]*codec) {
	var fields []field
	byName := make(map[string]*field)
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		if f.Anonymous {
			panic(fmt.Sprintf("awsjson: %v embeds %v", t, f.Type))
		}
		name := f.Name
		if tag, ok := f.Tag.Lookup("json"); ok {
			name = tag
		}
		label, err := jsontext.AppendQuote(nil, name)
		if err != nil || name == "" || strings.ContainsAny(name, ",-") {
			panic(fmt.Sprintf("awsjson: %v has a field with the name %q", t, name))
		}
		kind := f.Type.Kind()
		fields = append(fields, field{
			index: i, name: name, label: string(label) + ":",
			optional: kind == reflect.Pointer || kind == reflect.Slice || kind == reflect.Map,
			codec:    c.make(f.Type, made),
		})
	}
	for i := range fields {
		byName[fields[i].name] = &fields[i]
	}
	k.form = structure
	k.java = c.shapeName(t)
	k.decode = func(d *Decoder, v reflect.Value) error { return decodeStruct(d, v, k, fields, byName) }
	k.append = func(dst []byte, v reflect.Value, p pause) ([]byte, error) { return appendStruct(dst, v, fields, p) }
}

// shapeName returns AWS's name for the structure t.
func (c *codecs) shapeName(t reflect.Type) string {
	name := t.Name()
	if name != "" {
		name = strings.ToUpper(name[:1]) + name[1:]
	}
	if c.shapes == "" {
		return name
	}
	return c.shapes + "." + name
}

func decodeStruct(d *Decoder, v reflect.Value, k *codec, fields []field, byName map[string]*field) error {
	switch d.Kind() {
	case '[':
		return fail("Unrecognized collection type class " + k.java)
	case '"', '0', 't', 'f', 'n':
		return fail("Unexpected field type")
	}
	if d.ordered != nil && d.depth < maxOrdered {
		return d.declared(v, fields)
	}
	return d.Object(func(name []byte) error {
		f := byName[string(name)]
		if f == nil || d.Kind() == 'n' {
			return d.Skip()
		}
		return f.codec.decode(d, v.Field(f.index))
	})
}

func appendStruct(dst []byte, v reflect.Value, fields []field, p pause) ([]byte, error) {
	dst = append(dst, '{')
	first := true
	for i := range fields {
		f := &fields[i]
		fv := v.Field(f.index)
		if f.optional && fv.IsNil() {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, f.label...)
		var err error
		if dst, err = f.codec.append(dst, fv, p); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// append appends v, which may be a pointer.
func (c *codecs) append(dst []byte, v reflect.Value, p pause) ([]byte, error) {
	return c.of(v.Type()).append(dst, v, p)
}
