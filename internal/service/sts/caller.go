// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

func getCallerIdentity(_ context.Context, c *awsapi.Call, _ *getCallerIdentityInput) (*getCallerIdentityOutput, error) {
	return &getCallerIdentityOutput{
		UserId:  c.Caller.UserID(),
		Account: c.Caller.Account(),
		Arn:     c.Caller.Principal.ARN,
	}, nil
}
