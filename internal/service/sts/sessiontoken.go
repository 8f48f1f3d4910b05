// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// getSessionTokenNeeds states a permission that everybody has: as in AWS, no
// policy governs GetSessionToken.
func getSessionTokenNeeds(_ context.Context, c *awsapi.Call, in *getSessionTokenInput) (_ []awsapi.Need, err error) {
	if err := refuseMFA(in.SerialNumber, in.TokenCode); err != nil {
		return nil, err
	}
	if in.epoch, err = c.Tx.Epoch(c.Caller.Account()); err != nil {
		return nil, err
	}
	return []awsapi.Need{{Action: "sts:GetSessionToken", Owner: c.Caller.Account()}}, nil
}

// getSessionToken issues a session of the calling user, who may do with it what
// the user may do at the time, but for what [awsapi.Sessions] excepts.
func getSessionToken(d *identity.Directory) func(context.Context, *awsapi.Call, *getSessionTokenInput) (*getSessionTokenOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *getSessionTokenInput) (*getSessionTokenOutput, error) {
		s := newUserSession(c, identity.UserSession, in.DurationSeconds, in.epoch)
		s.From(c.Caller)
		out, err := issue(d, s)
		if err != nil {
			return nil, err
		}
		return &getSessionTokenOutput{Credentials: out, session: s.ID}, nil
	}
}
