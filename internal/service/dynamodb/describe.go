// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"maps"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// What a table on demand can take at once, as AWS describes new ones.
const (
	warmReads  = 12_000
	warmWrites = 4_000
)

// describe returns the table's description. n is its sum of counts.
func (t *table) describe(n *counts, now time.Time) *tableDescription {
	d := t.identify(statusActive, n, now)
	d.AttributeDefinitions, d.KeySchema = t.definitions(), elements(t.Keys[:1], t.Keys[1:])
	d.CreationDateTime = &t.Created
	d.BillingModeSummary = t.describeBilling()
	d.WarmThroughput = t.Throughput.warmth(t.BillingMode, t.ReadUnits, t.WriteUnits)
	d.OnDemandThroughput = t.Throughput.limits()
	t.describeStream(d)
	if t.Class != "" {
		d.TableClassSummary = &tableClassSummary{TableClass: &t.Class}
		if !t.ClassChanged.IsZero() {
			d.TableClassSummary.LastUpdateDateTime = &t.ClassChanged
		}
	}
	for _, ix := range t.indexes {
		if ix.Local {
			d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, ix.describeLocal(n))
		} else {
			d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, ix.describeGlobal(n, now))
		}
	}
	return d
}

// describeBilling describes the billing mode of a table that is on demand, or was; nil
// for others. An upstream may not have told since when.
func (t *table) describeBilling() *billingModeSummary {
	switch {
	case !t.OnDemandSince.IsZero():
		return &billingModeSummary{BillingMode: &t.BillingMode, LastUpdateToPayPerRequestDateTime: &t.OnDemandSince}
	case t.BillingMode == payPerRequest:
		return &billingModeSummary{BillingMode: &t.BillingMode}
	}
	return nil
}

func (ix *index) describeLocal(n *counts) localSecondaryIndexDescription {
	c := n.of(ix.ID)
	return localSecondaryIndexDescription{
		IndexName:      &ix.Name,
		KeySchema:      elements(ix.Hash, ix.Range),
		Projection:     &projection{&ix.Projection, ix.NonKey},
		IndexSizeBytes: &c.bytes,
		ItemCount:      &c.items,
		IndexArn:       new(ix.table.ref.indexARN(ix.Name).String()),
	}
}

func (ix *index) describeGlobal(n *counts, now time.Time) globalSecondaryIndexDescription {
	local := ix.describeLocal(n)
	d := globalSecondaryIndexDescription{
		IndexName:             local.IndexName,
		KeySchema:             local.KeySchema,
		Projection:            local.Projection,
		IndexStatus:           new(statusActive),
		ProvisionedThroughput: ix.Throughput.describe(ix.ReadUnits, ix.WriteUnits, now),
		IndexSizeBytes:        local.IndexSizeBytes,
		ItemCount:             local.ItemCount,
		IndexArn:              local.IndexArn,
		WarmThroughput:        ix.Throughput.warmth(ix.table.BillingMode, ix.ReadUnits, ix.WriteUnits),
		OnDemandThroughput:    ix.Throughput.limits(),
	}
	if ix.Building {
		d.IndexStatus, d.Backfilling = new(statusCreating), new(true)
	}
	return d
}

// describeNew returns the description that CreateTable answers with, which
// doesn't have everything yet.
func (t *table) describeNew() *tableDescription {
	d := t.describe(&counts{}, t.Created)
	d.TableStatus = new(statusCreating)
	if !t.Throughput.warmed() {
		d.WarmThroughput = nil
	}
	for i := range d.GlobalSecondaryIndexes {
		x := &d.GlobalSecondaryIndexes[i]
		x.IndexStatus = new(statusCreating)
		if !t.index(*x.IndexName).Throughput.warmed() {
			x.WarmThroughput = nil
		}
	}
	if d.BillingModeSummary != nil {
		d.BillingModeSummary.LastUpdateToPayPerRequestDateTime = nil
	}
	return d
}

// identify returns as much of the description as DeleteTable answers with.
func (t *table) identify(status string, n *counts, now time.Time) *tableDescription {
	return &tableDescription{
		TableName:                 &t.Name,
		TableStatus:               &status,
		ProvisionedThroughput:     t.Throughput.describe(t.ReadUnits, t.WriteUnits, now),
		TableSizeBytes:            &n.table.bytes,
		ItemCount:                 &n.table.items,
		TableArn:                  new(t.arn.String()),
		TableId:                   new(t.ID.String()),
		DeletionProtectionEnabled: &t.DeletionProtection,
	}
}

// definitions returns the attributes that are in keys, sorted by name.
func (t *table) definitions() []attributeDefinition {
	types := map[string]string{}
	for _, k := range t.Keys {
		types[k.Name] = k.Type
	}
	for _, x := range t.Indexes {
		for _, k := range slices.Concat(x.Hash, x.Range) {
			types[k.Name] = k.Type
		}
	}
	var out []attributeDefinition
	for _, name := range slices.Sorted(maps.Keys(types)) {
		out = append(out, attributeDefinition{&name, new(types[name])})
	}
	return out
}

// elements returns a key as descriptions show it.
func elements(hash, sort []keyRecord) []keySchemaElement {
	var out []keySchemaElement
	for i, keys := range [][]keyRecord{hash, sort} {
		for j := range keys {
			out = append(out, keySchemaElement{&keys[j].Name, &keyTypes[i]})
		}
	}
	return out
}

// tagsOf returns the tags of a request as needs and records have them.
func tagsOf(in []tag) []awsapi.Tag {
	var out []awsapi.Tag
	for _, t := range in {
		out = append(out, awsapi.Tag{Key: *t.Key, Value: *t.Value})
	}
	return out
}
