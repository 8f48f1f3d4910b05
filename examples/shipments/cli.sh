#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tracking service with the AWS CLI: a profile whose credentials come from
# `bailiwick vend` reaches one tenant's shipments and no other's.
#
# Runs with the credentials that setup.py printed. BAILIWICK and AWS are the
# programs, if they aren't in PATH.
set -euo pipefail
: "${BAILIWICK_ENDPOINT:?is not set}" "${ACCESS_ROLE_ARN:?is not set}" "${BAILIWICK:=bailiwick}" "${AWS:=aws}"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/config" <<EOF
[profile tracking]
region = us-east-1
[profile yellow]
region = us-east-1
credential_process = $BAILIWICK vend --tenant yellow --method tags --role $ACCESS_ROLE_ARN --profile tracking --endpoint-url $BAILIWICK_ENDPOINT
EOF
cat >"$dir/credentials" <<EOF
[tracking]
aws_access_key_id = $AWS_ACCESS_KEY_ID
aws_secret_access_key = $AWS_SECRET_ACCESS_KEY
EOF
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
export AWS_CONFIG_FILE="$dir/config" AWS_SHARED_CREDENTIALS_FILE="$dir/credentials" AWS_PAGER=

as_yellow() { "$AWS" --endpoint-url "$BAILIWICK_ENDPOINT" --profile yellow --output text "$@"; }
get() { as_yellow dynamodb get-item --table-name TrackingData --key "{\"TenantID\":{\"S\":\"$1\"},\"ShipmentID\":{\"S\":\"s-1\"}}" --query Item.ETA.S; }

echo "calling as $(as_yellow sts get-caller-identity --query Arn)"
eta=$(get yellow)
[ "$eta" = 2026-12-01 ] || { echo "own shipment: got '$eta'" >&2; exit 1; }
echo "allowed: own shipment arrives $eta"
for other in blue yellowstone; do
  if answer=$(get "$other" 2>&1); then
    echo "$other's shipment was allowed: $answer" >&2
    exit 1
  fi
  case $answer in
    *AccessDeniedException*"no identity-based policy allows the dynamodb:GetItem action"*) echo "denied: $other's shipment" ;;
    *) echo "$other's shipment: $answer" >&2; exit 1 ;;
  esac
done
echo ok
