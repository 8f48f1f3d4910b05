#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the first Python in PATH that has boto3: another may come first.
set -euo pipefail
for python in $(type -aP python3); do
  "$python" -c 'import boto3' 2>/dev/null && exec "$python" "$@"
done
echo "no Python with boto3 is installed" >&2
exit 127
