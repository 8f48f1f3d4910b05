// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// maxTags is how many tags a session may be given, and maxTagText the size of the
// longest key or value, in bytes: what STS takes is checked there, and told.
const (
	maxTags    = 50
	maxTagText = 1024
)

// The members of [tagsClaim]. Some providers can't nest claims: theirs have the
// names one after the other, with slashes between them.
const (
	principalTags = "principal_tags"
	transitiveKey = "transitive_tag_keys"
)

// tagMember reads the claim whose name is that of [tagsClaim] and rest.
func (c *claims) tagMember(r reader, rest string) error {
	if rest == "" {
		return r.object(func(name string) error {
			switch name {
			case principalTags:
				return r.object(func(key string) error { return c.tag(r, key) })
			case transitiveKey:
				return c.transitive(r)
			}
			return errSyntax // what it asks of the session isn't known
		})
	}
	if rest == "/"+transitiveKey {
		return c.transitive(r)
	}
	if key, ok := strings.CutPrefix(rest, "/"+principalTags+"/"); ok {
		return c.tag(r, key)
	}
	if rest[0] == '/' {
		return errSyntax
	}
	return r.skip() // another name that begins alike
}

// tag reads the value of a tag, which is a list of one.
func (c *claims) tag(r reader, key string) error {
	values, err := r.strings(1, maxTagText)
	if err != nil || len(values) != 1 || len(key) > maxTagText || len(c.Tags) == maxTags {
		return errSyntax
	}
	c.Tags = append(c.Tags, awsapi.Tag{Key: key, Value: values[0]})
	return nil
}

func (c *claims) transitive(r reader) error {
	keys, err := r.strings(maxTags, maxTagText)
	if err != nil || len(c.Transitive) > 0 {
		return errSyntax
	}
	c.Transitive = keys
	return nil
}
