// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/policytest"
)

// vectors returns the decisions of the test vectors.
func vectors(t *testing.T) []policytest.Decision {
	t.Helper()
	text, err := os.ReadFile("testdata/iam-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := policytest.LoadVectors(text)
	if err != nil {
		t.Fatal(err)
	}
	return v.Decisions
}

// An edit changes the statements of one policy, which it names by its place
// among those that apply.
type edit struct {
	policy, statement int
	failed            []policy.Failure // nil removes the statement
}

// What an explanation says would have allowed a request does allow it: every
// Deny that it names is taken away, and of the nearest statements one has those
// elements relaxed that it names, until nothing is missing.
func TestWhatWouldHaveAllowedARequestAllowsIt(t *testing.T) {
	denied, single := 0, 0
	for _, d := range vectors(t) {
		x := d.Policies.Explain(&d.Request)
		if x.Decision == policy.Allow.String() {
			if x.Missing != nil {
				t.Errorf("%s is allowed, and yet lacks %+v", d.ID, x.Missing)
			}
			continue
		}
		denied++
		if len(x.Missing) == 0 {
			t.Errorf("%s is denied, and nothing is missing", d.ID)
			continue
		}
		if x.Missing[0].By != x.By || x.Missing[0].Deny != (x.Decision == policy.ExplicitDeny.String()) {
			t.Errorf("%s: the decision is %s by %s, and first is missing %+v", d.ID, x.Decision, x.By, x.Missing[0])
		}
		number(&d.Policies)
		var edits []edit
		complete := true
		for _, g := range d.Policies.Explain(&d.Request).Missing {
			if len(g.Statements) == 0 {
				complete = false
			}
			for i, s := range g.Statements {
				if g.Deny || i == 0 {
					edits = append(edits, edit{place(s.Name), s.Index, s.Failed})
				}
			}
		}
		if !complete {
			continue // nothing to try: no statement is about the action
		}
		single++
		relaxed := apply(t, &d.Policies, edits)
		if got := relaxed.Evaluate(&d.Request); !got.Allowed() {
			t.Errorf("%s (%s): %s by %s after all this is mended:\n%s", d.ID, d.Description, got.Kind, got.By, x)
		}
	}
	if denied < 60 || single < 40 {
		t.Errorf("%d vectors are denied, of which %d name a statement", denied, single)
	}
}

// number names every policy for its place.
func number(p *policy.Policies) {
	n := 0
	for of := range p.All {
		of.Name = strings.Repeat("i", n+1)
		n++
	}
}

func place(name string) int { return len(name) - 1 }

// apply returns p with the edits made.
func apply(t *testing.T, p *policy.Policies, edits []edit) *policy.Policies {
	t.Helper()
	n := -1
	each := func(list []*policy.Policy) []*policy.Policy {
		var out []*policy.Policy
		for _, of := range list {
			n++
			if changed := rewrite(t, of, n, edits); changed != nil {
				out = append(out, changed)
			}
		}
		return out
	}
	levels := func(list [][]*policy.Policy) (out [][]*policy.Policy) {
		for _, l := range list {
			out = append(out, each(l))
		}
		return out
	}
	out := *p
	out.SessionLimited = p.SessionLimited || len(p.Session) > 0
	out.RCPs, out.SCPs = levels(p.RCPs), levels(p.SCPs)
	out.Resource, out.Identity, out.Boundary, out.Session = each(p.Resource), each(p.Identity), each(p.Boundary), each(p.Session)
	return &out
}

// rewrite returns the policy with its edits made, nil if no statement is left.
func rewrite(t *testing.T, p *policy.Policy, at int, edits []edit) *policy.Policy {
	t.Helper()
	var doc struct {
		Version   string
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(p.Text()), &doc); err != nil {
		t.Fatal(err)
	}
	var statements []map[string]any
	if json.Unmarshal(doc.Statement, &statements) != nil {
		statements = make([]map[string]any, 1)
		if err := json.Unmarshal(doc.Statement, &statements[0]); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range edits {
		if e.policy != at {
			continue
		}
		if e.failed == nil {
			statements[e.statement] = nil
		}
		for _, f := range e.failed {
			relax(statements[e.statement], f, p.Type())
		}
	}
	var left []map[string]any
	for _, s := range statements {
		if s != nil {
			left = append(left, s)
		}
	}
	if left == nil {
		return nil
	}
	text, err := json.Marshal(map[string]any{"Version": doc.Version, "Statement": left})
	if err != nil {
		t.Fatal(err)
	}
	out, err := policy.Parse(text, p.Type())
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

// relax makes the element of the statement match whatever is asked.
func relax(s map[string]any, f policy.Failure, typ policy.Type) {
	switch f.Element {
	case "Principal", "NotPrincipal":
		delete(s, "NotPrincipal")
		s["Principal"] = "*"
	case "Resource", "NotResource":
		delete(s, "NotResource")
		if typ != policy.Trust {
			s["Resource"] = "*"
		}
	case "Condition":
		for op, keys := range s["Condition"].(map[string]any) {
			for key := range keys.(map[string]any) {
				if strings.EqualFold(op, f.Operator) && strings.EqualFold(key, f.Key) {
					delete(keys.(map[string]any), key)
				}
			}
		}
	}
}

// only is a context that knows no other keys.
type only struct {
	policy.Context
	keys map[string]bool
}

func (o only) Lookup(key string) policy.Value {
	if !o.keys[key] {
		return policy.Value{}
	}
	return o.Context.Lookup(key)
}

func TestADecisionDependsOnNoOtherKeys(t *testing.T) {
	looked := 0
	for _, d := range vectors(t) {
		want := d.Policies.Explain(&d.Request)
		known := only{d.Request.Context, map[string]bool{}}
		for _, key := range d.Policies.Keys(&d.Request) {
			known.keys[key] = true
			looked++
		}
		r := d.Request
		r.Context = known
		if diff := cmp.Diff(want, d.Policies.Explain(&r)); diff != "" {
			t.Errorf("%s: with the keys %v (-all +only)\n%s", d.ID, known.keys, diff)
		}
		by := d.Policies.Evaluate(&d.Request)
		if by.Policy == nil {
			continue
		}
		known.keys = map[string]bool{}
		for _, key := range by.Policy.Keys(by.Statement) {
			known.keys[key] = true
		}
		r.Context = known
		one := (&policy.Policies{Identity: []*policy.Policy{by.Policy}}).Explain(&r).Policies[0].Statements[by.Statement]
		r.Context = d.Request.Context
		all := (&policy.Policies{Identity: []*policy.Policy{by.Policy}}).Explain(&r).Policies[0].Statements[by.Statement]
		if diff := cmp.Diff(all, one); diff != "" {
			t.Errorf("%s: statement %d with its keys %v\n%s", d.ID, by.Statement, known.keys, diff)
		}
	}
	if looked < 90 {
		t.Errorf("only %d keys were named", looked)
	}
	if keys := (&policy.Policies{}).Keys(&policy.Request{}); keys != nil {
		t.Errorf("a request of nobody depends on %v", keys)
	}
}

func TestPositions(t *testing.T) {
	type span struct{ at, start, end policy.Position }
	for _, c := range []struct {
		claim, text string
		want        []span
	}{
		{"on one line", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"}]}`, []span{
			{policy.Position{Line: 1, Column: 38}, policy.Position{Line: 1, Column: 38}, policy.Position{Line: 1, Column: 84}},
			{policy.Position{Line: 1, Column: 85}, policy.Position{Line: 1, Column: 84}, policy.Position{Line: 1, Column: 130}},
		}},
		{"as the console writes it", "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \"Effect\": \"Allow\",\n            \"Action\": \"*\",\n            \"Resource\": \"*\"\n        }\n    ]\n}", []span{
			{policy.Position{Line: 4, Column: 9}, policy.Position{Line: 3, Column: 19}, policy.Position{Line: 8, Column: 10}},
		}},
		{"one without a list, after characters of several bytes", `{"Id":"é{","Statement":{"Effect":"Allow","Action":"*","Resource":"*"},"Version":"2012-10-17"}`, []span{
			{policy.Position{Line: 1, Column: 24}, policy.Position{Line: 1, Column: 24}, policy.Position{Line: 1, Column: 70}},
		}},
	} {
		p := parse(t, policy.Identity, c.text)
		for i, want := range c.want {
			start, end := p.Span(i)
			if got := (span{p.Position(i), start, end}); got != want {
				t.Errorf("%s: statement %d is at %+v, want %+v", c.claim, i, got, want)
			}
		}
	}
}

func TestAPolicyKeepsItsText(t *testing.T) {
	const text = ` {"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}} `
	p, other := parse(t, policy.Identity, text), parse(t, policy.Identity, text+" ")
	if p.Text() != text || p.Digest() == other.Digest() || p.Digest() != parse(t, policy.SCP, text).Digest() {
		t.Errorf("%q, %x and %x", p.Text(), p.Digest(), other.Digest())
	}
}

// What is repeated of long values and lists is cut.
func TestExplanationsAreBounded(t *testing.T) {
	long := strings.Repeat("é", 1000)
	list := make([]string, 100)
	for i := range list {
		list[i] = `"` + long + `"`
	}
	values := "[" + strings.Join(list, ",") + "]"
	ps := policy.Policies{Identity: []*policy.Policy{parse(t, policy.Identity, statements(
		`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":`+values[:50_000]+`é"]}}`,
		`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":["${`+long+`}"]}}`,
	))}}
	r := request(t, role)
	many := make([]string, 100)
	for i := range many {
		many[i] = "x"[:i%2] + long // cut within a character, and not
	}
	r.Context = policy.Map{"k": policy.Many(many)}
	x := ps.Explain(r)
	for _, s := range x.Policies[0].Statements {
		f := s.Failed[0]
		for _, list := range [][]string{f.Policy, f.Request, f.Resolved} {
			if len(list) > 33 {
				t.Errorf("%d values are repeated", len(list))
			}
			for _, v := range list {
				if len(v) > 512+len("…") || !strings.HasPrefix(v, "…") && !strings.HasPrefix(strings.TrimPrefix(v, "x"), "é") && !strings.HasPrefix(v, "$") {
					t.Errorf("%d bytes are repeated: %.20q", len(v), v)
				}
			}
		}
	}
	if got := x.Policies[0].Statements[0].Failed[0].Request[32]; got != "… and 68 more" {
		t.Errorf("the list ends with %q", got)
	}
	if n := len(x.String()); n > 200_000 {
		t.Errorf("the text has %d bytes", n)
	}
}

func TestAllPolicies(t *testing.T) {
	text := statements(`"Effect":"Deny","Action":"*","Resource":"*"`)
	one := []*policy.Policy{parse(t, policy.Identity, text)}
	scp := parse(t, policy.SCP, text)
	p := &policy.Policies{SCPs: [][]*policy.Policy{{scp}, {scp}}, Identity: one, Boundary: one, Session: one, Resource: one}
	for _, most := range []int{1, 2, 3, 6, 10} {
		var levels []int
		for _, level := range p.All {
			if levels = append(levels, level); len(levels) == most {
				break
			}
		}
		if diff := cmp.Diff([]int{1, 2, 0, 0, 0, 0}[:min(most, 6)], levels); diff != "" {
			t.Errorf("the first %d: (-want +got)\n%s", most, diff)
		}
	}
}

// Of the statements about the action those count that fail in the fewest elements.
func TestTheNearestStatementsAreNamed(t *testing.T) {
	two := `"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::other","Condition":{"Bool":{"k":"true"}}`
	one := `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":{"k":"true"}}`
	other := `"Effect":"Allow","Action":"sqs:*","Resource":"*"`
	ps := policy.Policies{Identity: list(t, policy.Identity, two, other, one, two, one)}
	got := ps.Explain(request(t, role)).Missing
	if len(got) != 1 || len(got[0].Statements) != 2 || got[0].Statements[0].Index != 2 || got[0].Statements[1].Index != 4 {
		t.Errorf("got %+v", got)
	}
}

// Levels, and what no statement is about, are told in words.
func TestWhatIsMissingIsReadable(t *testing.T) {
	ps := policy.Policies{
		Identity: list(t, policy.Identity, `"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"StringLike":{"k":"${k2, 'a?*'}${*}?"}}`),
		Boundary: list(t, policy.Boundary, `"Effect":"Allow","Action":"sqs:*","Resource":"*"`),
		SCPs:     [][]*policy.Policy{list(t, policy.SCP, allowAll), list(t, policy.SCP, `"Sid":"No","Effect":"Deny","Action":"s3:*","Resource":"*"`)},
	}
	got := ps.Explain(request(t, role)).String()
	const want = `what keeps it from being allowed
  service control policy of level 2 denies it:
    service control policy, statement 0 "No" at 1:38
  no service control policy of level 2 allows it, and none has a statement about the action
  no identity-based policy allows it; this comes nearest:
    identity-based policy, statement 0 at 1:38
      Condition StringLike k does not match: the policy has ["${k2, 'a?*'}${*}?"], which is ["a${?}${*}${*}?"], the request does not carry the key
  no permissions boundary allows it, and none has a statement about the action
`
	if !strings.Contains(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestIsAction(t *testing.T) {
	for s, want := range map[string]bool{"s3:GetObject": true, "S3:x": true, "s3:": false, ":x": false, "s3": false, "s3:a:b": false, "s3:Get*": false, "s3: ": false, "": false, "s3:" + strings.Repeat("x", 200): false} {
		if policy.IsAction(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func TestFacts(t *testing.T) {
	ps := policy.Policies{Identity: list(t, policy.Identity,
		`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:PrincipalTag/T}/*","Condition":{"StringEquals":{"B":"x","absent":"x"}}`,
		`"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"other":"x"}}`,
		allowAll,
	)}
	r := request(t, role)
	r.Context = policy.Map{"aws:principaltag/t": policy.One("t"), "b": policy.Many([]string{"x", "y"}), "other": policy.One("o"), "none": policy.One("n")}
	show := func(facts []policy.Fact) (out []string) {
		for _, f := range facts {
			s := f.Key
			for i := range f.Value.Len() {
				s += " " + f.Value.At(i)
			}
			out = append(out, s)
		}
		return out
	}
	want := []string{"aws:principaltag/t t", "b x y"}
	for what, got := range map[string][]policy.Fact{"request": ps.Facts(r), "statement": ps.Identity[0].Facts(0, r.Context)} {
		if diff := cmp.Diff(want, show(got)); diff != "" {
			t.Errorf("of the %s: (-want +got)\n%s", what, diff)
		}
	}
	if got := ps.Identity[0].Facts(2, r.Context); got != nil {
		t.Errorf("a statement without conditions depends on %v", got)
	}
	r.Context = nil
	if ps.Facts(r) != nil || ps.Identity[0].Facts(0, nil) != nil {
		t.Error("without a context there are facts")
	}
}
