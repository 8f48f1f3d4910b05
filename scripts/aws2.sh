#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs version 2 of the AWS CLI, wherever it is: another may come first in PATH.
set -euo pipefail
for aws in $(type -aP aws); do
  [[ "$("$aws" --version 2>/dev/null)" == aws-cli/2.* ]] && exec "$aws" "$@"
done
echo "version 2 of the AWS CLI is not installed" >&2
exit 127
