// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func ExamplePolicies_Evaluate() {
	p, err := policy.Parse([]byte(`{
	  "Version": "2012-10-17",
	  "Statement": {
	    "Effect": "Allow",
	    "Action": "s3:GetObject",
	    "Resource": "arn:aws:s3:::documents/${aws:PrincipalTag/TenantID}/*"
	  }
	}`), policy.Identity)
	if err != nil {
		panic(err)
	}
	who, err := policy.ParsePrincipal("arn:aws:sts::111111111111:assumed-role/Tenant/session")
	if err != nil {
		panic(err)
	}
	policies := policy.Policies{Identity: []*policy.Policy{p}}
	for _, tenant := range []string{"acme", "globex"} {
		d := policies.Evaluate(&policy.Request{
			Principal:       &who,
			Action:          "s3:GetObject",
			Resource:        arn.ARN{Partition: "aws", Service: "s3", Resource: "documents/" + tenant + "/plan.pdf"},
			ResourceAccount: "111111111111",
			Context:         policy.Map{"aws:principaltag/tenantid": policy.One("acme")},
		})
		fmt.Println(tenant, d.Kind)
		if !d.Allowed() {
			fmt.Println(d.Reason("s3:GetObject"))
		}
	}
	// Output:
	// acme Allow
	// globex ImplicitDeny
	// because no identity-based policy allows the s3:GetObject action
}
