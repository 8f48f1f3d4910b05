// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxTags     = 50
	maxTagKey   = 128 // characters
	maxTagValue = 256
)

// checkTags checks the tags that a table is to have. Keys that differ in case
// only are refused: as condition keys they would be one.
func checkTags(tags []tag) error {
	if len(tags) > maxTags {
		return errTooManyTags()
	}
	for i, t := range tags {
		if t.Key == nil || t.Value == nil {
			return invalidParameters("A tag must have a key and a value")
		}
		if err := checkTagKey(*t.Key); err != nil {
			return err
		}
		if utf8.RuneCountInString(*t.Value) > maxTagValue {
			return errTagLength()
		}
		// Equal as policies compare them: a tag that could mean two means none.
		if slices.ContainsFunc(tags[:i], func(o tag) bool { return strings.EqualFold(*o.Key, *t.Key) }) {
			return invalidParameters("Duplicate tag key: %s", *t.Key)
		}
	}
	return nil
}

func checkTagKey(key string) error {
	if n := utf8.RuneCountInString(key); n < 1 || n > maxTagKey {
		return errTagLength()
	}
	if strings.HasPrefix(strings.ToLower(key), "aws:") {
		return invalidParameters("Tag keys must not begin with aws:")
	}
	return nil
}

func errTooManyTags() error {
	return invalidParameters("Number of tags exceeds the limit of %d", maxTags)
}

func errTagLength() error {
	return invalidParameters("Tag keys must have 1 to %d characters and tag values up to %d", maxTagKey, maxTagValue)
}
