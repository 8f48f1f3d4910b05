// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

const anyS3 = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`

// exceeds checks that err is AWS's for a quota that is used up.
func exceeds(t *testing.T, err error, message string) {
	t.Helper()
	e, ok := errors.AsType[smithy.APIError](err)
	if !ok || e.ErrorCode() != "LimitExceeded" || e.ErrorMessage() != message {
		t.Errorf("got %v, want %s", err, message)
	}
}

// made fails the test if err isn't nil.
func made[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestQuotasOfGroups(t *testing.T) {
	client := iam.NewFromConfig(bailiwicktest.New(t).Config())
	create := func(i int) error {
		_, err := client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String(fmt.Sprintf("g-%d", i))})
		return err
	}
	for i := range 300 {
		if err := create(i); err != nil {
			t.Fatal(err)
		}
	}
	exceeds(t, create(300), "Cannot exceed quota for GroupsPerAccount: 300")
	made[*iam.DeleteGroupOutput](t)(client.DeleteGroup(t.Context(), &iam.DeleteGroupInput{GroupName: aws.String("g-299")}))
	if err := create(300); err != nil {
		t.Errorf("in the place of another: %v", err)
	}

	ann := aws.String("ann")
	made[*iam.CreateUserOutput](t)(client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: ann}))
	join := func(i int) error {
		_, err := client.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: aws.String(fmt.Sprintf("g-%d", i)), UserName: ann})
		return err
	}
	for i := range 10 {
		if err := join(i); err != nil {
			t.Fatal(err)
		}
	}
	exceeds(t, join(10), "Cannot exceed quota for GroupsPerUser: 10")
	if err := join(9); err != nil {
		t.Errorf("a member of ten groups becomes a member of one of them: %v", err)
	}
}

func TestQuotasOfPolicies(t *testing.T) {
	client := iam.NewFromConfig(bailiwicktest.New(t).Config())
	ann, dev := aws.String("ann"), aws.String("dev")
	made[*iam.CreateUserOutput](t)(client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: ann}))
	made[*iam.CreateGroupOutput](t)(client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: dev}))
	for i := range 21 {
		p := made[*iam.CreatePolicyOutput](t)(client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{
			PolicyName: aws.String(fmt.Sprintf("p-%d", i)), PolicyDocument: aws.String(anyS3),
		}))
		_, err := client.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: ann, PolicyArn: p.Policy.Arn})
		if i == 20 {
			exceeds(t, err, "Cannot exceed quota for PoliciesPerUser: 20")
		} else if err != nil {
			t.Errorf("policy %d of a user: %v", i+1, err)
		}
		if i > 10 {
			continue
		}
		_, err = client.AttachGroupPolicy(t.Context(), &iam.AttachGroupPolicyInput{GroupName: dev, PolicyArn: p.Policy.Arn})
		if i == 10 {
			exceeds(t, err, "Cannot exceed quota for PoliciesPerGroup: 10")
		} else if err != nil {
			t.Errorf("policy %d of a group: %v", i+1, err)
		}
	}
	put := func(name string, size int) error {
		doc := strings.Replace(anyS3, `"*"}`, `"arn:aws:s3:::`+strings.Repeat("x", size-len(anyS3)-len("arn:aws:s3:::")+1)+`"}`, 1)
		_, err := client.PutGroupPolicy(t.Context(), &iam.PutGroupPolicyInput{GroupName: dev, PolicyName: &name, PolicyDocument: &doc})
		return err
	}
	if err := put("a", 5120); err != nil {
		t.Errorf("all of a group's room: %v", err)
	}
	exceeds(t, put("b", 200), "Maximum policy size of 5120 bytes exceeded for group dev")
}

// Pages of every size hold everything once, whichever kind it is of.
func TestDetailsAreReadPageByPage(t *testing.T) {
	client := iam.NewFromConfig(bailiwicktest.New(t).Config())
	long := strings.Repeat("x", 128)
	want := map[string]bool{}
	for _, name := range []string{"a", "B", long} {
		made[*iam.CreateGroupOutput](t)(client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: &name}))
		made[*iam.CreatePolicyOutput](t)(client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(anyS3)}))
		want["group "+name], want["policy "+name] = true, true
	}
	for _, name := range []string{"a", "B"} {
		made[*iam.CreateUserOutput](t)(client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name}))
		want["user "+name] = true
	}
	made[*iam.AttachUserPolicyOutput](t)(client.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{
		UserName: aws.String("a"), PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess"),
	}))
	want["policy ReadOnlyAccess"] = true
	for size := range int32(10) {
		got := map[string]int{}
		in := &iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(size + 1)}
		for p := iam.NewGetAccountAuthorizationDetailsPaginator(client, in); p.HasMorePages(); {
			page := made[*iam.GetAccountAuthorizationDetailsOutput](t)(p.NextPage(t.Context()))
			if n := len(page.GroupDetailList) + len(page.UserDetailList) + len(page.RoleDetailList) + len(page.Policies); n > int(size)+1 {
				t.Errorf("%d entities on a page of %d", n, size+1)
			}
			count(got, page)
		}
		for name := range want {
			if got[name] != 1 {
				t.Errorf("pages of %d hold %s %d times", size+1, name, got[name])
			}
		}
		if len(got) != len(want) {
			t.Errorf("pages of %d hold %v", size+1, got)
		}
	}
	only := made[*iam.GetAccountAuthorizationDetailsOutput](t)(client.GetAccountAuthorizationDetails(t.Context(),
		&iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeGroup}}))
	if len(only.GroupDetailList) != 3 || len(only.UserDetailList)+len(only.RoleDetailList)+len(only.Policies) != 0 {
		t.Errorf("of groups alone: %v", only)
	}
}

// count adds what is on a page to got.
func count(got map[string]int, page *iam.GetAccountAuthorizationDetailsOutput) {
	for _, g := range page.GroupDetailList {
		got["group "+*g.GroupName]++
	}
	for _, u := range page.UserDetailList {
		got["user "+*u.UserName]++
	}
	for _, p := range page.Policies {
		got["policy "+*p.PolicyName]++
	}
}

func TestQuotaOfTrustPolicies(t *testing.T) {
	client := iam.NewFromConfig(bailiwicktest.New(t).Config())
	create := func(size int) error {
		const head, tail = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Sid":"`, `"}}`
		doc := head + strings.Repeat("x", size-len(head)-len(tail)) + tail
		_, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String(fmt.Sprintf("r-%d", size)), AssumeRolePolicyDocument: &doc})
		return err
	}
	if err := create(4096); err != nil {
		t.Errorf("all of the quota: %v", err)
	}
	exceeds(t, create(4097), "Cannot exceed quota for ACLSizePerRole: 4096")
}
