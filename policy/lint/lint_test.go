// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/lint"
)

const (
	table  = `"arn:aws:dynamodb:us-east-1:111122223333:table/T"`
	keyed  = `"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"${aws:PrincipalTag/TenantID}"}`
	leader = `"Principal":{"AWS":"arn:aws:iam::111122223333:role/Vendor"}`
)

// A case is a statement with what is found in it: "rule severity", then "!" if
// there is an example and "~" if there is a fix.
var cases = []struct {
	name      string
	kind      policy.Type
	statement string
	finds     []string
}{
	{
		"a separator after the variable is enough", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/TenantID}/*"`, nil,
	},
	{
		"an asterisk right after the variable", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/TenantID}*"`,
		[]string{"L1 error!~"},
	},
	{
		"an asterisk right before the variable", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*${aws:PrincipalTag/TenantID}/x"`,
		[]string{"L1 error!"},
	},
	{
		"a hyphen is no separator where ids have some", policy.Identity,
		`"Effect":"Allow","Action":"es:ESHttpGet","Resource":"arn:aws:es:us-east-1:111122223333:domain/d/${aws:PrincipalTag/TenantID}-*/*"`,
		[]string{"L1 warning!"},
	},
	{
		"asterisks elsewhere in the ARN are no matter", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/TenantID}"`, nil,
	},
	{
		"a database user by prefix", policy.Identity,
		`"Effect":"Allow","Action":"rds-db:connect","Resource":"arn:aws:rds-db:us-east-1:111122223333:dbuser:*/acme*"`,
		[]string{"L1 warning!~"},
	},
	{
		"a bucket by prefix", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::app-data*"`,
		[]string{"L1 warning!~"},
	},
	{
		"a leading key that begins with a tenant", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:GetItem","Resource":` + table + `,"Condition":{"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":"Company1*"}}`,
		[]string{"L1 warning!~"},
	},
	{
		"a prefix parameter without a slash", policy.Identity,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringLike":{"s3:prefix":"t/${aws:PrincipalTag/TenantID}*"}}`,
		[]string{"L1 error!~"},
	},
	{
		"a question mark right after the variable", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/TenantID}?/x"`,
		[]string{"L1 error!~"},
	},
	{
		"a question mark right before the variable", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/?${aws:PrincipalTag/TenantID}/x"`,
		[]string{"L1 error!"},
	},
	{
		"the random end of a secret's name", policy.Identity,
		`"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:us-east-1:111122223333:secret:${aws:PrincipalTag/TenantID}-??????"`, nil,
	},
	{
		"a prefix parameter that ends in the variable", policy.Identity,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringLike":{"s3:prefix":["${aws:PrincipalTag/TenantID}/*","${aws:PrincipalTag/TenantID}"]}}`,
		[]string{"L1 error!~"},
	},
	{
		"a prefix parameter that equals the variable", policy.Identity,
		`"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/x"],"Condition":{"StringEquals":{"s3:prefix":"t/${aws:PrincipalTag/TenantID}"}}`,
		[]string{"L1 error!~"},
	},
	{
		"a prefix parameter that must not be the variable", policy.Identity,
		`"Effect":"Deny","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"s3:prefix":"${aws:PrincipalTag/TenantID}"}}`, nil,
	},
	{
		"tenants whose ids differ in case", policy.Identity,
		`"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEqualsIgnoreCase":{"aws:ResourceTag/T":"${aws:PrincipalTag/T}"}}`,
		[]string{"L1 warning!~"},
	},
	{
		"a Deny may be as wide as it likes", policy.Identity,
		`"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/TenantID}*"`, nil,
	},
	{
		"ForAllValues with an action that lacks the key", policy.Identity,
		`"Effect":"Allow","Action":["dynamodb:Query","dynamodb:Scan"],"Resource":` + table + `,"Condition":{` + keyed + `}`,
		[]string{"L2 error!~"},
	},
	{
		"ForAllValues with a Null beside it", policy.Identity,
		`"Effect":"Allow","Action":["dynamodb:Query","dynamodb:Scan"],"Resource":` + table + `,"Condition":{"Null":{"dynamodb:LeadingKeys":"false"},` + keyed + `}`,
		nil,
	},
	{
		"ForAllValues with ForAnyValue beside it", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:Query","Resource":` + table + `,"Condition":{"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":"*"},` + keyed + `}`,
		nil,
	},
	{
		"ForAnyValue of the keys of a batch", policy.Identity,
		`"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:BatchGetItem"],"Resource":` + table + `,"Condition":{"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":"${aws:PrincipalTag/TenantID}"}}`,
		[]string{"L2 error!~"},
	},
	{
		"ForAnyValue of the keys of a wildcard's batches", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:*Item","Resource":` + table + `,"Condition":{"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":"${aws:PrincipalTag/TenantID}#*"}}`,
		[]string{"L2 error!~"},
	},
	{
		"ForAnyValue of a single key", policy.Identity,
		`"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":` + table + `,"Condition":{"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":"${aws:PrincipalTag/TenantID}"}}`, nil,
	},
	{
		"ForAnyValue of the keys of a batch, with ForAllValues beside it", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:BatchGetItem","Resource":` + table + `,"Condition":{"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":"${aws:PrincipalTag/TenantID}"},` + keyed + `}`, nil,
	},
	{
		"a Null that asks for the opposite is no guard", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:Scan","Resource":` + table + `,"Condition":{"Null":{"dynamodb:LeadingKeys":"true"},` + keyed + `}`,
		[]string{"L2 error!"},
	},
	{
		"ForAllValues of the tags' keys bounds them", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:CreateTable","Resource":` + table + `,"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["Stage"]}}`, nil,
	},
	{
		"IfExists on what isolates", policy.Identity,
		`"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEqualsIfExists":{"kms:EncryptionContext:t":"${aws:PrincipalTag/T}"}}`,
		[]string{"L2 error!~"},
	},
	{
		"IfExists on what does not", policy.Identity,
		`"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}`, nil,
	},
	{
		"a tag that must be another's, of principals without it", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalTag/tier":"basic"}}`,
		[]string{"L2 error!~"},
	},
	{
		"a default for sessions without the tag", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/TenantID, 'shared'}/*"`,
		[]string{"L2 warning!~"},
	},
	{
		"a blank in the name of a key", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:GetItem","Resource":` + table + `,"Condition":{"ForAllValues:StringEquals":{"dynamodb: LeadingKeys":["${aws:PrincipalTag/TenantID}"]}}`,
		[]string{"L3 error!~"}, // mended, it is a warning that nothing requires the key
	},
	{
		"a misspelt key beside a good one", policy.Identity,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"s3:prefx":"a/"}}`,
		[]string{"L3 warning~"},
	},
	{
		"a misspelt key of a Deny", policy.SCP,
		`"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":{"aws:SecureTransprt":"false"}}`,
		[]string{"L3 error!~"},
	},
	{
		"a key that nobody knows, of a service that is known", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"s3:QuantumEntanglementLevel":"1"}}`,
		[]string{"L3 note"},
	},
	{
		"keys of families and of identity providers are known", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{
			"s3:ExistingObjectTag/a":"1","AWS:principaltag/b":"2","token.actions.githubusercontent.com:sub":"x","ec2:Vpc":"y"}}`, nil,
	},
	{
		"a key of a misspelt service", policy.Identity,
		`"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":{"StringEquals":{"secretmanager:VersionStage":"a"}}`,
		[]string{"L3 warning~"},
	},
	{
		"a key without a service", policy.Identity,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"prefix":"a"}}`,
		[]string{"L3 note"},
	},
	{
		"a misspelt key of a variable", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipleTag/TenantID}/*"`,
		[]string{"L3 warning~"},
	},
	{
		"a misspelt key of a variable with a default", policy.Identity,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringLike":{"s3:prefix":"t/${aws:usrname, 'x'}/*"}}`,
		[]string{"L3 warning~"},
	},
	{
		"a misspelt key of a variable in what a Deny is about", policy.Identity,
		`"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipleTag/TenantID}/*"`,
		[]string{"L3 error~"},
	},
	{
		"a misspelt key of a variable that a Deny spares", policy.Identity,
		`"Effect":"Deny","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/${aws:PrincipleTag/TenantID}/*"`,
		[]string{"L3 warning~"},
	},
	{
		"a misspelt key of a variable that an Allow excepts", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringNotEquals":{"aws:username":"${aws:PrincipleTag/TenantID}"}}`,
		[]string{"L2 error!~", "L3 error~"},
	},
	{
		"a variable that nobody knows", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${s3:QuantumEntanglementLevel}/*"`,
		[]string{"L3 note"},
	},
	{
		"variables of identity providers are known", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*","arn:aws:s3:::b/${saml:sub}/*"]`, nil,
	},
	{
		"a misspelt action", policy.Identity,
		`"Effect":"Allow","Action":["dynamodb:GetItme","dynamodb:PutItem"],"Resource":` + table,
		[]string{"L3 warning~"},
	},
	{
		"an action that, spelt well, would make things worse", policy.Identity,
		`"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Scn"],"Resource":` + table + `,"Condition":{` + keyed + `}`,
		[]string{"L3 warning", "L2 warning!~"},
	},
	{
		"a misspelt service", policy.Identity,
		`"Effect":"Allow","Action":["dynamdb:GetItem","ec2:RunInstances"],"Resource":` + table,
		[]string{"L3 warning~"},
	},
	{
		"a misspelt action of a Deny", policy.SCP,
		`"Effect":"Deny","Action":"dynamodb:DeleteTabel","Resource":"*"`,
		[]string{"L3 error!~"},
	},
	{
		"a misspelt action that is left out of an Allow", policy.Identity,
		`"Effect":"Allow","NotAction":"iam:CreateUsr","Resource":"*"`,
		[]string{"L3 error!~"},
	},
	{
		"a wildcard for no action", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:Fetch*","Resource":` + table,
		[]string{"L3 note"},
	},
	{
		"all actions of a table with ForAllValues", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:*","Resource":` + table + `,"Condition":{` + keyed + `}`,
		[]string{"L4 error!~", "L7 error!~", "L2 error!~"},
	},
	{
		"all actions of a table that carry the key", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:*","Resource":` + table + `,"Condition":{"Null":{"dynamodb:LeadingKeys":"false"},` + keyed + `}`,
		nil,
	},
	{
		"a wildcard for actions that all carry the key", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:Batch*Item","Resource":` + table + `,"Condition":{` + keyed + `}`,
		[]string{"L2 warning!~"},
	},
	{
		"listing on objects", policy.Identity,
		`"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/T}/*"`,
		[]string{"L5 warning~"},
	},
	{
		"listing on the bucket beside its objects", policy.Identity,
		`"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b/shared/*","arn:aws:s3:::b"]`, nil,
	},
	{
		"listing all of a bucket in which tenants have their objects", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/T}/*"},{
		"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"`,
		[]string{"L2 error!~"},
	},
	{
		"an action without resources on a table", policy.Identity,
		`"Effect":"Allow","Action":["dynamodb:ListTables","dynamodb:GetItem"],"Resource":` + table,
		[]string{"L5 warning~"},
	},
	{
		"a Deny on what the action does not apply to", policy.SCP,
		`"Effect":"Deny","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b/*"`,
		[]string{"L5 error!"},
	},
	{
		"an index, a table, and what may be either", policy.Identity,
		`"Effect":"Allow","Action":["dynamodb:Query","dynamodb:GetItem"],"Resource":["arn:aws:dynamodb:*:*:table/T*","arn:aws:dynamodb:*:*:*/index/I"]`, nil,
	},
	{
		"a role for which nobody may pass tags", policy.Trust,
		`"Effect":"Allow",` + leader + `,"Action":"sts:AssumeRole"`, nil,
	},
	{
		"a role for which anything may be passed", policy.Trust,
		`"Effect":"Allow",` + leader + `,"Action":["sts:AssumeRole","sts:TagSession"]`,
		[]string{"L6 warning!~", "L6 error!~", "L6 warning!~"},
	},
	{
		"a role for which one tag must be passed", policy.Trust,
		`"Effect":"Allow",` + leader + `,"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{
			"StringLike":{"aws:RequestTag/TenantID":"?*"},"ForAllValues:StringEquals":{"aws:TagKeys":["TenantID"]},
			"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":"TenantID"}}`, nil,
	},
	{
		"a role for which tags of any key may be passed", policy.Trust,
		`"Effect":"Allow",` + leader + `,"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{
			"StringLike":{"aws:RequestTag/TenantID":"?*"},"ForAllValues:StringLike":{"aws:TagKeys":["TenantID","*"]},
			"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":"TenantID"}}`,
		[]string{"L6 error!~"},
	},
	{
		"a role for which another tag must be transitive", policy.Trust,
		`"Effect":"Allow",` + leader + `,"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{
			"StringLike":{"aws:RequestTag/TenantID":"?*"},"ForAllValues:StringEquals":{"aws:TagKeys":["TenantID","Team"]},
			"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":["Team","TenantID"]}}`,
		[]string{"L6 warning!"},
	},
	{
		"a role for everybody", policy.Trust,
		`"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringLike":{"sts:RoleSessionName":"app-*","aws:PrincipalArn":"*"}}`,
		[]string{"L6 error!"},
	},
	{
		"a role for everybody of the organization", policy.Trust,
		`"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}`, nil,
	},
	{
		"a role that nobody may assume", policy.Trust,
		`"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"`, nil,
	},
	{
		"tokens of a user pool for anybody", policy.Trust,
		`"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"`,
		[]string{"L6 error!"},
	},
	{
		"tokens of a registered provider for anybody", policy.Trust,
		`"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example.com/x"},"Action":"sts:AssumeRoleWithWebIdentity"`,
		[]string{"L6 warning!"},
	},
	{
		"tokens of a registered provider for the application", policy.Trust,
		`"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example.com/x"},"Action":"sts:AssumeRoleWithWebIdentity",
		"Condition":{"StringEquals":{"idp.example.com/x:aud":"app"}}`, nil,
	},
	{
		"tagging any role", policy.Identity,
		`"Effect":"Allow","Action":["iam:GetRole","iam:TagRole"],"Resource":"*"`,
		[]string{"L7 error!~"},
	},
	{
		"a wildcard of actions that tag", policy.Identity,
		`"Effect":"Allow","Action":"s3:*Tagging","Resource":"arn:aws:s3:::b/*"`,
		[]string{"L7 error!~"},
	},
	{
		"a wildcard of all actions, in a document that goes by no tags", policy.Identity,
		`"Effect":"Allow","Action":"iam:*","Resource":"*"`, nil,
	},
	{
		"a guard that is content with one of the keys", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:TagResource","Resource":` + table + `,"Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":["Stage"]}}`,
		[]string{"L7 error!~"},
	},
	{
		"tagging what is one's own with one's own tag", policy.Identity,
		`"Effect":"Allow","Action":"secretsmanager:TagResource","Resource":"*","Condition":{"StringEquals":{
			"aws:RequestTag/TenantID":"${aws:PrincipalTag/TenantID}","aws:ResourceTag/TenantID":"${aws:PrincipalTag/TenantID}"}}`, nil,
	},
	{
		"tagging by name what is one's own with one's own tag", policy.Identity,
		`"Effect":"Allow","Action":"iam:TagRole","Resource":"arn:aws:iam::111122223333:role/${aws:PrincipalTag/TenantID}/*","Condition":{"StringEquals":{"aws:RequestTag/TenantID":"${aws:PrincipalTag/TenantID}"}}`, nil,
	},
	{
		"tagging, where the only mend would take away what is in use", policy.Identity,
		`"Effect":"Allow","Action":"iam:TagRole","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"Project"}}},{
		"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalTag/Project":"${aws:ResourceTag/Project}"},"Null":{"aws:ResourceTag/Project":"false"}}`,
		[]string{"L7 error!"},
	},
	{
		"tagging what is another's with one's own tenant", policy.Identity,
		`"Effect":"Allow","Action":"dynamodb:TagResource","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/TenantID":"${aws:PrincipalTag/TenantID}"}}`,
		[]string{"L7 warning!~"},
	},
	{
		"tagging with other keys", policy.Identity,
		`"Effect":"Allow","Action":"kms:TagResource","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["Stage"]}}`, nil,
	},
	{
		"tagging objects that are read by tag", policy.Identity,
		`"Effect":"Allow","Action":"s3:PutObjectTagging","Resource":"*"},{
		"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/owner":"${aws:PrincipalTag/owner}"}}`,
		[]string{"L7 error!~"},
	},
	{
		"a guard that another case gets round", policy.Identity,
		`"Effect":"Allow","Action":"kms:UntagResource","Resource":"*"},{
		"Effect":"Deny","Action":"kms:UntagResource","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"TenantID"}}`,
		[]string{"L7 warning!~"},
	},
	{
		"an administrator", policy.Identity,
		`"Effect":"Allow","Action":"*","Resource":"*"`, nil,
	},
	{
		"a placeholder in a resource", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/{tenantId}/*"`,
		[]string{"L8 warning!~"},
	},
	{
		"the placeholder of the vending machine", policy.Session,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/{{tenant}}/*"`,
		[]string{"L8 note!~"},
	},
	{
		"a placeholder in a list of values", policy.Identity,
		`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"s3:prefix":["%s/"]}}`,
		[]string{"L8 warning!~"},
	},
	{
		"a placeholder that looks like a variable", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${tenant}/*"`,
		[]string{"L8 warning!~"},
	},
	{
		"a placeholder in the form of Python", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/%(tenant)s/*"`,
		[]string{"L8 warning!~"},
	},
	{
		"a placeholder in brackets", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/[[tenant]]/*"`,
		[]string{"L8 warning!~"},
	},
	{
		"a placeholder in at signs", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/@@tenant@@/*"`,
		[]string{"L8 warning!~"},
	},
	{
		"a placeholder in capitals between underscores", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/__TENANT__/*"`,
		[]string{"L8 warning!~"},
	},
	{
		"names that have the signs of placeholders", policy.Identity,
		`"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/a__b__c","arn:aws:s3:::b/x_$folder$","arn:aws:s3:::b/a@@b","arn:aws:s3:::b/100%(sic)"]`, nil,
	},
	{
		"a placeholder for an action", policy.Identity,
		`"Effect":"Allow","Action":"s3:{{action}}","Resource":"arn:aws:s3:::b/x"`,
		[]string{"L8 error"},
	},
}

func TestRules(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := statement(c.statement)
			r := linter().Check(text, c.kind)
			var finds []string
			for _, f := range r.Findings {
				finds = append(finds, describe(f))
			}
			if diff := cmp.Diff(c.finds, finds); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if c.kind == policy.Identity || c.kind == policy.Trust {
				proved(t, text, r)
			}
		})
	}
}

func describe(f lint.Finding) string {
	s := fmt.Sprintf("%s %v", f.Rule, f.Severity)
	if f.Example != nil {
		s += "!"
	}
	if f.Fix != nil {
		s += "~"
	}
	return s
}

// TestFixes checks what becomes of documents, as they are written.
func TestFixes(t *testing.T) {
	for _, c := range []struct{ name, rule, in, out string }{
		{
			"a condition is put on a line of its own", "L2", `{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "dynamodb:Scan",
    "Resource": "*",
    "Condition": {
      "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${aws:PrincipalTag/T}"}
    }
  }
}`, `{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "dynamodb:Scan",
    "Resource": "*",
    "Condition": {
      "Null": {"dynamodb:LeadingKeys": "false"},
      "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${aws:PrincipalTag/T}"}
    }
  }
}`,
		},
		{
			"or beside others of its operator", "L2",
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:Scan","Resource":"*","Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"a"},"Null":{"aws:username":"false"}}}}`,
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:Scan","Resource":"*","Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"a"},"Null":{"dynamodb:LeadingKeys": "false", "aws:username":"false"}}}}`,
		},
		{
			"a condition where there was none", "L7",
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:TagRole","Resource":"*"}}`,
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:TagRole","Resource":"*","Condition": {"ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": ["TenantID"]}}}}`,
		},
		{
			"a statement becomes one of a list", "L5",
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:ListBucket","s3:GetObject"],"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/T}/*"}}`,
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/T}/*"}, {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringLike": {"s3:prefix": "${aws:PrincipalTag/T}/*"}}}]}`,
		},
		{
			"of a wildcard stays what is of use", "L5",
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:List*"],"Resource":"arn:aws:s3:::b/*"}}`,
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:ListMultipartUploadParts"],"Resource":"arn:aws:s3:::b/*"}}`,
		},
		{
			"a comment goes with its line", "L0",
			"{\"Version\":\"2012-10-17\",\n  // why?\n\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}",
			"{\"Version\":\"2012-10-17\",\n\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}",
		},
		{
			"but not with what is before it", "L0",
			"{\"Version\":\"2012-10-17\", /* why? */\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b//*\"}}",
			"{\"Version\":\"2012-10-17\", \"Statement\":{\"Effect\":\"Deny\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b//*\"}}",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, f := range linter().Check([]byte(c.in), policy.Identity).Findings {
				if f.Rule != c.rule {
					continue
				}
				if f.Fix == nil {
					t.Fatal("there is no fix")
				}
				if diff := cmp.Diff(c.out, string(lint.Apply([]byte(c.in), f.Fix.Edits))); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				return
			}
			t.Fatalf("no finding of %s", c.rule)
		})
	}
}

// TestMalformedDocumentsArePlaced checks that what AWS refuses is found in its
// place, with AWS's words.
func TestMalformedDocumentsArePlaced(t *testing.T) {
	for _, c := range []struct {
		name, text, at, message string
	}{
		{"no JSON", `{"Version":"2012-10-17","Statement":`, "", "Syntax errors in policy."},
		{"nothing", ``, "", "Syntax errors in policy."},
		{"lists in lists", strings.Repeat("[", 40) + strings.Repeat("]", 40), "", "Syntax errors in policy."},
		{"text after it", `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}} x`, "", "Syntax errors in policy."},
		{"a member that there is not", `{"Version":"2012-10-17","Statement":{"Efect":"Deny"}}`, `{"Efect":"Deny"}`, "Syntax errors in policy."},
		{"no version", `{"Statement":{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}}`, "{", "Policy document must be version 2012-10-17 or greater."},
		{"a principal", string(statement(`"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"`)), `"*"`, "Policy document should not specify a principal."},
		{"an action of nobody", string(statement(`"Effect":"Deny","Action":["s3:GetObject","GetItem"],"Resource":"*"`)), `"GetItem"`, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"a resource without a service", string(statement(`"Effect":"Deny","Action":"s3:GetObject","Resource":["*","arn:aws"]`)), `"arn:aws"`, "Resource vendor must be fully qualified and cannot contain regexes."},
		{"a condition that there is not", string(statement(`"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Condition":{"StringIs":{"a":"b"}}`)), `{"StringIs":{"a":"b"}}`, "Syntax errors in policy."},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := linter().Check([]byte(c.text), policy.Identity)
			if len(r.Findings) == 0 || r.Findings[0].Rule != "L0" {
				t.Fatalf("findings %+v", r.Findings)
			}
			f := r.Findings[0]
			if want := "MalformedPolicyDocument: " + c.message; f.Message != want || f.Severity != lint.Error {
				t.Errorf("%v %q, want error %q", f.Severity, f.Message, want)
			}
			if got := c.text[f.Range.Start.Offset:f.Range.End.Offset]; got != c.at {
				t.Errorf("found at %q, want %q", got, c.at)
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	text := []byte("{\"Version\":\"2012-10-17\",\n\t\"Statement\":[{\"Sid\":\"é\",\"Effect\":\"Allow\",\"Action\":[\n  \"s3:GetObject\", \"iam:TagRole\"],\"Resource\":\"*\"}]}")
	r := linter().Check(text, policy.Identity)
	last := r.Findings[len(r.Findings)-1]
	want := lint.Range{Start: lint.Position{Offset: 97, Line: 3, Column: 19}, End: lint.Position{Offset: 110, Line: 3, Column: 32}}
	if diff := cmp.Diff(want, last.Range); diff != "" || last.Sid != "é" || last.Statement != 0 {
		t.Errorf("in statement %d %q (-want +got):\n%s", last.Statement, last.Sid, diff)
	}
}

func TestTheCatalogueIsHeard(t *testing.T) {
	text := statement(`"Effect":"Allow","Action":["bailiwick:Revoke","acme:Frobnicate"],"Resource":"*"`)
	if r := linter().Check(text, policy.Identity); len(r.Findings) != 0 {
		t.Errorf("nobody knows these services, but %+v", r.Findings)
	}
	l := lint.New(lint.Config{Actions: []lint.Action{
		{Name: "bailiwick:RevokeSessions", Resources: []string{"session"}, Keys: []lint.Key{{Name: "bailiwick:Kind", Always: true}}},
		{Name: "acme:Frobnicate"},
	}})
	r := l.Check(text, policy.Identity)
	if len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Message, `no action "bailiwick:Revoke"`) {
		t.Errorf("findings %+v", r.Findings)
	}
	keyed := `"Effect":"Allow","Action":"bailiwick:RevokeSessions","Resource":"*","Condition":{"ForAllValues:StringEquals":{"bailiwick:Kind":"x"}}`
	if r := l.Check(statement(keyed), policy.Identity); len(r.Findings) != 1 || r.Findings[0].Severity != lint.Warning {
		t.Errorf("every request carries the key, but %+v", r.Findings)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	var ss []string
	for range 300 {
		ss = append(ss, `"Effect":"Allow","Action":"iam:TagRole","Resource":"*"`)
	}
	r := linter().Check(statement(strings.Join(ss, "},{")), policy.Identity)
	if n := len(r.Findings); n != 100 || r.Findings[n-1].Message != "there are more findings from here on" {
		t.Errorf("%d findings, last %q", n, r.Findings[n-1].Message)
	}
	long := linter().Check(make([]byte, policy.MaxDocument+1), policy.Identity)
	if len(long.Findings) != 1 || long.Findings[0].Rule != "L0" {
		t.Errorf("of a document that is too long: %+v", long.Findings)
	}
}
