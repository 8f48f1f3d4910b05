// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/bailiwick-dev/bailiwick"
)

// TestValuesNeverBecomePatterns puts wildcards and variables into what a caller
// chooses and policies use: the user agent, and tags.
func TestValuesNeverBecomePatterns(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	for name, statement := range map[string]string{
		"in a resource":  `"Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/${aws:UserAgent}"`,
		"in a condition": `"Resource":"*","Condition":{"ForAnyValue:StringLike":{"dynamodb:Select":"${aws:UserAgent}"}}`,
		"in an ARN":      `"Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::000000000000:user/${aws:UserAgent}"}}`,
		"as a default":   `"Resource":"*","Condition":{"StringLike":{"aws:PrincipalTag/None":"${aws:UserAgent, '*'}"}}`,
	} {
		s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "admin", "PolicyName": "p", "PolicyDocument": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*",` + statement + `}]}`})
		for _, value := range []string{"*", "L*", "Ledge?", "?????", "ALL_*", "${aws:username}", "${*}", "adm*", "", "admin/*"} {
			status, body := s.attack("dynamodb", getRow("blue"), func(shot *shot) {
				target("GetItem")(shot)
				shot.header.Set("User-Agent", value)
			})
			if codeOf(body) != "AccessDeniedException" {
				t.Errorf("%q %s: got %d %s, want a denial", value, name, status, body)
			}
		}
		literal := map[string]string{"in a resource": "Ledger", "in a condition": "ALL_ATTRIBUTES", "in an ARN": "admin"}[name]
		if literal == "" {
			continue
		}
		status, body := s.attack("dynamodb", getRow("blue"), func(shot *shot) {
			target("GetItem")(shot)
			shot.header.Set("User-Agent", literal)
		})
		if status != 200 {
			t.Errorf("%q %s: got %d %s, want success", literal, name, status, body)
		}
	}
	for op, in := range map[string]string{
		"TagUser":    `{"UserName":"vendor","Tags":[{"Key":"TenantID","Value":"*"}]}`,
		"TagRole":    `{"RoleName":"tenant","Tags":[{"Key":"TenantID","Value":"bl?e"}]}`,
		"CreateUser": `{"UserName":"starred","Tags":[{"Key":"TenantID","Value":"${aws:username}"}]}`,
	} {
		s.fails(s.root, "ValidationError", "iam", op, in)
	}
}

// TestAttributesCannotBeReadAround lets a user see some attributes of items, as
// the DynamoDB developer guide does it, and tries to learn another.
func TestAttributesCannotBeReadAround(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.do(s.admin, "dynamodb", "PutItem", `{"TableName":"Ledger","Item":{"TenantID":{"S":"blue"},"Row":{"S":"1"},"Note":{"S":"n"},"Salary":{"N":"4711"},"M":{"M":{"Salary":{"N":"4711"}}}}}`)
	clerk := s.user(s.root, "clerk", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query","dynamodb:Scan","dynamodb:BatchGetItem","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem"],"Resource":"*",
	 "Condition":{"ForAllValues:StringEquals":{"dynamodb:Attributes":["TenantID","Row","Note"]},"StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES","dynamodb:ReturnValues":["NONE","UPDATED_OLD","UPDATED_NEW"]}}}]}`)
	const at = `{"TableName":"Ledger","Key":{"TenantID":{"S":"blue"},"Row":{"S":"1"}}`
	const from = `{"TableName":"Ledger","KeyConditionExpression":"TenantID = :t"`
	const blue, pay = `"ExpressionAttributeValues":{":t":{"S":"blue"}}`, `"ExpressionAttributeValues":{":t":{"S":"blue"},":p":{"N":"4711"}}`

	s.do(clerk, "dynamodb", "GetItem", at+`,"ProjectionExpression":"Note"}`)
	s.do(clerk, "dynamodb", "Query", from+`,"ProjectionExpression":"Note",`+blue+`}`)
	s.do(clerk, "dynamodb", "UpdateItem", at+`,"UpdateExpression":"SET Note = :n","ExpressionAttributeValues":{":n":{"S":"m"}}}`)
	for _, c := range [][2]string{
		{"GetItem", at + `}`},
		{"GetItem", at + `,"ProjectionExpression":"Salary"}`},
		{"GetItem", at + `,"ProjectionExpression":"#s","ExpressionAttributeNames":{"#s":"Salary"}}`},
		{"GetItem", at + `,"ProjectionExpression":"M.Salary"}`},
		{"GetItem", at + `,"ProjectionExpression":"M.Note"}`},
		{"BatchGetItem", `{"RequestItems":{"Ledger":{"Keys":[` + keyOf("blue") + `]}}}`},
		{"BatchGetItem", `{"RequestItems":{"Ledger":{"Keys":[` + keyOf("blue") + `],"ProjectionExpression":"Note, Salary"}}}`},
		{"Query", from + `,` + blue + `}`},
		{"Query", from + `,"Select":"ALL_ATTRIBUTES",` + blue + `}`},
		{"Query", from + `,"Select":"COUNT",` + blue + `}`},
		{"Query", from + `,"ProjectionExpression":"Note","FilterExpression":"Salary = :p",` + pay + `}`},
		{"Query", from + `,"ProjectionExpression":"Note","FilterExpression":"size(Salary) > :p",` + pay + `}`},
		{"Scan", `{"TableName":"Ledger"}`},
		{"Scan", `{"TableName":"Ledger","ProjectionExpression":"Note","FilterExpression":"attribute_exists(M.Salary)"}`},
		{"UpdateItem", at + `,"UpdateExpression":"SET Note = Salary"}`},
		{"UpdateItem", at + `,"UpdateExpression":"SET Note = if_not_exists(Salary, :p)","ExpressionAttributeValues":{":p":{"N":"1"}}}`},
		{"UpdateItem", at + `,"UpdateExpression":"SET Note = :p","ConditionExpression":"Salary = :p","ExpressionAttributeValues":{":p":{"N":"4711"}}}`},
		{"UpdateItem", at + `,"UpdateExpression":"SET Note = :p","ReturnValues":"ALL_NEW","ExpressionAttributeValues":{":p":{"N":"1"}}}`},
		{"DeleteItem", at + `,"ReturnValues":"ALL_OLD"}`},
		{"DeleteItem", at + `,"ConditionExpression":"Salary > :p","ExpressionAttributeValues":{":p":{"N":"1"}}}`},
		{"PutItem", `{"TableName":"Ledger","Item":{"TenantID":{"S":"blue"},"Row":{"S":"1"},"Salary":{"N":"1"}}}`},
		{"PutItem", `{"TableName":"Ledger","Item":{"TenantID":{"S":"blue"},"Row":{"S":"1"}},"ReturnValues":"ALL_OLD"}`},
	} {
		if a := s.refuses(clerk, "dynamodb", c[0], c[1]); strings.Contains(a.Body, "4711") {
			t.Errorf("%s %s tells the salary: %s", c[0], c[1], a.Body)
		}
	}
	// A condition that fails shows the whole item, if it is asked to.
	for op, in := range map[string]string{
		"PutItem":    `{"TableName":"Ledger","Item":{"TenantID":{"S":"blue"},"Row":{"S":"1"}},"ConditionExpression":"attribute_not_exists(Note)"`,
		"DeleteItem": at + `,"ConditionExpression":"attribute_not_exists(Note)"`,
		"UpdateItem": at + `,"UpdateExpression":"REMOVE Note","ConditionExpression":"attribute_not_exists(Note)"`,
	} {
		if a := s.try(clerk, "dynamodb", op, in+`,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`); strings.Contains(a.Body, "4711") {
			t.Errorf("%s tells the salary: %s", op, a.Body)
		}
	}
	if a := s.do(s.admin, "dynamodb", "GetItem", at+`}`); !strings.Contains(a.Body, "4711") {
		t.Errorf("a refused write was done: %s", a.Body)
	}
}

// TestTheSDKLimitsSessions gives session policies as the AWS SDK writes them.
func TestTheSDKLimitsSessions(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.role("wide", allowAll)
	s.must(s.root, "iam", "CreatePolicy", map[string]any{"PolicyName": "none", "PolicyDocument": allowNothing})
	client := sts.NewFromConfig(s.vendor)
	in := &sts.AssumeRoleInput{RoleArn: aws.String(roleARN("wide")), RoleSessionName: aws.String("sdk")}
	open := func() aws.Config {
		out, err := client.AssumeRole(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		return s.srv.As(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	}
	s.do(open(), "dynamodb", "GetItem", getRow("blue"))
	in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::000000000000:policy/none")}}
	s.refuses(open(), "dynamodb", "GetItem", getRow("blue"))
	in.PolicyArns, in.Policy = nil, aws.String(allowNothing)
	s.refuses(open(), "dynamodb", "GetItem", getRow("blue"))
}
