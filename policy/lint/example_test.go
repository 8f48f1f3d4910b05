// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"os"

	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/lint"
)

// A condition with ForAllValues is true for requests that don't carry the key,
// which a Scan does not.
func ExampleLinter_Check() {
	text := []byte(`{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["dynamodb:Query", "dynamodb:Scan"],
    "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/TrackingData",
    "Condition": {
      "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/TenantID}"]}
    }
  }
}`)
	report := lint.New(lint.Config{}).Check(text, policy.Identity)
	if err := lint.WriteText(os.Stdout, []lint.File{{Name: "access.json", Report: report}}); err != nil {
		panic(err)
	}
	// Output:
	// access.json:8:37: L2 error: ForAllValues:StringEquals holds for requests without dynamodb:LeadingKeys; nothing in the statement requires the key
	//     allowed: dynamodb:Scan comes without dynamodb:LeadingKeys, and so for all tenants' data
	//         arn:aws:sts::111122223333:assumed-role/App/acme
	//         dynamodb:Scan on arn:aws:dynamodb:us-east-1:111122223333:table/TrackingData
	//         aws:PrincipalTag/TenantID=acme
	//     fix: require the key
	//         8:7-8:7 insert "Null": {"dynamodb:LeadingKeys": "false"},
}
