// SPDX-License-Identifier: Apache-2.0

package authz

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// vouchedFor returns those of the keys that say who asks which a caller has no
// value of its own for that an identity provider vouches for: it belongs to no
// account, and has no ARN.
func vouchedFor(key string) (v policy.Value, ok bool) {
	switch key {
	case "principalarn":
		return policy.Value{}, true
	case "principalaccount":
		return policy.One("anonymous"), true
	}
	return policy.Value{}, false
}

// federatedProvider returns the identity provider that vouches for the caller, or
// did when its session began.
func federatedProvider(c *awsapi.Caller) policy.Value {
	switch {
	case c.Federation != nil:
		return policy.One(c.Federation.Provider)
	case c.Session != nil && c.Session.Provider != "":
		return policy.One(c.Session.Provider)
	}
	return policy.Value{}
}
