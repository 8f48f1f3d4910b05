// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/sha256"
	"slices"
	"strings"
	"unicode"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// tagDigestSize is the size of a tag's digest, in bytes.
const tagDigestSize = 16

// From notes in s, whose account and tags are set, that parent issues it: a
// user, or a session with all that it comes from itself, or an identity provider
// that vouches for somebody. A session ends with any
// of those, and with any tag that one of them had when it was issued, passed on
// or not. Tags that s doesn't have too are kept as digests: there is no telling
// how many there are, nor need anybody read them.
func (s *Session) From(parent *awsapi.Caller) {
	if parent.Federation != nil {
		s.fromProvider(parent.Federation)
		return
	}
	a := awsapi.Ancestor{Account: parent.Principal.Account, PrincipalID: parent.Principal.ID}
	s.Lineage, s.LineageTags = nil, nil
	var tags [][tagDigestSize]byte
	if p := parent.Session; p != nil {
		a.SessionID, a.Epoch = p.ID, p.Epoch
		s.Lineage, tags = slices.Clone(p.Lineage), slices.Clone(p.LineageTags)
	}
	s.Lineage = append(s.Lineage, a)
	tags = append(tags, tagDigests(a.Account, parent.Tags)...)
	own := tagDigests(s.Account, s.Tags)
	for _, d := range tags {
		if !slices.Contains(own, d) && !slices.Contains(s.LineageTags, d) {
			s.LineageTags = append(s.LineageTags, d)
		}
	}
}

// self is what s is to the sessions that are issued from it.
func (s *Session) self() awsapi.Ancestor {
	return awsapi.Ancestor{Account: s.Account, PrincipalID: s.principalID(), SessionID: s.ID, Epoch: s.Epoch}
}

// tagDigest returns what stands for a tag of an account's principals: tags have
// the same digest if they are the same, keys without regard to case.
func tagDigest(account string, t awsapi.Tag) [tagDigestSize]byte {
	b := storage.AppendString(nil, account)
	b = storage.AppendString(b, foldKey(t.Key))
	sum := sha256.Sum256(append(b, t.Value...))
	return [tagDigestSize]byte(sum[:])
}

func tagDigests(account string, tags []awsapi.Tag) [][tagDigestSize]byte {
	out := make([][tagDigestSize]byte, len(tags))
	for i, t := range tags {
		out[i] = tagDigest(account, t)
	}
	return out
}

// foldKey returns the one form of all keys that strings.EqualFold finds the
// same, which [awsapi.TagValue] compares by. Lower case is no such form.
func foldKey(key string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
			least = min(least, o)
		}
		return least
	}, key)
}
