// SPDX-License-Identifier: Apache-2.0

package constraint_test

import (
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

func TestLimitsOfSTS(t *testing.T) {
	for name, c := range map[string]struct {
		limit     constraint.Limit
		good, bad []string
	}{
		"federated name": {constraint.FederatedName, []string{"ab", "A_1=,.@-", strings.Repeat("x", 32)}, []string{"", "a", "a b", "a/b", "a*", "é!", strings.Repeat("x", 33)}},
		"serial number":  {constraint.SerialNumber, []string{"GAHT12345678", "arn:aws:iam::123456789012:mfa/user"}, []string{"12345678", "arn:aws:iam::1:mfa/*", strings.Repeat("1", 257)}},
		"token code":     {constraint.TokenCode, []string{"012345"}, []string{"", "12345", "1234567", "12345a", "１２３４５６"}},
		"assertion":      {constraint.SAMLAssertion, []string{"AAAA", strings.Repeat("A", 100_000)}, []string{"AAA", strings.Repeat("A", 100_001)}},
	} {
		for _, s := range c.good {
			var v constraint.Violations
			if v.Text("x", &s, c.limit); v.Err() != nil {
				t.Errorf("%s: %.40q is refused: %v", name, s, v.Err())
			}
		}
		for _, s := range c.bad {
			var v constraint.Violations
			if v.Text("x", &s, c.limit); v.Err() == nil {
				t.Errorf("%s: %.40q is accepted", name, s)
			}
		}
	}
	var v constraint.Violations
	code, assertion := "12345x", "top"
	v.Text("tokenCode", &code, constraint.TokenCode)
	v.Text("sAMLAssertion", &assertion, constraint.SAMLAssertion)
	if m := message(&v); strings.Contains(m, code) || strings.Contains(m, assertion) {
		t.Errorf("a secret is repeated: %s", m)
	}
}
