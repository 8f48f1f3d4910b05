#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A role's whole life by the AWS CLI, version 2. Prints what each step came to.
set -euo pipefail
documents=$1

# aws runs the CLI and prints text, one line.
aws() { "$AWS" --endpoint-url "$BAILIWICK_ENDPOINT" --region us-east-1 --output text --no-cli-pager "$@" | tr '\t\n' '  ' | sed 's/ *$//'; }
quiet() { aws "$@" >/dev/null; }
document() { python3 -c 'import json,sys; print(json.dumps(json.load(open(sys.argv[1]))[sys.argv[2]]))' "$documents" "$1"; }
step() { echo "$1: $2"; }

# fails prints the code with which the call fails.
fails() {
  local said
  if said=$(aws "$@" 2>&1); then echo "no error"; else sed -n 's/.*An error occurred (\([A-Za-z]*\)).*/\1/p' <<<"$said"; fi
}

iam() { aws iam "$@"; }
step create "$(iam create-role --role-name access --path /life/ --assume-role-policy-document "$(document trust)" --tags Key=tier,Value=pool --query Role.Arn)"
step "create again" "$(fails iam create-role --role-name access --assume-role-policy-document "$(document trust)")"
quiet iam update-role --role-name access --description "of the tenants" --max-session-duration 7200
step update "$(iam get-role --role-name access --query 'Role.[MaxSessionDuration,Description]')"
step "trust, not a policy" "$(fails iam update-assume-role-policy --role-name access --policy-document '{}')"
quiet iam put-role-policy --role-name access --policy-name own-rows --policy-document "$(document own-rows)"
step inline "$(iam list-role-policies --role-name access --query PolicyNames)"

policy=$(iam create-policy --policy-name tracking --path /life/ --policy-document "$(document tracking-v1)" --query Policy.Arn)
step version "$(iam create-policy-version --policy-arn "$policy" --policy-document "$(document tracking-v2)" --set-as-default --query PolicyVersion.VersionId)"
step versions "$(iam list-policy-versions --policy-arn "$policy" --query 'sort_by(Versions,&VersionId)[].[VersionId,IsDefaultVersion]' | sed 's/ True/*/g; s/ False//g')"
quiet iam attach-role-policy --role-name access --policy-arn "$policy"
step attached "$(iam list-attached-role-policies --role-name access --query 'AttachedPolicies[].PolicyName')"
step entities "$(iam list-entities-for-policy --policy-arn "$policy" --query 'PolicyRoles[].RoleName')"
step "delete what is attached" "$(fails iam delete-policy --policy-arn "$policy")"
quiet iam detach-role-policy --role-name access --policy-arn "$policy"
quiet iam put-role-permissions-boundary --role-name access --permissions-boundary "$policy"
step boundary "$(iam get-role --role-name access --query Role.PermissionsBoundary.PermissionsBoundaryArn)"
quiet iam tag-role --role-name access --tags Key=team,Value=a Key=old,Value=b
quiet iam untag-role --role-name access --tag-keys old
step tags "$(iam list-role-tags --role-name access --query "sort_by(Tags,&Key)[].join('=',[Key,Value])")"

quiet dynamodb create-table --table-name Life --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=TenantID,AttributeType=S --key-schema AttributeName=TenantID,KeyType=HASH
quiet dynamodb put-item --table-name Life --item '{"TenantID":{"S":"yellow"},"State":{"S":"on its way"}}'
quiet iam create-user --user-name caller
quiet iam create-group --group-name callers
quiet iam put-group-policy --group-name callers --policy-name call --policy-document "$(document call)"
quiet iam add-user-to-group --group-name callers --user-name caller
step "user's group" "$(iam list-groups-for-user --user-name caller --query 'Groups[].GroupName')"
read -r id secret < <(iam create-access-key --user-name caller --query 'AccessKey.[AccessKeyId,SecretAccessKey]'; echo)
role=arn:aws:iam::000000000000:role/life/access
caller() { AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret "$@"; }
read -r sid ssecret stoken < <(caller aws sts assume-role --role-arn "$role" --role-session-name yellow-1 --tags Key=TenantID,Value=yellow --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]'; echo)
session() { AWS_ACCESS_KEY_ID=$sid AWS_SECRET_ACCESS_KEY=$ssecret AWS_SESSION_TOKEN=$stoken "$@"; }
step caller "$(session aws sts get-caller-identity --query Arn)"
step "own row" "$(session aws dynamodb get-item --table-name Life --key '{"TenantID":{"S":"yellow"}}' --query Item.State.S)"
step "another's row" "$(session fails dynamodb get-item --table-name Life --key '{"TenantID":{"S":"yellowstone"}}')"
step "without a tag" "$(caller fails sts assume-role --role-arn "$role" --role-session-name yellow-1)"
simulate() {
  iam simulate-principal-policy --policy-source-arn "$role" --action-names dynamodb:GetItem --resource-arns arn:aws:dynamodb:us-east-1:000000000000:table/Life \
    --context-entries ContextKeyName=aws:PrincipalTag/TenantID,ContextKeyType=string,ContextKeyValues=yellow "ContextKeyName=dynamodb:LeadingKeys,ContextKeyType=stringList,ContextKeyValues=$1" \
    --query 'EvaluationResults[0].EvalDecision'
}
step "simulated own row" "$(simulate yellow)"
step "simulated another's row" "$(simulate yellowstone)"
quiet iam set-default-policy-version --policy-arn "$policy" --version-id v1
step "new default" "$(iam get-policy --policy-arn "$policy" --query Policy.DefaultVersionId)"
step "own row under v1" "$(session fails dynamodb get-item --table-name Life --key '{"TenantID":{"S":"yellow"}}')"

step "delete with policies" "$(fails iam delete-role --role-name access)"
quiet iam delete-role-permissions-boundary --role-name access
quiet iam delete-role-policy --role-name access --policy-name own-rows
quiet iam delete-role --role-name access
step gone "$(fails iam get-role --role-name access)"
quiet iam delete-policy-version --policy-arn "$policy" --version-id v2
quiet iam delete-policy --policy-arn "$policy"
quiet iam delete-access-key --user-name caller --access-key-id "$id"
quiet iam remove-user-from-group --group-name callers --user-name caller
quiet iam delete-user --user-name caller
quiet iam delete-group-policy --group-name callers --policy-name call
quiet iam delete-group --group-name callers
quiet dynamodb delete-table --table-name Life
step "detach again" "$(fails iam detach-role-policy --role-name access --policy-arn "$policy")"
