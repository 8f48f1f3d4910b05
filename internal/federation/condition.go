// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// audience returns what the condition key aud is, given which client id the token
// is for: whom it was issued to, if it says so, else whom it is for.
func (c *claims) audience(client string) string {
	if c.Party != "" {
		return c.Party
	}
	return client
}

// conditions returns the condition keys that the claims are, as the IAM user
// guide has it under "Available keys for AWS OIDC federation": their names begin
// with the provider's URL. If the token says whom it was issued to, that is aud,
// and its audience is oaud.
func (c *claims) conditions(url, client string) []awsapi.Claim {
	one := func(name, value string, kept bool) awsapi.Claim {
		return awsapi.Claim{Key: conditionKey(url, name), Values: []string{value}, Kept: kept}
	}
	out := []awsapi.Claim{
		one("aud", c.audience(client), true),
		one("sub", c.Subject, true),
	}
	if len(c.Methods) > 0 {
		out = append(out, awsapi.Claim{Key: conditionKey(url, "amr"), Values: c.Methods, Many: true, Kept: true})
	}
	if c.Party != "" {
		audience := c.Audience[0]
		if slices.Contains(c.Audience, client) {
			audience = client
		}
		out = append(out, one("azp", c.Party, false), one("oaud", audience, false))
	}
	if c.Email != "" {
		out = append(out, one("email", c.Email, false))
	}
	return out
}

// conditionKey returns the name of a provider's condition key, which is compared
// without regard to case.
func conditionKey(url, name string) string { return strings.ToLower(url + ":" + name) }
