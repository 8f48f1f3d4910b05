// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// sessionTags is what a new session has from who assumes the role.
type sessionTags struct {
	inherited  []awsapi.Tag // transitive tags of the calling session
	passed     []awsapi.Tag
	transitive []string // keys of those that sessions chained from the new one inherit
}

// newSessionTags works out the tags of a session that caller asks for. Keys are
// compared without regard to case.
//
// Transitive tags of the calling session come along, and nobody on the chain can
// change them: to pass one again, or to name it transitive again, is an error.
func newSessionTags(caller *awsapi.Session, passed []awsapi.Tag, transitive []string) (sessionTags, error) {
	t := sessionTags{passed: passed}
	if caller != nil {
		t.transitive = slices.Clone(caller.Transitive)
	}
	for _, tag := range passed {
		if has(t.transitive, tag.Key) {
			return sessionTags{}, errConflict
		}
	}
	for _, key := range transitive {
		if has(t.transitive, key) {
			return sessionTags{}, errConflict
		}
		if _, ok := awsapi.TagValue(passed, key); !ok {
			return sessionTags{}, errNotPassed
		}
	}
	t.transitive = append(t.transitive, transitive...)
	return t, nil
}

// inherit fills in t.inherited from the tags of the calling session.
func (t *sessionTags) inherit(c *awsapi.Caller) {
	if c.Session == nil {
		return
	}
	for _, tag := range c.Tags {
		if has(c.Session.Transitive, tag.Key) {
			t.inherited = append(t.inherited, tag)
		}
	}
}

var (
	errConflict  = invalidTags("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
	errNotPassed = invalidTags("The specified transitive tag key must be included in the requested tags.")
)

// of returns the tags of the session: the role's, overridden by those that it
// inherits and those that were passed.
func (t *sessionTags) of(role []awsapi.Tag) []awsapi.Tag {
	return overlay(overlay(role, t.inherited), t.passed)
}

// counted returns the tags that count in the packed size.
func (t *sessionTags) counted() []awsapi.Tag { return slices.Concat(t.inherited, t.passed) }

// resource returns the role's tags as its trust policy sees them: inherited
// tags override them already.
func (t *sessionTags) resource(role []awsapi.Tag) []awsapi.Tag { return overlay(role, t.inherited) }

// overlay returns under with over in the place of tags of the same keys, whose
// case then is that of over.
func overlay(under, over []awsapi.Tag) []awsapi.Tag {
	out := slices.Clone(under)
	for _, tag := range over {
		i := slices.IndexFunc(out, func(u awsapi.Tag) bool { return strings.EqualFold(u.Key, tag.Key) })
		if i < 0 {
			out = append(out, tag)
		} else {
			out[i] = tag
		}
	}
	return out
}
