// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// fails requires AWS's code of an error.
func (p plan) fails(err error, want string) {
	p.Helper()
	if code(err) != want {
		p.Errorf("got %v, want %s", err, want)
	}
}

// userNamed and groupNamed make one and return its name.
func (p plan) userNamed(name string) *string {
	p.Helper()
	return must(p.CreateUser(p.Context(), &iam.CreateUserInput{UserName: &name}))(p).User.UserName
}

func (p plan) groupNamed(name string) *string {
	p.Helper()
	return must(p.CreateGroup(p.Context(), &iam.CreateGroupInput{GroupName: &name}))(p).Group.GroupName
}

func (p plan) userPolicy() {
	ctx, name := p.Context(), aws.String("p")
	user := p.userNamed("tf-inline")
	for _, document := range []string{tfRead, tfWrite} {
		must(p.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: name, PolicyDocument: &document}))(p)
		p.same(must(p.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: user, PolicyName: name}))(p).PolicyDocument, document)
	}
	must(p.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: name}))(p)
	_, err := p.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: user, PolicyName: name})
	p.gone(err)
	_, err = p.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: name})
	p.gone(err)
	must(p.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user}))(p)
	_, err = p.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: user, PolicyName: name})
	p.gone(err)
}

func (p plan) groupPolicy() {
	ctx, name := p.Context(), aws.String("p")
	group := p.groupNamed("tf-inline")
	for _, document := range []string{tfRead, tfWrite} {
		must(p.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: group, PolicyName: name, PolicyDocument: &document}))(p)
		p.same(must(p.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: group, PolicyName: name}))(p).PolicyDocument, document)
	}
	_, err := p.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group})
	p.fails(err, "DeleteConflict")
	must(p.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: group, PolicyName: name}))(p)
	_, err = p.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: group, PolicyName: name})
	p.gone(err)
	must(p.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group}))(p)
	_, err = p.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: group, PolicyName: name})
	p.gone(err)
}

func (p plan) userAttachment() {
	ctx, policyARN := p.Context(), aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")
	user := p.userNamed("tf-attached")
	attached := func() int {
		p.Helper()
		return len(must(p.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: user}))(p).AttachedPolicies)
	}
	for range 2 { // a second apply changes nothing
		must(p.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: user, PolicyArn: policyARN}))(p)
		if n := attached(); n != 1 {
			p.Errorf("%d policies are attached", n)
		}
	}
	_, err := p.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user})
	p.fails(err, "DeleteConflict")
	must(p.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: user, PolicyArn: policyARN}))(p)
	if n := attached(); n != 0 {
		p.Errorf("%d policies are attached still", n)
	}
	_, err = p.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: user, PolicyArn: policyARN})
	p.gone(err)
	must(p.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user}))(p)
	_, err = p.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: user})
	p.gone(err)
}

func (p plan) groupAttachment() {
	ctx, policyARN := p.Context(), aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")
	group := p.groupNamed("tf-attached")
	must(p.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: group, PolicyArn: policyARN}))(p)
	if got := must(p.ListAttachedGroupPolicies(ctx, &iam.ListAttachedGroupPoliciesInput{GroupName: group}))(p).AttachedPolicies; len(got) != 1 || *got[0].PolicyArn != *policyARN {
		p.Errorf("attached are %v", got)
	}
	_, err := p.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group})
	p.fails(err, "DeleteConflict")
	must(p.DetachGroupPolicy(ctx, &iam.DetachGroupPolicyInput{GroupName: group, PolicyArn: policyARN}))(p)
	_, err = p.DetachGroupPolicy(ctx, &iam.DetachGroupPolicyInput{GroupName: group, PolicyArn: policyARN})
	p.gone(err)
	must(p.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group}))(p)
	_, err = p.ListAttachedGroupPolicies(ctx, &iam.ListAttachedGroupPoliciesInput{GroupName: group})
	p.gone(err)
}

func (p plan) membership() {
	ctx, group := p.Context(), p.groupNamed("tf-members")
	users := []*string{p.userNamed("tf-ann"), p.userNamed("tf-bob")}
	members := func() (names []string) {
		p.Helper()
		for pages := iam.NewGetGroupPaginator(p.Client, &iam.GetGroupInput{GroupName: group}); pages.HasMorePages(); {
			for _, u := range must(pages.NextPage(ctx))(p).Users {
				names = append(names, *u.UserName)
			}
		}
		return names
	}
	for _, u := range users {
		must(p.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: group, UserName: u}))(p)
	}
	if got := members(); !slices.Equal(got, []string{"tf-ann", "tf-bob"}) {
		p.Errorf("members are %q", got)
	}
	if got := must(p.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: users[0]}))(p).Groups; len(got) != 1 || *got[0].GroupName != *group {
		p.Errorf("groups are %v", got)
	}
	_, err := p.DeleteUser(ctx, &iam.DeleteUserInput{UserName: users[0]})
	p.fails(err, "DeleteConflict")
	_, err = p.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group})
	p.fails(err, "DeleteConflict")
	for _, u := range users {
		must(p.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: group, UserName: u}))(p)
		must(p.DeleteUser(ctx, &iam.DeleteUserInput{UserName: u}))(p)
	}
	if got := members(); len(got) != 0 {
		p.Errorf("members are %q still", got)
	}
	_, err = p.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: group, UserName: users[0]})
	p.gone(err)
	must(p.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group}))(p)
	_, err = p.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: users[0]})
	p.gone(err)
}

func (p plan) accessKey() {
	ctx, user := p.Context(), p.userNamed("tf-keys")
	made := must(p.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user}))(p).AccessKey
	status := func() types.StatusType {
		p.Helper()
		for _, k := range must(p.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: user}))(p).AccessKeyMetadata {
			if *k.AccessKeyId == *made.AccessKeyId {
				return k.Status
			}
		}
		return ""
	}
	if got := status(); got != types.StatusTypeActive {
		p.Errorf("the key is %q", got)
	}
	must(p.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: made.AccessKeyId, Status: types.StatusTypeInactive}))(p)
	if got := status(); got != types.StatusTypeInactive {
		p.Errorf("the key is %q", got)
	}
	if used := must(p.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: made.AccessKeyId}))(p); *used.UserName != *user || used.AccessKeyLastUsed.LastUsedDate != nil {
		p.Errorf("it was used as %+v", used)
	}
	_, err := p.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user})
	p.fails(err, "DeleteConflict")
	must(p.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: made.AccessKeyId}))(p)
	if got := status(); got != "" {
		p.Errorf("the key is %q still", got)
	}
	_, err = p.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: made.AccessKeyId})
	p.gone(err)
	must(p.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user}))(p)
	_, err = p.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: user})
	p.gone(err)
}

// The provider tells its users what is wrong by these codes, whatever kind of
// resource it is.
func TestTerraformSeesWhatIsWrong(t *testing.T) {
	p := plan{t, iam.NewFromConfig(bailiwicktest.New(t).Config())}
	ctx, name := t.Context(), aws.String("tf")
	long := aws.String(strings.Replace(anyS3, `"*"}`, `"arn:aws:s3:::`+strings.Repeat("x", 10240)+`"}`, 1))
	broken := aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"]}]}`)
	user := func() error { _, err := p.CreateUser(ctx, &iam.CreateUserInput{UserName: name}); return err }
	role := func() error {
		_, err := p.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(tfTrust)})
		return err
	}
	group := func() error { _, err := p.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: name}); return err }
	managed := func(name string, document *string) error {
		_, err := p.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: document})
		return err
	}
	provider := func() error {
		_, err := p.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: aws.String("https://idp.example")})
		return err
	}
	for _, create := range []func() error{user, role, group, provider, func() error { return managed("tf", aws.String(tfRead)) }} {
		p.fails(create(), "")
		p.fails(create(), "EntityAlreadyExists")
	}
	inline := map[string]func(document *string) error{
		"user": func(document *string) error {
			_, err := p.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: name, PolicyName: name, PolicyDocument: document})
			return err
		},
		"role": func(document *string) error {
			_, err := p.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: name, PolicyDocument: document})
			return err
		},
		"group": func(document *string) error {
			_, err := p.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: name, PolicyName: name, PolicyDocument: document})
			return err
		},
		"managed": func(document *string) error { return managed("tf-2", document) },
	}
	for _, put := range inline {
		p.fails(put(broken), "MalformedPolicyDocument")
		p.fails(put(long), "LimitExceeded")
	}
	_, err := p.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: aws.String(tfRead)})
	p.fails(err, "MalformedPolicyDocument")
	_, err = p.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: aws.String("arn:aws:iam::000000000000:policy/tf"), PolicyDocument: broken})
	p.fails(err, "MalformedPolicyDocument")
}
