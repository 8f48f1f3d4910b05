// SPDX-License-Identifier: Apache-2.0

package control

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

func invalid(message string) error {
	return awsapi.Errorf(awsapi.Invalid, "ValidationException", "%s", message)
}

func alreadyExists(id string) error {
	return awsapi.Errorf(awsapi.Conflict, "AccountAlreadyExistsException", "Account %s already exists.", id)
}

func noAccount(id string) error {
	return awsapi.Errorf(awsapi.NotFound, "AccountNotFoundException", "Account %s does not exist.", id)
}

func noPrincipal(arn string) error {
	return awsapi.Errorf(awsapi.NotFound, "PrincipalNotFoundException", "%s does not exist.", arn)
}

func noRevocation(id string) error {
	return awsapi.Errorf(awsapi.NotFound, "RevocationNotFoundException", "Revocation %s does not exist.", id)
}

func tooManyRevocations(account string) error {
	return awsapi.Errorf(awsapi.Conflict, "LimitExceededException",
		"Account %s has %d revocations, which is the most that are kept.", account, identity.MaxRevocations)
}

func tooManyKeys() error {
	return awsapi.Errorf(awsapi.Conflict, "LimitExceededException", "So many keys are still in use that no other can be added.")
}
