// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"encoding/base64"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A target is the table that a call names, as it is in the call's transaction.
type target struct {
	ref   tableRef
	table *table // nil if there is none

	// at is where the items are that the call names, in its order: what the
	// call's needs open is what its handler uses. An entry is nil if its key
	// isn't one of the table's.
	at [][]byte
}

// target finds the table that ref names.
func (s *service) target(c *awsapi.Call, ref tableRef) (target, error) {
	ref, err := ref.resolve(c)
	if err != nil {
		return target{}, err
	}
	t, err := s.find(c, ref)
	return target{ref: ref, table: t}, err
}

// need returns the need for the action on the table. It is stated whether or
// not there is such a table: who may not use the name doesn't learn whether it
// is taken.
func (t target) need(action string, ctx policy.Context, spans ...storage.Span) awsapi.Need {
	n := awsapi.Need{
		Action:   serviceName + ":" + action,
		Resource: t.ref.arn(),
		Owner:    t.ref.account,
		Context:  ctx,
		Spans:    spans,
	}
	if t.table != nil {
		n.ResourceTags, n.Policy = t.table.Tags, t.table.policy
	}
	return n
}

// leadingValues are the values of dynamodb:LeadingKeys, which is
// dynamodb:FirstPartitionKeyValues by another name, and of those of the other
// attributes of a partition key.
type leadingValues struct {
	values  []attr.Value // nil for operations that name no partition, which don't carry the keys
	guessed bool         // they are of attributes of which it isn't known whether they are the key

	// further are those of the second attribute of the partition key, of the third
	// and of the fourth. Only indexes have so many.
	further [][]attr.Value
}

// partitionKeys are the condition keys of the attributes of partition keys, in
// their order.
var partitionKeys = map[string]int{
	"dynamodb:leadingkeys": 0, "dynamodb:firstpartitionkeyvalues": 0,
	"dynamodb:secondpartitionkeyvalues": 1, "dynamodb:thirdpartitionkeyvalues": 2, "dynamodb:fourthpartitionkeyvalues": 3,
}

// of returns the values of the n-th attribute of the partition key, from 0.
func (l *leadingValues) of(n int) policy.Value {
	switch {
	case n == 0 && l.values != nil:
		return policy.Many(texts(l.values))
	case 0 < n && n <= len(l.further):
		return policy.Many(texts(l.further[n-1]))
	}
	return policy.Value{}
}

// conditions are the service's condition keys of one need.
type conditions struct {
	leading leadingValues

	// attributes returns the names of the attributes that the call mentions,
	// its keys included, for dynamodb:Attributes. They are many for a wide item:
	// they are asked for once, and only if a policy does.
	attributes func() []string
	names      []string // what attributes has returned

	// The parameters that have keys of their own; empty if the operation
	// doesn't have them.
	selects, returnValues, returnCapacity string

	enclosing string // the operation, if it is one whose permissions are of others
	fullScan  string // "true" or "false"
}

// Lookup implements [policy.Context].
func (k *conditions) Lookup(key string) policy.Value {
	if n, ok := partitionKeys[key]; ok {
		return k.leading.of(n)
	}
	switch key {
	case "dynamodb:attributes":
		if k.names == nil {
			k.names = k.attributes()
		}
		// Nothing mentioned is everything asked for, which has no names.
		if len(k.names) > 0 {
			return policy.Many(k.names)
		}
	case "dynamodb:select":
		return oneOrNone(k.selects)
	case "dynamodb:returnvalues":
		return oneOrNone(k.returnValues)
	case "dynamodb:returnconsumedcapacity":
		return oneOrNone(k.returnCapacity)
	case "dynamodb:enclosingoperation":
		return oneOrNone(k.enclosing)
	case "dynamodb:fulltablescan":
		return oneOrNone(k.fullScan)
	}
	return policy.Value{}
}

// Withholds implements [awsapi.Withholder]: what isn't known to be a key may be
// anything that an item holds.
func (k *conditions) Withholds(key string) bool {
	_, ok := partitionKeys[key]
	return ok && k.leading.guessed
}

func oneOrNone(s string) policy.Value {
	if s == "" {
		return policy.Value{}
	}
	return policy.One(s)
}

// texts returns key values as policies compare them: strings as they are,
// numbers in canonical decimal, binaries in base64. A value that no key has is
// stated as its JSON, so that it doesn't go unseen: ForAllValues is true of an empty
// text.
func texts(values []attr.Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		switch t := v.Type(); {
		case t == attr.TypeN:
			out[i] = v.Number().String()
		case len(v.Bytes()) == 0:
			out[i] = string(v.AppendJSON(nil))
		case t == attr.TypeB:
			out[i] = base64.StdEncoding.EncodeToString(v.Bytes())
		default:
			out[i] = string(v.Bytes())
		}
	}
	return out
}

// leading returns the values that the keys of a call, or the items it puts,
// have for the partition key. If it isn't known which that is, because the
// table doesn't exist or a key isn't of its schema, it returns all values of
// the key: the call will come to nothing, but it is decided by what it asked.
func (t target) leading(keys ...attr.Item) leadingValues {
	p := leadingValues{values: make([]attr.Value, 0, len(keys))}
	for _, key := range keys {
		if t.table != nil {
			if v, ok := key.Get(t.table.hash().Name); ok {
				p.values = append(p.values, v)
				continue
			}
		}
		p.guessed = true
		if key.Len() == 0 {
			p.values = append(p.values, attr.Null()) // it is no partition's, but not nothing
		}
		for _, v := range key.All() {
			p.values = append(p.values, v)
		}
	}
	return p
}

// open returns the spans of the items with those keys, and with write what
// writing them needs besides.
func (t *target) open(write bool, keys ...attr.Item) []storage.Span {
	if t.table == nil {
		return nil
	}
	t.at = make([][]byte, len(keys))
	spans := make([]storage.Span, 0, len(keys)+2)
	for i, key := range keys {
		if t.at[i] = t.table.key(key); t.at[i] != nil {
			spans = append(spans, one(t.at[i], write))
		}
	}
	if write {
		spans = append(spans, t.table.alongside()...)
	}
	return spans
}

// alongside returns the spans that writing any item takes besides its own.
func (t *table) alongside() []storage.Span {
	spans := append([]storage.Span{under(t.counts, true), t.derived}, t.usage.spans()...)
	if t.stream != nil {
		records := under(t.stream, true)
		records.Blind = true
		spans = append(spans, records)
	}
	for _, ix := range t.indexes {
		if ix.Building {
			spans = append(spans, under(ix.entries, true)) // to see what is there
		}
	}
	return spans
}

// names returns the names of the items' attributes and those of more, sorted,
// each once.
func names(items []attr.Item, more ...[]string) []string {
	var all []string
	for _, it := range items {
		for name := range it.All() {
			all = append(all, string(name))
		}
	}
	for _, m := range more {
		all = append(all, m...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// orNone returns the value of an optional parameter whose default is NONE.
func orNone(s *string) string {
	if s == nil {
		return none
	}
	return *s
}

// Condition keys of the catalogue.
var (
	leadingKeys = awsapi.Key{Name: "dynamodb:LeadingKeys", Always: true}
	firstKeys   = awsapi.Key{Name: "dynamodb:FirstPartitionKeyValues", Always: true}
	furtherKeys = []awsapi.Key{ // of indexes that have so many
		{Name: "dynamodb:SecondPartitionKeyValues"}, {Name: "dynamodb:ThirdPartitionKeyValues"}, {Name: "dynamodb:FourthPartitionKeyValues"},
	}
	attributesKey  = awsapi.Key{Name: "dynamodb:Attributes", Always: true}
	someAttributes = awsapi.Key{Name: "dynamodb:Attributes"}
	selectKey      = awsapi.Key{Name: "dynamodb:Select", Always: true}
	valuesKey      = awsapi.Key{Name: "dynamodb:ReturnValues", Always: true}
	capacityKey    = awsapi.Key{Name: "dynamodb:ReturnConsumedCapacity", Always: true}
	enclosingKey   = awsapi.Key{Name: "dynamodb:EnclosingOperation"} // of what is part of a transaction
)

// actions is the service's part of the catalogue.
func actions() []awsapi.Action {
	table, tableOrIndex := []string{"table"}, []string{"table", "index"}
	read := []awsapi.Key{leadingKeys, firstKeys, attributesKey, selectKey, capacityKey}
	write := []awsapi.Key{leadingKeys, firstKeys, attributesKey, valuesKey, capacityKey}
	return append(slices.Concat(absentActions(), settingActions(), executeActions()), []awsapi.Action{
		{Name: "dynamodb:CreateTable", Resources: table},
		{Name: "dynamodb:DescribeTable", Resources: table},
		{Name: "dynamodb:UpdateTimeToLive", Resources: table},
		{Name: "dynamodb:DescribeTimeToLive", Resources: table},
		{Name: "dynamodb:ListTables"},
		{Name: "dynamodb:DeleteTable", Resources: table},
		{Name: "dynamodb:PutItem", Resources: table, Keys: append(write[:len(write):len(write)], enclosingKey)},
		{Name: "dynamodb:GetItem", Resources: table, Keys: append(read[:len(read):len(read)], enclosingKey)},
		{Name: "dynamodb:UpdateItem", Resources: table, Keys: append(write[:len(write):len(write)], enclosingKey)},
		{Name: "dynamodb:DeleteItem", Resources: table, Keys: append(write[:len(write):len(write)], enclosingKey)},
		{Name: "dynamodb:ConditionCheckItem", Resources: table, Keys: append(write[:len(write):len(write)], enclosingKey)},
		{Name: "dynamodb:BatchWriteItem", Resources: table, Keys: []awsapi.Key{leadingKeys, firstKeys, attributesKey, capacityKey}},
		{Name: "dynamodb:BatchGetItem", Resources: table, Keys: read},
		{Name: "dynamodb:Query", Resources: tableOrIndex, Keys: slices.Concat(read, furtherKeys, []awsapi.Key{valuesKey})},
		{Name: "dynamodb:Scan", Resources: tableOrIndex, Keys: []awsapi.Key{someAttributes, selectKey, valuesKey, capacityKey}},
	}...)
}
