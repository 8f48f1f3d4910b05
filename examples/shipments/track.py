# SPDX-License-Identifier: Apache-2.0
"""The tracking service: reads a tenant's shipments with credentials that reach
no other tenant's, and shows that they don't.

Runs with the credentials that setup.py printed.
"""

import os

from botocore.exceptions import ClientError

from tenant_session import client, create_temp_tenant_session

session = create_temp_tenant_session(os.environ["ACCESS_ROLE_ARN"], "tracking", "yellow", 900)
print("calling as", client(session, "sts").get_caller_identity()["Arn"])
dynamodb = client(session, "dynamodb")


def key(tenant):
    return {"TenantID": {"S": tenant}, "ShipmentID": {"S": "s-1"}}


def denied(what, call, **request):
    try:
        call(**request)
    except ClientError as e:
        assert e.response["Error"]["Code"] == "AccessDeniedException", e
        assert "because no identity-based policy allows" in e.response["Error"]["Message"], e
        print("denied:", what)
        return
    raise SystemExit(f"{what} was allowed")


item = dynamodb.get_item(TableName="TrackingData", Key=key("yellow"))["Item"]
assert item["ETA"] == {"S": "2026-12-01"}, item
print("allowed: own shipment", item["ShipmentID"]["S"], "arrives", item["ETA"]["S"])

denied("another tenant's shipment", dynamodb.get_item, TableName="TrackingData", Key=key("blue"))
denied("a tenant whose id begins alike", dynamodb.get_item, TableName="TrackingData", Key=key("yellowstone"))
denied("own and foreign in one batch", dynamodb.batch_get_item,
       RequestItems={"TrackingData": {"Keys": [key("yellow"), key("blue")]}})
denied("everything", dynamodb.scan, TableName="TrackingData")
print("ok")
