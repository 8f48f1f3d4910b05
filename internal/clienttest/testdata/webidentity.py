# SPDX-License-Identifier: Apache-2.0
"""Comes with a token, which is in a file, by boto3. Prints what each step came to."""

import os
import sys

import boto3
from botocore.exceptions import ClientError

for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
    os.environ.pop(name)  # nobody is known before
token = open(sys.argv[1]).read()


def client(**credentials):
    return boto3.session.Session(region_name="us-east-1").client("sts", endpoint_url=os.environ["BAILIWICK_ENDPOINT"], **credentials)


def enter(role, token):
    return client().assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::000000000000:role/{role}", RoleSessionName="ann", WebIdentityToken=token
    )


def fails(*arguments):
    try:
        enter(*arguments)
    except ClientError as e:
        return e.response["Error"]["Code"]
    return "no error"


out = enter("web", token)
print("session:", out["AssumedRoleUser"]["Arn"])
print("subject:", out["SubjectFromWebIdentityToken"])
print("audience:", out["Audience"])
print("provider:", out["Provider"])
c = out["Credentials"]
session = client(
    aws_access_key_id=c["AccessKeyId"], aws_secret_access_key=c["SecretAccessKey"], aws_session_token=c["SessionToken"]
)
print("identity:", session.get_caller_identity()["Arn"])
print("another role:", fails("other", token))
print("no token:", fails("web", "a.b.c"))
