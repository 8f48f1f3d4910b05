// SPDX-License-Identifier: Apache-2.0

package bank

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

// comingIndex is the index that comes and goes.
const comingIndex = "coming"

// indexes are the indexes of every table, the one that comes and goes
// included: what an item must have to be in it, and what of an item is in it.
var indexes = map[string]struct{ keys, projected []string }{
	"global":    {keys: []string{"g", "n"}, projected: []string{"pk", "sk", "g", "n", "x"}},
	"local":     {keys: []string{"pk", "l"}},
	comingIndex: {keys: []string{"m"}, projected: []string{"pk", "sk", "m"}},
}

// A table is a table, and how far its stream has been read.
type table struct {
	name   string
	stream string            // ARN
	replay map[string]object // the table as its stream tells it, by key
	read   map[string]string // the last sequence number read, by shard
	ended  map[string]bool   // shards read to their end
	plain  bool              // it has no stream, and its items don't expire
}

func keySchema(hash string, sort ...string) []object {
	keys := []object{{"AttributeName": hash, "KeyType": "HASH"}}
	for _, name := range sort {
		keys = append(keys, object{"AttributeName": name, "KeyType": "RANGE"})
	}
	return keys
}

func definitions(names ...string) (all []object) {
	for _, name := range names {
		typ := "S"
		if name == "n" {
			typ = "N"
		}
		all = append(all, object{"AttributeName": name, "AttributeType": typ})
	}
	return all
}

// definition is the input that makes the table.
func (t *table) definition() object {
	in := object{
		"TableName": t.name, "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": definitions("pk", "sk", "g", "n", "l"), "KeySchema": keySchema("pk", "sk"),
		"GlobalSecondaryIndexes": []object{{
			"IndexName": "global", "KeySchema": keySchema("g", "n"),
			"Projection": object{"ProjectionType": "INCLUDE", "NonKeyAttributes": []string{"x"}},
		}},
		"LocalSecondaryIndexes": []object{{
			"IndexName": "local", "KeySchema": keySchema("pk", "l"), "Projection": object{"ProjectionType": "ALL"},
		}},
	}
	if !t.plain {
		in["StreamSpecification"] = object{"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}
	}
	return in
}

func (t *table) create(c *client.Client, who client.Creds) error {
	if err := client.Call(c.Dynamo(who, "CreateTable", t.definition())); err != nil {
		return err
	}
	if err := t.quiet(c, who); err != nil {
		return err
	}
	return client.Call(c.Dynamo(who, "UpdateTimeToLive", object{
		"TableName": t.name, "TimeToLiveSpecification": object{"Enabled": true, "AttributeName": "exp"},
	}))
}

// drop deletes the table, once nothing is under way, and waits until it is gone.
func (t *table) drop(c *client.Client, who client.Creds) error {
	if err := t.quiet(c, who); err != nil {
		return err
	}
	if err := client.Call(c.Dynamo(who, "DeleteTable", object{"TableName": t.name})); err != nil {
		return err
	}
	for deadline := time.Now().Add(settleTime); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if d, err := t.find(c, who); d == nil || err != nil {
			return err
		}
	}
	return fmt.Errorf("%s is still there after %v", t.name, settleTime)
}

func (t *table) addIndex() object {
	return object{
		"TableName": t.name, "AttributeDefinitions": definitions("m"),
		"GlobalSecondaryIndexUpdates": []object{{"Create": object{
			"IndexName": comingIndex, "KeySchema": keySchema("m"), "Projection": object{"ProjectionType": "KEYS_ONLY"},
		}}},
	}
}

func (t *table) dropIndex() object {
	return object{"TableName": t.name, "GlobalSecondaryIndexUpdates": []object{{"Delete": object{"IndexName": comingIndex}}}}
}

// A description is what a table says of itself.
type description struct {
	TableStatus               string
	ItemCount, TableSizeBytes int
	LatestStreamArn           string
	GlobalSecondaryIndexes    []indexDescription
	LocalSecondaryIndexes     []indexDescription
}

type indexDescription struct {
	IndexName, IndexStatus    string
	ItemCount, IndexSizeBytes int
}

// index returns the global index of that name, or nil.
func (d *description) index(name string) *indexDescription {
	for i := range d.GlobalSecondaryIndexes {
		if d.GlobalSecondaryIndexes[i].IndexName == name {
			return &d.GlobalSecondaryIndexes[i]
		}
	}
	return nil
}

// quiet reports whether nothing is under way.
func (d *description) quiet() bool {
	return d.TableStatus == "ACTIVE" && !slices.ContainsFunc(d.GlobalSecondaryIndexes, func(ix indexDescription) bool { return ix.IndexStatus != "ACTIVE" })
}

func (t *table) describe(c *client.Client, who client.Creds) (*description, error) {
	d, err := t.find(c, who)
	if err == nil && d == nil {
		err = fmt.Errorf("there is no %s", t.name)
	}
	return d, err
}

// settleTime bounds how long the server may take for what it does by itself.
const settleTime = time.Minute

// quiet waits until nothing is under way.
func (t *table) quiet(c *client.Client, who client.Creds) error {
	deadline := time.Now().Add(settleTime)
	for {
		d, err := t.describe(c, who)
		if err != nil {
			return err
		}
		if d.quiet() {
			t.stream = d.LatestStreamArn
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s is not ready after %v: %+v", t.name, settleTime, d)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// compare compares the table with its indexes, its counts and its stream, and
// returns its items. It is repeated as long as the server changes something by
// itself.
func (t *table) compare(c *client.Client, who client.Creds, done *Tally) (items map[string]object, err error) {
	if err := t.quiet(c, who); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(settleTime); ; {
		var entries int
		items, entries, err = t.compareOnce(c, who, done)
		if err == nil {
			done.entries += entries
			return items, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (t *table) compareOnce(c *client.Client, who client.Creds, done *Tally) (items map[string]object, entries int, err error) {
	d, err := t.describe(c, who)
	if err != nil {
		return nil, 0, err
	}
	if items, err = t.scan(c, who, ""); err != nil {
		return nil, 0, err
	}
	for key, it := range items {
		if exp, ok := it["exp"]; ok {
			return nil, 0, fmt.Errorf("%s is still there at %d, though it expires at %v", key, time.Now().Unix(), exp)
		}
	}
	if err := counted("the table", items, d.ItemCount, d.TableSizeBytes); err != nil {
		return nil, 0, err
	}
	for _, ix := range slices.Concat(d.GlobalSecondaryIndexes, d.LocalSecondaryIndexes) {
		found, err := t.scan(c, who, ix.IndexName)
		if err != nil {
			return nil, 0, err
		}
		if err := same("index "+ix.IndexName, found, projection(ix.IndexName, items)); err != nil {
			return nil, 0, err
		}
		if err := counted("index "+ix.IndexName, found, ix.ItemCount, ix.IndexSizeBytes); err != nil {
			return nil, 0, err
		}
		entries += len(found)
	}
	if t.plain {
		return items, entries, nil
	}
	n, err := t.follow(c, who)
	done.records += n
	if err != nil {
		return nil, 0, err
	}
	return items, entries, same("the stream", t.replay, items)
}

// scan reads all of the table or one of its indexes, by the key of the table.
func (t *table) scan(c *client.Client, who client.Creds, index string) (map[string]object, error) {
	all := map[string]object{}
	in := object{"TableName": t.name}
	if index != "" {
		in["IndexName"] = index
	} else {
		in["ConsistentRead"] = true
	}
	for {
		var out struct {
			Items            []object
			LastEvaluatedKey object
		}
		a, err := c.Dynamo(who, "Scan", in)
		if err := client.Need(a, err, &out); err != nil {
			return nil, err
		}
		for _, it := range out.Items {
			key := keyOf(it)
			if all[key] != nil {
				return nil, fmt.Errorf("%s %s has %s twice", t.name, index, key)
			}
			all[key] = it
		}
		if out.LastEvaluatedKey == nil {
			return all, nil
		}
		in["ExclusiveStartKey"] = out.LastEvaluatedKey
	}
}

func text(v any) string {
	for _, s := range v.(object) {
		return s.(string)
	}
	return ""
}

func keyOf(it object) string { return text(it["pk"]) + "/" + text(it["sk"]) }

// projection is what the index has to have of the items.
func projection(index string, items map[string]object) map[string]object {
	ix := indexes[index]
	entries := map[string]object{}
	for key, it := range items {
		if slices.ContainsFunc(ix.keys, func(name string) bool { return it[name] == nil }) {
			continue
		}
		entries[key] = maps.Clone(it)
		if ix.projected != nil {
			maps.DeleteFunc(entries[key], func(name string, _ any) bool { return !slices.Contains(ix.projected, name) })
		}
	}
	return entries
}

// same compares items by key.
func same(what string, got, want map[string]object) error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if g, w := imageOf(got[key]), imageOf(want[key]); g != w {
			errs = append(errs, fmt.Errorf("%s has %s of %s, not %s", what, g, key, w))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if want[key] == nil {
			errs = append(errs, fmt.Errorf("%s has %s, which isn't there", what, imageOf(got[key])))
		}
	}
	return history.First(errs)
}

// imageOf is an item in one form.
func imageOf(it object) string {
	if it == nil {
		return history.None
	}
	b, err := json.Marshal(it) // sorts
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// counted compares items with what DescribeTable says of them.
func counted(what string, items map[string]object, count, size int) error {
	bytes := 0
	for _, it := range items {
		for name, v := range it {
			bytes += len(name) + sizeOf(v.(object))
		}
	}
	if count != len(items) || size != bytes {
		return fmt.Errorf("%s is said to have %d items of %d bytes, and has %d of %d", what, count, size, len(items), bytes)
	}
	return nil
}

// sizeOf is the size of a string, or of a number without a fraction or a sign.
func sizeOf(v object) int {
	if n, ok := v["N"].(string); ok {
		if digits := strings.TrimRight(n, "0"); digits != "" {
			return 1 + (len(digits)+1)/2
		}
		return 1
	}
	return len(v["S"].(string))
}

// numberOf reads a number of an item.
func numberOf(it object, name string) (int, error) {
	v, ok := it[name].(object)
	if !ok {
		return 0, fmt.Errorf("%s has no %s", imageOf(it), name)
	}
	return strconv.Atoi(text(v))
}
