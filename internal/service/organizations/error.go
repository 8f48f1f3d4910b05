// SPDX-License-Identifier: Apache-2.0

package organizations

import "github.com/bailiwick-dev/bailiwick/internal/awsapi"

// reason is what some errors have besides their message.
type reason struct{ Reason string }

func invalid(why, message string) error {
	return &awsapi.Error{Kind: awsapi.Invalid, Code: "InvalidInputException", Message: message, Details: reason{why}}
}

// violation says that the organization's limits don't admit the call.
func violation(why, message string) error {
	return &awsapi.Error{Kind: awsapi.Conflict, Code: "ConstraintViolationException", Message: message, Details: reason{why}}
}

func notFound(code, message string) error { return awsapi.Errorf(awsapi.NotFound, code, "%s", message) }

func conflict(code, message string) error { return awsapi.Errorf(awsapi.Conflict, code, "%s", message) }

// notManagement is what everybody outside of the management account is told.
func notManagement() error {
	return awsapi.Errorf(awsapi.Denied, "AccessDeniedException", "You don't have permissions to access this resource.")
}

func noAccount() error {
	return notFound("AccountNotFoundException", "You specified an account that doesn't exist.")
}

func noPolicy() error {
	return notFound("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
}

func noTarget() error {
	return notFound("TargetNotFoundException", "We can't find a root, OU, account, or policy with the TargetId that you specified.")
}

func noRoot() error {
	return notFound("RootNotFoundException", "You specified a root that doesn't exist.")
}

func noParent() error {
	return notFound("ParentNotFoundException", "You specified parent that doesn't exist.")
}

func noUnit() error {
	return notFound("OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")
}

func noChild() error {
	return notFound("ChildNotFoundException", "You specified child that doesn't exist.")
}

func immutable() error {
	return invalid("IMMUTABLE_POLICY", "You specified a policy that is managed by AWS and can't be modified.")
}

func malformedDocument() error {
	return awsapi.Errorf(awsapi.Invalid, "MalformedPolicyDocumentException",
		"The provided policy document does not meet the requirements of the specified policy type.")
}

func typeNotEnabled() error {
	return conflict("PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.")
}

// errorShape names the member that holds an error's message.
func errorShape(string) (namespace, message string) { return "", "Message" }
