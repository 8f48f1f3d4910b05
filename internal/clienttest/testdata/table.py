# SPDX-License-Identifier: Apache-2.0
"""A table's whole life by boto3. Prints what each step came to."""

import json
import os
import time

import boto3
from botocore.exceptions import ClientError

db = boto3.session.Session(region_name="us-east-1").client("dynamodb", endpoint_url=os.environ["BAILIWICK_ENDPOINT"])
name = "Orders"


def fails(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response["Error"]["Code"]
    return "no error"


def step(what, *outcome):
    print(f"{what}:", *outcome)


def key(*names):
    return [{"AttributeName": n, "KeyType": t} for n, t in zip(names, ("HASH", "RANGE"))]


def strings(*names):
    return [{"AttributeName": n, "AttributeType": "S"} for n in names]


def table():
    return db.describe_table(TableName=name)["Table"]


def indexed():
    for _ in range(200):
        index = table()["GlobalSecondaryIndexes"][-1]
        if index["IndexStatus"] == "ACTIVE":
            return index
        time.sleep(0.1)
    raise TimeoutError(index)


created = db.create_table(
    TableName=name, AttributeDefinitions=strings("pk", "sk", "day"), KeySchema=key("pk", "sk"), BillingMode="PAY_PER_REQUEST",
    LocalSecondaryIndexes=[{"IndexName": "ByDay", "KeySchema": key("pk", "day"), "Projection": {"ProjectionType": "KEYS_ONLY"}}],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    OnDemandThroughput={"MaxReadRequestUnits": 50}, Tags=[{"Key": "team", "Value": "a"}],
)["TableDescription"]
db.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
step("create", created["TableStatus"], table()["TableStatus"], sorted(created["StreamSpecification"].items()), created["OnDemandThroughput"])
arn = created["TableArn"]

for i in range(30):
    db.put_item(TableName=name, Item={"pk": {"S": "a"}, "sk": {"S": str(i)}, "day": {"S": "mon"}, "kind": {"S": "odd" if i % 2 else "even"}})
updated = db.update_table(
    TableName=name, AttributeDefinitions=strings("kind", "sk"),
    GlobalSecondaryIndexUpdates=[{"Create": {"IndexName": "ByKind", "KeySchema": key("kind", "sk"), "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["day"]}}}],
)["TableDescription"]
step("index", updated["TableStatus"], updated["GlobalSecondaryIndexes"][0]["IndexStatus"], indexed()["ItemCount"])
odd = db.query(TableName=name, IndexName="ByKind", KeyConditionExpression="kind = :k", ExpressionAttributeValues={":k": {"S": "odd"}})
step("query", odd["Count"], sorted(odd["Items"][0]))

units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
step("no units for the index", fails(db.update_table, TableName=name, BillingMode="PROVISIONED", ProvisionedThroughput=units))
db.update_table(
    TableName=name, BillingMode="PROVISIONED", ProvisionedThroughput=units,
    GlobalSecondaryIndexUpdates=[{"Update": {"IndexName": "ByKind", "ProvisionedThroughput": units}}],
)
provisioned = table()
step("units", provisioned["BillingModeSummary"]["BillingMode"], provisioned["ProvisionedThroughput"]["ReadCapacityUnits"], "OnDemandThroughput" in provisioned)
step("the same units", fails(db.update_table, TableName=name, ProvisionedThroughput=units))
db.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
step("stream", "StreamSpecification" in table(), table()["LatestStreamArn"].startswith(arn + "/stream/"))

db.tag_resource(ResourceArn=arn, Tags=[{"Key": "cost", "Value": "1"}])
db.untag_resource(ResourceArn=arn, TagKeys=["team"])
step("tags", db.list_tags_of_resource(ResourceArn=arn)["Tags"])
document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:DeleteTable", "Resource": arn}})
revision = db.put_resource_policy(ResourceArn=arn, Policy=document, ExpectedRevisionId="NO_POLICY")["RevisionId"]
step("policy", json.loads(db.get_resource_policy(ResourceArn=arn)["Policy"])["Statement"]["Effect"], fails(db.delete_table, TableName=name))
step("another revision", fails(db.delete_resource_policy, ResourceArn=arn, ExpectedRevisionId="1"))
step("no policy", db.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=revision)["RevisionId"] == revision, fails(db.get_resource_policy, ResourceArn=arn))

step("limits", db.describe_limits()["TableMaxReadCapacityUnits"])
step("backups", db.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], fails(db.create_backup, TableName=name, BackupName="first"))
db.update_table(TableName=name, DeletionProtectionEnabled=True)
step("protected", fails(db.delete_table, TableName=name))
db.update_table(TableName=name, DeletionProtectionEnabled=False)
step("delete", db.delete_table(TableName=name)["TableDescription"]["TableStatus"], fails(db.describe_table, TableName=name))
