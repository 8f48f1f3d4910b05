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
func setTags(e *identity.Entity, tags []awsapi.Tag) error {
	merged := slices.Clone(e.Tags)
	for _, t := range tags {
		i := slices.IndexFunc(merged, func(old awsapi.Tag) bool { return strings.EqualFold(old.Key, t.Key) })
		if i < 0 {
			merged = append(merged, t)
		} else {
			merged[i] = t
		}
	}
	if len(merged) > maxTags {
		return limitExceeded("The number of tags has reached the maximum limit.")
	}
	e.Tags = merged
	return nil
}

// dropTags removes the tags with the keys.
func dropTags(e *identity.Entity, keys []string) {
	e.Tags = slices.DeleteFunc(slices.Clone(e.Tags), func(t awsapi.Tag) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, t.Key) })
	})
}

func listTags(e *identity.Entity, p pager) (*listTagsOutput, error) {
	key := func(t *awsapi.Tag) string { return t.Key }
	tags, next, err := page(p, sorted(e.Tags, key), key, nil)
	if err != nil {
		return nil, err
	}
	return &listTagsOutput{Tags: tags, IsTruncated: next != nil, Marker: next}, nil
}
