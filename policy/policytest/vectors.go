// SPDX-License-Identifier: Apache-2.0

// Package policytest runs files of test vectors against package policy: each
// vector holds policies, a request and the decision that AWS documents for
// them, or a document and what AWS says when it is saved. With such a file
// users can hold their own policies to what they mean.
//
// A file is a JSON object with the members "vectors" and "validationVectors",
// each a list; other members are ignored. In a vector, "policies" has the
// members identity, boundary (lists of documents), session, resource (a
// document or a list of them), scps and rcps (lists by level, from the root to
// the account, each a list of documents); "request" has principal (an ARN, a
// service's name or "anonymous"), action, resource (an ARN, or "*" for an
// action without resources), resourceAccount and context, in which a list is
// the value of a multivalued key; "expected" has kind.
package policytest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// MaxFile is the length in bytes of the longest file that [LoadVectors] reads.
const MaxFile = 16 << 20

// Vectors are a file's, read and compiled.
type Vectors struct {
	Decisions   []Decision
	Validations []Validation
}

// A Decision is a request with the decision that is expected.
type Decision struct {
	ID, Description string
	Policies        policy.Policies
	Request         policy.Request
	Want            policy.Kind
	Err             error // why it can't be run
	Leak            bool  // the vector says that the Allow it expects lets a tenant reach another's data
}

// A Validation is a document with what is expected when it is saved.
type Validation struct {
	ID, Description string
	Type            policy.Type
	Document        string
	Err             error // why it can't be run
	Valid           bool
	Code, Message   string // expected if not Valid; "" is any
}

type fileText struct {
	Vectors           []vectorText     `json:"vectors"`
	ValidationVectors []validationText `json:"validationVectors"`
}

type vectorText struct {
	ID            string         `json:"id"`
	Description   string         `json:"description"`
	Policies      jsontext.Value `json:"policies"`
	Request       jsontext.Value `json:"request"`
	IsolationLeak bool           `json:"isolationLeak"`
	Expected      struct {
		Kind string `json:"kind"`
	} `json:"expected"`
}

type policiesText struct {
	Identity documents   `json:"identity"`
	Boundary documents   `json:"boundary"`
	Session  documents   `json:"session"`
	Resource documents   `json:"resource"`
	SCPs     []documents `json:"scps"`
	RCPs     []documents `json:"rcps"`
}

type requestText struct {
	Principal       string                    `json:"principal"`
	Action          string                    `json:"action"`
	Resource        string                    `json:"resource"`
	ResourceAccount string                    `json:"resourceAccount"`
	Context         map[string]jsontext.Value `json:"context"`
}

type validationText struct {
	ID              string  `json:"id"`
	PolicyType      string  `json:"policyType"`
	Description     string  `json:"description"`
	Document        *string `json:"document"`
	ExpectedValid   *bool   `json:"expectedValid"`
	ExpectedCode    string  `json:"expectedCode"`
	ExpectedMessage string  `json:"expectedMessage"`
}

// documents is a document or a list of them.
type documents []jsontext.Value

// UnmarshalJSON implements the decoding of either form.
func (d *documents) UnmarshalJSON(text []byte) error {
	if jsontext.Value(text).Kind() == '[' {
		return json.Unmarshal(text, (*[]jsontext.Value)(d))
	}
	*d = documents{jsontext.Value(text).Clone()}
	return nil
}

// LoadVectors reads a file. A file that isn't of the format, or in which an id
// is missing or given twice, is an error. A vector that can't be run, because
// a policy doesn't parse or it has unknown members, keeps that as its Err and
// fails when it is run: the others still count.
func LoadVectors(text []byte) (*Vectors, error) {
	if len(text) > MaxFile {
		return nil, fmt.Errorf("vectors: file longer than %d bytes", MaxFile)
	}
	var file fileText
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	if len(file.Vectors)+len(file.ValidationVectors) == 0 {
		return nil, errors.New("vectors: file has none")
	}
	v := &Vectors{}
	seen := map[string]bool{}
	check := func(id string, i int) error {
		if id == "" {
			return fmt.Errorf("vectors: vector %d has no id", i)
		}
		if seen[id] {
			return fmt.Errorf("vectors: %s: id given twice", id)
		}
		seen[id] = true
		return nil
	}
	for i := range file.Vectors {
		t := &file.Vectors[i]
		if err := check(t.ID, i); err != nil {
			return nil, err
		}
		d, err := t.compile()
		d.Err = err
		v.Decisions = append(v.Decisions, d)
	}
	for i := range file.ValidationVectors {
		t := &file.ValidationVectors[i]
		if err := check(t.ID, i); err != nil {
			return nil, err
		}
		d, err := t.compile()
		d.Err = err
		v.Validations = append(v.Validations, d)
	}
	return v, nil
}

func (t *vectorText) compile() (Decision, error) {
	d := Decision{ID: t.ID, Description: t.Description, Leak: t.IsolationLeak}
	var err error
	if d.Want, err = kindOf(t.Expected.Kind); err != nil {
		return d, err
	}
	var req requestText
	if err := json.Unmarshal(t.Request, &req, json.RejectUnknownMembers(true)); err != nil {
		return d, fmt.Errorf("request: %w", err)
	}
	if d.Request, err = req.compile(); err != nil {
		return d, fmt.Errorf("request: %w", err)
	}
	var ps policiesText
	if err := json.Unmarshal(t.Policies, &ps, json.RejectUnknownMembers(true)); err != nil {
		return d, fmt.Errorf("policies: %w", err)
	}
	d.Policies, err = ps.compile(req.Action)
	return d, err
}

func kindOf(s string) (policy.Kind, error) {
	for _, k := range []policy.Kind{policy.ImplicitDeny, policy.ExplicitDeny, policy.Allow} {
		if k.String() == s {
			return k, nil
		}
	}
	return 0, fmt.Errorf("expected.kind is %q, not ImplicitDeny, ExplicitDeny or Allow", s)
}

// compile makes the request. The format has no place for the user behind a
// federated user's session, so that is the user of the same name.
func (t *requestText) compile() (policy.Request, error) {
	p, err := policy.ParsePrincipal(t.Principal)
	if err != nil {
		return policy.Request{}, err
	}
	if p.Type == policy.FederatedUser {
		user := arn.ARN{Partition: "aws", Service: "iam", Account: p.Account, Resource: "user/" + p.Name}
		p.Issuer = user.String()
	}
	if t.Action == "" {
		return policy.Request{}, errors.New("no action")
	}
	r := policy.Request{Principal: &p, Action: t.Action, ResourceAccount: t.ResourceAccount}
	if t.Resource != "*" {
		if r.Resource, err = arn.Parse(t.Resource); err != nil {
			return r, fmt.Errorf("resource: %w", err)
		}
	}
	keys := make(map[string]any, len(t.Context))
	for k, v := range t.Context {
		if keys[k], err = plainValue(v); err != nil {
			return r, fmt.Errorf("context key %q: %w", k, err)
		}
	}
	r.Context, err = policy.MapOf(keys)
	return r, err
}

// plainValue decodes a value, a number as its text.
func plainValue(v jsontext.Value) (out any, err error) {
	switch v.Kind() {
	case '0':
		return v.String(), nil
	case '[':
		var raw []jsontext.Value
		err = json.Unmarshal(v, &raw)
		list := make([]any, len(raw))
		for i := 0; i < len(raw) && err == nil; i++ {
			list[i], err = plainValue(raw[i])
		}
		return list, err
	default:
		err = json.Unmarshal(v, &out)
		return out, err
	}
}

func (t *policiesText) compile(action string) (policy.Policies, error) {
	resource := policy.Resource
	service, _, _ := strings.Cut(strings.ToLower(action), ":")
	if service == "sts" {
		resource = policy.Trust
	}
	ps := policy.Policies{Explicit: service == "sts" && len(t.Resource) > 0 || service == "kms"}
	var err error
	for _, c := range []struct {
		name string
		from documents
		t    policy.Type
		to   *[]*policy.Policy
	}{
		{"identity", t.Identity, policy.Identity, &ps.Identity},
		{"boundary", t.Boundary, policy.Boundary, &ps.Boundary},
		{"session", t.Session, policy.Session, &ps.Session},
		{"resource", t.Resource, resource, &ps.Resource},
	} {
		if *c.to, err = c.from.compile(c.name, c.t); err != nil {
			return ps, err
		}
	}
	if ps.SCPs, err = compileLevels("scps", t.SCPs, policy.SCP); err != nil {
		return ps, err
	}
	ps.RCPs, err = compileLevels("rcps", t.RCPs, policy.RCP)
	return ps, err
}

func compileLevels(name string, levels []documents, t policy.Type) ([][]*policy.Policy, error) {
	var out [][]*policy.Policy
	for i, level := range levels {
		ps, err := level.compile(fmt.Sprintf("%s[%d]", name, i), t)
		if err != nil {
			return nil, err
		}
		out = append(out, ps)
	}
	return out, nil
}

func (d documents) compile(name string, t policy.Type) ([]*policy.Policy, error) {
	var out []*policy.Policy
	for i, text := range d {
		p, err := policy.Parse(text, t)
		if err != nil {
			return nil, fmt.Errorf("%s policy %d: %w", name, i, err)
		}
		p.Name = fmt.Sprintf("%s[%d]", name, i)
		out = append(out, p)
	}
	return out, nil
}

var types = map[string]policy.Type{
	"identity": policy.Identity,
	"boundary": policy.Boundary,
	"session":  policy.Session,
	"resource": policy.Resource,
	"trust":    policy.Trust,
	"scp":      policy.SCP,
	"rcp":      policy.RCP,
}

func (t *validationText) compile() (Validation, error) {
	v := Validation{ID: t.ID, Description: t.Description, Code: t.ExpectedCode, Message: t.ExpectedMessage}
	var ok bool
	if v.Type, ok = types[t.PolicyType]; !ok {
		return v, fmt.Errorf("unknown policyType %q", t.PolicyType)
	}
	if t.Document == nil || t.ExpectedValid == nil {
		return v, errors.New("document or expectedValid is missing")
	}
	v.Document, v.Valid = *t.Document, *t.ExpectedValid
	return v, nil
}
