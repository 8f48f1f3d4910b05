// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// What a claim may take.
const (
	maxIssuer   = 255 // bytes, as a provider's URL
	maxText     = 255 // bytes of other claims that are strings
	maxAudience = 64  // members of aud
	maxMethods  = 64  // members of amr

	maxSourceIdentity = 64
)

// claims is what a token's payload says, of what is read of it.
type claims struct {
	Issuer   string
	Subject  string
	Audience []string
	Party    string   // azp, who the token was issued to
	Methods  []string // amr, how the subject was recognised
	Email    string

	Expires, NotBefore, IssuedAt int64 // seconds; 0 if it doesn't say

	Tags           []awsapi.Tag
	Transitive     []string
	SourceIdentity string
}

// What the claims that are for AWS are called.
const (
	tagsClaim           = "https://aws.amazon.com/tags"
	sourceIdentityClaim = "https://aws.amazon.com/source_identity"
)

// readClaims reads a payload. Errors are InvalidIdentityToken.
func readClaims(payload []byte) (*claims, error) {
	c := &claims{}
	r := newReader(payload)
	if err := r.object(func(name string) error { return c.member(r, name) }); err != nil || !r.end() {
		return nil, notJWT()
	}
	if !strings.HasPrefix(c.Issuer, scheme) || len(c.Issuer) == len(scheme) {
		return nil, notJWT()
	}
	switch {
	case c.Subject == "":
		return nil, missing("sub")
	case len(c.Audience) == 0:
		return nil, missing("aud")
	case c.Expires == 0:
		return nil, missing("exp")
	}
	return c, nil
}

// member reads the claim of that name.
func (c *claims) member(r reader, name string) (err error) {
	switch name {
	case "iss":
		c.Issuer, err = r.string(maxIssuer + len(scheme))
	case "sub":
		c.Subject, err = r.string(maxText)
	case "aud":
		c.Audience, err = r.strings(maxAudience, maxText)
	case "azp":
		c.Party, err = r.string(maxText)
	case "amr":
		c.Methods, err = r.strings(maxMethods, maxText)
	case "email":
		c.Email, err = r.string(maxText)
	case "exp":
		c.Expires, err = r.seconds()
	case "nbf":
		c.NotBefore, err = r.seconds()
	case "iat":
		c.IssuedAt, err = r.seconds()
	case sourceIdentityClaim:
		c.SourceIdentity, err = r.string(maxSourceIdentity)
	default:
		if tag, ok := strings.CutPrefix(name, tagsClaim); ok {
			return c.tagMember(r, tag)
		}
		return r.skip()
	}
	return err
}
