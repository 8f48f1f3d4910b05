// SPDX-License-Identifier: Apache-2.0

package awsapi_test

import (
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func TestSessionsAdmitLessAndLess(t *testing.T) {
	caller := func(p policy.PrincipalType, temporary bool) *awsapi.Caller {
		c := &awsapi.Caller{Principal: policy.Principal{Type: p}}
		if temporary {
			c.Session = &awsapi.Session{}
		}
		return c
	}
	for name, c := range map[string]struct {
		caller                  *awsapi.Caller
		all, named, roles, none bool
	}{
		"a user":                      {caller(policy.User, false), true, true, true, true},
		"the root user":               {caller(policy.Account, false), true, true, true, true},
		"a user's session":            {caller(policy.User, true), true, true, false, false},
		"the root user's session":     {caller(policy.Account, true), true, true, false, false},
		"a federated user":            {caller(policy.FederatedUser, true), true, false, false, false},
		"a role":                      {caller(policy.AssumedRole, true), true, true, true, false},
		"whom a provider vouches for": {caller(policy.FederatedProvider, false), true, true, true, true},
	} {
		for s, want := range map[awsapi.Sessions]bool{
			awsapi.AllSessions: c.all, awsapi.NamedSessions: c.named, awsapi.RoleSessions: c.roles, awsapi.NoSessions: c.none,
		} {
			if got := s.Admits(c.caller); got != want {
				t.Errorf("%s, %d: got %v", name, s, got)
			}
		}
	}
}
