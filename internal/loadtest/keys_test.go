// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// picker returns a function that picks the items of a tenant: all of them as
// often, or some far more often than others, as -zipf says. Those lie far apart.
func picker() func() int {
	n := perTenant()
	if *zipf == 0 {
		return func() int { return rand.IntN(n) }
	}
	z := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), *zipf, 1, uint64(n-1))
	const stride = 2_654_435_761 // is prime, so that no two ranks are one item
	return func() int { return int(z.Uint64() * stride % uint64(n)) }
}

// mostIndexes is how many global secondary indexes a table may be measured with.
const mostIndexes = 5

func indexName(i int) string { return fmt.Sprintf("by-g%d", i) }

func indexAttribute(i int) string { return fmt.Sprintf("G%d", i) }

// indexed returns the members of an item that are keys of indexes: each index has
// partitions of a hundred items or so, which are a tenant's.
func indexed(tenant, i int) string {
	var b strings.Builder
	for g := range *indexes {
		fmt.Fprintf(&b, `,%q:{"S":"%s-%06d"}`, indexAttribute(g), tenantName(tenant), (i*(g+7)/100)%1_000_000)
	}
	return b.String()
}

// globalIndexes are the indexes of the table, each of whole items.
func globalIndexes() (all []types.GlobalSecondaryIndex, attributes []types.AttributeDefinition) {
	for g := range *indexes {
		name := aws.String(indexAttribute(g))
		attributes = append(attributes, types.AttributeDefinition{AttributeName: name, AttributeType: types.ScalarAttributeTypeS})
		all = append(all, types.GlobalSecondaryIndex{
			IndexName: aws.String(indexName(g)), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
			KeySchema: []types.KeySchemaElement{
				{AttributeName: name, KeyType: types.KeyTypeHash},
				{AttributeName: aws.String("ShipmentID"), KeyType: types.KeyTypeRange},
			},
		})
	}
	return all, attributes
}
