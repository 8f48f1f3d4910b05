// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"
)

func answer(code, message string) error {
	return fmt.Errorf("operation error: %w", &smithy.GenericAPIError{Code: code, Message: message})
}

const user = "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: dynamodb:Scan on resource: arn:aws:dynamodb:us-east-1:111122223333:table/T "

func TestOnlyADenialByTheRightKindOfPolicyIsADenial(t *testing.T) {
	for _, c := range []struct {
		claim   string
		lacking string
		err     error
		got     Outcome
	}{
		{"the session policy is named", "session", answer("AccessDeniedException", user+"because no session policy allows the dynamodb:Scan action"), Deny},
		{"the identity policy is named", "identity-based", answer("AccessDeniedException", user+"because no identity-based policy allows the dynamodb:Scan action"), Deny},
		{"another kind of policy is named", "session", answer("AccessDeniedException", user+"because no identity-based policy allows the dynamodb:Scan action"), Fault},
		{"another action is named", "session", answer("AccessDeniedException", user+"because no session policy allows the dynamodb:ScanX action"), Fault},
		{"no kind of policy is named", "session", answer("AccessDeniedException", "Access Denied"), Fault},
		{"an explicit deny is not what is tried", "session", answer("AccessDeniedException", user+"with an explicit deny in a session policy"), Fault},
		{"the table does not exist", "session", answer("ResourceNotFoundException", "Requested resource not found"), Fault},
		{"the credentials are not good", "session", answer("UnrecognizedClientException", "The security token included in the request is invalid."), Fault},
		{"the network fails", "session", errors.New("connection refused"), Fault},
		{"the call is answered", "session", nil, Allow},
	} {
		r := Row{Action: "dynamodb:Scan"}.denied(c.lacking, c.err)
		if r.Got != c.got || r.Expected != Deny || r.OK() != (c.got == Deny) || r.Reason == "" {
			t.Errorf("%s: %+v, want %s", c.claim, r, c.got)
		}
	}
}

func TestOnlyAWholeAnswerIsAnAnswer(t *testing.T) {
	for _, c := range []struct {
		claim string
		err   error
		got   Outcome
	}{
		{"the answer is right", nil, Allow},
		{"the call is denied", answer("AccessDeniedException", user+"because no session policy allows the dynamodb:Scan action"), Deny},
		{"STS denies", answer("AccessDenied", "not authorized"), Deny},
		{"the answer holds something else", same("the item", "theirs", "ours"), Fault},
		{"the server fails", answer("InternalServerError", "internal error"), Fault},
	} {
		r := Row{}.allowed("note", c.err)
		if r.Got != c.got || r.Expected != Allow || r.OK() != (c.got == Allow) {
			t.Errorf("%s: %+v, want %s", c.claim, r, c.got)
		}
	}
}
