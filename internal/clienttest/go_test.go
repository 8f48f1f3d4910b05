// SPDX-License-Identifier: Apache-2.0

package clienttest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// A life is what the Go SDK takes a role through.
type life struct {
	*testing.T
	srv       *bailiwicktest.Server
	documents map[string]json.RawMessage
	steps     strings.Builder

	iam    *iam.Client
	db     *dynamodb.Client
	policy *string          // ARN
	key    string           // id of the user's access key
	rows   *dynamodb.Client // in a tenant's session
}

// The names, and the role's ARN.
var (
	role    = aws.String("access")
	roleARN = aws.String("arn:aws:iam::000000000000:role/life/access")
	user    = aws.String("caller")
	group   = aws.String("callers")
	table   = aws.String("Life")
)

func byGo(t *testing.T, srv *bailiwicktest.Server) string {
	l := &life{T: t, srv: srv, iam: iam.NewFromConfig(srv.Config()), db: dynamodb.NewFromConfig(srv.Config())}
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("%v after\n%s", p, l.steps.String())
		}
	}()
	if err := json.Unmarshal(must(os.ReadFile(documents)), &l.documents); err != nil {
		t.Fatal(err)
	}
	l.begin()
	l.versions()
	l.change()
	l.populate()
	l.use()
	l.end()
	return l.steps.String()
}

// must returns what a call returned that may not fail.
func must[Out any](out Out, err error) Out {
	if err != nil {
		panic(err)
	}
	return out
}

// code returns the code that a call failed with.
func code[Out any](_ Out, err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return fmt.Sprint(err)
}

func (l *life) step(name string, outcome ...string) {
	fmt.Fprintf(&l.steps, "%s: %s\n", name, strings.Join(outcome, " "))
}

func (l *life) document(name string) *string { return aws.String(string(l.documents[name])) }

func (l *life) begin() {
	ctx := l.Context()
	create := &iam.CreateRoleInput{
		RoleName: role, Path: aws.String("/life/"), AssumeRolePolicyDocument: l.document("trust"),
		Tags: []iamtypes.Tag{{Key: aws.String("tier"), Value: aws.String("pool")}},
	}
	l.step("create", *must(l.iam.CreateRole(ctx, create)).Role.Arn)
	l.step("create again", code(l.iam.CreateRole(ctx, create)))
	must(l.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: role, Description: aws.String("of the tenants"), MaxSessionDuration: aws.Int32(7200)}))
	got := must(l.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: role})).Role
	l.step("update", fmt.Sprint(*got.MaxSessionDuration), *got.Description)
	l.step("trust, not a policy", code(l.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: aws.String("{}")})))
	must(l.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("own-rows"), PolicyDocument: l.document("own-rows")}))
	l.step("inline", must(l.iam.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: role})).PolicyNames...)
}

func (l *life) versions() {
	ctx := l.Context()
	l.policy = must(l.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("tracking"), Path: aws.String("/life/"), PolicyDocument: l.document("tracking-v1")})).Policy.Arn
	version := must(l.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: l.policy, PolicyDocument: l.document("tracking-v2"), SetAsDefault: true}))
	l.step("version", *version.PolicyVersion.VersionId)
	var shown []string
	for _, v := range must(l.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: l.policy})).Versions {
		id := *v.VersionId
		if v.IsDefaultVersion {
			id += "*"
		}
		shown = append(shown, id)
	}
	slices.Sort(shown)
	l.step("versions", shown...)
	must(l.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: l.policy}))
	l.step("attached", *must(l.iam.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: role})).AttachedPolicies[0].PolicyName)
	l.step("entities", *must(l.iam.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: l.policy})).PolicyRoles[0].RoleName)
	l.step("delete what is attached", code(l.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: l.policy})))
	must(l.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: l.policy}))
}

func (l *life) change() {
	ctx := l.Context()
	must(l.iam.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: l.policy}))
	l.step("boundary", *must(l.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: role})).Role.PermissionsBoundary.PermissionsBoundaryArn)
	must(l.iam.TagRole(ctx, &iam.TagRoleInput{RoleName: role, Tags: []iamtypes.Tag{
		{Key: aws.String("team"), Value: aws.String("a")}, {Key: aws.String("old"), Value: aws.String("b")},
	}}))
	must(l.iam.UntagRole(ctx, &iam.UntagRoleInput{RoleName: role, TagKeys: []string{"old"}}))
	var shown []string
	for _, t := range must(l.iam.ListRoleTags(ctx, &iam.ListRoleTagsInput{RoleName: role})).Tags {
		shown = append(shown, *t.Key+"="+*t.Value)
	}
	slices.Sort(shown)
	l.step("tags", shown...)
}

func text(s string) dbtypes.AttributeValue { return &dbtypes.AttributeValueMemberS{Value: s} }

// populate makes what the role is for: a table, and a user who may assume it.
func (l *life) populate() {
	ctx := l.Context()
	must(l.db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: table, BillingMode: dbtypes.BillingModePayPerRequest,
		AttributeDefinitions: []dbtypes.AttributeDefinition{{AttributeName: aws.String("TenantID"), AttributeType: dbtypes.ScalarAttributeTypeS}},
		KeySchema:            []dbtypes.KeySchemaElement{{AttributeName: aws.String("TenantID"), KeyType: dbtypes.KeyTypeHash}},
	}))
	must(l.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: map[string]dbtypes.AttributeValue{"TenantID": text("yellow"), "State": text("on its way")}}))
	must(l.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: user}))
	must(l.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: group}))
	must(l.iam.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("call"), PolicyDocument: l.document("call")}))
	must(l.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: group, UserName: user}))
	l.step("user's group", *must(l.iam.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: user})).Groups[0].GroupName)
}

// get reads a tenant's row in the session.
func (l *life) get(tenant string) (*dynamodb.GetItemOutput, error) {
	return l.rows.GetItem(l.Context(), &dynamodb.GetItemInput{TableName: table, Key: map[string]dbtypes.AttributeValue{"TenantID": text(tenant)}})
}

func (l *life) use() {
	ctx := l.Context()
	key := must(l.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})).AccessKey
	l.key = *key.AccessKeyId
	caller := sts.NewFromConfig(l.srv.As(*key.AccessKeyId, *key.SecretAccessKey, ""))
	assume := &sts.AssumeRoleInput{RoleArn: roleARN, RoleSessionName: aws.String("yellow-1"), Tags: []ststypes.Tag{{Key: aws.String("TenantID"), Value: aws.String("yellow")}}}
	c := must(caller.AssumeRole(ctx, assume)).Credentials
	session := l.srv.As(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	l.rows = dynamodb.NewFromConfig(session)
	l.step("caller", *must(sts.NewFromConfig(session).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})).Arn)
	l.step("own row", must(l.get("yellow")).Item["State"].(*dbtypes.AttributeValueMemberS).Value)
	l.step("another's row", code(l.get("yellowstone")))
	assume.Tags = nil
	l.step("without a tag", code(caller.AssumeRole(ctx, assume)))
	l.step("simulated own row", l.simulate("yellow"))
	l.step("simulated another's row", l.simulate("yellowstone"))
	must(l.iam.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: l.policy, VersionId: aws.String("v1")}))
	l.step("new default", *must(l.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: l.policy})).Policy.DefaultVersionId)
	l.step("own row under v1", code(l.get("yellow")))
}

// simulate returns what is decided of the tenant yellow's reading a row.
func (l *life) simulate(row string) string {
	out := must(l.iam.SimulatePrincipalPolicy(l.Context(), &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: roleARN, ActionNames: []string{"dynamodb:GetItem"},
		ResourceArns: []string{"arn:aws:dynamodb:us-east-1:000000000000:table/Life"},
		ContextEntries: []iamtypes.ContextEntry{
			{ContextKeyName: aws.String("aws:PrincipalTag/TenantID"), ContextKeyType: iamtypes.ContextKeyTypeEnumString, ContextKeyValues: []string{"yellow"}},
			{ContextKeyName: aws.String("dynamodb:LeadingKeys"), ContextKeyType: iamtypes.ContextKeyTypeEnumStringList, ContextKeyValues: []string{row}},
		},
	}))
	return string(out.EvaluationResults[0].EvalDecision)
}

func (l *life) end() {
	ctx := l.Context()
	l.step("delete with policies", code(l.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role})))
	must(l.iam.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: role}))
	must(l.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String("own-rows")}))
	must(l.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role}))
	l.step("gone", code(l.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: role})))
	must(l.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: l.policy, VersionId: aws.String("v2")}))
	must(l.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: l.policy}))
	must(l.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: &l.key}))
	must(l.iam.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: group, UserName: user}))
	must(l.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user}))
	must(l.iam.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: group, PolicyName: aws.String("call")}))
	must(l.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group}))
	must(l.db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: table}))
	l.step("detach again", code(l.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: l.policy})))
}
