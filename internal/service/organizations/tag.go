// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"context"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// tagsOf returns the tags of a request as records and needs have them.
func tagsOf(in []tag) []awsapi.Tag {
	var out []awsapi.Tag
	for _, t := range in {
		out = append(out, awsapi.Tag{Key: *t.Key, Value: *t.Value})
	}
	return out
}

func tagNeeds(p *place, in *tagResourceInput) ([]awsapi.Need, error) {
	n, err := p.tagging(in.ResourceId)
	n.RequestTags = tagsOf(in.Tags)
	return []awsapi.Need{n}, err
}

func untagNeeds(p *place, in *untagResourceInput) ([]awsapi.Need, error) {
	n, err := p.tagging(in.ResourceId)
	n.UntagKeys = in.TagKeys
	return []awsapi.Need{n}, err
}

// tagging returns the need of changing the tags of what the id names.
func (p *place) tagging(id string) (awsapi.Need, error) {
	t, err := p.find(id)
	n := t.need()
	if t.kind == kindAccount {
		n.Spans = []storage.Span{identity.AccountSpan(true, id)}
	}
	return n, err
}

func tagResource(_ context.Context, c *awsapi.Call, in *tagResourceInput) (*tagResourceOutput, error) {
	err := retag(c, in.ResourceId, func(tags []awsapi.Tag) []awsapi.Tag {
		for _, t := range tagsOf(in.Tags) {
			tags = append(without(tags, t.Key), t)
		}
		return tags
	})
	if err != nil {
		return nil, err
	}
	return &tagResourceOutput{}, nil
}

func untagResource(_ context.Context, c *awsapi.Call, in *untagResourceInput) (*untagResourceOutput, error) {
	err := retag(c, in.ResourceId, func(tags []awsapi.Tag) []awsapi.Tag {
		for _, key := range in.TagKeys {
			tags = without(tags, key)
		}
		return tags
	})
	if err != nil {
		return nil, err
	}
	return &untagResourceOutput{}, nil
}

// without returns the tags without the one of that key. Keys that differ in case
// only are the same to policies.
func without(tags []awsapi.Tag, key string) []awsapi.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t awsapi.Tag) bool { return strings.EqualFold(t.Key, key) })
}

// retag changes the tags of what the id names.
func retag(c *awsapi.Call, id string, change func([]awsapi.Tag) []awsapi.Tag) error {
	p, err := open(c)
	if err != nil {
		return err
	}
	t, err := p.find(id)
	if err != nil {
		return err
	}
	tags := change(t.tags())
	if len(tags) > maxTags {
		return violation("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource.")
	}
	switch {
	case t.root != nil:
		t.root.Tags = tags
		return identity.PutOrganization(c.Tx, t.root)
	case t.unit != nil:
		t.unit.Tags = tags
		return identity.PutUnit(c.Tx, t.unit)
	case t.acct != nil && t.acct.Open():
		t.acct.Tags = tags
		return identity.PutAccount(c.Tx, t.acct)
	case t.rail != nil && t.rail.AWS:
		return invalid("TARGET_NOT_SUPPORTED", "You can't perform the specified operation on that target entity.")
	case t.rail != nil:
		t.rail.Tags = tags
		return identity.PutGuardrail(c.Tx, t.rail)
	}
	return noTarget()
}

func listTags(_ context.Context, c *awsapi.Call, in *listTagsForResourceInput) (*listTagsForResourceOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	t, err := p.find(in.ResourceId)
	if err != nil {
		return nil, err
	}
	if !t.exists() {
		return nil, noTarget()
	}
	out := &listTagsForResourceOutput{Tags: []tag{}}
	for _, t := range t.tags() {
		out.Tags = append(out.Tags, tag{&t.Key, &t.Value})
	}
	return out, nil
}
