// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/tenant"
)

const (
	// maxTemplate bounds a template as written, in bytes.
	maxTemplate = 8 << 10

	// maxPolicy is how many characters STS takes as a session policy.
	maxPolicy = 2048

	// policyVersion is the version of the language that has policy variables.
	policyVersion = "2012-10-17"
)

// A template is a session policy to be filled with a tenant id. It is a list
// of JSON tokens, so that what is filled in is always a part of one string and
// can never be structure. It does not change once parsed.
type template struct {
	nodes []node
}

// A node is a JSON token, or if it has placeholders the pattern of a string.
type node struct {
	token jsontext.Token
	text  pattern
}

// parseTemplate parses text and checks that every id of g fills it to a valid
// session policy that means that tenant and no other.
func parseTemplate(text []byte, g tenant.Grammar, unsafe bool) (*template, error) {
	if len(text) > maxTemplate {
		return nil, fmt.Errorf("template of %d bytes is longer than %d", len(text), maxTemplate)
	}
	r := templateReader{dec: jsontext.NewDecoder(bytes.NewReader(text)), grammar: g, unsafe: unsafe}
	if err := r.document(); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	t := &template{r.nodes}
	// Ids differ in nothing that matters here but their length.
	for _, n := range []int{g.MinLen(), g.MaxLen()} {
		if _, err := t.fill(tenant.ID(strings.Repeat("a", n))); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// fill returns the session policy of id.
func (t *template) fill(id tenant.ID) (string, error) {
	literal := escape(string(id))
	var buf bytes.Buffer
	enc := jsontext.NewEncoder(&buf)
	for _, n := range t.nodes {
		tok := n.token
		if n.text.hasTenant() {
			tok = jsontext.String(n.text.fill(literal))
		}
		if err := enc.WriteToken(tok); err != nil {
			return "", fmt.Errorf("template: %w", err)
		}
	}
	text := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	if n := utf8.RuneCount(text); n > maxPolicy {
		return "", fmt.Errorf("template: the policy has %d characters, more than %d", n, maxPolicy)
	}
	if err := policy.Validate(text, policy.Session); err != nil {
		return "", fmt.Errorf("template: %w", err)
	}
	return string(text), nil
}

// A place is where in a policy a value stands, which decides whether it may
// have placeholders.
type place struct {
	kind     placeKind
	operator string // of a condition
	negated  bool   // a match here means no
}

type placeKind uint8

const (
	elsewhere placeKind = iota
	inDocument
	inVersion
	inStatement
	inEffect
	inResource
	inCondition      // members are operators
	inOperator       // members are condition keys
	inConditionValue // of a key
)

// member returns the place of the value of the member called name.
func (p place) member(name string) place {
	switch p.kind {
	case inDocument:
		switch name {
		case "Version":
			return place{kind: inVersion}
		case "Statement":
			return place{kind: inStatement}
		}
	case inStatement:
		switch name {
		case "Effect":
			return place{kind: inEffect}
		case "Resource", "NotResource":
			return place{kind: inResource, negated: name == "NotResource"}
		case "Condition":
			return place{kind: inCondition}
		}
	case inCondition:
		return place{kind: inOperator, operator: name}
	case inOperator:
		return place{kind: inConditionValue, operator: p.operator, negated: strings.Contains(p.operator, "Not")}
	}
	return place{}
}

// A templateReader reads a template's tokens and refuses placeholders that are
// not where they may be. What else a policy must be is for policy.Validate.
type templateReader struct {
	dec     *jsontext.Decoder
	grammar tenant.Grammar
	unsafe  bool

	nodes   []node
	found   bool // a placeholder
	version string

	// Of the statement being read.
	effect string
	spares bool // a placeholder stands where a match means no
}

func (r *templateReader) document() error {
	if err := r.value(place{kind: inDocument}); err != nil {
		return err
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the policy")
	}
	if r.version != policyVersion {
		return fmt.Errorf("the version is not %s, without which nothing can be escaped", policyVersion)
	}
	if !r.found {
		return fmt.Errorf("there is no %s, so the policy would be the same for all tenants", placeholder)
	}
	return nil
}

// value reads one value. Arrays are in the place that their elements are in.
func (r *templateReader) value(p place) error {
	tok, err := r.dec.ReadToken()
	if err != nil {
		return err
	}
	switch tok.Kind() {
	case jsontext.KindString:
		return r.text(p, tok.String())
	case jsontext.KindBeginObject:
		r.nodes = append(r.nodes, node{token: jsontext.BeginObject})
		if p.kind == inStatement {
			return r.statement()
		}
		return r.members(p)
	case jsontext.KindBeginArray:
		r.nodes = append(r.nodes, node{token: jsontext.BeginArray})
		return r.elements(p)
	default:
		r.nodes = append(r.nodes, node{token: tok.Clone()})
		return nil
	}
}

// statement reads the members of a statement, and refuses one that allows a
// tenant all but its own.
func (r *templateReader) statement() error {
	r.effect, r.spares = "", false
	if err := r.members(place{kind: inStatement}); err != nil {
		return err
	}
	if r.spares && r.effect != "Deny" {
		return fmt.Errorf("a statement allows all but what is the tenant's: %s stands in NotResource or under a Not… operator", placeholder)
	}
	return nil
}

func (r *templateReader) members(p place) error {
	for r.dec.PeekKind() != jsontext.KindEndObject {
		tok, err := r.dec.ReadToken()
		if err != nil {
			return err
		}
		name := tok.String()
		if strings.Contains(name, "{{") || strings.Contains(name, "}}") {
			return errors.New("a member's name has a placeholder")
		}
		r.nodes = append(r.nodes, node{token: jsontext.String(name)})
		if err := r.value(p.member(name)); err != nil {
			return err
		}
	}
	r.nodes = append(r.nodes, node{token: jsontext.EndObject})
	_, err := r.dec.ReadToken()
	return err
}

func (r *templateReader) elements(p place) error {
	for r.dec.PeekKind() != jsontext.KindEndArray {
		if err := r.value(p); err != nil {
			return err
		}
	}
	r.nodes = append(r.nodes, node{token: jsontext.EndArray})
	_, err := r.dec.ReadToken()
	return err
}

// text takes the string s at p.
func (r *templateReader) text(p place, s string) error {
	text, err := parsePattern(s)
	if err != nil {
		return fmt.Errorf("%s: %w", r.dec.StackPointer(), err)
	}
	if text.hasTenant() {
		if err := r.check(p, text); err != nil {
			return fmt.Errorf("%s: %w", r.dec.StackPointer(), err)
		}
		r.found = true
		r.spares = r.spares || p.negated
	}
	switch p.kind {
	case inVersion:
		r.version = s
	case inEffect:
		r.effect = s
	}
	r.nodes = append(r.nodes, node{token: jsontext.String(s), text: text})
	return nil
}

// check reports whether text may have its placeholders at p.
func (r *templateReader) check(p place, text pattern) error {
	isARN := p.kind == inResource
	switch p.kind {
	case inResource:
	case inConditionValue:
		var isText bool
		isText, isARN = comparesText(p.operator)
		if !isText && !isARN {
			return fmt.Errorf("%s stands under a condition operator other than String… and Arn…", placeholder)
		}
		if strings.Contains(p.operator, "IgnoreCase") && r.grammar.Allows('A') && r.grammar.Allows('a') {
			return errors.New("an operator that ignores case cannot tell apart tenants that differ in case")
		}
	default:
		return fmt.Errorf("%s may stand in Resource, NotResource and the values of Condition only", placeholder)
	}
	if isARN {
		ok, err := text.inResourcePart()
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("%s may stand in the resource part of an ARN only", placeholder)
		}
	}
	err := text.checkWildcards(r.grammar)
	if errors.Is(err, errBesideWildcard) && r.unsafe {
		return nil
	}
	return err
}

// comparesText reports whether a condition operator compares strings, and
// whether it compares ARNs. In the values of these, and of no others, policy
// variables are known.
func comparesText(operator string) (isText, isARN bool) {
	if _, base, ok := strings.Cut(operator, ":"); ok {
		operator = base
	}
	switch strings.TrimSuffix(operator, "IfExists") {
	case "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike":
		return true, false
	case "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike":
		return false, true
	}
	return false, false
}
