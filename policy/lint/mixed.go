// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"strings"
)

// batches are the actions whose requests carry the partition keys of several items.
var batches = [...]string{"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"}

// mixed reports conditions that hold for a batch if one of its partition keys is the
// tenant's own, unless another condition is about all of them.
func (c *checker) mixed(s *statement) {
	if s.notAction {
		return
	}
	for i := range s.conditions {
		cond := &s.conditions[i]
		if cond.set != "ForAnyValue" || cond.negated || !isPartitionKey(cond.key.text) || !c.hasTenant(cond) || s.boundsAll(cond.key.text) {
			continue
		}
		for _, name := range batches {
			if c.actionOf(s, name) != nil && !c.full() {
				c.addMixed(s, cond, name)
				break
			}
		}
	}
}

// boundsAll reports whether a condition is about every value of the key.
func (s *statement) boundsAll(key string) bool {
	for i := range s.conditions {
		c := &s.conditions[i]
		if c.set == "ForAllValues" && !c.negated && strings.EqualFold(c.key.text, key) {
			return true
		}
	}
	return false
}

func (c *checker) addMixed(s *statement, cond *condition, name string) {
	key := cond.key.text
	is := issue{
		rule: vacuousRule, aspect: "mixed", severity: Error, at: cond.name.span, statement: s, proof: true,
		message: fmt.Sprintf("%s holds for a batch that has other tenants' keys beside one of the tenant's own", cond.name.text),
	}
	b := c.builder(s)
	mine := b.value(cond, c.d.pattern(cond.values[0]))
	ask := func(note string, keys ...string) *Request {
		return b.request(aim{note: note, action: name, set: map[string]any{key: keys}})
	}
	is.candidates = []candidate{{Request: ask(fmt.Sprintf("one key is %s's, the other is not", own), mine, other), severity: Error}}
	is.controls = []*Request{ask("", mine)}
	if guard, ok := c.d.addCondition(s, "Null", key, `"false"`); ok {
		_, base, _ := strings.Cut(cond.name.text, ":")
		is.plans = []plan{{"require it of all keys", []edit{guard, {cond.name.span, quote("ForAllValues:" + base)}}}}
	}
	c.add(is)
}
