// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"maps"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// attributeUpdates compiles AttributeUpdates; nil if it has none.
func attributeUpdates(updates map[string]attributeValueUpdate) (*expr.Update, error) {
	if len(updates) == 0 {
		return nil, nil
	}
	actions := make([]expr.Action, 0, len(updates))
	for _, name := range slices.Sorted(maps.Keys(updates)) {
		a, err := updates[name].action(attribute(name))
		if err != nil {
			return nil, err
		}
		actions = append(actions, a)
	}
	u, err := expr.NewAttributeUpdates(actions...)
	return u, validation(err)
}

// onlyDeletes reports whether there are updates and all of them delete. They don't
// make an item that isn't there, as every other update does.
func onlyDeletes(updates map[string]attributeValueUpdate) bool {
	for _, u := range updates {
		if u.Action == nil || *u.Action != "DELETE" {
			return false
		}
	}
	return len(updates) > 0
}

// action returns what the update does to the attribute at p.
func (u attributeValueUpdate) action(p expr.Path) (a expr.Action, err error) {
	v, err := u.Value.checked()
	if err != nil {
		return a, err
	}
	action := "PUT"
	if u.Action != nil {
		action = *u.Action
	}
	t := v.Type()
	switch {
	case !u.Value.Present() && action != "DELETE":
		return a, invalidParameters("Only DELETE action is allowed when no attribute value is specified")
	case !u.Value.Present():
		return expr.Remove(p), nil
	case action == "PUT":
		return expr.Set(p, expr.Literal(v)), nil
	case action == "DELETE" && t.IsSet():
		return expr.Delete(p, v), nil
	case action == "DELETE":
		return a, invalidParameters("DELETE action with value is not supported for the type %s", t)
	case t == attr.TypeL:
		return expr.Append(p, v), nil
	case t == attr.TypeN || t.IsSet():
		return expr.Add(p, v), nil
	}
	return a, invalidParameters("ADD action is not supported for the type %s", t)
}
