// SPDX-License-Identifier: Apache-2.0

package attr

// Size returns the item's size in bytes as AWS counts it: names and values,
// with an overhead for lists and maps only ("DynamoDB item sizes and formats",
// DynamoDB developer guide).
func (it Item) Size() int {
	size := 0
	for name, v := range it.All() {
		size += len(name) + v.Size()
	}
	return size
}

// Size returns the value's size in bytes, without the attribute's name.
func (v Value) Size() int {
	switch v.Type() {
	case TypeS, TypeB:
		return len(v.Bytes())
	case TypeN:
		return v.Number().Size()
	case TypeBOOL, TypeNULL:
		return 1
	case TypeSS, TypeNS, TypeBS:
		return v.setSize()
	case TypeL:
		return v.listSize()
	case TypeM:
		return v.mapSize()
	}
	return 0
}

func (v Value) setSize() int {
	size := 0
	for m := range v.Set() {
		if v.Type() == TypeNS {
			n, _ := decodeNumber(m)
			size += n.Size()
		} else {
			size += len(m)
		}
	}
	return size
}

// containerOverhead is what a list or map costs, and memberOverhead what each
// of its members costs beside its own size.
const (
	containerOverhead = 3
	memberOverhead    = 1
)

func (v Value) listSize() int {
	size := containerOverhead
	for e := range v.List() {
		size += memberOverhead + e.Size()
	}
	return size
}

func (v Value) mapSize() int {
	size := containerOverhead
	for name, m := range v.Map() {
		size += memberOverhead + len(name) + m.Size()
	}
	return size
}

// nesting returns how many levels of lists and maps lie below and including v.
// A list or map that is empty wraps nothing.
func (v Value) nesting() int {
	deepest := 0
	switch v.Type() {
	case TypeL:
		for e := range v.List() {
			deepest = max(deepest, 1+e.nesting())
		}
	case TypeM:
		for _, e := range v.Map() {
			deepest = max(deepest, 1+e.nesting())
		}
	}
	return deepest
}
