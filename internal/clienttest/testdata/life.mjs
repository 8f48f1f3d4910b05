// SPDX-License-Identifier: Apache-2.0

// A role's whole life by the AWS SDK for JavaScript, version 3. Prints what each
// step came to.

import { readFileSync } from "node:fs";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { IAM } from "@aws-sdk/client-iam";
import { STS } from "@aws-sdk/client-sts";

const documents = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8"))).map(([name, d]) => [name, JSON.stringify(d)]),
);

function connect(Client, credentials) {
  const config = { endpoint: process.env.BAILIWICK_ENDPOINT, region: "us-east-1" };
  if (credentials) {
    config.credentials = {
      accessKeyId: credentials.AccessKeyId,
      secretAccessKey: credentials.SecretAccessKey,
      sessionToken: credentials.SessionToken,
    };
  }
  return new Client(config);
}

const step = (name, ...outcome) => console.log(`${name}: ${outcome.join(" ")}`);

// fails returns the code with which the call fails. The SDK's name of an error is
// that of its shape, which in IAM ends in Exception where the code doesn't.
const fails = (call) =>
  call.then(
    () => "no error",
    (e) => e.Code ?? e.name,
  );

const iam = connect(IAM);
const role = { RoleName: "access" };
const user = { UserName: "caller" };
const created = await iam.createRole({
  ...role, Path: "/life/", AssumeRolePolicyDocument: documents.trust, Tags: [{ Key: "tier", Value: "pool" }],
});
step("create", created.Role.Arn);
step("create again", await fails(iam.createRole({ ...role, AssumeRolePolicyDocument: documents.trust })));
await iam.updateRole({ ...role, Description: "of the tenants", MaxSessionDuration: 7200 });
const got = (await iam.getRole(role)).Role;
step("update", got.MaxSessionDuration, got.Description);
step("trust, not a policy", await fails(iam.updateAssumeRolePolicy({ ...role, PolicyDocument: "{}" })));
await iam.putRolePolicy({ ...role, PolicyName: "own-rows", PolicyDocument: documents["own-rows"] });
step("inline", ...(await iam.listRolePolicies(role)).PolicyNames);

const policy = {
  PolicyArn: (await iam.createPolicy({ PolicyName: "tracking", Path: "/life/", PolicyDocument: documents["tracking-v1"] })).Policy.Arn,
};
const version = await iam.createPolicyVersion({ ...policy, PolicyDocument: documents["tracking-v2"], SetAsDefault: true });
step("version", version.PolicyVersion.VersionId);
const versions = (await iam.listPolicyVersions(policy)).Versions;
step("versions", ...versions.map((v) => v.VersionId + (v.IsDefaultVersion ? "*" : "")).sort());
await iam.attachRolePolicy({ ...role, ...policy });
step("attached", ...(await iam.listAttachedRolePolicies(role)).AttachedPolicies.map((p) => p.PolicyName));
step("entities", ...(await iam.listEntitiesForPolicy(policy)).PolicyRoles.map((r) => r.RoleName));
step("delete what is attached", await fails(iam.deletePolicy(policy)));
await iam.detachRolePolicy({ ...role, ...policy });
await iam.putRolePermissionsBoundary({ ...role, PermissionsBoundary: policy.PolicyArn });
step("boundary", (await iam.getRole(role)).Role.PermissionsBoundary.PermissionsBoundaryArn);
await iam.tagRole({ ...role, Tags: [{ Key: "team", Value: "a" }, { Key: "old", Value: "b" }] });
await iam.untagRole({ ...role, TagKeys: ["old"] });
step("tags", ...(await iam.listRoleTags(role)).Tags.map((t) => `${t.Key}=${t.Value}`).sort());

const dynamodb = connect(DynamoDB);
await dynamodb.createTable({
  TableName: "Life", BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [{ AttributeName: "TenantID", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "TenantID", KeyType: "HASH" }],
});
await dynamodb.putItem({ TableName: "Life", Item: { TenantID: { S: "yellow" }, State: { S: "on its way" } } });
await iam.createUser(user);
await iam.createGroup({ GroupName: "callers" });
await iam.putGroupPolicy({ GroupName: "callers", PolicyName: "call", PolicyDocument: documents.call });
await iam.addUserToGroup({ GroupName: "callers", ...user });
step("user's group", ...(await iam.listGroupsForUser(user)).Groups.map((g) => g.GroupName));
const key = (await iam.createAccessKey(user)).AccessKey;
const sts = connect(STS, key);
const assume = { RoleArn: got.Arn, RoleSessionName: "yellow-1" };
const session = (await sts.assumeRole({ ...assume, Tags: [{ Key: "TenantID", Value: "yellow" }] })).Credentials;
step("caller", (await connect(STS, session).getCallerIdentity({})).Arn);
const rows = connect(DynamoDB, session);
const row = { TableName: "Life", Key: { TenantID: { S: "yellow" } } };
step("own row", (await rows.getItem(row)).Item.State.S);
step("another's row", await fails(rows.getItem({ TableName: "Life", Key: { TenantID: { S: "yellowstone" } } })));
step("without a tag", await fails(sts.assumeRole(assume)));
for (const [name, tenant] of [["own row", "yellow"], ["another's row", "yellowstone"]]) {
  const result = await iam.simulatePrincipalPolicy({
    PolicySourceArn: got.Arn, ActionNames: ["dynamodb:GetItem"],
    ResourceArns: ["arn:aws:dynamodb:us-east-1:000000000000:table/Life"],
    ContextEntries: [
      { ContextKeyName: "aws:PrincipalTag/TenantID", ContextKeyType: "string", ContextKeyValues: ["yellow"] },
      { ContextKeyName: "dynamodb:LeadingKeys", ContextKeyType: "stringList", ContextKeyValues: [tenant] },
    ],
  });
  step("simulated " + name, result.EvaluationResults[0].EvalDecision);
}
await iam.setDefaultPolicyVersion({ ...policy, VersionId: "v1" });
step("new default", (await iam.getPolicy(policy)).Policy.DefaultVersionId);
step("own row under v1", await fails(rows.getItem(row)));

step("delete with policies", await fails(iam.deleteRole(role)));
await iam.deleteRolePermissionsBoundary(role);
await iam.deleteRolePolicy({ ...role, PolicyName: "own-rows" });
await iam.deleteRole(role);
step("gone", await fails(iam.getRole(role)));
await iam.deletePolicyVersion({ ...policy, VersionId: "v2" });
await iam.deletePolicy(policy);
await iam.deleteAccessKey({ ...user, AccessKeyId: key.AccessKeyId });
await iam.removeUserFromGroup({ GroupName: "callers", ...user });
await iam.deleteUser(user);
await iam.deleteGroupPolicy({ GroupName: "callers", PolicyName: "call" });
await iam.deleteGroup({ GroupName: "callers" });
await dynamodb.deleteTable({ TableName: "Life" });
step("detach again", await fails(iam.detachRolePolicy({ ...role, ...policy })));
