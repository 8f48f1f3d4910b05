// SPDX-License-Identifier: Apache-2.0

package bank

import (
	"fmt"
	"maps"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
)

// A streamIdentity is who has deleted an item, if nobody asked for it.
type streamIdentity struct {
	PrincipalID string `json:"principalId"`
	Type        string `json:"type"`
}

type streamRecord struct {
	EventName    string          `json:"eventName"`
	UserIdentity *streamIdentity `json:"userIdentity"`
	Dynamodb     struct {
		Keys, NewImage, OldImage object
		SequenceNumber           string
	} `json:"dynamodb"`
}

// follow reads what the stream has that was not read before, makes the changes
// that it tells of, and returns how many they were.
func (t *table) follow(c *client.Client, who client.Creds) (n int, err error) {
	shards, err := t.shards(c, who)
	if err != nil {
		return 0, err
	}
	if t.ended == nil {
		t.ended = map[string]bool{}
	}
	for _, shard := range shards { // parents before their children
		if t.ended[shard] {
			continue
		}
		more, err := t.followShard(c, who, shard)
		n += more
		if err != nil {
			return n, fmt.Errorf("%s: %w", shard, err)
		}
	}
	return n, nil
}

func streams(c *client.Client, who client.Creds, operation string, in object, out any) error {
	a, err := c.JSON(who, "dynamodb", "DynamoDBStreams_20120810."+operation, "1.0", in)
	return client.Need(a, err, out)
}

// shards returns the ids of the shards, a parent before its children.
func (t *table) shards(c *client.Client, who client.Creds) (ids []string, err error) {
	in := object{"StreamArn": t.stream}
	parents := map[string]string{}
	for {
		var out struct {
			StreamDescription struct {
				Shards []struct{ ShardId, ParentShardId string }

				LastEvaluatedShardId string
			}
		}
		if err := streams(c, who, "DescribeStream", in, &out); err != nil {
			return nil, err
		}
		for _, s := range out.StreamDescription.Shards {
			parents[s.ShardId] = s.ParentShardId
		}
		if out.StreamDescription.LastEvaluatedShardId == "" {
			break
		}
		in["ExclusiveStartShardId"] = out.StreamDescription.LastEvaluatedShardId
	}
	for len(parents) > 0 {
		before := len(ids)
		for id, parent := range maps.Clone(parents) {
			if _, ok := parents[parent]; !ok {
				ids = append(ids, id)
				delete(parents, id)
			}
		}
		if len(ids) == before {
			return nil, fmt.Errorf("shards are their own parents: %v", parents)
		}
	}
	return ids, nil
}

func (t *table) followShard(c *client.Client, who client.Creds, shard string) (n int, err error) {
	in := object{"StreamArn": t.stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
	if last := t.read[shard]; last != "" {
		in["ShardIteratorType"], in["SequenceNumber"] = "AFTER_SEQUENCE_NUMBER", last
	}
	var at struct{ ShardIterator string }
	if err := streams(c, who, "GetShardIterator", in, &at); err != nil {
		return 0, err
	}
	for at.ShardIterator != "" {
		var page struct {
			Records           []streamRecord
			NextShardIterator string
		}
		if err := streams(c, who, "GetRecords", object{"ShardIterator": at.ShardIterator}, &page); err != nil {
			return n, err
		}
		for i := range page.Records {
			r := &page.Records[i]
			if err := t.apply(r); err != nil {
				return n, err
			}
			t.read[shard] = r.Dynamodb.SequenceNumber
			n++
		}
		if at.ShardIterator = page.NextShardIterator; len(page.Records) == 0 && at.ShardIterator != "" {
			return n, nil
		}
	}
	t.ended[shard] = true
	return n, nil
}

// apply makes the change that the record tells of. The item must be as the record
// says it was. Items that expire are deleted by the service only, and no others.
func (t *table) apply(r *streamRecord) error {
	key := keyOf(r.Dynamodb.Keys)
	old := t.replay[key]
	if imageOf(old) != imageOf(r.Dynamodb.OldImage) {
		return fmt.Errorf("record %s changes %s, which is %s", r.Dynamodb.SequenceNumber, imageOf(r.Dynamodb.OldImage), imageOf(old))
	}
	if by := r.UserIdentity; (by != nil) != (r.Dynamodb.NewImage == nil && old["exp"] != nil) || by != nil && (by.Type != "Service" || by.PrincipalID != "dynamodb.amazonaws.com") {
		return fmt.Errorf("record %s, %s of %s, is by %+v", r.Dynamodb.SequenceNumber, r.EventName, imageOf(old), by)
	}
	want := "MODIFY"
	switch {
	case r.Dynamodb.NewImage == nil:
		want = "REMOVE"
	case old == nil:
		want = "INSERT"
	}
	if r.EventName != want {
		return fmt.Errorf("record %s is %s, not %s", r.Dynamodb.SequenceNumber, r.EventName, want)
	}
	if want == "REMOVE" {
		delete(t.replay, key)
		return nil
	}
	t.replay[key] = r.Dynamodb.NewImage
	return nil
}
