// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// accountOperations returns the operations on the account.
func accountOperations(d *identity.Directory) []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("CreateAccountAlias", `{"AccountAlias":"yellow-pages"}`),
			onAlias("iam:CreateAccountAlias", func(in *createAccountAliasInput) string { return in.AccountAlias }), createAccountAlias),
		awsapi.Op(read("ListAccountAliases", `{}`), listing[listAccountAliasesInput]("iam:ListAccountAliases", accountSpan), listAccountAliases),
		awsapi.Op(control("DeleteAccountAlias", `{"AccountAlias":"yellow-pages"}`),
			onAlias("iam:DeleteAccountAlias", func(in *deleteAccountAliasInput) string { return in.AccountAlias }), deleteAccountAlias),
		awsapi.Op(read("GetAccountSummary", `{}`), listing[getAccountSummaryInput]("iam:GetAccountSummary", summarySpans), getAccountSummary),
		awsapi.Op(read("GetAccountAuthorizationDetails", `{}`), listing[getAccountAuthorizationDetailsInput]("iam:GetAccountAuthorizationDetails", authorizationSpans), getAccountAuthorizationDetails),
		awsapi.Op(awsapi.Operation{Name: "GenerateCredentialReport", Access: awsapi.Write, Sample: `{}`},
			listing[generateCredentialReportInput]("iam:GenerateCredentialReport", owns), generateCredentialReport),
		awsapi.Op(read("GetCredentialReport", `{}`), listing[getCredentialReportInput]("iam:GetCredentialReport", reportSpans), getCredentialReport(d)),
	}
}

// accountActions returns their actions.
func accountActions() []awsapi.Action {
	return declare(nil, nil,
		"CreateAccountAlias", "ListAccountAliases", "DeleteAccountAlias", "GetAccountSummary", "GetAccountAuthorizationDetails",
		"GenerateCredentialReport", "GetCredentialReport")
}
