// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

// An Outcome is what came of a call.
type Outcome string

// The outcomes. Fault is neither of the others, and never expected: an answer
// that holds what it should not, a denial for a reason that is not the
// isolation, a failure.
const (
	Allow Outcome = "allow"
	Deny  Outcome = "deny"
	Fault Outcome = "fault"
)

// A Row is one call and what came of it.
type Row struct {
	Method   Method  `json:"method"`
	Tenant   string  `json:"tenant"` // whose credentials; empty if nobody's
	Action   string  `json:"action"` // as in a policy: dynamodb:GetItem
	Target   string  `json:"target"` // table, tenant whose data it is, key
	Expected Outcome `json:"expected"`
	Got      Outcome `json:"got"`
	Reason   string  `json:"reason"`
}

// OK reports whether what came of the call is what was expected.
func (r Row) OK() bool { return r.Got == r.Expected }

// compare orders rows by who, on what, and how.
func (r Row) compare(s Row) int {
	return cmp.Or(
		cmp.Compare(r.Method, s.Method),
		cmp.Compare(r.Tenant, s.Tenant),
		cmp.Compare(r.Target, s.Target),
		cmp.Compare(r.Action, s.Action),
		cmp.Compare(r.Expected, s.Expected),
	)
}

// errContent is what an answer is that is not what it ought to be.
var errContent = errors.New("wrong answer")

// maxReason bounds how much of what a server said is repeated.
const maxReason = 400

// allowed fills in what came of a call that ought to be answered, with a note
// about the answer.
func (r Row) allowed(note string, err error) Row {
	r.Expected = Allow
	api, isAPI := errors.AsType[smithy.APIError](err)
	switch {
	case err == nil:
		r.Got, r.Reason = Allow, note
	case isAPI && denial(api):
		r.Got, r.Reason = Deny, said(api)
	default:
		r.Got, r.Reason = Fault, clip(err.Error())
	}
	return r
}

// denied fills in what came of a call that ought to be denied because there is
// no policy of the kind lacking that allows it.
func (r Row) denied(lacking string, err error) Row {
	r.Expected = Deny
	api, isAPI := errors.AsType[smithy.APIError](err)
	switch {
	case err == nil:
		r.Got, r.Reason = Allow, "the call was answered"
	case !isAPI || !denial(api):
		r.Got, r.Reason = Fault, clip(err.Error())
	default:
		r.Got, r.Reason = Deny, fmt.Sprintf("because no %s policy allows the %s action", lacking, r.Action)
		if !strings.HasSuffix(strings.TrimSuffix(api.ErrorMessage(), "."), r.Reason) {
			r.Got, r.Reason = Fault, "denied for another reason: "+said(api)
		}
	}
	return r
}

// denial reports whether err is an answer that the caller is not permitted.
func denial(err smithy.APIError) bool {
	return err.ErrorCode() == "AccessDeniedException" || err.ErrorCode() == "AccessDenied"
}

func said(err smithy.APIError) string { return clip(err.ErrorCode() + ": " + err.ErrorMessage()) }

func clip(s string) string {
	if len(s) > maxReason {
		return strings.ToValidUTF8(s[:maxReason], "") + "..."
	}
	return s
}
