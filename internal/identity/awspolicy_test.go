// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

const denyAllARN = "arn:aws:iam::aws:policy/AWSDenyAll"

func awsPolicies(w *world, account string) (all []identity.ManagedPolicy) {
	w.Helper()
	if err := w.view(func(tx *storage.Tx) (err error) {
		all, err = identity.AWSPolicies(tx, account)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return all
}

func TestAWSPoliciesAreFitForEveryUse(t *testing.T) {
	w := newEmptyWorld(t)
	all := awsPolicies(w, blue)
	if len(all) < 8 {
		t.Fatalf("there are %d", len(all))
	}
	seen := map[string]bool{}
	for i := range all {
		p := &all[i]
		v, ok := p.Version(p.Default)
		if !ok || len(p.Versions) != 1 {
			t.Fatalf("%s has no version in force", p.Name)
		}
		for _, kind := range []policy.Type{policy.Identity, policy.Boundary, policy.Session} {
			if err := policy.Validate([]byte(v.Text), kind); err != nil {
				t.Errorf("%s as %s: %v", p.Name, kind, err)
			}
		}
		if n := policy.Size([]byte(v.Text)); n > 6144 {
			t.Errorf("%s has %d characters", p.Name, n)
		}
		if len(p.ID) != 21 || !strings.HasPrefix(p.ID, "ANPA") || seen[p.ID] {
			t.Errorf("%s has the id %q", p.Name, p.ID)
		}
		seen[p.ID] = true
		if want := "arn:aws:iam::aws:policy" + p.Path + p.Name; p.ARN().String() != want || p.Description == "" {
			t.Errorf("%s is %s, %q", want, p.ARN(), p.Description)
		}
	}
}

func TestAWSPoliciesAreCountedByAccountAndNeverChanged(t *testing.T) {
	w := newWorld(t)
	get := func(account string) (p *identity.ManagedPolicy) {
		t.Helper()
		if err := w.view(func(tx *storage.Tx) (err error) {
			p, err = identity.GetPolicy(tx, account, denyAllARN)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	change := get(blue)
	change.Attachments, change.Boundaries = 2, 1
	change.Versions[0].Text, change.Default = readS3, "v2"
	change.Description = "changed"
	w.update(func(tx *storage.Tx) error { return identity.PutPolicy(tx, blue, change) })
	if p := get(blue); p.Attachments != 2 || p.Boundaries != 1 || p.Default != "v1" || p.Description == "changed" || p.Versions[0].Text == readS3 {
		t.Errorf("saved as %+v", p)
	}
	if p := get(yellow); p.Attachments != 0 || p.Boundaries != 0 {
		t.Errorf("another account's counts are %d and %d", p.Attachments, p.Boundaries)
	}
	change.Attachments, change.Boundaries = 0, 0
	w.update(func(tx *storage.Tx) error { return identity.PutPolicy(tx, blue, change) })
	if p := get(blue); p.Attachments != 0 || p.Boundaries != 0 {
		t.Errorf("back at %d and %d", p.Attachments, p.Boundaries)
	}
	stranger := &identity.ManagedPolicy{Account: yellow, Name: "x", Path: "/"}
	if err := w.db.Update(t.Context(), func(tx *storage.Tx) error { return identity.PutPolicy(tx, blue, stranger) }); err == nil {
		t.Error("one account saved another's policy")
	}
}

// A span of one account's counts must not open another's, nor a customer's
// policies.
func TestAWSPoliciesOpenTheAccountsCountsOnly(t *testing.T) {
	own, other := identity.PolicySpan(true, blue, denyAllARN), identity.PolicySpan(true, yellow, denyAllARN)
	if own.Lo == nil || string(own.Lo) == string(other.Lo) {
		t.Errorf("spans are %q and %q", own.Lo, other.Lo)
	}
	if s := identity.PolicySpan(true, blue, "arn:aws:iam::aws:policy/None"); s.Lo != nil {
		t.Errorf("a policy of AWS that doesn't exist opens %q", s.Lo)
	}
}

func TestAWSPoliciesGrantLimitAndDeny(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name     string
		attached []string
		boundary string
		action   string
		want     bool
	}{
		{"administrator", []string{"AdministratorAccess"}, "", "s3:GetObject", true},
		{"reader reads", []string{"AmazonDynamoDBReadOnlyAccess"}, "", "dynamodb:GetItem", true},
		{"reader doesn't write", []string{"AmazonDynamoDBReadOnlyAccess"}, "", "dynamodb:PutItem", false},
		{"power user", []string{"PowerUserAccess"}, "", "dynamodb:PutItem", true},
		{"power user makes no users", []string{"PowerUserAccess"}, "", "iam:CreateUser", false},
		{"denied", []string{"AdministratorAccess", "AWSDenyAll"}, "", "s3:GetObject", false},
		{"within the boundary", []string{"AdministratorAccess"}, "ReadOnlyAccess", "iam:ListUsers", true},
		{"beyond the boundary", []string{"AdministratorAccess"}, "ReadOnlyAccess", "iam:CreateUser", false},
		{"boundary that doesn't exist", []string{"AdministratorAccess"}, "None", "iam:ListUsers", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, key, _ := w.user(strings.ReplaceAll(strings.ReplaceAll(c.name, " ", "-"), "'", ""), func(u *identity.User) {
				for _, name := range c.attached {
					u.Attached = append(u.Attached, "arn:aws:iam::aws:policy/"+name)
				}
				if c.boundary != "" {
					u.Boundary = "arn:aws:iam::aws:policy/" + c.boundary
				}
			})
			if got := w.may(w.mustCaller(w.mustCredential(key, "")), c.action); got != c.want {
				t.Errorf("may %s: %v", c.action, got)
			}
		})
	}
}

func TestVersionsAreNumberedOn(t *testing.T) {
	p := &identity.ManagedPolicy{} // as it was kept before versions were counted
	for _, want := range []string{"v2", "v3", "v4"} {
		if got := p.NextVersion(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
