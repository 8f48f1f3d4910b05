// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// notFound words err as AWS does if it says that there is no such record, and
// returns it as it is otherwise.
func notFound(err error, format string, args ...any) error {
	if errors.Is(err, storage.ErrNotFound) {
		return noSuchEntity(format, args...)
	}
	return err
}

func noSuchEntity(format string, args ...any) error {
	return awsapi.Errorf(awsapi.NotFound, "NoSuchEntity", format, args...)
}

func alreadyExists(format string, args ...any) error {
	return awsapi.Errorf(awsapi.Conflict, "EntityAlreadyExists", format, args...)
}

func deleteConflict(message string) error {
	return awsapi.Errorf(awsapi.Conflict, "DeleteConflict", "%s", message)
}

func limitExceeded(format string, args ...any) error {
	return awsapi.Errorf(awsapi.Conflict, "LimitExceeded", format, args...)
}

func overQuota(quota string, limit int) error {
	return limitExceeded("Cannot exceed quota for %s: %d", quota, limit)
}

func invalid(format string, args ...any) error {
	return awsapi.Errorf(awsapi.Invalid, "ValidationError", format, args...)
}

func invalidInput(format string, args ...any) error {
	return awsapi.Errorf(awsapi.Invalid, "InvalidInput", format, args...)
}

func malformed(message string) error {
	return awsapi.Errorf(awsapi.Invalid, "MalformedPolicyDocument", "%s", message)
}

// documentError words what package policy or identity says of a document.
func documentError(err error) error {
	if v, ok := errors.AsType[*policy.ValidationError](err); ok {
		return awsapi.Errorf(awsapi.Invalid, v.Code, "%s", v.Message)
	}
	if v, ok := errors.AsType[*identity.InvalidPrincipalError](err); ok {
		return malformed(v.Error())
	}
	return err
}
