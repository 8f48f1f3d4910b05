// SPDX-License-Identifier: Apache-2.0

package saml

import (
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// The attributes that AWS reads, in the IAM user guide, "Configure SAML assertions
// for the authentication response".
const (
	awsAttribute        = "https://aws.amazon.com/SAML/Attributes/"
	roleAttribute       = awsAttribute + "Role"
	nameAttribute       = awsAttribute + "RoleSessionName"
	durationAttribute   = awsAttribute + "SessionDuration"
	sourceAttribute     = awsAttribute + "SourceIdentity"
	tagAttribute        = awsAttribute + "PrincipalTag:"
	transitiveAttribute = awsAttribute + "TransitiveTagKeys"
)

// Lengths that the provider may give a session, in seconds.
const (
	minDuration = 900
	maxDuration = 43_200
)

// maxTags is how many tags a session can be given.
const maxTags = 50

// Vouch returns what a says to whoever wants the role: that the provider of that
// name in the role's account vouches for them, and whether for that role. It fails
// with [ErrSessionName] or [ErrAttribute] if what it says can't be.
func (a *Assertion) Vouch(role, provider arn.ARN, name, providerID string, now time.Time) (*awsapi.Federation, error) {
	session, ok := a.one(nameAttribute)
	if !ok || session == "" {
		return nil, ErrSessionName
	}
	f := &awsapi.Federation{
		Provider:    provider.String(),
		ProviderID:  providerID,
		Issuer:      a.Issuer,
		Subject:     a.Subject,
		Audience:    a.Recipient,
		Claims:      a.Claims(provider.Account, name),
		Transitive:  a.Values(transitiveAttribute),
		ForRole:     a.grants(role.String(), provider.String()),
		SessionName: session,
		Until:       a.SessionEnd,
	}
	if f.SourceIdentity, ok = a.one(sourceAttribute); !ok {
		return nil, ErrAttribute
	}
	if f.Tags, ok = a.tags(); !ok {
		return nil, ErrAttribute
	}
	return f, a.limit(f, now)
}

// grants reports whether a names the pair of role and provider, in whatever order.
func (a *Assertion) grants(role, provider string) bool {
	for _, v := range a.Values(roleAttribute) {
		first, second, _ := strings.Cut(v, ",")
		first, second = strings.TrimSpace(first), strings.TrimSpace(second)
		if first == role && second == provider || first == provider && second == role {
			return true
		}
	}
	return false
}

// one returns the value of an attribute that has one at most, "" if it has none.
func (a *Assertion) one(name string) (string, bool) {
	values := a.Values(name)
	if len(values) == 0 {
		return "", true
	}
	return values[0], len(values) == 1
}

// tags returns the tags that a asks for, in its order. ok is false if a key has more than one value, or there are too many.
func (a *Assertion) tags() (tags []awsapi.Tag, ok bool) {
	for _, name := range a.names {
		key, found := strings.CutPrefix(name, tagAttribute)
		if !found || len(a.attributes[name]) == 0 {
			continue
		}
		value, single := a.one(name)
		if !single || len(tags) == maxTags {
			return nil, false
		}
		tags = append(tags, awsapi.Tag{Key: key, Value: value})
	}
	return tags, true
}

// limit lowers when the session ends at the latest to what a says of its length.
func (a *Assertion) limit(f *awsapi.Federation, now time.Time) error {
	text, ok := a.one(durationAttribute)
	if !ok {
		return ErrAttribute
	}
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < minDuration || n > maxDuration {
		return ErrAttribute
	}
	if end := now.Add(time.Duration(n) * time.Second); f.Until.IsZero() || end.Before(f.Until) {
		f.Until = end
	}
	return nil
}
