#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sees to it that what the tests need besides Go is here: a C compiler for the
# race detector, version 2 of the AWS CLI, boto3 for Python, and npm, which gets the
# AWS SDK for JavaScript. Installs Debian's or Ubuntu's packages if it may, else says
# what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
missing=()
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
[[ "$(./scripts/aws2.sh --version 2>/dev/null)" == aws-cli/2.* ]] || missing+=(awscli)
./scripts/python-boto3.sh -c '' 2>/dev/null || missing+=(python3-boto3)
command -v node >/dev/null && command -v npm >/dev/null || missing+=(nodejs npm)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  exit 0
fi
echo "missing: ${missing[*]} (on Debian and Ubuntu: sudo apt-get install ${missing[*]})" >&2
exit 1
