// SPDX-License-Identifier: Apache-2.0

package authz

import (
	"encoding/json"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// items is how authorization messages write lists.
type items[T any] struct {
	Items []T `json:"items"`
}

// A message is the text of an authorization message, in the form that
// DecodeAuthorizationMessage of AWS STS answers with.
type message struct {
	Allowed           bool             `json:"allowed"`
	ExplicitDeny      bool             `json:"explicitDeny"`
	MatchedStatements items[statement] `json:"matchedStatements"`
	Failures          items[struct{}]  `json:"failures"`
	Context           struct {
		Principal  principal              `json:"principal"`
		Action     string                 `json:"action"`
		Resource   string                 `json:"resource"`
		Conditions items[json.RawMessage] `json:"conditions"`
	} `json:"context"`
}

type principal struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	ARN  string `json:"arn"`
}

type statement struct {
	ID         string `json:"statementId"`
	Effect     string `json:"effect"`
	PolicyID   string `json:"sourcePolicyId"`
	PolicyType string `json:"sourcePolicyType"`
}

type condition struct {
	Key    string       `json:"key"`
	Values items[value] `json:"values"`
}

type value struct {
	Value string `json:"value"`
}

// encoded returns the sealed message that tells the caller's account why it was
// denied: what [Told] says and no more. Conditions that don't fit are left out; ""
// if nothing fits.
func (a *Authorizer) encoded(caller *awsapi.Caller, t *Told) (string, error) {
	m := newMessage(caller, t)
	text, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	room := identity.MaxMessage - len(text)
	for _, f := range t.Policies.Facts(&t.Request) {
		c, err := json.Marshal(newCondition(&f))
		if err != nil {
			return "", err
		}
		if size := len(c) + len(","); size <= room {
			room -= size
			m.Context.Conditions.Items = append(m.Context.Conditions.Items, c)
		}
	}
	if text, err = json.Marshal(m); err != nil {
		return "", err
	}
	sealed, err := a.Directory.SealMessage(caller.Account(), text)
	if errors.Is(err, identity.ErrTooLarge) {
		return "", nil
	}
	return sealed, err
}

func newMessage(caller *awsapi.Caller, t *Told) *message {
	m := &message{ExplicitDeny: t.Kind == policy.ExplicitDeny}
	m.MatchedStatements.Items = []statement{}
	m.Failures.Items = []struct{}{}
	m.Context.Conditions.Items = []json.RawMessage{}
	if p := t.Policy; p != nil {
		m.MatchedStatements.Items = append(m.MatchedStatements.Items, statement{
			ID: p.Sid(t.Statement), Effect: "DENY", PolicyID: p.Name, PolicyType: p.Type().String(),
		})
	}
	m.Context.Principal = principal{caller.UserID(), caller.Principal.Name, caller.Principal.ARN}
	m.Context.Action = t.Request.Action
	m.Context.Resource = "*"
	if !t.Request.Resource.IsZero() {
		m.Context.Resource = t.Request.Resource.String()
	}
	return m
}

func newCondition(f *policy.Fact) condition {
	c := condition{Key: f.Key}
	for i := range f.Value.Len() {
		c.Values.Items = append(c.Values.Items, value{f.Value.At(i)})
	}
	return c
}
