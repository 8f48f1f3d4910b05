// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// MapPrincipals rewrites the entries of all Principal and NotPrincipal elements
// of a document with f, such as ARNs to unique ids and back. f gets the type
// (AWS, Service, Federated or CanonicalUser) and the entry; "*" it does not
// get, and an error of its ends the work and is returned. Everything else is
// kept byte by byte. The document must be one that [Parse] can read.
func MapPrincipals(text []byte, f func(principalType, entry string) (string, error)) ([]byte, error) {
	if _, err := parseDocument(text); err != nil {
		return nil, err
	}
	m := principalMapper{
		reader: reader{jsontext.NewDecoder(bytes.NewReader(text))},
		text:   text,
		f:      f,
		out:    make([]byte, 0, len(text)),
	}
	if err := m.object(m.documentMember); err != nil {
		return nil, err
	}
	return append(m.out, text[m.done:]...), nil
}

// A principalMapper walks a document that is known to be well-formed.
type principalMapper struct {
	reader
	text []byte
	done int // text up to here is in out
	out  []byte
	f    func(principalType, entry string) (string, error)
}

func (m *principalMapper) documentMember(name string) error {
	if name != "Statement" {
		return m.dec.SkipValue()
	}
	return m.oneOrMany(func() error { return m.object(m.statementMember) })
}

func (m *principalMapper) statementMember(name string) error {
	if name != "Principal" && name != "NotPrincipal" || m.dec.PeekKind() != '{' {
		return m.dec.SkipValue()
	}
	return m.object(func(kind string) error {
		return m.oneOrMany(func() error { return m.entry(kind) })
	})
}

func (m *principalMapper) entry(kind string) error {
	raw, err := m.dec.ReadValue()
	end := int(m.dec.InputOffset())
	var old []byte
	if err == nil {
		old, err = jsontext.AppendUnquote(nil, raw)
	}
	if err != nil || string(old) == "*" {
		return err
	}
	entry, err := m.f(kind, string(old))
	if err != nil || entry == string(old) {
		return err
	}
	m.out = append(m.out, m.text[m.done:end-len(raw)]...)
	m.out, err = jsontext.AppendQuote(m.out, entry)
	m.done = end
	return err
}
