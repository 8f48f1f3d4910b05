// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A reader reads JSON, in which no name occurs twice in an object, within bounds.
type reader struct{ d *jsontext.Decoder }

func newReader(text []byte) reader { return reader{jsontext.NewDecoder(bytes.NewReader(text))} }

// errSyntax means that JSON is not of the form that is asked for. It says nothing
// of what is there instead, which isn't for logs.
var errSyntax = errors.New("federation: malformed JSON")

// maxDepth is how deep values may be nested.
const maxDepth = 16

// object reads an object, of whose members member reads the value.
func (r reader) object(member func(name string) error) error {
	if t, err := r.d.ReadToken(); err != nil || t.Kind() != '{' {
		return errSyntax
	}
	for r.d.PeekKind() != '}' {
		name, err := r.d.ReadToken()
		if err != nil {
			return errSyntax
		}
		if err := member(name.String()); err != nil {
			return err
		}
	}
	_, err := r.d.ReadToken()
	return err
}

// skip reads a value of any kind.
func (r reader) skip() error {
	outside := r.d.StackDepth()
	for {
		if _, err := r.d.ReadToken(); err != nil {
			return errSyntax
		}
		switch depth := r.d.StackDepth() - outside; {
		case depth == 0:
			return nil
		case depth > maxDepth:
			return errSyntax
		}
	}
}

// string reads a string of at most limit bytes.
func (r reader) string(limit int) (string, error) {
	t, err := r.d.ReadToken()
	if err != nil || t.Kind() != '"' {
		return "", errSyntax
	}
	s := t.String()
	if len(s) > limit {
		return "", errSyntax
	}
	return s, nil
}

// strings reads a list of at most n strings, or a string that stands for a list of
// itself.
func (r reader) strings(n, limit int) ([]string, error) {
	if r.d.PeekKind() == '"' {
		s, err := r.string(limit)
		return []string{s}, err
	}
	if t, err := r.d.ReadToken(); err != nil || t.Kind() != '[' {
		return nil, errSyntax
	}
	var out []string
	for r.d.PeekKind() != ']' {
		s, err := r.string(limit)
		if err != nil || len(out) == n {
			return nil, errSyntax
		}
		out = append(out, s)
	}
	_, err := r.d.ReadToken()
	return out, err
}

// seconds reads a time as JWTs write it, in whole seconds.
func (r reader) seconds() (int64, error) {
	t, err := r.d.ReadToken()
	if err != nil || t.Kind() != '0' {
		return 0, errSyntax
	}
	text := t.String()
	if len(text) > maxDigits || strings.Trim(text, "0123456789") != "" {
		return 0, errSyntax
	}
	n := int64(0)
	for _, digit := range []byte(text) {
		n = 10*n + int64(digit-'0')
	}
	return n, nil
}

// maxDigits is the number of digits of the largest time.
const maxDigits = 11

// end reports whether there is nothing left to read.
func (r reader) end() bool {
	_, err := r.d.ReadToken()
	return errors.Is(err, io.EOF)
}
