// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

type decodeAuthorizationMessageInput struct{ EncodedMessage string }

type decodeAuthorizationMessageOutput struct{ DecodedMessage string }

// maxEncodedMessage is the length of the longest message that AWS takes.
const maxEncodedMessage = 10240

func (in *decodeAuthorizationMessageInput) Validate() error {
	var v constraint.Violations
	v.Name("encodedMessage", in.EncodedMessage, constraint.Limit{Min: 1, Max: maxEncodedMessage})
	return v.Err()
}

func decodeAuthorizationMessageNeeds(_ context.Context, c *awsapi.Call, _ *decodeAuthorizationMessageInput) ([]awsapi.Need, error) {
	return []awsapi.Need{{Action: "sts:DecodeAuthorizationMessage", Owner: c.Caller.Account()}}, nil
}

// decodeAuthorizationMessage shows what a denial of the caller's own account said
// in its header X-Amzn-Encoded-Authorization-Message.
func decodeAuthorizationMessage(d *identity.Directory) func(context.Context, *awsapi.Call, *decodeAuthorizationMessageInput) (*decodeAuthorizationMessageOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *decodeAuthorizationMessageInput) (*decodeAuthorizationMessageOutput, error) {
		text, err := d.OpenMessage(c.Caller.Account(), in.EncodedMessage)
		if err != nil {
			return nil, awsapi.Errorf(awsapi.Invalid, "InvalidAuthorizationMessageException", "Message is not valid")
		}
		return &decodeAuthorizationMessageOutput{DecodedMessage: string(text)}, nil
	}
}
