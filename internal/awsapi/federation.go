// SPDX-License-Identifier: Apache-2.0

package awsapi

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// Presented is the proof of identity that the input of a [FromInput] operation
// carries. It is a claim and no more: package authn verifies it, and nothing else
// does.
type Presented struct {
	// Account is that of the resource the proof is meant for: its identity
	// providers are the ones who may vouch for the caller.
	Account string

	// WebIdentityToken is a signed JWT of an OpenID Connect provider, which names
	// its issuer.
	WebIdentityToken string

	// SAMLAssertion is an encoded response of the SAML provider that has this ARN,
	// for the role. Then there is no WebIdentityToken.
	SAMLAssertion      string
	SAMLProvider, Role arn.ARN
}

// A Proof says who calls, as it stands in a transaction: what was verified
// outside of it is looked at again there. The time is what ends sessions.
type Proof interface {
	Caller(tx *storage.Tx, now time.Time) (*Caller, error)
}

// A Federation is what an identity provider says of somebody it vouches for,
// verified.
type Federation struct {
	Provider string // the provider's ARN, which aws:FederatedProvider is
	Issuer   string // as the provider calls itself
	Subject  string // who it vouches for
	Audience string // whom it tells that

	// ProviderID is the provider's unique id, from which the sessions come.
	ProviderID string

	// Claims are the condition keys that it supplies for the call.
	Claims []Claim

	// What it asks the session to have.
	Tags           []Tag
	Transitive     []string // keys of Tags
	SourceIdentity string   // empty if it says none

	// What a SAML provider says besides: nothing of it is for whoever presents its
	// assertion to choose.
	ForRole     bool // it lets the subject have the role that is presented
	SessionName string
	Until       time.Time // when the session ends at the latest; zero if it doesn't say
}

// A Claim is a condition key that an identity provider supplies, such as
// "idp.example.com:sub".
type Claim struct {
	Key    string // in lower case
	Values []string
	Many   bool // the key is multivalued; else it has one value
	Kept   bool // the sessions have it too, not the call alone that begins them
}

// Value returns the value of the condition key.
func (c *Claim) Value() policy.Value {
	switch {
	case c.Many:
		return policy.Many(c.Values)
	case len(c.Values) == 1:
		return policy.One(c.Values[0])
	}
	return policy.Value{}
}

// ClaimValue returns the value of a condition key, whose name is in lower case,
// among claims.
func ClaimValue(claims []Claim, key string) policy.Value {
	for i := range claims {
		if claims[i].Key == key {
			return claims[i].Value()
		}
	}
	return policy.Value{}
}
