# SPDX-License-Identifier: Apache-2.0
"""AWS sessions that reach one tenant's data only."""

import os
import sys

import boto3

# Given explicitly, so that nothing here can reach AWS by accident: older
# versions of boto3 ignore AWS_ENDPOINT_URL.
ENDPOINT = os.environ.get("BAILIWICK_ENDPOINT") or sys.exit("BAILIWICK_ENDPOINT is not set")
REGION = os.environ.get("AWS_REGION", "us-east-1")


def client(session, service):
    """Returns the session's client of a service."""
    return session.client(service, region_name=REGION, endpoint_url=ENDPOINT)


def create_temp_tenant_session(access_role_arn, session_name, tenant_id, duration_sec):
    """Assumes a role for one tenant, with this process's own credentials.

    The tenant becomes a session tag, which the role's policies compare with
    what is asked for. The tag is transitive: roles assumed with the session
    keep it.
    """
    return assume(
        boto3.session.Session(),
        RoleArn=access_role_arn,
        RoleSessionName=session_name,
        DurationSeconds=duration_sec,
        Tags=[{"Key": "TenantID", "Value": tenant_id}],
        TransitiveTagKeys=["TenantID"],
    )


def assume(session, **request):
    """Assumes a role with a session's credentials; returns the new session."""
    c = client(session, "sts").assume_role(**request)["Credentials"]
    return boto3.session.Session(
        aws_access_key_id=c["AccessKeyId"],
        aws_secret_access_key=c["SecretAccessKey"],
        aws_session_token=c["SessionToken"],
    )
