#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Comes with a token, which is in a file, by the AWS CLI, version 2. Prints what
# each step came to.
set -euo pipefail
token=$(<"$1")
role=arn:aws:iam::000000000000:role

aws() { "$AWS" --endpoint-url "$BAILIWICK_ENDPOINT" --region us-east-1 --output text --no-cli-pager "$@"; }
enter() { aws sts assume-role-with-web-identity --role-arn "$role/$1" --role-session-name ann --web-identity-token "$2" "${@:3}"; }

# fails prints the code with which the call fails.
fails() {
  local said
  if said=$("$@" 2>&1); then echo "no error"; else sed -n 's/.*An error occurred (\([A-Za-z]*\)).*/\1/p' <<<"$said"; fi
}

unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY # nobody is known before
read -r session subject audience provider key secret sessiontoken < <(enter web "$token" --query \
  '[AssumedRoleUser.Arn,SubjectFromWebIdentityToken,Audience,Provider,Credentials.AccessKeyId,Credentials.SecretAccessKey,Credentials.SessionToken]')
printf 'session: %s\nsubject: %s\naudience: %s\nprovider: %s\n' "$session" "$subject" "$audience" "$provider"
echo "identity: $(AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret AWS_SESSION_TOKEN=$sessiontoken aws sts get-caller-identity --query Arn)"
echo "another role: $(fails enter other "$token")"
echo "no token: $(fails enter web a.b.c)"
