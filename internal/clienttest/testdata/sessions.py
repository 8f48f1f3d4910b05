# SPDX-License-Identifier: Apache-2.0
"""Begins sessions of every kind by boto3. Prints what each step came to."""

import os
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

provider, assertion = sys.argv[1], open(sys.argv[2]).read()
session = boto3.session.Session(region_name="us-east-1")


def client(service, c=None, **more):
    if c:
        more |= {
            "aws_access_key_id": c["AccessKeyId"],
            "aws_secret_access_key": c["SecretAccessKey"],
            "aws_session_token": c.get("SessionToken"),
        }
    return session.client(service, endpoint_url=os.environ["BAILIWICK_ENDPOINT"], **more)


def fails(f, **arguments):
    try:
        f(**arguments)
    except ClientError as e:
        return f'{e.response["Error"]["Code"]} {e.response["ResponseMetadata"]["HTTPStatusCode"]}'
    return "no error"


iam = client("iam")
iam.create_user(UserName="ann")
iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=open(sys.argv[3]).read())
key = iam.create_access_key(UserName="ann")["AccessKey"]
sts = client("sts", key)

own = sts.get_session_token()["Credentials"]
print("own:", client("sts", own).get_caller_identity()["Arn"])
print("own, IAM:", fails(client("iam", own).list_users))
print("own, again:", fails(client("sts", own).get_session_token))

named = sts.get_federation_token(Name="bob", Policy=open(sys.argv[3]).read())
print("named:", named["FederatedUser"]["Arn"], named["PackedPolicySize"] > 0)
print("named, who:", client("sts", named["Credentials"]).get_caller_identity()["UserId"])
print("named, IAM:", fails(client("iam", named["Credentials"]).list_users))
print("name:", fails(sts.get_federation_token, Name="a" * 33))
print("key:", sts.get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"])

anonymous = client("sts", config=Config(signature_version=UNSIGNED))
role = provider.replace("saml-provider/corp", "role/saml")
out = anonymous.assume_role_with_saml(RoleArn=role, PrincipalArn=provider, SAMLAssertion=assertion)
print("SAML:", out["AssumedRoleUser"]["Arn"], out["Subject"], out["SubjectType"], out["Issuer"], out["Audience"])
print("SAML, who:", client("sts", out["Credentials"]).get_caller_identity()["Arn"])
print("SAML, nothing:", fails(anonymous.assume_role_with_saml, RoleArn=role, PrincipalArn=provider, SAMLAssertion="AAAA"))
print("SAML, another role:", fails(anonymous.assume_role_with_saml, RoleArn=role + "x", PrincipalArn=provider, SAMLAssertion=assertion))
