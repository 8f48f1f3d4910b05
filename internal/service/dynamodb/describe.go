// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"cmp"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// What a table on demand can take at once, as AWS describes new ones.
const (
	warmReads  = 12_000
	warmWrites = 4_000
)

// describe returns the table's description. n is its sum of counts.
func (t *table) describe(n count) *tableDescription {
	d := t.identify(statusActive, n)
	d.AttributeDefinitions, d.KeySchema = t.keys()
	d.CreationDateTime = &t.Created
	reads, writes := t.ReadUnits, t.WriteUnits
	if t.BillingMode == payPerRequest {
		d.BillingModeSummary = &billingModeSummary{BillingMode: &t.BillingMode, LastUpdateToPayPerRequestDateTime: &t.Created}
		reads, writes = warmReads, warmWrites
	}
	d.WarmThroughput = &warmThroughputDescription{&reads, &writes, new(statusActive)}
	if t.Class != "" {
		d.TableClassSummary = &tableClassSummary{&t.Class}
	}
	return d
}

// describeNew returns the description that CreateTable answers with, which
// doesn't have everything yet.
func (t *table) describeNew() *tableDescription {
	d := t.describe(count{})
	d.TableStatus = new(statusCreating)
	d.WarmThroughput = nil
	if d.BillingModeSummary != nil {
		d.BillingModeSummary.LastUpdateToPayPerRequestDateTime = nil
	}
	return d
}

// identify returns as much of the description as DeleteTable answers with.
func (t *table) identify(status string, n count) *tableDescription {
	return &tableDescription{
		TableName:   &t.Name,
		TableStatus: &status,
		ProvisionedThroughput: &provisionedThroughputDescription{
			NumberOfDecreasesToday: new(int64(0)),
			ReadCapacityUnits:      &t.ReadUnits,
			WriteCapacityUnits:     &t.WriteUnits,
		},
		TableSizeBytes:            &n.bytes,
		ItemCount:                 &n.items,
		TableArn:                  new(t.arn.String()),
		TableId:                   new(t.ID.String()),
		DeletionProtectionEnabled: &t.DeletionProtection,
	}
}

// keys returns the table's key as descriptions show it: definitions sorted by
// name, the schema with the partition key first.
func (t *table) keys() (definitions []attributeDefinition, schema []keySchemaElement) {
	for i := range t.Keys {
		k := &t.Keys[i]
		definitions = append(definitions, attributeDefinition{&k.Name, &k.Type})
		schema = append(schema, keySchemaElement{&k.Name, &keyTypes[i]})
	}
	slices.SortFunc(definitions, func(a, b attributeDefinition) int { return cmp.Compare(*a.AttributeName, *b.AttributeName) })
	return definitions, schema
}

// tagsOf returns the tags of a request as needs and records have them.
func tagsOf(in []tag) []awsapi.Tag {
	var out []awsapi.Tag
	for _, t := range in {
		out = append(out, awsapi.Tag{Key: *t.Key, Value: *t.Value})
	}
	return out
}
