// SPDX-License-Identifier: Apache-2.0

package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/beevik/etree"
	validator "github.com/mattermost/xml-roundtrip-validator"
)

const (
	maxDepth      = 32
	maxAttributes = 32 // of one element

	// Elements of a response, which strangers send, and of metadata.
	maxResponseElements = 1000
	maxMetadataElements = 20_000
)

var errDocument = errors.New("saml: XML is not of the form that is understood")

// parse returns the root of a document, which has no more elements than that. See
// [scan] for what it may hold. Before anything in it is trusted, it must be found
// [stable].
func parse(text []byte, elements int) (*etree.Element, error) {
	if err := scan(text, elements); err != nil {
		return nil, err
	}
	d := etree.NewDocument()
	d.ReadSettings.MaxDepth = maxDepth + 1
	if err := d.ReadFromBytes(text); err != nil || d.Root() == nil {
		return nil, errDocument
	}
	return d.Root(), nil
}

// stable reports whether the document means the same when it is written as it was
// read, and read again. To find out is more work than anything else.
func stable(text []byte) bool { return validator.Validate(bytes.NewReader(text)) == nil }

// scan refuses what no two readers of XML agree on, or what SAML has no use for:
// encodings other than UTF-8, document types and so entities, processing
// instructions, comments, more than one root, and elements with two attributes
// that differ in no more than their prefix.
func scan(text []byte, elements int) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	s := scanner{left: elements}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && s.roots == 1 {
			return nil
		}
		if err != nil || !s.admits(t, d.InputOffset()) {
			return errDocument
		}
	}
}

// A scanner counts what it has seen of a document, and what elements are left to it.
type scanner struct{ depth, roots, left int }

// admits reports whether the token that ends there may stand where it does.
func (s *scanner) admits(t xml.Token, end int64) bool {
	switch t := t.(type) {
	case xml.StartElement:
		if s.depth == 0 {
			s.roots++
		}
		s.depth++
		s.left--
		return s.roots == 1 && s.depth <= maxDepth && s.left >= 0 && distinct(t.Attr)
	case xml.EndElement:
		s.depth--
		return true
	case xml.CharData:
		return s.depth > 0 || len(bytes.TrimSpace(t)) == 0
	case xml.ProcInst: // the declaration, which is nowhere but at the beginning
		return t.Target == "xml" && s.roots == 0 && end == int64(len("<?xml?>")+1+len(t.Inst))
	default:
		return false
	}
}

// distinct reports whether the attributes are few, and their local names
// distinct: some readers find an attribute by that alone.
func distinct(attrs []xml.Attr) bool {
	if len(attrs) > maxAttributes {
		return false
	}
	for i := range attrs {
		for j := range i {
			if attrs[i].Name.Local == attrs[j].Name.Local {
				return false
			}
		}
	}
	return true
}

// is reports whether el has that name.
func is(el *etree.Element, space, tag string) bool {
	return el.Tag == tag && el.NamespaceURI() == space
}

// children returns the child elements of that name.
func children(el *etree.Element, space, tag string) []*etree.Element {
	var out []*etree.Element
	for _, c := range el.ChildElements() {
		if is(c, space, tag) {
			out = append(out, c)
		}
	}
	return out
}

// child returns the one child element of that name, or nil if there is none, or
// more than one.
func child(el *etree.Element, space, tag string) *etree.Element {
	if all := children(el, space, tag); len(all) == 1 {
		return all[0]
	}
	return nil
}

// count returns how many elements below and with el have the local name, in
// whatever namespace.
func count(el *etree.Element, tag string) int {
	n := 0
	if el.Tag == tag {
		n = 1
	}
	for _, c := range el.ChildElements() {
		n += count(c, tag)
	}
	return n
}

// attr returns the value of the attribute without a prefix, or "".
func attr(el *etree.Element, key string) string {
	for i := range el.Attr {
		if el.Attr[i].Space == "" && el.Attr[i].Key == key {
			return el.Attr[i].Value
		}
	}
	return ""
}

// text returns what el holds. ok is false if that is not text alone.
func text(el *etree.Element) (value string, ok bool) {
	var b strings.Builder
	for _, c := range el.Child {
		data, ok := c.(*etree.CharData)
		if !ok {
			return "", false
		}
		b.WriteString(data.Data)
	}
	return b.String(), true
}

// instant returns the time that the attribute says. It is zero, and ok true, if
// there is no such attribute.
func instant(el *etree.Element, key string) (t time.Time, ok bool) {
	v := attr(el, key)
	if v == "" {
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339, v)
	return t, err == nil && !t.IsZero()
}
