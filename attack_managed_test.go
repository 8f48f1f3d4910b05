// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

var requestID = regexp.MustCompile(`<RequestId>[^<]*</RequestId>`)

// policyDocument is a member of an input.
func policyDocument(t *testing.T, document string) string {
	t.Helper()
	return `"PolicyDocument":` + text(t, document)
}

// TestPoliciesOfOtherAccounts makes a policy that allows everything in one
// account and tries to have it in another, or to change it from there.
func TestPoliciesOfOtherAccounts(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	foreignRoot, foreign := s.account("222222222222")
	s.do(foreign, "iam", "CreatePolicy", `{"PolicyName":"everything",`+policyDocument(t, allowAll)+`}`)
	s.do(s.root, "iam", "CreatePolicy", `{"PolicyName":"mine",`+policyDocument(t, allowNothing)+`}`)
	const theirs, mine = `"arn:aws:iam::222222222222:policy/everything"`, `"arn:aws:iam::000000000000:policy/mine"`
	nobody := s.user(s.root, "nobody", allowNothing)
	s.do(s.root, "iam", "CreateGroup", `{"GroupName":"team"}`)

	t.Run("to have it", func(t *testing.T) {
		for op, in := range map[string]string{
			"AttachUserPolicy":           `{"UserName":"nobody","PolicyArn":`,
			"AttachRolePolicy":           `{"RoleName":"tenant","PolicyArn":`,
			"AttachGroupPolicy":          `{"GroupName":"team","PolicyArn":`,
			"PutUserPermissionsBoundary": `{"UserName":"nobody","PermissionsBoundary":`,
			"PutRolePermissionsBoundary": `{"RoleName":"tenant","PermissionsBoundary":`,
			"CreateUser":                 `{"UserName":"made","PermissionsBoundary":`,
			"CreateRole":                 `{"RoleName":"made","AssumeRolePolicyDocument":` + text(t, s.expand(anyPrincipalOfAccount)) + `,"PermissionsBoundary":`,
		} {
			s.fails(s.root, "NoSuchEntity", "iam", op, in+theirs+`}`)
			s.do(s.root, "iam", op, in+mine+`}`)
		}
		s.refuses(nobody, "iam", "ListUsers", `{}`)
	})
	t.Run("to change it", func(t *testing.T) {
		for _, c := range [][2]string{
			{"GetPolicy", ``},
			{"ListEntitiesForPolicy", ``},
			{"ListPolicyVersions", ``},
			{"ListPolicyTags", ``},
			{"GetPolicyVersion", `,"VersionId":"v1"`},
			{"CreatePolicyVersion", `,"SetAsDefault":true,` + policyDocument(t, allowAll)},
			{"SetDefaultPolicyVersion", `,"VersionId":"v1"`},
			{"TagPolicy", `,"Tags":[{"Key":"k","Value":"v"}]`},
			{"UntagPolicy", `,"TagKeys":["k"]`},
			{"DeletePolicyVersion", `,"VersionId":"v1"`},
			{"DeletePolicy", ``},
		} {
			for who, as := range map[string]aws.Config{"root": foreignRoot, "an administrator": foreign} {
				there := s.refuses(as, "iam", c[0], `{"PolicyArn":`+mine+c[1]+`}`)
				none := s.refuses(as, "iam", c[0], `{"PolicyArn":"arn:aws:iam::000000000000:policy/none"`+c[1]+`}`)
				if got, want := strings.Replace(there.Body, "policy/mine", "policy/none", 1), none.Body; requestID.ReplaceAllString(got, "") != requestID.ReplaceAllString(want, "") {
					t.Errorf("%s by %s tells that the policy exists: %s, not %s", c[0], who, got, want)
				}
			}
		}
	})
	if a := s.do(s.root, "iam", "ListPolicyVersions", `{"PolicyArn":`+mine+`}`); strings.Count(a.Body, "<VersionId>") != 1 {
		t.Errorf("the policy has changed: %s", a.Body)
	}
	s.do(foreign, "iam", "CreatePolicyVersion", `{"PolicyArn":`+theirs+`,"SetAsDefault":true,`+policyDocument(t, allowNothing)+`}`)
}

// TestNobodyChangesAWSPolicies tries it as those who may do everything, and to
// make one that passes for AWS's.
func TestNobodyChangesAWSPolicies(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	reader := s.user(s.root, "reader", allowNothing)
	s.do(s.root, "iam", "AttachUserPolicy", `{"UserName":"reader","PolicyArn":"arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"}`)
	s.do(reader, "dynamodb", "GetItem", getRow("blue"))
	for _, c := range [][2]string{
		{"CreatePolicyVersion", `,"SetAsDefault":true,` + policyDocument(t, allowAll)},
		{"SetDefaultPolicyVersion", `,"VersionId":"v1"`},
		{"DeletePolicyVersion", `,"VersionId":"v1"`},
		{"TagPolicy", `,"Tags":[{"Key":"k","Value":"v"}]`},
		{"UntagPolicy", `,"TagKeys":["k"]`},
		{"DeletePolicy", ``},
	} {
		for _, as := range []aws.Config{s.root, s.admin} {
			s.refuses(as, "iam", c[0], `{"PolicyArn":"arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"`+c[1]+`}`)
		}
	}
	// One of the same name is another.
	s.do(s.root, "iam", "CreatePolicy", `{"PolicyName":"AmazonDynamoDBReadOnlyAccess",`+policyDocument(t, allowAll)+`}`)
	s.do(reader, "dynamodb", "GetItem", getRow("blue"))
	s.refuses(reader, "dynamodb", "PutItem", putRow("blue", "2"))
	s.do(s.root, "iam", "AttachUserPolicy", `{"UserName":"reader","PolicyArn":"arn:aws:iam::000000000000:policy/AmazonDynamoDBReadOnlyAccess"}`)
	s.do(reader, "dynamodb", "PutItem", putRow("blue", "2"))
	s.do(s.root, "iam", "DetachUserPolicy", `{"UserName":"reader","PolicyArn":"arn:aws:iam::000000000000:policy/AmazonDynamoDBReadOnlyAccess"}`)
	s.refuses(reader, "dynamodb", "PutItem", putRow("blue", "2"))
	s.do(reader, "dynamodb", "GetItem", getRow("blue"))
}

// TestWhoMayAttachOnePolicyAttachesNoOther lets a clerk attach one of AWS's
// policies, and tries other spellings.
func TestWhoMayAttachOnePolicyAttachesNoOther(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	clerk := s.user(s.root, "clerk", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:AttachUserPolicy","iam:AttachRolePolicy"],"Resource":"*",
	 "Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"}}}]}`)
	s.do(s.root, "iam", "CreatePolicy", `{"PolicyName":"AmazonDynamoDBReadOnlyAccess",`+policyDocument(t, allowAll)+`}`)
	for _, other := range []string{
		"arn:aws:iam::aws:policy/AdministratorAccess",
		"arn:aws:iam::000000000000:policy/AmazonDynamoDBReadOnlyAccess",
		"arn:aws:iam::AWS:policy/AmazonDynamoDBReadOnlyAccess",
		"arn:aws:iam::aws:policy//AmazonDynamoDBReadOnlyAccess",
		"arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess/../AdministratorAccess",
		"arn:aws:iam::aws:policy/amazondynamodbreadonlyaccess",
		"arn:aws:iam:us-east-1:aws:policy/AmazonDynamoDBReadOnlyAccess",
		"arn:aws:iam::aws:policy/*",
	} {
		s.refuses(clerk, "iam", "AttachUserPolicy", `{"UserName":"clerk","PolicyArn":`+text(t, other)+`}`)
	}
	if a := s.do(s.root, "iam", "ListAttachedUserPolicies", `{"UserName":"clerk"}`); strings.Contains(a.Body, "PolicyArn") {
		t.Errorf("attached: %s", a.Body)
	}
	s.do(clerk, "iam", "AttachUserPolicy", `{"UserName":"clerk","PolicyArn":"arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"}`)
	s.do(clerk, "dynamodb", "GetItem", getRow("blue"))
	s.refuses(clerk, "dynamodb", "PutItem", putRow("blue", "2"))
}

// TestVersionsInForceAreTheNewest changes the version in force of a policy that
// grants, of one that bounds and of one that limits a session: each change holds
// for the very next call, whatever is remembered.
func TestVersionsInForceAreTheNewest(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.do(s.root, "iam", "CreatePolicy", `{"PolicyName":"P",`+policyDocument(t, allowAll)+`}`)
	s.do(s.root, "iam", "CreatePolicyVersion", `{"PolicyArn":"arn:aws:iam::000000000000:policy/P",`+policyDocument(t, allowNothing)+`}`)
	const p = `"arn:aws:iam::000000000000:policy/P"`

	granted := s.user(s.root, "granted", allowNothing)
	s.do(s.root, "iam", "AttachUserPolicy", `{"UserName":"granted","PolicyArn":`+p+`}`)
	bounded := s.user(s.root, "bounded", allowAll)
	s.do(s.root, "iam", "PutUserPermissionsBoundary", `{"UserName":"bounded","PermissionsBoundary":`+p+`}`)
	s.role("wide", allowAll)
	limited := s.assume(s.vendor, "wide", map[string]any{"PolicyArns": []any{map[string]any{"arn": "arn:aws:iam::000000000000:policy/P"}}})
	for i := range 6 {
		version, check := 1+i%2, s.do
		if version == 2 {
			check = s.refuses
		}
		s.do(s.root, "iam", "SetDefaultPolicyVersion", fmt.Sprintf(`{"PolicyArn":%s,"VersionId":"v%d"}`, p, version))
		for _, as := range []aws.Config{granted, bounded, limited} {
			check(as, "dynamodb", "GetItem", getRow("blue"))
		}
	}
}

// TestCountsCannotBeUsedToFreeAPolicy attaches and takes away in every way that
// could leave a policy that somebody has without being counted, and deletes it.
func TestCountsCannotBeUsedToFreeAPolicy(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const p = `"arn:aws:iam::000000000000:policy/P"`
	s.do(s.root, "iam", "CreatePolicy", `{"PolicyName":"P",`+policyDocument(t, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"dynamodb:*","Resource":"*"}}`)+`}`)
	victim := s.user(s.root, "victim", allowAll)
	s.do(s.root, "iam", "CreateUser", `{"UserName":"other"}`)
	s.do(s.root, "iam", "CreateGroup", `{"GroupName":"team"}`)
	s.do(victim, "dynamodb", "GetItem", getRow("blue"))
	s.do(s.root, "iam", "AttachUserPolicy", `{"UserName":"victim","PolicyArn":`+p+`}`)

	s.fails(s.root, "NoSuchEntity", "iam", "DetachUserPolicy", `{"UserName":"other","PolicyArn":`+p+`}`)
	s.fails(s.root, "NoSuchEntity", "iam", "DetachGroupPolicy", `{"GroupName":"team","PolicyArn":`+p+`}`)
	s.do(s.root, "iam", "AttachUserPolicy", `{"UserName":"other","PolicyArn":`+p+`}`)
	s.do(s.root, "iam", "AttachUserPolicy", `{"UserName":"other","PolicyArn":`+p+`}`)
	s.do(s.root, "iam", "DetachUserPolicy", `{"UserName":"other","PolicyArn":`+p+`}`)
	s.fails(s.root, "NoSuchEntity", "iam", "DetachUserPolicy", `{"UserName":"other","PolicyArn":`+p+`}`)
	s.do(s.root, "iam", "PutUserPermissionsBoundary", `{"UserName":"other","PermissionsBoundary":`+p+`}`)
	s.do(s.root, "iam", "PutUserPermissionsBoundary", `{"UserName":"other","PermissionsBoundary":`+p+`}`)
	s.do(s.root, "iam", "DeleteUserPermissionsBoundary", `{"UserName":"other"}`)
	s.do(s.root, "iam", "DeleteUserPermissionsBoundary", `{"UserName":"other"}`)
	s.do(s.root, "iam", "AttachGroupPolicy", `{"GroupName":"team","PolicyArn":`+p+`}`)
	s.do(s.root, "iam", "DetachGroupPolicy", `{"GroupName":"team","PolicyArn":`+p+`}`)

	s.fails(s.root, "DeleteConflict", "iam", "DeletePolicy", `{"PolicyArn":`+p+`}`)
	s.refuses(victim, "dynamodb", "GetItem", getRow("blue"))
	s.do(s.root, "iam", "DetachUserPolicy", `{"UserName":"victim","PolicyArn":`+p+`}`)
	s.do(s.root, "iam", "DeletePolicy", `{"PolicyArn":`+p+`}`)
}
