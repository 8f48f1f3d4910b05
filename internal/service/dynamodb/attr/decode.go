// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"bytes"
	"encoding/base64"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// A decoder reads attribute values into the builder in one pass. Its methods
// return errors of the JSON; what is wrong with a value goes into invalid.
type decoder struct {
	d       *jsontext.Decoder
	b       Builder
	tmp     []byte
	depth   int
	single  bool   // a value without a name
	invalid error  // the first
	at      string // and the attribute it stands in
}

// maxOpen is how many members the sets, lists and maps may have together that are
// being read, one in another. Each takes a byte or two to send, and many to keep until
// all are there; no item that isn't too large, or has a set with duplicates, has more.
const maxOpen = 1 << 20

// decoders keeps the memory of decoders for their next use.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

// maxPooled is the most bytes of a buffer that is kept.
const maxPooled = 64 << 10

func newDecoder(d *jsontext.Decoder) *decoder {
	c := decoders.Get().(*decoder)
	c.d = d
	return c
}

// free gives the decoder's memory back. Nothing that was decoded aliases it.
func (c *decoder) free() {
	if cap(c.b.buf) > maxPooled || cap(c.tmp) > maxPooled {
		return
	}
	c.b.Reset()
	*c = decoder{b: c.b, tmp: c.tmp}
	decoders.Put(c)
}

// result returns a copy of what was decoded.
func (c *decoder) result() (item Item, at string, err error) {
	built, err := c.b.Item()
	if c.invalid != nil {
		err = c.invalid
	}
	return Item{bytes.Clone(built.b)}, c.at, err
}

// item reads an object of named values.
func (c *decoder) item() error {
	if err := c.expect('{', errFieldType, errValueMapIsList); err != nil {
		return err
	}
	for c.d.PeekKind() != '}' {
		raw, err := c.d.ReadValue()
		if err != nil {
			return err
		}
		name, err := c.unquote(raw)
		if err != nil {
			return err
		}
		if err := c.member(name, errPayloadType); err != nil {
			return err
		}
	}
	_, err := c.d.ReadToken()
	return err
}

// member reads the value of a top-level attribute. A bad one becomes NULL, so
// that the rest can be read. The name may be overwritten by the next read.
func (c *decoder) member(name []byte, scalar error) error {
	bad := nameError(name)
	addName(&c.b, name)
	m := c.b.mark()
	if bad != nil && !c.single {
		c.b.fail(bad)
	}
	if err := c.value(scalar); err != nil {
		return err
	}
	if err := c.b.err; err != nil {
		c.b.rollback(m)
		if c.invalid == nil {
			e := c.b.entries[len(c.b.entries)-1]
			c.at, c.invalid = string(c.b.buf[e.key:e.keyEnd]), err
		}
		c.b.Null()
	}
	return nil
}

// nameError refuses names that no attribute and no member of a map has.
func nameError(name []byte) error {
	switch {
	case len(name) == 0:
		return errEmptyName
	case len(name) > MaxName:
		return errNameSize
	}
	return nil
}

// expect reads the opening token of an object or array.
func (c *decoder) expect(want jsontext.Kind, scalar, other error) error {
	switch kind := c.d.PeekKind(); kind {
	case want:
		_, err := c.d.ReadToken()
		return err
	case '{', '[':
		return other
	case 't', 'f', '0', '"', 'n':
		return scalar
	}
	_, err := c.d.ReadToken() // the syntax error that PeekKind met
	if err == nil {
		err = scalar
	}
	return err
}

// value reads an AttributeValue: an object with one member, named for its type.
func (c *decoder) value(scalar error) error {
	if c.d.PeekKind() == 'n' {
		c.b.fail(errEmptyValue)
		_, err := c.d.ReadToken()
		return err
	}
	if c.depth > MaxNesting {
		c.b.fail(errNesting)
		return c.d.SkipValue()
	}
	if err := c.expect('{', scalar, errValueList); err != nil {
		return err
	}
	m, types := c.b.mark(), 0
	for c.d.PeekKind() != '}' {
		t, err := c.typeName()
		if err != nil {
			return err
		}
		if t == 0 || c.d.PeekKind() == 'n' {
			if err := c.d.SkipValue(); err != nil {
				return err
			}
			continue
		}
		if types++; types > 1 && c.b.err == nil {
			c.b.rollback(m) // each value is checked before their number is
		}
		if err := c.typed(t); err != nil {
			return err
		}
	}
	switch {
	case types == 0:
		c.b.fail(errEmptyValue)
	case types > 1:
		c.b.fail(errManyTypes)
	}
	_, err := c.d.ReadToken()
	return err
}

// typeName reads a member name; one that is no type is 0 and gets ignored.
func (c *decoder) typeName() (Type, error) {
	raw, err := c.d.ReadValue()
	if err != nil {
		return 0, err
	}
	name, err := c.unquote(raw)
	if err != nil {
		return 0, err
	}
	t, _ := TypeNamed(string(name))
	return t, nil
}

// typed reads the value of a member of an AttributeValue.
func (c *decoder) typed(t Type) error {
	switch t {
	case TypeS, TypeN, TypeB:
		return c.scalar(t)
	case TypeBOOL, TypeNULL:
		return c.boolean(t)
	case TypeL:
		return c.list()
	case TypeM:
		return c.object()
	}
	return c.set(t)
}

func (c *decoder) scalar(t Type) error {
	if t == TypeB {
		b, err := c.blob()
		if err == nil {
			c.b.Bin(b)
		}
		return err
	}
	text, err := c.text()
	if err != nil {
		return err
	}
	if t == TypeS {
		addBlob(&c.b, TypeS, text)
		return nil
	}
	n, err := ParseNumber(text)
	if err != nil {
		c.b.fail(err)
		return nil
	}
	c.b.Num(n)
	return nil
}

func (c *decoder) boolean(t Type) error {
	v, err := c.truth()
	if err != nil {
		return err
	}
	switch {
	case t == TypeBOOL:
		c.b.Bool(v)
	case v:
		c.b.Null()
	default:
		c.b.fail(errNullFalse)
	}
	return nil
}

func (c *decoder) set(t Type) error {
	if err := c.expect('[', errFieldType, errStructure); err != nil {
		return err
	}
	c.b.Begin(t)
	for c.d.PeekKind() != ']' {
		if err := c.scalar(t.Element()); err != nil {
			return err
		}
		c.bound()
	}
	c.b.End()
	_, err := c.d.ReadToken()
	return err
}

// bound keeps what is open from growing beyond its bound: after a mistake nothing is
// kept.
func (c *decoder) bound() {
	if len(c.b.entries) > maxOpen {
		c.b.fail(errItemSize)
	}
}

func (c *decoder) list() error {
	if err := c.expect('[', errFieldType, errStructure); err != nil {
		return err
	}
	c.depth++
	c.b.Begin(TypeL)
	for c.d.PeekKind() != ']' {
		if err := c.value(errPayloadType); err != nil {
			return err
		}
		c.bound()
	}
	c.b.End()
	c.depth--
	_, err := c.d.ReadToken()
	return err
}

func (c *decoder) object() error {
	if err := c.expect('{', errFieldType, errValueMapIsList); err != nil {
		return err
	}
	c.depth++
	c.b.Begin(TypeM)
	for c.d.PeekKind() != '}' {
		raw, err := c.d.ReadValue()
		if err != nil {
			return err
		}
		name, err := c.unquote(raw)
		if err != nil {
			return err
		}
		if bad := nameError(name); bad != nil {
			c.b.fail(bad)
		}
		addName(&c.b, name)
		if err := c.value(errPayloadType); err != nil {
			return err
		}
		c.bound()
	}
	c.b.End()
	c.depth--
	_, err := c.d.ReadToken()
	return err
}

// text reads a JSON string. The bytes are valid until the next read.
func (c *decoder) text() ([]byte, error) {
	kind := c.d.PeekKind()
	raw, err := c.d.ReadValue()
	if err != nil {
		return nil, err
	}
	switch kind {
	case '"':
		return c.unquote(raw)
	case '[':
		return nil, errStringList
	case '{':
		return nil, errStructure
	}
	return nil, unconvertible(tokenName(raw), "String")
}

func tokenName(raw jsontext.Value) string {
	switch raw.Kind() {
	case 't':
		return "TRUE"
	case 'f':
		return "FALSE"
	case 'n':
		return "NULL"
	}
	if bytes.ContainsAny(raw, ".eE") {
		return "DECIMAL"
	}
	return "NUMBER"
}

// unquote returns the text of a JSON string, valid until the next read.
func (c *decoder) unquote(raw jsontext.Value) ([]byte, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], nil
	}
	var err error
	c.tmp, err = jsontext.AppendUnquote(c.tmp[:0], raw)
	return c.tmp, err
}

// blob reads base64 with padding, the only form that AWS takes.
func (c *decoder) blob() ([]byte, error) {
	switch c.d.PeekKind() {
	case '[':
		return nil, errBlobList
	case '{':
		return nil, errStructure
	case 't', 'f', '0', 'n':
		return nil, errBlobType
	}
	text, err := c.text()
	if err != nil {
		return nil, err
	}
	if len(text)%4 != 0 {
		return nil, errBase64Length(len(text))
	}
	if bytes.ContainsAny(text, "\r\n") { // which the standard decoder would skip
		return nil, errBase64Bytes
	}
	out := make([]byte, 0, base64.StdEncoding.DecodedLen(len(text)))
	out, err = base64.StdEncoding.Strict().AppendDecode(out, text)
	if err != nil {
		return nil, errBase64Bytes
	}
	return out, nil
}

// truth reads a boolean, or one of the words that AWS takes for it.
func (c *decoder) truth() (bool, error) {
	switch c.d.PeekKind() {
	case '[':
		return false, errBooleanList
	case '{':
		return false, errStructure
	case '"':
		return c.truthText()
	}
	raw, err := c.d.ReadValue()
	if err != nil {
		return false, err
	}
	if raw.Kind() == '0' {
		return false, unconvertible(tokenName(raw), "Boolean")
	}
	return raw.Kind() == 't', nil
}

func (c *decoder) truthText() (bool, error) {
	text, err := c.text()
	if err != nil {
		return false, err
	}
	switch strings.ToLower(string(text)) {
	case "true", "1", "yes":
		return true, nil
	case "false", "0", "no":
		return false, nil
	}
	return false, errBooleanToken
}
