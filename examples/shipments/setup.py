# SPDX-License-Identifier: Apache-2.0
"""Builds the shipment tracking: a table, the tracking service's role, which
has no data permission, and the role that it assumes for a tenant.

Runs with the credentials of an administrator. Prints the access role's ARN and
exports the credentials of the tracking service's user for the shell.
"""

import json

import boto3

from tenant_session import REGION, client

admin = boto3.session.Session()
iam, dynamodb = client(admin, "iam"), client(admin, "dynamodb")
account = client(admin, "sts").get_caller_identity()["Account"]
table = f"arn:aws:dynamodb:{REGION}:{account}:table/TrackingData"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


own_rows = {
    "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/TenantID}"]},
    "Null": {"dynamodb:LeadingKeys": "false"},
}

dynamodb.create_table(
    TableName="TrackingData",
    AttributeDefinitions=[
        {"AttributeName": "TenantID", "AttributeType": "S"},
        {"AttributeName": "ShipmentID", "AttributeType": "S"},
    ],
    KeySchema=[
        {"AttributeName": "TenantID", "KeyType": "HASH"},
        {"AttributeName": "ShipmentID", "KeyType": "RANGE"},
    ],
    BillingMode="PAY_PER_REQUEST",
)
dynamodb.get_waiter("table_exists").wait(TableName="TrackingData")
for tenant in ("yellow", "yellowstone", "blue"):
    dynamodb.put_item(
        TableName="TrackingData",
        Item={"TenantID": {"S": tenant}, "ShipmentID": {"S": "s-1"}, "ETA": {"S": "2026-12-01"}},
    )

service = iam.create_user(UserName="tracking-service")["User"]["Arn"]
access = iam.create_role(
    RoleName="TrackingAccessRole",
    AssumeRolePolicyDocument=policy(
        {"Effect": "Allow", "Principal": {"AWS": service}, "Action": "sts:AssumeRole"},
        {
            "Effect": "Allow",
            "Principal": {"AWS": service},
            "Action": "sts:TagSession",
            "Condition": {"StringLike": {"aws:RequestTag/TenantID": "*"}},
        },
    ),
)["Role"]["Arn"]
iam.put_role_policy(
    RoleName="TrackingAccessRole",
    PolicyName="TrackingAccessPolicy",
    PolicyDocument=policy(
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem"],
            "Resource": [table],
            "Condition": own_rows,
        }
    ),
)
key = iam.create_access_key(UserName="tracking-service")["AccessKey"]
print(f"export ACCESS_ROLE_ARN={access}")
print(f"export AWS_ACCESS_KEY_ID={key['AccessKeyId']}")
print(f"export AWS_SECRET_ACCESS_KEY={key['SecretAccessKey']}")
