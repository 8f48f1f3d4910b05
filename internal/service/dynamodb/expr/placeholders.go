// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"maps"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// Placeholders are the names and values that a request's expressions refer to
// as #name and :value, and which of them have been used so far.
type Placeholders struct {
	names      map[string]string
	values     attr.Item
	index      map[string]attr.Value // of values, if they are many
	usedNames  map[string]bool
	usedValues map[string]bool
}

// fewValues is how many values are as well looked for from the first on.
const fewValues = 16

// NewPlaceholders checks a request's ExpressionAttributeNames (nil if absent)
// and ExpressionAttributeValues. The result is for this one request.
func NewPlaceholders(names map[string]string, values attr.Input) (*Placeholders, error) {
	size, err := checkNames(names)
	if err != nil {
		return nil, err
	}
	item, err := checkValues(values, MaxSubstitutions-size)
	if err != nil {
		return nil, err
	}
	p := &Placeholders{names: names, values: item, usedNames: map[string]bool{}, usedValues: map[string]bool{}}
	if item.Len() > fewValues {
		p.index = make(map[string]attr.Value, item.Len())
		for k, v := range item.All() {
			p.index[string(k)] = v
		}
	}
	return p, nil
}

func (p *Placeholders) lookup(key string) (attr.Value, bool) {
	if p.index == nil {
		return p.values.Get(key)
	}
	v, ok := p.index[key]
	return v, ok
}

// checkNames returns the size of the names, as that of values is counted.
func checkNames(names map[string]string) (size int, err error) {
	if names == nil {
		return 0, nil
	}
	if len(names) == 0 {
		return 0, invalid("ExpressionAttributeNames must not be empty")
	}
	keys := slices.Sorted(maps.Keys(names))
	for _, k := range keys {
		if !isPlaceholder(k, '#') {
			return 0, invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "` + k + `"`)
		}
	}
	for _, k := range keys {
		if names[k] == "" {
			return 0, invalid("ExpressionAttributeNames contains invalid value: Empty attribute name for key " + k)
		}
		if len(names[k]) > attr.MaxName {
			return 0, errNameSize
		}
		size += len(k) + len(names[k])
	}
	if len(names) > maxCount || size > MaxSubstitutions {
		return 0, invalid("ExpressionAttributeNames exceeds the maximum allowed size")
	}
	return size, nil
}

// checkValues checks values that may have up to that size.
func checkValues(values attr.Input, most int) (attr.Item, error) {
	if !values.Present() {
		return attr.Item{}, nil
	}
	empty := true
	for k := range values.Names() {
		if !isPlaceholder(k, ':') {
			return attr.Item{}, invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "` + k + `"`)
		}
		empty = false
	}
	if empty {
		return attr.Item{}, invalid("ExpressionAttributeValues must not be empty")
	}
	if key, err := values.Refused(); err != nil {
		return attr.Item{}, invalid("ExpressionAttributeValues contains invalid value: " + err.Error() + " for key " + key)
	}
	item, err := values.Item()
	if err == nil && (item.Len() > maxCount || item.Size() > most) {
		err = invalid("ExpressionAttributeValues exceeds the maximum allowed size")
	}
	return item, err
}

// isPlaceholder reports whether s is sigil and then letters, digits and
// underscores.
func isPlaceholder(s string, sigil byte) bool {
	if len(s) < 2 || len(s) > MaxPlaceholder || s[0] != sigil {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !isWord(s[i]) {
			return false
		}
	}
	return true
}

// CheckUnused returns the ValidationError of placeholders that no expression
// has used. It is called after all of the request's expressions were compiled.
func (p *Placeholders) CheckUnused() error {
	var unused []string
	for k := range p.names {
		if !p.usedNames[k] {
			unused = append(unused, k)
		}
	}
	if err := errUnused("ExpressionAttributeNames", unused); err != nil {
		return err
	}
	for k := range p.values.All() {
		if !p.usedValues[string(k)] {
			unused = append(unused, string(k))
		}
	}
	return errUnused("ExpressionAttributeValues", unused)
}

func errUnused(member string, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	slices.Sort(keys)
	return invalid("Value provided in " + member + " unused in expressions: keys: {" + strings.Join(keys, ", ") + "}")
}

// value returns the value of a :placeholder.
func (p *Placeholders) value(key string) (attr.Value, bool) {
	v, ok := p.lookup(key)
	if ok {
		p.usedValues[key] = true
	}
	return v, ok
}

// name returns the attribute that a path element written as s means.
func (p *Placeholders) name(s string) (string, bool) {
	if s[0] != '#' {
		return s, true
	}
	name, ok := p.names[s]
	if ok {
		p.usedNames[s] = true
	}
	return name, ok
}
