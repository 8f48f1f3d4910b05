// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// tagged finds the table whose tags an operation is about, and states the need
// for it, which opens what changing them takes.
func (s *service) tagged(c *awsapi.Call, ref tableRef, action string) (t target, _ []awsapi.Need, err error) {
	if ref.name == "" {
		return t, nil, awsapi.Errorf(awsapi.Denied, "", "User: %s is not authorized to perform: dynamodb:%s on resource: %s",
			c.Caller.Principal.ARN, action, echo(ref.given))
	}
	if t, err = s.target(c, ref); err != nil {
		return t, nil, err
	}
	spans := append(t.usageSpans(), tables.One(true, t.ref.account, t.ref.region, t.ref.name))
	return t, []awsapi.Need{t.need(action, nil, spans...)}, nil
}

// errNoTagged answers operations on the tags of what doesn't exist.
func errNoTagged(ref tableRef) error { // AWS's spelling
	return awsapi.Errorf(awsapi.NotFound, codeNotFound, "Requested resource not found: ResourcArn: %s not found", ref.arn())
}

func (s *service) tagResourceNeeds(_ context.Context, c *awsapi.Call, in *tagResourceInput) (needs []awsapi.Need, err error) {
	if in.target, needs, err = s.tagged(c, in.ref, "TagResource"); err != nil {
		return nil, err
	}
	needs[0].RequestTags = tagsOf(in.Tags)
	return needs, nil
}

func (s *service) tagResource(_ context.Context, c *awsapi.Call, in *tagResourceInput) (*nothing, error) {
	t := in.target.table
	if t == nil {
		return nil, errNoTagged(in.target.ref)
	}
	all, err := t.withTags(tagsOf(in.Tags))
	if err != nil {
		return nil, err
	}
	return nil, in.target.saveTags(c.Tx, all)
}

// withTags returns the table's tags and more, which take the place of those with
// the same key.
func (t *table) withTags(more []awsapi.Tag) ([]awsapi.Tag, error) {
	all := slices.Clone(t.Tags)
	for _, given := range more {
		switch i := tagIndex(all, given.Key); {
		case i < 0:
			all = append(all, given)
		case all[i].Key != given.Key: // policies couldn't tell them apart
			return nil, invalidParameters("Duplicate tag key: %s", given.Key)
		default:
			all[i] = given
		}
	}
	if len(all) > maxTags {
		return nil, errTooManyTags()
	}
	return all, nil
}

func tagIndex(tags []awsapi.Tag, key string) int {
	return slices.IndexFunc(tags, func(t awsapi.Tag) bool { return strings.EqualFold(t.Key, key) })
}

// saveTags gives the table other tags, and does what they declare.
func (t target) saveTags(tx *storage.Tx, tags []awsapi.Tag) error {
	r := t.table.tableRecord
	r.Tags = tags
	if err := t.declareUsage(tx, &r); err != nil {
		return err
	}
	return tables.Put(tx, r, t.ref.account, t.ref.region, t.ref.name)
}

func (s *service) untagResourceNeeds(_ context.Context, c *awsapi.Call, in *untagResourceInput) (needs []awsapi.Need, err error) {
	if in.target, needs, err = s.tagged(c, in.ref, "UntagResource"); err != nil {
		return nil, err
	}
	needs[0].UntagKeys = in.TagKeys
	return needs, nil
}

func (s *service) untagResource(_ context.Context, c *awsapi.Call, in *untagResourceInput) (*nothing, error) {
	t := in.target.table
	if t == nil {
		return nil, errNoTable()
	}
	left := slices.DeleteFunc(slices.Clone(t.Tags), func(t awsapi.Tag) bool { return slices.Contains(in.TagKeys, t.Key) })
	return nil, in.target.saveTags(c.Tx, left)
}

func (s *service) listTagsOfResourceNeeds(_ context.Context, c *awsapi.Call, in *listTagsOfResourceInput) (needs []awsapi.Need, err error) {
	if in.target, needs, err = s.tagged(c, in.ref, "ListTagsOfResource"); err != nil {
		return nil, err
	}
	needs[0].Spans = nil
	return needs, nil
}

func (s *service) listTagsOfResource(_ context.Context, _ *awsapi.Call, in *listTagsOfResourceInput) (*listTagsOfResourceOutput, error) {
	t := in.target.table
	if t == nil {
		return nil, errNoTagged(in.target.ref)
	}
	out := &listTagsOfResourceOutput{Tags: make([]tag, len(t.Tags))}
	for i := range t.Tags {
		out.Tags[i] = tag{&t.Tags[i].Key, &t.Tags[i].Value}
	}
	return out, nil
}
