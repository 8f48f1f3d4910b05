// SPDX-License-Identifier: Apache-2.0

package inquest

import (
	"errors"
	"fmt"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A record is a line of the log, as far as it matters here.
type record struct {
	Kind          string
	Time          string
	RequestID     string `json:"requestId"`
	Service       string
	Operation     string
	Region        string
	Principal     string
	PrincipalID   string `json:"principalId"`
	PrincipalType string `json:"principalType"`
	Issuer        string
	Account       string
	Session       string
	SourceIP      string `json:"sourceIp"`
	Decision      string
	Error         string
	Checks        []check
}

// A check is one permission that the call needed.
type check struct {
	Action, Resource string
	Decision, Kind   string
	Policy, Version  string
	Statement        string
	Index            int
	Digest           string // of the policy that settled it
	Context          map[string]any
	Truncated        bool

	// Of a denial.
	Owner          string
	Explicit       bool
	SessionLimited bool
	SCPLevels      int `json:"scpLevels"`
	Policies       []involved
}

// An involved is a policy that applied.
type involved struct {
	Kind            string
	Level           int
	Policy, Version string
	Digest          string
}

// digests returns those of all policies that the record names.
func (r *record) digests() map[string]bool {
	all := map[string]bool{}
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Digest != "" {
			all[c.Digest] = true
		}
		for _, of := range c.Policies {
			all[of.Digest] = true
		}
	}
	return all
}

// request returns what was asked by c.
func (r *record) request(c *check) (*policy.Request, error) {
	p, err := policy.ParsePrincipal(r.Principal)
	if err != nil || p.Type.String() != r.PrincipalType {
		return nil, errors.New("the record doesn't tell who called")
	}
	p.ID, p.Issuer = r.PrincipalID, r.Issuer
	out := &policy.Request{Principal: &p, Action: c.Action, ResourceAccount: c.Owner}
	if c.Resource != "*" {
		if out.Resource, err = arn.Parse(c.Resource); err != nil {
			return nil, errors.New("the record doesn't tell what was asked for")
		}
	}
	if out.Context, err = policy.MapOf(c.Context); err != nil {
		return nil, errors.New("the record's context can't be read")
	}
	return out, nil
}

var kinds = map[string]policy.Type{
	policy.Identity.String(): policy.Identity,
	policy.Boundary.String(): policy.Boundary,
	policy.Session.String():  policy.Session,
	policy.Resource.String(): policy.Resource,
	policy.Trust.String():    policy.Trust,
	policy.SCP.String():      policy.SCP,
	policy.RCP.String():      policy.RCP,
}

// A lack is a policy whose text the log does not have.
type lack struct{ name, digest string }

func (l *lack) Error() string {
	return fmt.Sprintf("the log no longer has the text of %s (digest %s)", l.name, l.digest)
}

// compile returns the policy as it was.
func (of *involved) compile(texts map[string]string) (*policy.Policy, error) {
	text, ok := texts[of.Digest]
	if !ok {
		return nil, &lack{of.Policy, of.Digest}
	}
	t, ok := kinds[of.Kind]
	if !ok {
		return nil, fmt.Errorf("the record has a policy of the unknown kind %q", of.Kind)
	}
	p, err := policy.Parse([]byte(text), t)
	if err != nil {
		return nil, fmt.Errorf("policy %s can't be read: %w", of.Policy, err)
	}
	p.Name, p.Version = of.Policy, of.Version
	return p, nil
}

// maxLevel is how deep organizations are: the root, units and the account.
const maxLevel = 16

// policies returns all that applied to a denied need, as they were.
func (c *check) policies(texts map[string]string) (*policy.Policies, error) {
	set := &policy.Policies{Explicit: c.Explicit, SessionLimited: c.SessionLimited}
	if c.SCPLevels < 0 || c.SCPLevels > maxLevel {
		return nil, fmt.Errorf("the record has %d levels", c.SCPLevels)
	}
	set.SCPs = make([][]*policy.Policy, c.SCPLevels) // one without a policy allows nothing
	for i := range c.Policies {
		of := &c.Policies[i]
		p, err := of.compile(texts)
		if err != nil {
			return nil, err
		}
		if of.Level < 0 || of.Level > maxLevel {
			return nil, fmt.Errorf("the record has a policy of level %d", of.Level)
		}
		add(set, p, of.Level)
	}
	return set, nil
}

// add adds the policy to the list that it belongs to.
func add(set *policy.Policies, p *policy.Policy, level int) {
	list := &set.Identity
	switch p.Type() {
	case policy.Boundary:
		list = &set.Boundary
	case policy.Session:
		list = &set.Session
	case policy.Resource, policy.Trust:
		list = &set.Resource
	case policy.SCP:
		list = levelOf(&set.SCPs, level)
	case policy.RCP:
		list = levelOf(&set.RCPs, level)
	}
	*list = append(*list, p)
}

// levelOf returns the list of a level, counted from 1.
func levelOf(levels *[][]*policy.Policy, level int) *[]*policy.Policy {
	for len(*levels) < max(level, 1) {
		*levels = append(*levels, nil)
	}
	return &(*levels)[max(level, 1)-1]
}
