# SPDX-License-Identifier: Apache-2.0
"""A role's whole life by boto3. Prints what each step came to."""

import json
import os
import sys

import boto3
from botocore.exceptions import ClientError

documents = {name: json.dumps(d) for name, d in json.load(open(sys.argv[1])).items()}


def client(service, credentials=None):
    more = {}
    if credentials:
        more = {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials.get("SessionToken"),
        }
    return boto3.session.Session(region_name="us-east-1").client(service, endpoint_url=os.environ["BAILIWICK_ENDPOINT"], **more)


def fails(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response["Error"]["Code"]
    return "no error"


def step(name, *outcome):
    print(f"{name}:", *outcome)


iam = client("iam")
role = dict(RoleName="access")
user = dict(UserName="caller")
created = iam.create_role(**role, Path="/life/", AssumeRolePolicyDocument=documents["trust"], Tags=[{"Key": "tier", "Value": "pool"}])
step("create", created["Role"]["Arn"])
step("create again", fails(iam.create_role, **role, AssumeRolePolicyDocument=documents["trust"]))
iam.update_role(**role, Description="of the tenants", MaxSessionDuration=7200)
got = iam.get_role(**role)["Role"]
assert got["AssumeRolePolicyDocument"] == json.loads(documents["trust"]), got
step("update", got["MaxSessionDuration"], got["Description"])
step("trust, not a policy", fails(iam.update_assume_role_policy, **role, PolicyDocument="{}"))
iam.put_role_policy(**role, PolicyName="own-rows", PolicyDocument=documents["own-rows"])
assert iam.get_role_policy(**role, PolicyName="own-rows")["PolicyDocument"] == json.loads(documents["own-rows"])
step("inline", *iam.list_role_policies(**role)["PolicyNames"])

policy = dict(PolicyArn=iam.create_policy(PolicyName="tracking", Path="/life/", PolicyDocument=documents["tracking-v1"])["Policy"]["Arn"])
version = iam.create_policy_version(**policy, PolicyDocument=documents["tracking-v2"], SetAsDefault=True)["PolicyVersion"]
step("version", version["VersionId"])
versions = iam.list_policy_versions(**policy)["Versions"]
step("versions", *sorted(v["VersionId"] + "*" * v["IsDefaultVersion"] for v in versions))
iam.attach_role_policy(**role, **policy)
step("attached", *(p["PolicyName"] for p in iam.list_attached_role_policies(**role)["AttachedPolicies"]))
step("entities", *(r["RoleName"] for r in iam.list_entities_for_policy(**policy)["PolicyRoles"]))
step("delete what is attached", fails(iam.delete_policy, **policy))
iam.detach_role_policy(**role, **policy)
iam.put_role_permissions_boundary(**role, PermissionsBoundary=policy["PolicyArn"])
step("boundary", iam.get_role(**role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"])
iam.tag_role(**role, Tags=[{"Key": "team", "Value": "a"}, {"Key": "old", "Value": "b"}])
iam.untag_role(**role, TagKeys=["old"])
step("tags", *sorted(t["Key"] + "=" + t["Value"] for t in iam.list_role_tags(**role)["Tags"]))

dynamodb = client("dynamodb")
dynamodb.create_table(
    TableName="Life",
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "TenantID", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "TenantID", "KeyType": "HASH"}],
)
dynamodb.put_item(TableName="Life", Item={"TenantID": {"S": "yellow"}, "State": {"S": "on its way"}})
iam.create_user(**user)
iam.create_group(GroupName="callers")
iam.put_group_policy(GroupName="callers", PolicyName="call", PolicyDocument=documents["call"])
iam.add_user_to_group(GroupName="callers", **user)
step("user's group", *(g["GroupName"] for g in iam.list_groups_for_user(**user)["Groups"]))
key = iam.create_access_key(**user)["AccessKey"]
sts = client("sts", key)
arguments = dict(RoleArn=got["Arn"], RoleSessionName="yellow-1")
session = sts.assume_role(**arguments, Tags=[{"Key": "TenantID", "Value": "yellow"}])["Credentials"]
step("caller", client("sts", session).get_caller_identity()["Arn"])
rows = client("dynamodb", session)
row = dict(TableName="Life", Key={"TenantID": {"S": "yellow"}})
step("own row", rows.get_item(**row)["Item"]["State"]["S"])
step("another's row", fails(rows.get_item, TableName="Life", Key={"TenantID": {"S": "yellowstone"}}))
step("without a tag", fails(sts.assume_role, **arguments))
for name, tenant in ("own row", "yellow"), ("another's row", "yellowstone"):
    result = iam.simulate_principal_policy(
        PolicySourceArn=got["Arn"],
        ActionNames=["dynamodb:GetItem"],
        ResourceArns=["arn:aws:dynamodb:us-east-1:000000000000:table/Life"],
        ContextEntries=[
            {"ContextKeyName": "aws:PrincipalTag/TenantID", "ContextKeyType": "string", "ContextKeyValues": ["yellow"]},
            {"ContextKeyName": "dynamodb:LeadingKeys", "ContextKeyType": "stringList", "ContextKeyValues": [tenant]},
        ],
    )
    step("simulated " + name, result["EvaluationResults"][0]["EvalDecision"])
iam.set_default_policy_version(**policy, VersionId="v1")
step("new default", iam.get_policy(**policy)["Policy"]["DefaultVersionId"])
step("own row under v1", fails(rows.get_item, **row))

step("delete with policies", fails(iam.delete_role, **role))
iam.delete_role_permissions_boundary(**role)
iam.delete_role_policy(**role, PolicyName="own-rows")
iam.delete_role(**role)
step("gone", fails(iam.get_role, **role))
iam.delete_policy_version(**policy, VersionId="v2")
iam.delete_policy(**policy)
iam.delete_access_key(**user, AccessKeyId=key["AccessKeyId"])
iam.remove_user_from_group(GroupName="callers", **user)
iam.delete_user(**user)
iam.delete_group_policy(GroupName="callers", PolicyName="call")
iam.delete_group(GroupName="callers")
dynamodb.delete_table(TableName="Life")
step("detach again", fails(iam.detach_role_policy, **role, **policy))
