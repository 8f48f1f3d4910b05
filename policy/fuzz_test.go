// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/json"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/policy"
)

func addDocuments(f *testing.F) {
	f.Helper()
	text, err := os.ReadFile("testdata/iam-vectors.json")
	if err != nil {
		f.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			Policies struct {
				Identity []json.RawMessage
				Resource json.RawMessage
			}
		}
		ValidationVectors []struct{ Document string }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		f.Fatal(err)
	}
	for _, v := range file.Vectors {
		for _, d := range v.Policies.Identity {
			f.Add([]byte(d), uint8(policy.Identity))
		}
		if v.Policies.Resource != nil {
			f.Add([]byte(v.Policies.Resource), uint8(policy.Resource))
		}
	}
	for _, v := range file.ValidationVectors {
		f.Add([]byte(v.Document), uint8(policy.Identity))
	}
	f.Add([]byte(trackingPolicy), uint8(policy.RCP))
}

// FuzzParse checks that what parses can be decided and explained, and that
// mapping principals to themselves changes no byte.
func FuzzParse(f *testing.F) {
	addDocuments(f)
	f.Fuzz(func(t *testing.T, text []byte, typ uint8) {
		p, err := policy.Parse(text, policy.Type(typ%7))
		if err != nil {
			return
		}
		ps := policy.Policies{Identity: []*policy.Policy{p}, Resource: []*policy.Policy{p}, Boundary: []*policy.Policy{p}}
		r := request(t, role)
		r.Context = policy.Map{"aws:principaltag/tenantid": policy.One("acme"), "aws:tagkeys": policy.Many([]string{"a", ""})}
		d := ps.Evaluate(r)
		if x := ps.Explain(r); x.Decision != d.Kind.String() || x.String() == "" {
			t.Fatalf("decided %v, explained %s", d.Kind, x.Decision)
		}
		same, err := policy.MapPrincipals(text, func(_, entry string) (string, error) { return entry, nil })
		if err != nil || string(same) != string(text) {
			t.Fatalf("mapped to %q, %v", same, err)
		}
	})
}

// FuzzValidate checks that what is saved can be loaded, and that the size never
// exceeds the length.
func FuzzValidate(f *testing.F) {
	addDocuments(f)
	f.Fuzz(func(t *testing.T, text []byte, typ uint8) {
		if n := policy.Size(text); n < 0 || n > len(text) {
			t.Fatalf("size %d of %d bytes", n, len(text))
		}
		if policy.Validate(text, policy.Type(typ%7)) != nil {
			return
		}
		if _, err := policy.Parse(text, policy.Type(typ%7)); err != nil {
			t.Fatalf("validates, but does not parse: %v", err)
		}
	})
}

// FuzzMatch compares StringLike with a matcher that tries everything. In the
// pattern, "$" stands for a variable with the given value.
func FuzzMatch(f *testing.F) {
	for _, s := range [][3]string{
		{"a*b?c", "axxbyc", ""},
		{"*$*", "x*y", "*"},
		{"$?$", "aba", "a"},
		{"*ab*ab", "aababab", ""},
		{"??", "é", ""},
		{"*?", "\xff\xfe", ""},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, pattern, s, value string) {
		if len(pattern) > 12 || len(s) > 24 || !utf8.ValidString(pattern) {
			return
		}
		text := ""
		for _, c := range pattern {
			if c == '$' {
				text += "${v}"
			} else {
				text += string(c)
			}
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		ctx := policy.Map{"k": policy.One(s), "v": policy.One(value)}
		got := conditionOutcome(t, "2012-10-17", `{"StringLike":{"k":`+string(quoted)+`}}`, ctx)
		want := fails
		if naiveMatch([]rune(pattern), s, value) {
			want = holds
		}
		if got != want {
			t.Fatalf("%q with $ = %q on %q: %s, want %s", pattern, value, s, got, want)
		}
	})
}

func naiveMatch(pattern []rune, s, value string) bool {
	if len(pattern) == 0 {
		return s == ""
	}
	rest := pattern[1:]
	switch c := pattern[0]; c {
	case '*':
		for {
			if naiveMatch(rest, s, value) {
				return true
			}
			if s == "" {
				return false
			}
			_, n := utf8.DecodeRuneInString(s)
			s = s[n:]
		}
	case '?':
		_, n := utf8.DecodeRuneInString(s)
		return s != "" && naiveMatch(rest, s[n:], value)
	case '$':
		return len(s) >= len(value) && s[:len(value)] == value && naiveMatch(rest, s[len(value):], value)
	default:
		lit := string(c)
		return len(s) >= len(lit) && s[:len(lit)] == lit && naiveMatch(rest, s[len(lit):], value)
	}
}

// FuzzParsePrincipal checks that what is parsed keeps its text, and that only
// an account's principal has an account.
func FuzzParsePrincipal(f *testing.F) {
	for _, s := range []string{alice, bob, role, federated, root, "anonymous", "s3.amazonaws.com", "arn:aws:iam::111111111111:oidc-provider/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := policy.ParsePrincipal(s)
		if err != nil {
			return
		}
		if p.ARN != s {
			t.Fatalf("%q became %q", s, p.ARN)
		}
		switch p.Type {
		case policy.Account, policy.User, policy.AssumedRole, policy.FederatedUser:
			if len(p.Account) != 12 {
				t.Fatalf("%q has account %q", s, p.Account)
			}
		default:
			if p.Account != "" {
				t.Fatalf("%q has account %q", s, p.Account)
			}
		}
	})
}
