// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/internal/service"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

func TestScripts(t *testing.T) { servicetest.Run(t, service.All(nil)) }

// code returns AWS's code of an error, or "".
func code(err error) string {
	e, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return ""
	}
	return e.ErrorCode()
}

func TestAccessKeysCanBeTurnedOff(t *testing.T) {
	srv := bailiwicktest.New(t)
	root := iam.NewFromConfig(srv.Config())
	ann := aws.String("ann")
	if _, err := root.CreateUser(t.Context(), &iam.CreateUserInput{UserName: ann}); err != nil {
		t.Fatal(err)
	}
	made, err := root.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: ann})
	if err != nil {
		t.Fatal(err)
	}
	k := made.AccessKey
	whoami := func() string {
		cfg := srv.As(*k.AccessKeyId, *k.SecretAccessKey, "")
		_, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
		return code(err)
	}
	turn := func(to types.StatusType) {
		if _, err := root.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: ann, AccessKeyId: k.AccessKeyId, Status: to}); err != nil {
			t.Fatal(err)
		}
		list, err := root.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: ann})
		if err != nil || len(list.AccessKeyMetadata) != 1 || list.AccessKeyMetadata[0].Status != to {
			t.Errorf("listed as %v, %v", list, err)
		}
	}
	if got := whoami(); got != "" {
		t.Fatalf("a new key: %s", got)
	}
	turn(types.StatusTypeInactive)
	if got := whoami(); got != "InvalidClientTokenId" {
		t.Errorf("an inactive key: %q", got)
	}
	turn(types.StatusTypeActive)
	if got := whoami(); got != "" {
		t.Errorf("a key that is active again: %s", got)
	}
	// Another user's key is nobody's.
	if _, err := root.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("bob")}); err != nil {
		t.Fatal(err)
	}
	if _, err := root.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("bob"), AccessKeyId: k.AccessKeyId}); code(err) != "NoSuchEntity" {
		t.Errorf("deleting another user's key: %v", err)
	}
	if _, err := root.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: ann, AccessKeyId: k.AccessKeyId}); err != nil {
		t.Fatal(err)
	}
	if got := whoami(); got != "InvalidClientTokenId" {
		t.Errorf("a deleted key: %q", got)
	}
	if _, err := root.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: ann}); err != nil {
		t.Errorf("a user without keys: %v", err)
	}
}

func TestListsAreReadPageByPage(t *testing.T) {
	srv := bailiwicktest.New(t)
	client := iam.NewFromConfig(srv.Config())
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	want := []string{"alpha", "Beta", "gamma", "Delta+x", "e_f"}
	for _, name := range want {
		if _, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
			t.Fatal(err)
		}
	}
	for size := range int32(7) {
		if size == 0 {
			continue
		}
		seen := map[string]int{}
		for p := iam.NewListRolesPaginator(client, &iam.ListRolesInput{MaxItems: &size}); p.HasMorePages(); {
			page, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Roles) > int(size) {
				t.Errorf("%d roles on a page of %d", len(page.Roles), size)
			}
			for _, r := range page.Roles {
				seen[*r.RoleName]++
				if doc, err := url.PathUnescape(*r.AssumeRolePolicyDocument); err != nil || doc != trust {
					t.Errorf("trust policy of %s is %s, %v", *r.RoleName, doc, err)
				}
			}
		}
		for _, name := range want {
			if seen[name] != 1 {
				t.Errorf("pages of %d hold %s %d times", size, name, seen[name])
			}
		}
	}
}

func TestInlinePoliciesOfARoleHaveAQuotaTogether(t *testing.T) {
	srv := bailiwicktest.New(t)
	client := iam.NewFromConfig(srv.Config())
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	r := aws.String("reader")
	if _, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: r, AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
		t.Fatal(err)
	}
	put := func(name string, n int) error {
		const head, tail = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::`, `"}}`
		resource := make([]byte, n-len(head)-len(tail))
		for i := range resource {
			resource[i] = 'x'
		}
		// White space between tokens doesn't count.
		doc := " \n" + head + string(resource) + tail
		_, err := client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: r, PolicyName: &name, PolicyDocument: &doc})
		return err
	}
	if err := put("a", 10240); err != nil {
		t.Errorf("all of the quota: %v", err)
	}
	if err := put("b", 120); code(err) != "LimitExceeded" {
		t.Errorf("more than the quota: %v", err)
	}
	if err := put("a", 10240-120); err != nil {
		t.Errorf("replaced by a smaller one: %v", err)
	}
	if err := put("b", 120); err != nil {
		t.Errorf("what was left of the quota: %v", err)
	}
}
