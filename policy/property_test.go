// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// genStatement draws a statement about few actions, resources and keys, so
// that many match.
func genStatement(principals bool) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
		s := `"Effect":"` + pick("effect", "Allow", "Allow", "Deny") + `"`
		s += `,"` + pick("actions", "Action", "Action", "NotAction") + `":` +
			pick("action", `"*"`, `"s3:GetObject"`, `["s3:Get*","sqs:*"]`, `"s3:PutObject"`, `"s*:Get*"`)
		s += `,"` + pick("resources", "Resource", "Resource", "NotResource") + `":` + pick(
			"resource", `"*"`, `"arn:aws:s3:::app-data/*"`, `"arn:aws:s3:::app-data/tenants/${aws:PrincipalTag/T}/*"`,
			`["arn:aws:s3:::other","arn:aws:s3:::app-data/tenants/acme/report.csv"]`, `"arn:aws:*:acme/*"`, `"arn:aws:s3:*"`,
		)
		if principals {
			s += `,"Principal":` + pick("principal", `"*"`, `{"AWS":"111111111111"}`, `{"AWS":"arn:aws:iam::111111111111:role/TenantRole"}`,
				`{"AWS":"arn:aws:sts::111111111111:assumed-role/TenantRole/s1"}`, `{"AWS":"arn:aws:iam::222222222222:user/bob"}`)
		}
		op := pick("operator", "StringEquals", "StringNotEquals", "StringLikeIfExists", "ForAllValues:StringEquals", "ForAnyValue:StringLike", "Null", "NumericLessThan", "")
		if op != "" {
			s += fmt.Sprintf(`,"Condition":{%q:{"k":%s}}`, op, pick("value", `"a"`, `["a","b*"]`, `"${aws:PrincipalTag/T}"`, `[]`, `"true"`, `"5"`))
		}
		return s
	})
}

func genPolicy(t *rapid.T, typ policy.Type, label string) []string {
	return rapid.SliceOfN(genStatement(typ == policy.Resource), 1, 4).Draw(t, label)
}

func genRequest(t *rapid.T) *policy.Request {
	r := request(quiet{}, rapid.SampledFrom([]string{alice, bob, role, federated, root, "anonymous", "s3.amazonaws.com"}).Draw(t, "caller"))
	keys := policy.Map{}
	for _, k := range []string{"k", "aws:principaltag/t"} {
		v := rapid.SampledFrom([]policy.Value{
			{}, policy.One(""), policy.One("a"), policy.One("acme"), policy.One("4"), policy.Many(nil), policy.Many([]string{"a", "b"}),
		}).Draw(t, k)
		if !v.Absent() {
			keys[k] = v
		}
	}
	r.Context = keys
	if rapid.Bool().Draw(t, "no resource") {
		r.Resource = resource(quiet{}, "*")
	}
	return r
}

// quiet lets the helpers run where there is no *testing.T; what they are given
// here is well-formed.
type quiet struct{ testing.TB }

func (quiet) Helper() {}

func (quiet) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// genPolicies draws policies of every kind, as statements.
type policyTexts struct {
	identity, boundary, session, resource []string
	limited, explicit                     bool
}

func genPolicies(t *rapid.T) policyTexts {
	p := policyTexts{
		identity: genPolicy(t, policy.Identity, "identity"),
		resource: genPolicy(t, policy.Resource, "resource"),
		explicit: rapid.Bool().Draw(t, "explicit"),
		limited:  rapid.Bool().Draw(t, "limited"),
	}
	if rapid.Bool().Draw(t, "bounded") {
		p.boundary = genPolicy(t, policy.Boundary, "boundary")
	}
	if p.limited {
		p.session = genPolicy(t, policy.Session, "session")
	}
	return p
}

func (p policyTexts) compile() *policy.Policies {
	return &policy.Policies{
		Identity: list(quiet{}, policy.Identity, p.identity...),
		Boundary: list(quiet{}, policy.Boundary, p.boundary...),
		Session:  list(quiet{}, policy.Session, p.session...),
		Resource: list(quiet{}, policy.Resource, p.resource...),
		Explicit: p.explicit, SessionLimited: p.limited,
	}
}

func with(ss []string, s string) []string { return append(slices.Clone(ss), s) }

// TestAddingADenyNeverAllows also checks that adding an Allow never denies.
func TestAddingADenyNeverAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := genPolicies(t), genRequest(t)
		before := p.compile().Evaluate(r)
		onResource := rapid.Bool().Draw(t, "on resource")
		added := genStatement(onResource).Draw(t, "added")
		q := p
		if onResource {
			q.resource = with(p.resource, added)
		} else {
			q.identity = with(p.identity, added)
		}
		after := q.compile().Evaluate(r)
		if deny := strings.Contains(added, `"Deny"`); deny && after.Allowed() && !before.Allowed() {
			t.Fatalf("a Deny allows: %s", added)
		} else if !deny && before.Allowed() && !after.Allowed() {
			t.Fatalf("an Allow denies: %s", added)
		}
	})
}

func TestOrderIsIrrelevant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := genPolicies(t), genRequest(t)
		q := p
		seed := rapid.Uint64().Draw(t, "seed")
		for _, ss := range []*[]string{&q.identity, &q.boundary, &q.session, &q.resource} {
			*ss = slices.Clone(*ss)
			rand.New(rand.NewPCG(seed, 0)).Shuffle(len(*ss), func(i, j int) { (*ss)[i], (*ss)[j] = (*ss)[j], (*ss)[i] })
		}
		if a, b := p.compile().Evaluate(r), q.compile().Evaluate(r); a.Kind != b.Kind || a.By != b.By {
			t.Fatalf("%v by %v, shuffled %v by %v", a.Kind, a.By, b.Kind, b.By)
		}
	})
}

// TestPoliciesOrStatementsAreTheSame splits a policy into one for each
// statement.
func TestPoliciesOrStatementsAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := genPolicies(t), genRequest(t)
		ps := p.compile()
		whole := ps.Evaluate(r)
		ps.Identity = nil
		for _, s := range p.identity {
			ps.Identity = append(ps.Identity, list(quiet{}, policy.Identity, s)...)
		}
		if split := ps.Evaluate(r); split.Kind != whole.Kind || split.By != whole.By {
			t.Fatalf("%v by %v, split %v by %v", whole.Kind, whole.By, split.Kind, split.By)
		}
	})
}

// TestASessionPolicyNeverWidens checks the same of a boundary: whatever they
// say, who was denied without them is denied with them.
func TestASessionPolicyNeverWidens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := genPolicies(t), genRequest(t)
		q := p
		q.session, q.limited, q.boundary = nil, false, nil
		// A federated user has nothing without a session policy.
		if r.Principal.Type != policy.FederatedUser && p.compile().Evaluate(r).Allowed() && !q.compile().Evaluate(r).Allowed() {
			t.Fatal("allowed only with the limits")
		}
	})
}

// TestExplainAgreesWithEvaluate checks also that every statement that does not
// apply says why.
func TestExplainAgreesWithEvaluate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := genPolicies(t), genRequest(t)
		ps := p.compile()
		d, x := ps.Evaluate(r), ps.Explain(r)
		if x.Decision != d.Kind.String() || x.By != d.By.String() || x.Reason != d.Reason(r.Action) {
			t.Fatalf("%+v explained as %s by %s", d, x.Decision, x.By)
		}
		decides := 0
		for _, px := range x.Policies {
			for _, sx := range px.Statements {
				if sx.Applies == (sx.Failed != nil) {
					t.Fatalf("applies %v, failed %+v", sx.Applies, sx.Failed)
				}
				if sx.Decides {
					decides++
					if !sx.Applies {
						t.Fatal("a statement decides that does not apply")
					}
				}
				if sx.Applies && sx.Effect == "Deny" && d.Kind != policy.ExplicitDeny {
					t.Fatal("a Deny applies, but the decision is another")
				}
			}
		}
		if want := d.Policy != nil; (decides == 1) != want {
			t.Fatalf("%d statements decide, policy %v", decides, d.Policy)
		}
	})
}
