// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

// itemAt returns the item of an answer, which must be the one with the key; the
// zero Item if there is none.
func (t *table) itemAt(in map[string]types.AttributeValue, key attr.Item) (attr.Item, error) {
	if len(in) == 0 {
		return attr.Item{}, nil
	}
	it, err := upstream.ParseItem(in)
	if err != nil {
		return attr.Item{}, err
	}
	return it, t.answered(it, key)
}

// picked returns what a projection has asked for of an item that the upstream has
// projected already: neither the key, which we have asked for besides, nor what nobody
// has asked for. No projection shows all.
func picked(p *expr.Projection, it attr.Item) attr.Item {
	if p == nil {
		return it
	}
	return it.Pick(p.Paths().Attributes()...)
}

// attributes returns what a write answers with, by its ReturnValues. Items must
// be the one that was written, and parts of it those that the update is about.
func (t *table) attributes(in map[string]types.AttributeValue, w written) (*item, error) {
	mode := orNone(w.returns)
	if mode == none || len(in) == 0 {
		return nil, nil
	}
	if mode == allOld || mode == allNew {
		it, err := t.itemAt(in, w.key)
		return shown(it), err
	}
	it, err := upstream.ParseItem(in)
	if err != nil {
		return nil, err
	}
	about := updatePaths(w.update).Attributes()
	for name := range it.All() {
		if !slices.Contains(about, string(name)) {
			return nil, errLie
		}
	}
	return shown(it), nil
}

// metrics returns the metrics of the item collection that a write is of; mode is
// the call's ReturnItemCollectionMetrics.
func (t *table) metrics(in *types.ItemCollectionMetrics, mode *string, key attr.Item) (*itemCollectionMetrics, error) {
	if in == nil || orNone(mode) == none || len(in.ItemCollectionKey) == 0 {
		return nil, nil
	}
	it, err := upstream.ParseItem(in.ItemCollectionKey)
	if err != nil {
		return nil, err
	}
	if !it.Equal(key.Pick(t.hash().Name)) {
		return nil, errLie
	}
	return &itemCollectionMetrics{ItemCollectionKey: &item{it}, SizeEstimateRangeGB: in.SizeEstimateRangeGB}, nil
}

// capacityOf returns the capacity that the upstream reports, if the call has asked
// for it. The table is named as the caller did.
func capacityOf(in *types.ConsumedCapacity, mode *string, table string) *consumedCapacity {
	if in == nil || orNone(mode) == none {
		return nil
	}
	out := &consumedCapacity{
		TableName:              &table,
		CapacityUnits:          in.CapacityUnits,
		ReadCapacityUnits:      in.ReadCapacityUnits,
		WriteCapacityUnits:     in.WriteCapacityUnits,
		LocalSecondaryIndexes:  capacities(in.LocalSecondaryIndexes),
		GlobalSecondaryIndexes: capacities(in.GlobalSecondaryIndexes),
	}
	if in.Table != nil {
		out.Table = capacityUnits(in.Table)
	}
	return out
}

// capacitiesOf returns what is of the table in what the upstream reports of several,
// if the call has asked for it. The table is named as the caller did.
func capacitiesOf(in []types.ConsumedCapacity, mode *string, table, as string) (out []consumedCapacity) {
	for i := range in {
		if used := capacityOf(&in[i], mode, as); used != nil && aws.ToString(in[i].TableName) == table {
			out = append(out, *used)
		}
	}
	return out
}

func capacityUnits(in *types.Capacity) *capacity {
	return &capacity{CapacityUnits: in.CapacityUnits, ReadCapacityUnits: in.ReadCapacityUnits, WriteCapacityUnits: in.WriteCapacityUnits}
}

func capacities(in map[string]types.Capacity) map[string]capacity {
	if in == nil {
		return nil
	}
	out := map[string]capacity{}
	for name, c := range in {
		out[name] = *capacityUnits(&c)
	}
	return out
}
