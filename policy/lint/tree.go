// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// A span is a part of the text, in bytes.
type span struct{ start, end int }

// A node is a JSON value that knows its place.
type node struct {
	span
	kind     jsontext.Kind
	text     string // of a scalar: what it stands for
	members  []member
	elements []*node
}

type member struct{ name, value *node }

// maxDepth is how deep values may nest. A policy has six levels.
const maxDepth = 32

var (
	errDepth    = errors.New("values nest too deep")
	errTrailing = errors.New("there is more text after the document")
)

// parseTree reads one JSON value. On failure, it returns the place, too.
func parseTree(text []byte) (*node, int, error) {
	r := treeReader{jsontext.NewDecoder(bytes.NewReader(text))}
	n, err := r.value(0)
	if err == nil && len(bytes.TrimSpace(text[n.end:])) > 0 {
		return nil, n.end, errTrailing
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return nil, min(int(syntax.ByteOffset), len(text)), syntax
	}
	return n, min(int(r.dec.InputOffset()), len(text)), err
}

type treeReader struct{ dec *jsontext.Decoder }

func (r treeReader) value(depth int) (*node, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	switch kind := r.dec.PeekKind(); kind {
	case '{':
		return r.composite(kind, '}', func(n *node) error {
			name, err := r.value(depth + 1)
			if err != nil {
				return err
			}
			value, err := r.value(depth + 1)
			n.members = append(n.members, member{name, value})
			return err
		})
	case '[':
		return r.composite(kind, ']', func(n *node) error {
			e, err := r.value(depth + 1)
			n.elements = append(n.elements, e)
			return err
		})
	default:
		return r.scalar(kind)
	}
}

func (r treeReader) composite(kind, last jsontext.Kind, read func(*node) error) (*node, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	n := &node{kind: kind, span: span{start: int(r.dec.InputOffset()) - 1}}
	for r.dec.PeekKind() != last {
		if err := read(n); err != nil {
			return nil, err
		}
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	n.end = int(r.dec.InputOffset())
	return n, nil
}

func (r treeReader) scalar(kind jsontext.Kind) (*node, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(r.dec.InputOffset())
	n := &node{kind: kind, span: span{end - len(raw), end}, text: string(raw)}
	if kind == '"' {
		unquoted, err := jsontext.AppendUnquote(nil, raw)
		n.text = string(unquoted)
		return n, err
	}
	return n, nil
}

// scalars returns the node, or its elements if it is a list, without those that
// are no scalars.
func (n *node) scalars() []*node {
	if n == nil {
		return nil
	}
	all := []*node{n}
	if n.kind == '[' {
		all = n.elements
	}
	var ss []*node
	for _, e := range all {
		if e.kind != '{' && e.kind != '[' {
			ss = append(ss, e)
		}
	}
	return ss
}

// blankComments returns text with what looks like comments outside of strings
// replaced by blanks, so that every offset stays, and their places.
func blankComments(text []byte) ([]byte, []span) {
	clean := bytes.Clone(text)
	var comments []span
	for i := 0; i < len(text); {
		n := 1
		switch {
		case text[i] == '"':
			n = stringLen(text[i:])
		case bytes.HasPrefix(text[i:], []byte("//")):
			if n = bytes.IndexByte(text[i:], '\n'); n < 0 {
				n = len(text) - i
			}
			comments = append(comments, span{i, i + n})
		case bytes.HasPrefix(text[i:], []byte("/*")):
			if n = bytes.Index(text[i+2:], []byte("*/")); n < 0 {
				n = len(text) - i
			} else {
				n += len("/**/")
			}
			comments = append(comments, span{i, i + n})
		}
		i += n
	}
	for _, c := range comments {
		for i := c.start; i < c.end; i++ {
			if clean[i] != '\n' && clean[i] != '\r' {
				clean[i] = ' '
			}
		}
	}
	return clean, comments
}

// stringLen returns the length of the JSON string that text begins with, which
// ends with its line at the latest.
func stringLen(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		case '\n':
			return i
		}
	}
	return len(text)
}
