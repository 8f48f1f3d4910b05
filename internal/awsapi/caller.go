// SPDX-License-Identifier: Apache-2.0

package awsapi

import (
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// A Caller is an authenticated principal, as it stands in the transaction of
// the call.
type Caller struct {
	Principal   policy.Principal
	AccessKeyID string
	Tags        []Tag    // of the user, or of the session
	Session     *Session // nil for long-term credentials

	// Federation is what an identity provider says of a caller who presents its
	// token: then Principal is the provider. Nil for all others.
	Federation *Federation
}

// Account returns the 12-digit account that the caller belongs to.
func (c *Caller) Account() string { return c.Principal.Account }

// PrincipalARN returns aws:PrincipalArn: for sessions that of the role, with
// its path.
func (c *Caller) PrincipalARN() string {
	p := &c.Principal
	if p.Type == policy.AssumedRole {
		return "arn:aws:iam::" + p.Account + ":role" + p.Path + p.Name
	}
	return p.ARN
}

// UserID returns aws:userid, which GetCallerIdentity shows too.
func (c *Caller) UserID() string {
	p := &c.Principal
	switch p.Type {
	case policy.Account:
		return p.Account
	case policy.AssumedRole:
		return p.ID + ":" + p.Session
	case policy.FederatedUser:
		return p.Account + ":" + p.Name
	}
	return p.ID
}

// Tag returns the value of the caller's tag. Keys of tags on principals are
// compared without regard to case, as IAM does.
func (c *Caller) Tag(key string) (string, bool) { return TagValue(c.Tags, key) }

// TagValue returns the value of the tag with the key, ignoring its case.
func TagValue(tags []Tag, key string) (string, bool) {
	for i := range tags {
		if strings.EqualFold(tags[i].Key, key) {
			return tags[i].Value, true
		}
	}
	return "", false
}

// A Session is what temporary credentials carry besides the principal. Its
// tags are a snapshot taken when it was issued.
type Session struct {
	ID             string     // unique among all sessions
	Epoch          uint64     // of its account when it was issued
	Lineage        []Ancestor // whom it comes from, the first first
	LineageTags    [][16]byte // of those, digested by package identity
	IssuedAt       time.Time  // aws:TokenIssueTime
	Expires        time.Time
	SourceIdentity string
	Transitive     []string         // keys of the tags that chained sessions inherit
	Policies       []*policy.Policy // session policies; nil if the session has none

	// Of sessions that began with an identity provider's token.
	Provider string  // aws:FederatedProvider; empty for all others
	Claims   []Claim // condition keys that the session keeps
}

// An Ancestor is a user, or a session of a role, from which a session was
// issued, at once or through others.
type Ancestor struct {
	Account     string
	PrincipalID string // the unique id of the user or the role
	SessionID   string // empty for a user
	Epoch       uint64 // of the account when the session was issued; 0 for a user
}
