// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"strings"
)

// maxTags is how many tags something has at most.
const maxTags = 50

// tags checks tags that are to be set: keys that differ in case only are the same
// to policies.
func (k *checker) tags(tags []tag) {
	if len(tags) > maxTags {
		k.fail(violation("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource."))
		return
	}
	seen := map[string]bool{}
	for _, t := range tags {
		if t.Key == nil || t.Value == nil {
			k.fail(invalid("INPUT_REQUIRED", "You must specify a key and a value for each tag."))
			continue
		}
		k.text("Key", *t.Key, 1, 128)
		k.text("Value", *t.Value, 0, 256)
		folded := strings.ToLower(*t.Key)
		if strings.HasPrefix(folded, "aws:") {
			k.fail(invalid("INVALID_SYSTEM_TAGS_PARAMETER", "You specified a tag key that is a system tag. You can't add, edit or delete system tags."))
		}
		if seen[folded] {
			k.fail(invalid("DUPLICATE_TAG_KEY", "Tag keys must be unique among the tags attached to the same entity."))
		}
		seen[folded] = true
	}
}

func (in *tagResourceInput) Validate() error {
	var k checker
	k.matches("ResourceId", in.ResourceId, resourcePattern)
	k.tags(in.Tags)
	return k.err
}

func (in *untagResourceInput) Validate() error {
	var k checker
	k.matches("ResourceId", in.ResourceId, resourcePattern)
	if len(in.TagKeys) > maxTags {
		k.fail(invalid("MAX_LENGTH_EXCEEDED", "You specified too many tag keys."))
		return k.err
	}
	for _, key := range in.TagKeys {
		k.text("TagKeys", key, 1, 128)
	}
	return k.err
}

func (in *listTagsForResourceInput) Validate() error {
	var k checker
	k.matches("ResourceId", in.ResourceId, resourcePattern)
	k.page(nil, in.NextToken)
	return k.err
}
