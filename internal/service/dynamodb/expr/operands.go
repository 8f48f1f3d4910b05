// SPDX-License-Identifier: Apache-2.0

package expr

import "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"

// Equated returns the value that the condition sets the attribute equal to.
func (c *KeyCondition) Equated(name string) (attr.Value, bool) {
	for _, t := range c.terms {
		if t.name == name && t.r.Op == attr.RangeEQ {
			return t.r.A, true
		}
	}
	return attr.Value{}, false
}

// Operands returns every value that the condition compares an attribute with.
func (c *KeyCondition) Operands() []attr.Value {
	var all []attr.Value
	for _, t := range c.terms {
		all = append(all, t.r.A)
		if t.r.Op == attr.RangeBetween {
			all = append(all, t.r.B)
		}
	}
	return all
}
