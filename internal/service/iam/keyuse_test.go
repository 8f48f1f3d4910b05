// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/client"
)

// lastUsed returns what the owner of cfg is told of the last use of a key.
func lastUsed(t *testing.T, cfg aws.Config, key *string) *iam.GetAccessKeyLastUsedOutput {
	t.Helper()
	out, err := iam.NewFromConfig(cfg).GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: key})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// newKey makes a user with an access key.
func newKey(t *testing.T, root *iam.Client, user string) *types.AccessKey {
	t.Helper()
	if _, err := root.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &user}); err != nil {
		t.Fatal(err)
	}
	out, err := root.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user})
	if err != nil {
		t.Fatal(err)
	}
	return out.AccessKey
}

func TestTheLastUseOfAccessKeysIsKnownAndKept(t *testing.T) {
	cfg := bailiwick.Config{Data: t.TempDir()}
	var k *types.AccessKey
	usedForDynamoDB := func(t *testing.T, srv *bailiwicktest.Server) {
		t.Helper()
		u := lastUsed(t, srv.Config(), k.AccessKeyId).AccessKeyLastUsed
		if *u.ServiceName != "dynamodb" || *u.Region != "eu-west-1" || time.Since(*u.LastUsedDate).Abs() > time.Minute {
			t.Errorf("used for %s in %s at %s", *u.ServiceName, *u.Region, u.LastUsedDate)
		}
	}
	t.Run("at once", func(t *testing.T) {
		srv := bailiwicktest.Start(t, cfg)
		k = newKey(t, iam.NewFromConfig(srv.Config()), "ann")
		never := lastUsed(t, srv.Config(), k.AccessKeyId)
		if u := never.AccessKeyLastUsed; *never.UserName != "ann" || u.LastUsedDate != nil || *u.ServiceName != "N/A" || *u.Region != "N/A" {
			t.Errorf("never used: %v", never)
		}
		ann := srv.As(*k.AccessKeyId, *k.SecretAccessKey, "")
		ann.Region = "eu-west-1"
		if _, err := dynamodb.NewFromConfig(ann).ListTables(t.Context(), nil); code(err) != "AccessDeniedException" {
			t.Errorf("a user without policies: %v", err)
		}
		usedForDynamoDB(t, srv)
		// A request whose signature doesn't verify is nobody's.
		forged := srv.As(*k.AccessKeyId, "forged", "")
		if _, err := iam.NewFromConfig(forged).ListUsers(t.Context(), nil); code(err) != "SignatureDoesNotMatch" {
			t.Errorf("a forged signature: %v", err)
		}
		usedForDynamoDB(t, srv)
	})
	t.Run("after a restart", func(t *testing.T) { usedForDynamoDB(t, bailiwicktest.Start(t, cfg)) })
}

func TestTheUseOfAKeyIsToldToThoseWhoMayKnow(t *testing.T) {
	srv := bailiwicktest.New(t)
	root := iam.NewFromConfig(srv.Config())
	ann, bob := newKey(t, root, "ann"), newKey(t, root, "bob")
	if _, err := root.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String("ann"), PolicyName: aws.String("own"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetAccessKeyLastUsed","Resource":"arn:aws:iam::*:user/${aws:username}"}}`),
	}); err != nil {
		t.Fatal(err)
	}
	asAnn := srv.As(*ann.AccessKeyId, *ann.SecretAccessKey, "")
	if out := lastUsed(t, asAnn, ann.AccessKeyId); *out.AccessKeyLastUsed.ServiceName != "iam" {
		t.Errorf("its own key: %v", out)
	}
	other, err := client.NewAdmin(srv.Config()).CreateAccount(t.Context(), "222222222222")
	if err != nil {
		t.Fatal(err)
	}
	asOther := srv.As(other.RootAccessKeyID, other.RootSecretAccessKey, "")
	for name, c := range map[string]struct {
		cfg  aws.Config
		key  string
		want string
	}{
		"another user's":     {asAnn, *bob.AccessKeyId, "AccessDenied"},
		"the root user's":    {asAnn, srv.Root.AccessKeyID, "AccessDenied"},
		"nobody's":           {asAnn, "AKIAAAAAAAAAAAAAAAAA", "AccessDenied"},
		"another account's":  {asOther, *ann.AccessKeyId, "NoSuchEntity"},
		"nobody's, for root": {srv.Config(), "AKIAAAAAAAAAAAAAAAAA", "NoSuchEntity"},
		"the root's, for it": {srv.Config(), srv.Root.AccessKeyID, ""},
	} {
		_, err := iam.NewFromConfig(c.cfg).GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: &c.key})
		if code(err) != c.want {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
