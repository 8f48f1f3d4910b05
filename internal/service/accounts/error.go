// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

func invalid(message string) error {
	return awsapi.Errorf(awsapi.Invalid, "ValidationException", "%s", message)
}

func alreadyExists(id string) error {
	return awsapi.Errorf(awsapi.Conflict, "AccountAlreadyExistsException", "Account %s already exists.", id)
}
