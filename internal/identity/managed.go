// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"fmt"
	"strconv"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A ManagedPolicy is a policy with an ARN of its own, which users, groups and
// roles of its account refer to; those of all accounts if it is AWS's own.
type ManagedPolicy struct {
	Account     string // or [AWSOwner]
	ID          string // unique, never given again
	Name        string
	Path        string
	Description string `json:",omitempty"`
	Created     time.Time
	Updated     time.Time
	Tags        []awsapi.Tag `json:",omitempty"`
	Default     string       // id of the version in force
	Last        int          // number of the version that was made last; 0 stands for 1
	Versions    []PolicyVersion

	Attachments int // to users, groups and roles
	Boundaries  int // users and roles whose permissions boundary it is
}

// A PolicyVersion is one text of a managed policy. Its id is "v" and a number.
type PolicyVersion struct {
	ID      string
	Text    string
	Created time.Time
}

// ARN returns the policy's ARN.
func (p *ManagedPolicy) ARN() arn.ARN { return PolicyARN(p.Account, p.Path, p.Name) }

// Version returns the policy's version of that id.
func (p *ManagedPolicy) Version(id string) (*PolicyVersion, bool) {
	for i := range p.Versions {
		if p.Versions[i].ID == id {
			return &p.Versions[i], true
		}
	}
	return nil, false
}

// NextVersion returns the id of the next version of p, which none had before.
func (p *ManagedPolicy) NextVersion() string {
	p.Last = max(p.Last, 1) + 1
	return "v" + strconv.Itoa(p.Last)
}

// GetPolicy returns the managed policy of the account, or of AWS, that has this
// ARN, or storage.ErrNotFound: so too for ARNs of other accounts, and for what is
// no ARN.
func GetPolicy(tx *storage.Tx, account, policyARN string) (*ManagedPolicy, error) {
	if p, ok, err := getAWSPolicy(tx, account, policyARN); ok || err != nil {
		return p, err
	}
	a, err := arn.Parse(policyARN)
	if err != nil {
		return nil, storage.ErrNotFound
	}
	owner, _, name, ok := ParseARN(a, "policy")
	if !ok || owner != account {
		return nil, storage.ErrNotFound
	}
	p, err := Policies.Get(tx, account, name)
	if err != nil {
		return nil, err
	}
	if p.ARN() != a {
		return nil, storage.ErrNotFound
	}
	return p, nil
}

// CreatePolicy adds p, whose name must be free.
func CreatePolicy(tx *storage.Tx, p *ManagedPolicy) error {
	if err := PolicyCount.add(tx, p.Account, 1); err != nil {
		return err
	}
	return Policies.Put(tx, p.Account, p.Name, p)
}

// DeletePolicy removes p, to which nothing may refer any more.
func DeletePolicy(tx *storage.Tx, p *ManagedPolicy) error {
	if err := PolicyCount.add(tx, p.Account, -1); err != nil {
		return err
	}
	return Policies.Delete(tx, p.Account, p.Name)
}

// PutPolicy saves p as the account sees it: of AWS's policies that is only how
// often the account refers to them.
func PutPolicy(tx *storage.Tx, account string, p *ManagedPolicy) error {
	switch p.Account {
	case AWSOwner:
		return putAWSPolicyUse(tx, account, p)
	case account:
		return Policies.Put(tx, account, p.Name, p)
	}
	return fmt.Errorf("identity: a policy of account %s in account %s", p.Account, account)
}

// PolicySpan is the span of what GetPolicy and PutPolicy look up for the account
// and that ARN.
func PolicySpan(write bool, account, policyARN string) storage.Span {
	if _, ok := awsPolicies()[policyARN]; ok {
		return awsPolicyUses.One(write, account, policyARN)
	}
	a, err := arn.Parse(policyARN)
	if err != nil {
		return storage.Span{}
	}
	owner, _, name, ok := ParseARN(a, "policy")
	if !ok || owner != account {
		return storage.Span{}
	}
	return Policies.One(write, account, name)
}

// managed returns the managed policy's version in force, compiled as t, or
// storage.ErrNotFound.
func (d *Directory) managed(tx *storage.Tx, account, policyARN string, t policy.Type) (*policy.Policy, error) {
	return d.policies.Get(tx, account, t.String()+" "+policyARN, func(tx *storage.Tx) (*policy.Policy, error) {
		m, err := GetPolicy(tx, account, policyARN)
		if err != nil {
			return nil, err
		}
		v, ok := m.Version(m.Default)
		if !ok {
			return nil, fmt.Errorf("identity: %s lacks version %s", policyARN, m.Default)
		}
		return compile(v.Text, t, policyARN, v.ID)
	})
}

// compile compiles a stored policy and names it for explanations.
func compile(text string, t policy.Type, name, version string) (*policy.Policy, error) {
	p, err := policy.Parse([]byte(text), t)
	if err != nil {
		return nil, fmt.Errorf("identity: %s %s: %w", t, name, err)
	}
	p.Name, p.Version = name, version
	return p, nil
}
