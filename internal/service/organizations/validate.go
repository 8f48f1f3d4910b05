// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// maxPage is the most that a page of a listing holds, and what it holds by default.
const maxPage = 20

// The patterns of the service's model.
var (
	accountPattern  = regexp.MustCompile(`^[0-9]{12}$`)
	rootPattern     = regexp.MustCompile(`^r-[0-9a-z]{4,32}$`)
	unitPattern     = regexp.MustCompile(`^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$`)
	parentPattern   = regexp.MustCompile(`^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$`)
	childPattern    = regexp.MustCompile(`^([0-9]{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$`)
	targetPattern   = regexp.MustCompile(`^(r-[0-9a-z]{4,32}|[0-9]{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$`)
	policyPattern   = regexp.MustCompile(`^p-[0-9a-zA-Z_]{8,128}$`)
	resourcePattern = regexp.MustCompile(`^(r-[0-9a-z]{4,32}|[0-9]{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|p-[0-9a-zA-Z_]{8,128})$`)
	requestPattern  = regexp.MustCompile(`^car-[a-z0-9]{8,32}$`)
	emailPattern    = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
	namePattern     = regexp.MustCompile(`^[ -~]+$`)
	roleNamePattern = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
	tokenPattern    = regexp.MustCompile(`^[0-9a-zA-Z_-]+$`)
)

// A checker keeps the first thing that is wrong with an input.
type checker struct{ err error }

func (k *checker) fail(err error) {
	if k.err == nil {
		k.err = err
	}
}

// matches checks a parameter that must be there.
func (k *checker) matches(name, value string, pattern *regexp.Regexp) {
	switch {
	case value == "":
		k.fail(invalid("INPUT_REQUIRED", fmt.Sprintf("You must specify a value for %s.", name)))
	case !pattern.MatchString(value):
		k.fail(invalid("INVALID_PATTERN", "You provided a value that does not match the required pattern."))
	}
}

// text checks a text's length in characters.
func (k *checker) text(name, value string, least, most int) {
	switch n := utf8.RuneCountInString(value); {
	case n == 0 && least > 0:
		k.fail(invalid("INPUT_REQUIRED", fmt.Sprintf("You must specify a value for %s.", name)))
	case n < least:
		k.fail(invalid("MIN_LENGTH_EXCEEDED", fmt.Sprintf("%s is too short: it must have %d characters or more.", name, least)))
	case n > most || !utf8.ValidString(value):
		k.fail(invalid("MAX_LENGTH_EXCEEDED", fmt.Sprintf("%s is too long: it must have %d characters or fewer.", name, most)))
	}
}

// enum checks a parameter that must be one of the values.
func (k *checker) enum(name, value string, values ...string) {
	switch {
	case value == "":
		k.fail(invalid("INPUT_REQUIRED", fmt.Sprintf("You must specify a value for %s.", name)))
	case !slices.Contains(values, value):
		k.fail(invalid("INVALID_ENUM", "You specified an invalid value."))
	}
}

// policyType checks a type of policy.
func (k *checker) policyType(name, value string) {
	switch {
	case value == "":
		k.fail(invalid("INPUT_REQUIRED", fmt.Sprintf("You must specify a value for %s.", name)))
	case value != string(identity.ServiceControl) && value != string(identity.ResourceControl):
		k.fail(invalid("INVALID_ENUM_POLICY_TYPE", "You specified an invalid policy type."))
	}
}

// page checks the parameters of a listing. Tokens are what came last on the page
// before.
func (k *checker) page(most *int32, token *string) {
	switch {
	case most != nil && *most < 1:
		k.fail(invalid("MIN_VALUE_EXCEEDED", "You provided a value for MaxResults that is less than 1."))
	case most != nil && *most > maxPage:
		k.fail(invalid("MAX_VALUE_EXCEEDED", fmt.Sprintf("You provided a value for MaxResults that is greater than %d.", maxPage)))
	case token != nil && (len(*token) > 130 || !tokenPattern.MatchString(*token)):
		k.fail(badToken())
	}
}

func badToken() error {
	return invalid("INVALID_NEXT_TOKEN", "You must specify the NextToken that a call of the same listing has returned.")
}

func (in *listRootsInput) Validate() error {
	var k checker
	k.page(in.MaxResults, in.NextToken)
	return k.err
}

func (in *listAccountsInput) Validate() error {
	var k checker
	k.page(in.MaxResults, in.NextToken)
	return k.err
}

func (in *listAccountsForParentInput) Validate() error {
	var k checker
	k.matches("ParentId", in.ParentId, parentPattern)
	k.page(in.MaxResults, in.NextToken)
	return k.err
}

func (in *describeAccountInput) Validate() error {
	var k checker
	k.matches("AccountId", in.AccountId, accountPattern)
	return k.err
}

func (in *closeAccountInput) Validate() error {
	var k checker
	k.matches("AccountId", in.AccountId, accountPattern)
	return k.err
}

func (in *createAccountInput) Validate() error {
	var k checker
	k.text("AccountName", in.AccountName, 1, 50)
	k.matches("AccountName", in.AccountName, namePattern)
	k.text("Email", in.Email, 6, 64)
	k.matches("Email", in.Email, emailPattern)
	if in.RoleName != nil && !roleNamePattern.MatchString(*in.RoleName) {
		k.fail(invalid("INVALID_ROLE_NAME", "You provided a role name that isn't valid."))
	}
	if in.IamUserAccessToBilling != nil {
		k.enum("IamUserAccessToBilling", *in.IamUserAccessToBilling, "ALLOW", "DENY")
	}
	k.tags(in.Tags)
	return k.err
}

func (in *describeCreateAccountStatusInput) Validate() error {
	var k checker
	k.matches("CreateAccountRequestId", in.CreateAccountRequestId, requestPattern)
	return k.err
}

func (in *listCreateAccountStatusInput) Validate() error {
	var k checker
	for _, s := range in.States {
		k.enum("States", s, stateInProgress, stateSucceeded, stateFailed)
	}
	if len(in.States) > 3 {
		k.fail(invalid("MAX_LENGTH_EXCEEDED", "States has too many members."))
	}
	k.page(in.MaxResults, in.NextToken)
	return k.err
}

func (in *moveAccountInput) Validate() error {
	var k checker
	k.matches("AccountId", in.AccountId, accountPattern)
	k.matches("DestinationParentId", in.DestinationParentId, parentPattern)
	k.matches("SourceParentId", in.SourceParentId, parentPattern)
	return k.err
}
