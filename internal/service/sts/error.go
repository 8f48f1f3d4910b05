// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func invalid(format string, args ...any) error {
	return awsapi.Errorf(awsapi.Invalid, "ValidationError", format, args...)
}

// invalidTags is the code of what is wrong with tags as a whole.
func invalidTags(message string) error {
	return awsapi.Errorf(awsapi.Invalid, "InvalidParameterValue", "%s", message)
}

func tooLarge(format string, args ...any) error {
	return awsapi.Errorf(awsapi.Invalid, "PackedPolicyTooLarge", format, args...)
}

func denied(format string, args ...any) error {
	return awsapi.Errorf(awsapi.Denied, "", format, args...)
}

// documentError words what package policy says of a session policy.
func documentError(err error) error {
	if v, ok := errors.AsType[*policy.ValidationError](err); ok {
		return awsapi.Errorf(awsapi.Invalid, v.Code, "%s", v.Message)
	}
	return err
}
