// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// checkTags checks what constraints on single tags don't: IAM takes keys that
// differ only in case as the same.
func checkTags(tags []awsapi.Tag) error {
	for i := range tags {
		if len(tags[i].Key) >= 4 && strings.EqualFold(tags[i].Key[:4], "aws:") {
			return invalidInput("Tag keys that begin with aws: are reserved for system use.")
		}
		if _, ok := awsapi.TagValue(tags[:i], tags[i].Key); ok {
			return invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
	}
	return nil
}

// setTags adds tags to e's, in the place of those with the same keys.
func setTags(e *identity.Entity, tags []awsapi.Tag) (err error) {
	e.Tags, err = withTags(e.Tags, tags)
	return err
}

// dropTags removes the tags with the keys from e's.
func dropTags(e *identity.Entity, keys []string) { e.Tags = withoutTags(e.Tags, keys) }

func listTags(e *identity.Entity, p pager) (*listTagsOutput, error) { return pageTags(e.Tags, p) }

// withTags returns old and tags, these in the place of those with the same keys.
func withTags(old, tags []awsapi.Tag) ([]awsapi.Tag, error) {
	merged := slices.Clone(old)
	for _, t := range tags {
		i := slices.IndexFunc(merged, func(old awsapi.Tag) bool { return strings.EqualFold(old.Key, t.Key) })
		if i < 0 {
			merged = append(merged, t)
		} else {
			merged[i] = t
		}
	}
	if len(merged) > maxTags {
		return nil, limitExceeded("The number of tags has reached the maximum limit.")
	}
	return merged, nil
}

// withoutTags returns old without the tags with the keys.
func withoutTags(old []awsapi.Tag, keys []string) []awsapi.Tag {
	return slices.DeleteFunc(slices.Clone(old), func(t awsapi.Tag) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, t.Key) })
	})
}

// pageTags returns a page of tags in the order of their keys.
func pageTags(tags []awsapi.Tag, p pager) (*listTagsOutput, error) {
	key := func(t *awsapi.Tag) string { return t.Key }
	found, next, err := page(p, sorted(tags, key), key, nil)
	if err != nil {
		return nil, err
	}
	return &listTagsOutput{Tags: found, IsTruncated: next != nil, Marker: next}, nil
}
