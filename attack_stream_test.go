// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

// A stream shows what all tenants of a table do: its readers need permission for
// the stream, whatever they may do with items.

// tapped is a siege whose table Ledger has a stream with something in it.
type tapped struct {
	*siege
	arn, shard, iterator string
}

func newTapped(t *testing.T) *tapped {
	t.Helper()
	b := &tapped{siege: newSiege(t, bailiwick.Config{})}
	b.arn, b.shard, b.iterator = b.stream("Ledger")
	b.do(b.root, "dynamodb", "PutItem", putRow("blue", "2"))
	return b
}

// stream switches the table's stream on, and returns its ARN, its shard and an
// iterator from its beginning.
func (s *siege) stream(table string) (arn, shard, iterator string) {
	s.t.Helper()
	var made struct {
		TableDescription struct{ LatestStreamArn string }
	}
	s.answer(&made, s.root, "dynamodb", "UpdateTable", fmt.Sprintf(`{"TableName":%q,"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}`, table))
	arn = made.TableDescription.LatestStreamArn
	var described struct {
		StreamDescription struct{ Shards []struct{ ShardId string } }
	}
	s.answer(&described, s.root, "dynamodbstreams", "DescribeStream", fmt.Sprintf(`{"StreamArn":%q}`, arn))
	shard = described.StreamDescription.Shards[0].ShardId
	var it struct{ ShardIterator string }
	s.answer(&it, s.root, "dynamodbstreams", "GetShardIterator", fmt.Sprintf(`{"StreamArn":%q,"ShardId":%q,"ShardIteratorType":"TRIM_HORIZON"}`, arn, shard))
	return arn, shard, it.ShardIterator
}

func (s *siege) answer(out any, cfg aws.Config, svc, op, in string) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(s.do(cfg, svc, op, in).Body), out); err != nil {
		s.t.Fatal(err)
	}
}

// reads are the calls that read a stream.
func (b *tapped) reads() map[string]string {
	return map[string]string{
		"DescribeStream":   fmt.Sprintf(`{"StreamArn":%q}`, b.arn),
		"GetShardIterator": fmt.Sprintf(`{"StreamArn":%q,"ShardId":%q,"ShardIteratorType":"LATEST"}`, b.arn, b.shard),
		"GetRecords":       fmt.Sprintf(`{"ShardIterator":%q}`, b.iterator),
	}
}

// may checks whether a caller may read the stream, in every call.
func (b *tapped) may(who string, cfg aws.Config, allowed bool) {
	b.t.Helper()
	for op, in := range b.reads() {
		a := b.try(cfg, "dynamodbstreams", op, in)
		if a.OK() != allowed || a.Denied() == allowed {
			b.t.Errorf("%s by %s: got %d %s, allowed must be %v", op, who, a.Status, a.Body, allowed)
		}
		if op == "GetRecords" && strings.Contains(a.Body, "blue") != allowed {
			b.t.Errorf("%s by %s shows %s", op, who, a.Body)
		}
	}
}

func allow(action, resource, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"` + more + `}]}`
}

func TestStreamsAreReadByWhoMay(t *testing.T) {
	b := newTapped(t)
	b.may("the account's root", b.root, true)
	b.may("an administrator", b.admin, true)
	b.may("a tenant", b.session(b.vendor, "yellow"), false)
	b.may("a tenant who is in it", b.session(b.vendor, "blue"), false)

	table := "arn:aws:dynamodb:us-east-1:000000000000:table/Ledger"
	for name, c := range map[string]struct {
		policy  string
		allowed bool
	}{
		"of-all-of-the-table":   {allow("dynamodb:*", table, ""), false}, // the stream is a resource of its own
		"of-the-stream":         {allow("dynamodb:*", b.arn, ""), true},
		"of-all-its-streams":    {allow("dynamodb:*", table+"/stream/*", ""), true},
		"of-another-stream":     {allow("dynamodb:*", b.arn+"0", ""), false},
		"of-anothers-stream":    {allow("dynamodb:*", strings.Replace(b.arn, "Ledger", "Other", 1), ""), false},
		"of-another-region":     {allow("dynamodb:*", strings.Replace(b.arn, "us-east-1", "eu-west-1", 1), ""), false},
		"of-another-action":     {allow("dynamodb:GetItem", "*", ""), false},
		"of-a-tag-it-lacks":     {allow("dynamodb:*", "*", `,"Condition":{"StringEquals":{"aws:ResourceTag/level":"open"}}`), false},
		"of-keys-it-never-says": {allow("dynamodb:*", "*", `,"Condition":{"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":["blue","yellow"]}}`), false},
	} {
		b.may("a user with a policy "+name, b.user(b.root, name, c.policy), c.allowed)
	}
	// Each call by its own action.
	for op := range b.reads() {
		one := b.user(b.root, "one-"+op, allow("dynamodb:"+op, b.arn, ""))
		for other, in := range b.reads() {
			if a := b.try(one, "dynamodbstreams", other, in); a.OK() != (other == op) {
				t.Errorf("%s by who may %s: got %d %s", other, op, a.Status, a.Body)
			}
		}
	}
}

// TestStreamsAreGuardedByTheirTablesTags looks at them before and after the table
// is deleted, and another has its name.
func TestStreamsAreGuardedByTheirTablesTags(t *testing.T) {
	b := newTapped(t)
	const table = "arn:aws:dynamodb:us-east-1:000000000000:table/Ledger"
	open := b.user(b.root, "open", allow("dynamodb:*", "*", `,"Condition":{"StringEquals":{"aws:ResourceTag/level":"open"}}`))
	closed := b.user(b.root, "closed", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Effect":"Deny","Action":"dynamodb:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/level":"secret"}}}]}`)
	tag := func(level string) {
		b.do(b.root, "dynamodb", "TagResource", `{"ResourceArn":"`+table+`","Tags":[{"Key":"level","Value":"`+level+`"}]}`)
	}
	b.may("who may see what is open", open, false)
	b.may("who may not see secrets", closed, true)
	tag("open")
	b.may("who may see what is open", open, true)
	tag("secret")
	b.may("who may see what is open", open, false)
	b.may("who may not see secrets", closed, false)
	b.do(b.root, "dynamodb", "DeleteTable", `{"TableName":"Ledger"}`)
	b.may("who may not see secrets, once the table is gone", closed, false)
	b.do(b.root, "dynamodb", "CreateTable", ledger)
	tag("open")
	b.may("who may not see secrets, with another table", closed, false)
	b.may("who may see what is open, with another table", open, false)
	b.may("the account's root", b.root, true)
}

// TestIteratorsOpenNothing makes iterators for what their maker may not read.
func TestIteratorsOpenNothing(t *testing.T) {
	b := newTapped(t)
	b.do(b.root, "dynamodb", "CreateTable", strings.Replace(ledger, "Ledger", "Public", 1))
	arn, shard, iterator := b.stream("Public")
	user := b.user(b.root, "public", allow("dynamodb:*", arn, ""))
	read := func(name, iterator string) {
		t.Helper()
		a := b.try(user, "dynamodbstreams", "GetRecords", fmt.Sprintf(`{"ShardIterator":%q}`, iterator))
		if a.OK() || strings.Contains(a.Body, "blue") {
			t.Errorf("%s: got %d %s", name, a.Status, a.Body)
		}
	}
	if a := b.try(user, "dynamodbstreams", "GetRecords", fmt.Sprintf(`{"ShardIterator":%q}`, iterator)); !a.OK() {
		t.Fatalf("of the own stream: got %d %s", a.Status, a.Body)
	}
	read("as the root got it", b.iterator)
	read("the own one with the other's name", strings.Replace(iterator, arn, b.arn, 1))
	read("the own name and the other's", arn+"|1|"+b.iterator)
	read("the other's name in front", b.arn+"|1|"+iterator)
	a := b.try(user, "dynamodbstreams", "GetShardIterator", fmt.Sprintf(`{"StreamArn":%q,"ShardId":%q,"ShardIteratorType":"LATEST"}`, b.arn, shard))
	if !a.Denied() {
		t.Errorf("an iterator of the other stream by the own shard: got %d %s", a.Status, a.Body)
	}
	a = b.try(user, "dynamodbstreams", "GetShardIterator", fmt.Sprintf(`{"StreamArn":%q,"ShardId":%q,"ShardIteratorType":"LATEST"}`, arn, b.shard))
	if a.OK() || a.Denied() {
		t.Errorf("an iterator of the own stream by the other's shard: got %d %s", a.Status, a.Body)
	}
}

// TestStreamsOfOtherAccounts are read only if both accounts say so.
func TestStreamsOfOtherAccounts(t *testing.T) {
	b := newTapped(t)
	foreign, _ := b.account("222222222222")
	user := b.user(foreign, "reader", allow("dynamodb:*", b.arn, ""))
	idle := b.user(foreign, "idle", allowNothing)
	b.may("another account's root", foreign, false)
	b.may("another account's user", user, false)
	a := b.try(foreign, "dynamodbstreams", "ListStreams", `{}`)
	if !a.OK() || strings.Contains(a.Body, "Ledger") {
		t.Errorf("ListStreams of another account: got %d %s", a.Status, a.Body)
	}
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"dynamodb:*","Resource":"` + b.arn + `"}]}`
	b.do(b.root, "dynamodb", "PutResourcePolicy", text(t, map[string]any{"ResourceArn": b.arn, "Policy": document}))
	b.may("another account's user, by the stream's policy", user, true)
	b.may("another account's user without a policy", idle, false)
	b.do(b.root, "dynamodb", "DeleteResourcePolicy", fmt.Sprintf(`{"ResourceArn":%q}`, b.arn))
	b.may("another account's user, when it is gone", user, false)
	// The table's policy isn't the stream's.
	table, _, _ := strings.Cut(b.arn, "/stream/")
	b.do(b.root, "dynamodb", "PutResourcePolicy", text(t, map[string]any{"ResourceArn": table, "Policy": strings.ReplaceAll(document, b.arn, "*")}))
	b.may("another account's user, by the table's policy", user, false)
}
