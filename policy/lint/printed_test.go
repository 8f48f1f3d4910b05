// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/lint"
)

// printed are the policies of the designs and samples that the product is
// modelled on, as they were published: what AWS says of each when it is saved,
// with its placeholders filled in, and what the linter finds in it: rule and
// place, without the notes that say what is to be filled in.
var printed = []struct {
	file   string
	kind   policy.Type
	saved  string   // as published; "" is accepted
	filled string   // with the placeholders replaced
	finds  []string // as published
}{
	{
		"p01.json", policy.Identity, "Syntax errors in policy.",
		"Syntax errors in policy.",
		[]string{"L2 7:1", "L0 8:1", "L0 9:1", "L0 18:13"},
	},
	{"p02.json", policy.Trust, "", "", []string{"L6 2:12", "L6 2:44"}},
	{"p03.json", policy.Identity, "", "", []string{"L5 8:17"}},
	{"p04.json", policy.Identity, "", "", nil},
	{"p05.json", policy.Identity, "", "", nil},
	{"p06.json", policy.Trust, "", "", nil},
	{"p08.json", policy.Trust, "", "", []string{"L6 9:17", "L6 16:17", "L6 16:17"}},
	{"p09.json", policy.Identity, "", "", []string{"L2 16:11"}},
	{"p10.json", policy.Identity, "", "", []string{"L1 11:9"}},
	{"p11.json", policy.Identity, "", "", nil},
	{"p12.json", policy.Identity, "", "", nil},
	{"p13.json", policy.Identity, "", "", []string{"L2 10:11", "L1 10:36"}},
	{"p13-corrected.json", policy.Identity, "", "", nil},
	{"p14.json", policy.Identity, "", "", nil},
	{"p15.json", policy.Identity, "", "", nil},
	{"p16.json", policy.Identity, "", "", nil},
	{"p16.py", policy.Identity, "Syntax errors in policy.", "Syntax errors in policy.", []string{"L0 1:1"}},
}

func TestPrintedDocuments(t *testing.T) {
	for _, p := range printed {
		t.Run(p.file, func(t *testing.T) {
			text := read(t, p.file)
			if got := lint.GuessType(text); got != p.kind {
				t.Errorf("taken for a %v, is a %v", got, p.kind)
			}
			if got := saved(text, p.kind); got != p.saved {
				t.Errorf("as published AWS says %q, want %q", got, p.saved)
			}
			if got := saved(filled(text), p.kind); got != p.filled {
				t.Errorf("filled in AWS says %q, want %q", got, p.filled)
			}
			r := linter().Check(text, p.kind)
			var finds []string
			for _, f := range r.Findings {
				if f.Severity > lint.Note {
					finds = append(finds, fmt.Sprintf("%s %d:%d", f.Rule, f.Range.Start.Line, f.Range.Start.Column))
				}
			}
			if diff := cmp.Diff(p.finds, finds); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			proved(t, text, r)
		})
	}
}

// TestPrintedDocumentsHaveUses checks that what has no findings does what it is
// for.
func TestPrintedDocumentsHaveUses(t *testing.T) {
	for file, r := range map[string]lint.Request{
		"p09.json": {
			Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:us-east-1:111122223333:table/TrackingData",
			Context: map[string]any{"aws:PrincipalTag/TenantID": "acme", "dynamodb:LeadingKeys": []string{"acme"}},
		},
		"p11.json": {
			Action: "s3:GetObject", Resource: "arn:aws:s3:::sample-bucket-12345678/acme/x",
			Context: map[string]any{"aws:PrincipalTag/TenantID": "acme"},
		},
		"p15.json": {
			Action: "s3:PutObject", Resource: "arn:aws:s3:::documents/acme/x",
			Context: map[string]any{"aws:PrincipalTag/tenant_id": "acme"},
		},
	} {
		r.Principal = "arn:aws:sts::111122223333:assumed-role/App/acme"
		if !allows(t, filled(read(t, file)), policy.Identity, &r) {
			t.Errorf("%s denies %s to its tenant", file, r.Action)
		}
	}
}

// TestBothNamesOfAPartitionKeyAreWeighedAlike has the documents by the key's other
// name.
func TestBothNamesOfAPartitionKeyAreWeighedAlike(t *testing.T) {
	for _, p := range printed {
		text := filled(read(t, p.file))
		if !strings.Contains(string(text), "dynamodb:LeadingKeys") || p.filled != "" {
			continue
		}
		renamed := []byte(strings.ReplaceAll(string(text), "dynamodb:LeadingKeys", "dynamodb:FirstPartitionKeyValues"))
		want, got := weigh(linter().Check(text, p.kind)), weigh(linter().Check(renamed, p.kind))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", p.file, diff)
		}
	}
}

func linter() *lint.Linter { return lint.New(lint.Config{}) }

func read(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "printed", file))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// filled replaces the placeholders as whoever deploys the policy would.
func filled(text []byte) []byte {
	return []byte(strings.NewReplacer(
		"<region>", "us-east-1", "<account-id>", "111122223333", "<111122223333>", "111122223333", "<us-west-2>", "us-west-2",
		"<cluster- ZTISAAAABBBBCCCCDDDDEEEEL4>", "cluster-ZTISAAAABBBBCCCCDDDDEEEEL4", "<table>", "T", "<mapping>", "M",
		"<documents>", "documents", "<api>", "a1b2c3", "{{tenant}}", "acme", "{tenantId}", "acme", "%s", "acme", "${tenant}", "acme",
		"%(tenant)s", "acme", "[[tenant]]", "acme", "@@tenant@@", "acme", "__TENANT__", "acme",
	).Replace(string(text)))
}

// saved returns AWS's message when the document is saved, or "".
func saved(text []byte, t policy.Type) string {
	err := policy.Validate(text, t)
	if err == nil {
		return ""
	}
	return strings.TrimPrefix(err.Error(), "MalformedPolicyDocument: ")
}

// proved checks what a report promises: that examples are allowed and fixes
// work, with judges of its own.
func proved(t *testing.T, text []byte, r *lint.Report) {
	t.Helper()
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Example != nil && !allows(t, exampleText(text, f.Example), r.Type, f.Example) {
			t.Errorf("%s: the example is denied: %+v", f.Rule, f.Example)
		}
		if f.Fix == nil {
			continue
		}
		fixed := lint.Apply(text, f.Fix.Edits)
		after := linter().Check(fixed, r.Type)
		if left, all := weigh(after), weigh(r); slices.Compare(left, all) >= 0 {
			t.Errorf("%s: the fix leaves %v of %v errors, warnings and notes:\n%s", f.Rule, left, all, fixed)
		}
		if f.Example != nil && f.Example.Policy == "" && allows(t, filled(fixed), r.Type, f.Example) && allows(t, filled(fixedAll(text, r, f.Rule)), r.Type, f.Example) {
			t.Errorf("%s: the example is still allowed after the fix: %+v", f.Rule, f.Example)
		}
		if c := f.Fix.Control; c != nil && (!allows(t, filled(text), r.Type, c) || !allows(t, filled(fixed), r.Type, c)) {
			t.Errorf("%s: the control is denied: %+v", f.Rule, c)
		}
	}
}

// weigh returns the numbers of errors, warnings and notes.
func weigh(r *lint.Report) []int {
	n := make([]int, 3)
	for _, f := range r.Findings {
		n[lint.Error-f.Severity]++
	}
	return n
}

// fixedAll makes the edits of all the rule's fixes.
func fixedAll(text []byte, r *lint.Report, rule string) []byte {
	var edits []lint.Edit
	for _, f := range r.Findings {
		if f.Rule == rule && f.Fix != nil {
			edits = append(edits, f.Fix.Edits...)
		}
	}
	slices.SortStableFunc(edits, func(x, y lint.Edit) int { return x.Range.Start.Offset - y.Range.Start.Offset })
	return lint.Apply(text, edits)
}

func exampleText(text []byte, r *lint.Request) []byte {
	if r.Policy != "" {
		return filled([]byte(r.Policy))
	}
	return filled(text)
}

func allows(t testing.TB, text []byte, kind policy.Type, r *lint.Request) bool {
	t.Helper()
	p, err := policy.Parse(text, kind)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	free, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`), policy.Identity)
	if err != nil {
		t.Fatal(err)
	}
	ps := policy.Policies{Identity: []*policy.Policy{free}}
	switch kind {
	case policy.Identity:
		ps.Identity = []*policy.Policy{p}
	case policy.Trust:
		ps.Resource, ps.Explicit = []*policy.Policy{p}, true
	case policy.Resource:
		ps.Identity, ps.Resource = nil, []*policy.Policy{p}
	default:
		t.Fatalf("a %v", kind)
	}
	return ps.Evaluate(request(t, r)).Allowed()
}
