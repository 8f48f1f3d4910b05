// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"maps"
	"slices"
)

// Enumerations of legacy parameters, in the order in which AWS lists them.
var (
	conditionalOperators = []string{"OR", "AND"}
	comparisonOperators  = []string{
		"IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS",
	}
	updateActions = []string{"ADD", "PUT", "DELETE"}
)

func (v *violations) expected(expected map[string]expectedAttributeValue) {
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		v.enum(expected[name].ComparisonOperator, "expected."+name+".member.comparisonOperator", comparisonOperators)
	}
}

func (v *violations) conditions(conditions map[string]condition, path string) {
	for _, name := range slices.Sorted(maps.Keys(conditions)) {
		at, operator := path+"."+name+".member.comparisonOperator", conditions[name].ComparisonOperator
		if operator == nil {
			v.missing(at)
		}
		v.enum(operator, at, comparisonOperators)
	}
}

func (v *violations) attributeUpdates(updates map[string]attributeValueUpdate) {
	for _, name := range slices.Sorted(maps.Keys(updates)) {
		v.enum(updates[name].Action, "attributeUpdates."+name+".member.action", updateActions)
	}
}

func (v *violations) attributesToGet(attributes []string, path string) {
	if attributes != nil && len(attributes) == 0 {
		v.add("[]", path, lengthAtLeast(1))
	}
}
