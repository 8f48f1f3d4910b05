// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDocument is the length in bytes of the longest document that this package
// reads. All of AWS's own limits are lower.
const MaxDocument = 128 << 10

// A document is a policy as written. Both [Parse] and [Validate] work on it, so
// that what was validated is what is enforced.
type document struct {
	version    string
	statements []statementText
}

// A statementText is a statement as written. A list is nil if its element is
// not there.
type statementText struct {
	sid          string
	effect       string
	principal    *principalText
	notPrincipal *principalText
	action       []string
	notAction    []string
	resource     []string
	notResource  []string
	conditions   []conditionText

	after, end int  // offsets in the document: of the end of what comes before, and of the statement's end
	variables  bool // the document's version has policy variables; set when it is compiled
}

// A principalText is a Principal or NotPrincipal element as written.
type principalText struct {
	everyone bool // the string "*"
	entries  []principalEntryText
}

type principalEntryText struct{ kind, entry string }

// A conditionText is one key under one operator.
type conditionText struct {
	operator, key string
	values        []string
}

// Versions of the policy language.
const (
	version2012 = "2012-10-17"
	version2008 = "2008-10-17"
)

// Effects.
const (
	allow = "Allow"
	deny  = "Deny"
)

var (
	errTooLong   = errors.New("policy document longer than 128 KiB")
	errShape     = errors.New("policy element has a value of the wrong type")
	errTrailing  = errors.New("policy document is followed by more text")
	errStatement = errors.New("policy document has no statement")
)

// A reader decodes a document. What it reads has a fixed depth, so deeper
// nesting is an error at once. The decoder refuses duplicate members and
// invalid UTF-8.
type reader struct{ dec *jsontext.Decoder }

func parseDocument(text []byte) (*document, error) {
	if len(text) > MaxDocument {
		return nil, errTooLong
	}
	r := reader{jsontext.NewDecoder(bytes.NewReader(text))}
	d := &document{}
	if err := r.object(func(name string) error { return r.documentMember(d, name) }); err != nil {
		return nil, err
	}
	if r.dec.PeekKind() != 0 || !r.atEnd(text) {
		return nil, errTrailing
	}
	if len(d.statements) == 0 {
		return nil, errStatement
	}
	return d, nil
}

// atEnd reports whether nothing but white space is left.
func (r reader) atEnd(text []byte) bool {
	return len(bytes.TrimLeft(text[r.dec.InputOffset():], " \t\r\n")) == 0
}

func (r reader) documentMember(d *document, name string) (err error) {
	switch name {
	case "Version":
		d.version, err = r.str()
		if err == nil && d.version != version2012 && d.version != version2008 {
			err = errors.New("unknown policy version")
		}
		return err
	case "Id":
		_, err = r.str()
		return err
	case "Statement":
		return r.oneOrMany(func() error {
			s := statementText{after: int(r.dec.InputOffset())}
			err := r.statement(&s)
			s.end = int(r.dec.InputOffset())
			d.statements = append(d.statements, s)
			return err
		})
	default:
		return unknownElement(name)
	}
}

func (r reader) statement(s *statementText) error {
	if err := r.object(func(name string) error { return r.statementMember(s, name) }); err != nil {
		return err
	}
	switch {
	case s.action != nil && s.notAction != nil:
		return errors.New("statement has both Action and NotAction")
	case s.resource != nil && s.notResource != nil:
		return errors.New("statement has both Resource and NotResource")
	case s.principal != nil && s.notPrincipal != nil:
		return errors.New("statement has both Principal and NotPrincipal")
	case !strings.EqualFold(s.effect, allow) && !strings.EqualFold(s.effect, deny):
		return errors.New("statement's Effect is neither Allow nor Deny")
	}
	return nil
}

func (r reader) statementMember(s *statementText, name string) (err error) {
	switch name {
	case "Sid":
		s.sid, err = r.str()
	case "Effect":
		s.effect, err = r.str()
	case "Principal":
		s.principal, err = r.principal()
	case "NotPrincipal":
		s.notPrincipal, err = r.principal()
	case "Action":
		s.action, err = r.strings()
	case "NotAction":
		s.notAction, err = r.strings()
	case "Resource":
		s.resource, err = r.strings()
	case "NotResource":
		s.notResource, err = r.strings()
	case "Condition":
		err = r.object(func(op string) error { return r.operator(s, op) })
	default:
		return unknownElement(name)
	}
	return err
}

// principal reads "*" or an object of lists by type of principal.
func (r reader) principal() (*principalText, error) {
	p := &principalText{}
	if r.dec.PeekKind() == '"' {
		s, err := r.str()
		if err == nil && s != "*" {
			err = errors.New(`principal is a string other than "*"`)
		}
		p.everyone = true
		return p, err
	}
	err := r.object(func(kind string) error {
		if !isPrincipalKind(kind) {
			return fmt.Errorf("unknown type of principal %s", quoteName(kind))
		}
		entries, err := r.strings()
		for _, e := range entries {
			p.entries = append(p.entries, principalEntryText{kind, e})
		}
		return err
	})
	return p, err
}

func isPrincipalKind(kind string) bool {
	switch kind {
	case "AWS", "Service", "Federated", "CanonicalUser":
		return true
	}
	return false
}

// operator reads the keys under one condition operator. An unknown operator is
// an error unless it has no key.
func (r reader) operator(s *statementText, op string) error {
	return r.object(func(key string) error {
		if _, ok := parseTest(op); !ok {
			return fmt.Errorf("unknown condition operator %s", quoteName(op))
		}
		values, err := r.scalars()
		s.conditions = append(s.conditions, conditionText{op, key, values})
		return err
	})
}

// object reads an object and calls member with each name; member reads the
// value.
func (r reader) object(member func(name string) error) error {
	return r.between('{', '}', func() error {
		name, err := r.str()
		if err != nil {
			return err
		}
		return member(name)
	})
}

// oneOrMany reads a value, or a list of values, with read.
func (r reader) oneOrMany(read func() error) error {
	if r.dec.PeekKind() != '[' {
		return read()
	}
	return r.between('[', ']', read)
}

// between reads what is between two delimiters, with read as often as needed.
func (r reader) between(first, last jsontext.Kind, read func() error) error {
	if r.dec.PeekKind() != first {
		return r.wrongType()
	}
	_, err := r.dec.ReadToken()
	for err == nil && r.dec.PeekKind() != last {
		err = read()
	}
	if err == nil {
		_, err = r.dec.ReadToken()
	}
	return err
}

// strings reads a string or a list of strings; the result is not nil.
func (r reader) strings() ([]string, error) { return r.list(r.str) }

// scalars is strings that takes numbers and booleans by their text, too.
func (r reader) scalars() ([]string, error) { return r.list(r.scalar) }

func (r reader) list(read func() (string, error)) ([]string, error) {
	ss := []string{}
	err := r.oneOrMany(func() error {
		s, err := read()
		ss = append(ss, s)
		return err
	})
	return ss, err
}

func (r reader) str() (string, error) {
	if r.dec.PeekKind() != '"' {
		return "", r.wrongType()
	}
	return r.scalar()
}

func (r reader) scalar() (string, error) {
	switch r.dec.PeekKind() {
	case '"', '0', 't', 'f':
		t, err := r.dec.ReadToken()
		if err != nil {
			return "", err
		}
		return t.String(), nil
	default:
		return "", r.wrongType()
	}
}

// wrongType returns the decoder's own error if the next token is not JSON.
func (r reader) wrongType() error {
	if r.dec.PeekKind() == 0 {
		if _, err := r.dec.ReadToken(); err != nil {
			return fmt.Errorf("policy document is not JSON: %w", err)
		}
	}
	return errShape
}

func unknownElement(name string) error {
	return fmt.Errorf("unknown policy element %s", quoteName(name))
}

// quoteName quotes a name from a document for an error, cut to what is needed
// to find it.
func quoteName(name string) string {
	const most = 64
	if len(name) > most {
		name = name[:most] + "…"
	}
	return fmt.Sprintf("%q", name)
}
