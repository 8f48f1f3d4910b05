// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

var testAccount = account{partition: "aws", id: "111122223333", region: "eu-west-2"}

func TestPoliciesAreValid(t *testing.T) {
	a := testAccount
	for name, c := range map[string]struct {
		doc document
		typ policy.Type
	}{
		"reading":          {a.trackingRead(), policy.Identity},
		"writing":          {a.trackingWrite(), policy.Identity},
		"one tenant":       {everything("company1", a.allTables()...), policy.Identity},
		"full access":      {fullAccess(), policy.Identity},
		"scan":             {a.trackingScan(only(tagVariable)), policy.Identity},
		"scan, guarded":    {a.trackingScan(guarded(tagVariable)), policy.Identity},
		"trust":            {trust(a.user(), a.role(serviceRole)), policy.Trust},
		"trust, with tags": {a.taggedTrust(), policy.Trust},
	} {
		if err := policy.Validate([]byte(c.doc.compact()), c.typ); err != nil {
			t.Errorf("%s: %v\n%s", name, err, c.doc.compact())
		}
	}
}

// The template that leaks has to be asked for: a machine refuses it otherwise.
func TestOnlyTheLeakingTemplateIsUnsafe(t *testing.T) {
	w := testWorld(4, 16, 1)
	w.cfg.Workers = 1
	w.service = aws.Config{Region: "eu-west-2", Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLEEXAMPLE00", "secret", "")}
	for _, c := range []struct {
		claim  string
		doc    document
		unsafe bool
		ok     bool
	}{
		{"all items of a tenant", everything(placeholder, testAccount.allTables()...), false, true},
		{"keys that are the tenant's id", equals(), false, true},
		{"keys that begin with the tenant's id", beginsWith(), false, false},
		{"keys that begin with the tenant's id, as a demonstration", beginsWith(), true, true},
	} {
		_, err := w.machine(tvm.SessionPolicy{
			RoleARN: testAccount.role(vendingRole), Template: c.doc.compact(), UnsafeWildcardBesideTenant: c.unsafe,
		})
		if (err == nil) != c.ok {
			t.Errorf("%s: the error is %v", c.claim, err)
		}
	}
}

func TestWhereAPolicyBelongs(t *testing.T) {
	text := testAccount.trackingRead().compact()
	if want := `"Resource":["arn:aws:dynamodb:eu-west-2:111122223333:table/TrackingData"]`; !strings.Contains(text, want) {
		t.Errorf("%s does not contain %s", text, want)
	}
}
