// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"net/url"
	"path"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

const (
	tfTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	tfOther = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	tfRead  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"*"}]}`
	tfWrite = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject"],"Resource":"*"}]}`
)

// A plan makes the calls of Terraform's AWS provider in their order: to create a
// resource, read it back, change it, delete it, and find it gone.
type plan struct {
	*testing.T
	*iam.Client
}

// must returns the result of a call that has to succeed.
func must[T any](out T, err error) func(plan) T {
	return func(p plan) T {
		p.Helper()
		if err != nil {
			p.Fatal(err)
		}
		return out
	}
}

// gone requires the error by which the provider sees that something isn't there.
func (p plan) gone(err error) {
	p.Helper()
	if code(err) != "NoSuchEntity" {
		p.Errorf("got %v, want NoSuchEntity", err)
	}
}

// same requires the document that was sent, which comes back percent-encoded.
func (p plan) same(got *string, want string) {
	p.Helper()
	text, err := url.QueryUnescape(aws.ToString(got))
	if err != nil || text != want {
		p.Errorf("got document %s, %v, want %s", text, err, want)
	}
}

func (p plan) tags(got []types.Tag, want ...string) {
	p.Helper()
	var pairs []string
	for _, t := range got {
		pairs = append(pairs, *t.Key+"="+*t.Value)
	}
	if slices.Sort(pairs); !slices.Equal(pairs, want) {
		p.Errorf("tags are %q, want %q", pairs, want)
	}
}

func tfTags(pairs ...string) (tags []types.Tag) {
	for i := 0; i < len(pairs); i += 2 {
		tags = append(tags, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	return tags
}

func TestTerraformResourcesLiveAndDie(t *testing.T) {
	srv := bailiwicktest.New(t)
	client := iam.NewFromConfig(srv.Config())
	for name, live := range map[string]func(plan){
		"aws_iam_policy":                  plan.policy,
		"aws_iam_role":                    plan.role,
		"aws_iam_role_policy":             plan.rolePolicy,
		"aws_iam_role_policy_attachment":  plan.attachment,
		"a role of a workload":            plan.executionRole,
		"aws_iam_openid_connect_provider": plan.oidcProvider,
		"aws_iam_user":                    plan.user,
		"aws_iam_group":                   plan.group,
		"aws_iam_user_policy":             plan.userPolicy,
		"aws_iam_user_policy_attachment":  plan.userAttachment,
		"aws_iam_group_policy":            plan.groupPolicy,
		"aws_iam_group_policy_attachment": plan.groupAttachment,
		"aws_iam_group_membership":        plan.membership,
		"aws_iam_access_key":              plan.accessKey,
		"aws_iam_saml_provider":           plan.samlProvider,
		"aws_iam_account_alias":           plan.accountAlias,
	} {
		t.Run(name, func(t *testing.T) { live(plan{t, client}) })
	}
}

func (p plan) policy() {
	ctx := p.Context()
	made := must(p.CreatePolicy(ctx, &iam.CreatePolicyInput{
		PolicyName: aws.String("tf-policy"), Path: aws.String("/tf/"), Description: aws.String("first"),
		PolicyDocument: aws.String(tfRead), Tags: tfTags("env", "dev"),
	}))(p)
	policyARN := made.Policy.Arn
	read := func(want string) *types.Policy {
		p.Helper()
		got := must(p.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: policyARN}))(p)
		v := must(p.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: policyARN, VersionId: got.Policy.DefaultVersionId}))(p)
		p.same(v.PolicyVersion.Document, want)
		return got.Policy
	}
	if got := read(tfRead); aws.ToString(got.Description) != "first" || aws.ToString(got.Path) != "/tf/" || aws.ToString(got.PolicyId) == "" {
		p.Errorf("read as %+v", got)
	}
	// Each change is a version; the oldest makes room.
	for i := range 7 {
		document := []string{tfWrite, tfRead}[i%2]
		versions := must(p.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: policyARN}))(p).Versions
		if len(versions) >= 5 {
			oldest := types.PolicyVersion{}
			for _, v := range versions {
				if !v.IsDefaultVersion && (oldest.CreateDate == nil || v.CreateDate.Before(*oldest.CreateDate)) {
					oldest = v
				}
			}
			must(p.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: policyARN, VersionId: oldest.VersionId}))(p)
		}
		must(p.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: policyARN, PolicyDocument: &document, SetAsDefault: true}))(p)
		read(document)
	}
	must(p.UntagPolicy(ctx, &iam.UntagPolicyInput{PolicyArn: policyARN, TagKeys: []string{"env"}}))(p)
	must(p.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: policyARN, Tags: tfTags("team", "sales")}))(p)
	p.tags(read(tfWrite).Tags, "team=sales")

	for _, v := range must(p.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: policyARN}))(p).Versions {
		if !v.IsDefaultVersion {
			must(p.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: policyARN, VersionId: v.VersionId}))(p)
		}
	}
	must(p.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: policyARN}))(p)
	_, err := p.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: policyARN})
	p.gone(err)
	_, err = p.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: policyARN})
	p.gone(err)
}

func (p plan) role() {
	ctx, name := p.Context(), aws.String("tf-role")
	boundary := aws.String("arn:aws:iam::aws:policy/PowerUserAccess")
	made := must(p.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: name, Path: aws.String("/"), AssumeRolePolicyDocument: aws.String(tfTrust), MaxSessionDuration: aws.Int32(3600),
		PermissionsBoundary: boundary, Tags: tfTags("env", "dev"),
	}))(p)
	p.same(made.Role.AssumeRolePolicyDocument, tfTrust)
	read := func(trust string) *types.Role {
		p.Helper()
		got := must(p.GetRole(ctx, &iam.GetRoleInput{RoleName: name}))(p)
		p.same(got.Role.AssumeRolePolicyDocument, trust)
		if aws.ToString(got.Role.RoleId) != aws.ToString(made.Role.RoleId) {
			p.Errorf("the id is %s", *got.Role.RoleId)
		}
		must(p.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: name}))(p)
		must(p.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name}))(p)
		return got.Role
	}
	if got := read(tfTrust); got.PermissionsBoundary == nil || *got.PermissionsBoundary.PermissionsBoundaryArn != *boundary {
		p.Errorf("the boundary is %+v", got.PermissionsBoundary)
	}
	must(p.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: aws.String(tfOther)}))(p)
	described := must(p.UpdateRoleDescription(ctx, &iam.UpdateRoleDescriptionInput{RoleName: name, Description: aws.String("second")}))(p)
	if aws.ToString(described.Role.Description) != "second" {
		p.Errorf("the description is %v", described.Role.Description)
	}
	must(p.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: name, MaxSessionDuration: aws.Int32(7200)}))(p)
	must(p.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: name}))(p)
	must(p.UntagRole(ctx, &iam.UntagRoleInput{RoleName: name, TagKeys: []string{"env"}}))(p)
	must(p.TagRole(ctx, &iam.TagRoleInput{RoleName: name, Tags: tfTags("team", "sales")}))(p)
	got := read(tfOther)
	if aws.ToString(got.Description) != "second" || *got.MaxSessionDuration != 7200 || got.PermissionsBoundary != nil {
		p.Errorf("read as %+v", got)
	}
	p.tags(got.Tags, "team=sales")
	must(p.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: name}))(p)
	must(p.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name}))(p)
	_, err := p.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	p.gone(err)
	_, err = p.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: name})
	p.gone(err)
}

func (p plan) rolePolicy() {
	ctx, role, name := p.Context(), aws.String("tf-inline"), aws.String("p")
	must(p.CreateRole(ctx, &iam.CreateRoleInput{RoleName: role, AssumeRolePolicyDocument: aws.String(tfTrust)}))(p)
	for _, document := range []string{tfRead, tfWrite} {
		must(p.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: name, PolicyDocument: &document}))(p)
		p.same(must(p.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: name}))(p).PolicyDocument, document)
	}
	must(p.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: name}))(p)
	_, err := p.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: name})
	p.gone(err)
	must(p.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role}))(p)
	_, err = p.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: name})
	p.gone(err)
}

func (p plan) attachment() {
	ctx, role := p.Context(), aws.String("tf-attached")
	must(p.CreateRole(ctx, &iam.CreateRoleInput{RoleName: role, AssumeRolePolicyDocument: aws.String(tfTrust)}))(p)
	policyARN := aws.String("arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess")
	attached := func() bool {
		p.Helper()
		for pages := iam.NewListAttachedRolePoliciesPaginator(p.Client, &iam.ListAttachedRolePoliciesInput{RoleName: role}); pages.HasMorePages(); {
			for _, a := range must(pages.NextPage(ctx))(p).AttachedPolicies {
				if *a.PolicyArn == *policyARN {
					return true
				}
			}
		}
		return false
	}
	must(p.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: policyARN}))(p)
	if !attached() {
		p.Error("the policy isn't attached")
	}
	_, err := p.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role})
	if code(err) != "DeleteConflict" {
		p.Errorf("deleting a role with a policy: %v", err)
	}
	must(p.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: policyARN}))(p)
	if attached() {
		p.Error("the policy is attached still")
	}
	_, err = p.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: policyARN})
	p.gone(err)
	must(p.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role}))(p)
	_, err = p.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: role})
	p.gone(err)
}

// executionRole is the role of a Lambda function or of a container, as most
// configurations have it: with those of AWS's policies that are made for it.
func (p plan) executionRole() {
	ctx, role := p.Context(), aws.String("tf-execution")
	must(p.CreateRole(ctx, &iam.CreateRoleInput{RoleName: role, AssumeRolePolicyDocument: aws.String(tfTrust)}))(p)
	for _, name := range []string{
		"service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaDynamoDBExecutionRole", "service-role/AWSLambdaVPCAccessExecutionRole",
		"service-role/AmazonECSTaskExecutionRolePolicy", "AWSXRayDaemonWriteAccess",
	} {
		policyARN := aws.String("arn:aws:iam::aws:policy/" + name)
		must(p.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: policyARN}))(p)
		must(p.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: policyARN}))(p)
		attached := must(p.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: role}))(p).AttachedPolicies
		if len(attached) != 1 || *attached[0].PolicyArn != *policyARN || *attached[0].PolicyName != path.Base(name) {
			p.Errorf("%s is attached as %+v", name, attached)
		}
		must(p.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: policyARN}))(p)
	}
	listed := must(p.ListPolicies(ctx, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeAws, PathPrefix: aws.String("/service-role/")}))(p).Policies
	if len(listed) != 4 {
		p.Errorf("listed by their path are %d", len(listed))
	}
	must(p.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role}))(p)
}

func (p plan) oidcProvider() {
	ctx := p.Context()
	made := must(p.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{
		Url: aws.String("https://token.actions.githubusercontent.com"), ClientIDList: []string{"sts.amazonaws.com"}, Tags: tfTags("env", "dev"),
	}))(p)
	provider := made.OpenIDConnectProviderArn
	read := func() *iam.GetOpenIDConnectProviderOutput {
		p.Helper()
		return must(p.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider}))(p)
	}
	if got := read(); aws.ToString(got.Url) != "token.actions.githubusercontent.com" || !slices.Equal(got.ClientIDList, []string{"sts.amazonaws.com"}) || len(got.ThumbprintList) != 0 {
		p.Errorf("read as %+v", got)
	}
	must(p.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider, ClientID: aws.String("other")}))(p)
	must(p.RemoveClientIDFromOpenIDConnectProvider(ctx, &iam.RemoveClientIDFromOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider, ClientID: aws.String("sts.amazonaws.com")}))(p)
	thumbprint := "6938fd4d98bab03faadb97b34396831e3780aea1"
	must(p.UpdateOpenIDConnectProviderThumbprint(ctx, &iam.UpdateOpenIDConnectProviderThumbprintInput{OpenIDConnectProviderArn: provider, ThumbprintList: []string{thumbprint}}))(p)
	must(p.UntagOpenIDConnectProvider(ctx, &iam.UntagOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider, TagKeys: []string{"env"}}))(p)
	must(p.TagOpenIDConnectProvider(ctx, &iam.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider, Tags: tfTags("team", "sales")}))(p)
	got := read()
	if !slices.Equal(got.ClientIDList, []string{"other"}) || !slices.Equal(got.ThumbprintList, []string{thumbprint}) {
		p.Errorf("read as %+v", got)
	}
	p.tags(got.Tags, "team=sales")
	must(p.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider}))(p)
	_, err := p.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: provider})
	p.gone(err)
}

func (p plan) user() {
	ctx, name, renamed := p.Context(), aws.String("tf-user"), aws.String("tf-user-2")
	made := must(p.CreateUser(ctx, &iam.CreateUserInput{UserName: name, Path: aws.String("/"), Tags: tfTags("env", "dev")}))(p)
	got := must(p.GetUser(ctx, &iam.GetUserInput{UserName: name}))(p)
	p.tags(got.User.Tags, "env=dev")
	must(p.UpdateUser(ctx, &iam.UpdateUserInput{UserName: name, NewUserName: renamed, NewPath: aws.String("/tf/")}))(p)
	got = must(p.GetUser(ctx, &iam.GetUserInput{UserName: renamed}))(p)
	if *got.User.UserId != *made.User.UserId || *got.User.Path != "/tf/" {
		p.Errorf("read as %+v", got.User)
	}
	must(p.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: renamed}))(p)

	// With force_destroy all that keeps a user goes first.
	must(p.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: renamed}))(p)
	for _, k := range must(p.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: renamed}))(p).AccessKeyMetadata {
		must(p.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: renamed, AccessKeyId: k.AccessKeyId}))(p)
	}
	must(p.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: renamed}))(p)
	must(p.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: renamed}))(p)
	_, err := p.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: renamed})
	p.gone(err)
	must(p.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: renamed}))(p)
	must(p.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: renamed}))(p)
	must(p.DeleteUser(ctx, &iam.DeleteUserInput{UserName: renamed}))(p)
	_, err = p.GetUser(ctx, &iam.GetUserInput{UserName: renamed})
	p.gone(err)
}

func (p plan) group() {
	ctx, name, renamed := p.Context(), aws.String("tf-group"), aws.String("tf-group-2")
	must(p.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: name, Path: aws.String("/")}))(p)
	must(p.GetGroup(ctx, &iam.GetGroupInput{GroupName: name}))(p)
	must(p.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: name, NewGroupName: renamed, NewPath: aws.String("/tf/")}))(p)
	got := must(p.GetGroup(ctx, &iam.GetGroupInput{GroupName: renamed}))(p)
	if *got.Group.Path != "/tf/" || len(got.Users) != 0 {
		p.Errorf("read as %+v", got)
	}
	must(p.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: renamed}))(p)
	_, err := p.GetGroup(ctx, &iam.GetGroupInput{GroupName: renamed})
	p.gone(err)
}
