// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

const (
	defaultTagKey  = "TenantID"
	maxSessionTags = 50
	maxTagKey      = 128
	maxTagValue    = 256
)

// sessionTags are the tags of a session: the tenant's and those that all have.
type sessionTags struct {
	key   string
	extra []types.Tag
	keys  []string // all of them
}

// parseTags checks what STS would, when the machine is made instead of when the
// first tenant comes.
func parseTags(key string, extra map[string]string) (*sessionTags, error) {
	if key == "" {
		key = defaultTagKey
	}
	if len(extra) >= maxSessionTags {
		return nil, fmt.Errorf("%d tags are more than %d", len(extra)+1, maxSessionTags)
	}
	if err := checkTagKey(key); err != nil {
		return nil, err
	}
	t := &sessionTags{key: key, keys: []string{key}}
	seen := map[string]bool{strings.ToLower(key): true}
	for _, k := range slices.Sorted(maps.Keys(extra)) {
		if err := checkTagKey(k); err != nil {
			return nil, err
		}
		if v := extra[k]; utf8.RuneCountInString(v) > maxTagValue || !tagText(v) {
			return nil, fmt.Errorf("the value of tag %q is too long or has characters that tags cannot have", k)
		}
		if seen[strings.ToLower(k)] {
			return nil, fmt.Errorf("tag key %q occurs twice: tag keys are case insensitive", k)
		}
		seen[strings.ToLower(k)] = true
		t.extra = append(t.extra, types.Tag{Key: aws.String(k), Value: aws.String(extra[k])})
		t.keys = append(t.keys, k)
	}
	return t, nil
}

// checkTagKey reports whether k is not the key of a tag that callers may set.
func checkTagKey(k string) error {
	if n := utf8.RuneCountInString(k); n < 1 || n > maxTagKey || !tagText(k) {
		return fmt.Errorf("tag key %q is empty, too long or has characters that tags cannot have", k)
	}
	if strings.HasPrefix(strings.ToLower(k), "aws:") {
		return fmt.Errorf("tag key %q begins with aws: as only those of AWS do", k)
	}
	return nil
}

// tagText reports whether s has only characters of [\p{L}\p{Z}\p{N}_.:/=+\-@].
func tagText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return !unicode.In(c, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", c)
	})
}

// of returns the tags of a session of tenant id, and their keys: every tag is
// transitive.
func (t *sessionTags) of(id tenant.ID) (tags []types.Tag, transitive []string) {
	tags = append([]types.Tag{{Key: aws.String(t.key), Value: aws.String(string(id))}}, t.extra...)
	return tags, slices.Clone(t.keys)
}
