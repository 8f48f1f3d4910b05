// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxTags     = 50
	maxTagKey   = 128 // characters
	maxTagValue = 256
)

// tags checks the parts of tags one by one.
func (v *violations) tags(list []tag) {
	for i, t := range list {
		if len(v.list) == maxViolations {
			return
		}
		path := fmt.Sprintf("tags.%d.member.", i+1)
		v.characters(t.Key, path+"key", 1, maxTagKey)
		v.characters(t.Value, path+"value", 0, maxTagValue)
	}
}

// tagKeys checks the keys of tags that are to go.
func (v *violations) tagKeys(keys []string) {
	for i := range keys {
		if len(v.list) == maxViolations {
			return
		}
		v.characters(&keys[i], fmt.Sprintf("tagKeys.%d.member", i+1), 1, maxTagKey)
	}
}

// characters checks the length, in characters, of a text that must be given.
func (v *violations) characters(value *string, path string, low, high int) {
	if value == nil {
		v.missing(path)
		return
	}
	switch n := utf8.RuneCountInString(*value); {
	case n < low:
		v.add(*value, path, lengthAtLeast(low))
	case n > high:
		v.add(*value, path, lengthAtMost(high))
	}
}

// checkTags checks the tags that a table is to have, whose parts are checked. Keys
// that differ in case only are refused: as condition keys they would be one.
func checkTags(tags []tag) error {
	if len(tags) > maxTags {
		return errTooManyTags()
	}
	for i, t := range tags {
		if err := checkTagKey(*t.Key); err != nil {
			return err
		}
		// Equal as policies compare them: a tag that could mean two means none.
		if slices.ContainsFunc(tags[:i], func(o tag) bool { return strings.EqualFold(*o.Key, *t.Key) }) {
			return invalidParameters("Duplicate tag key: %s", *t.Key)
		}
	}
	return nil
}

func checkTagKey(key string) error {
	if strings.HasPrefix(strings.ToLower(key), "aws:") {
		return invalidParameters("Tag keys must not begin with aws:")
	}
	return nil
}

func errTooManyTags() error {
	return invalidParameters("Number of tags exceeds the limit of %d", maxTags)
}
