// SPDX-License-Identifier: Apache-2.0

package attr

var (
	errKeySchema    = invalid("The provided key element does not match the schema")
	errHashTooLong  = invalidParameters("Size of hashkey has exceeded the maximum size limit of2048 bytes")
	errRangeTooLong = invalidParameters("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
)

// CheckItem returns the ValidationError of an item to be put whose key
// attributes are missing, of another type, empty or too long.
func (s Schema) CheckItem(it Item) error {
	for a := range s.attributes {
		v, ok := it.Get(a.Name)
		if !ok {
			return invalidParameters("Missing the key " + a.Name + " in the item")
		}
		if v.Type() != a.Type {
			return invalidParameters("Type mismatch for key " + a.Name + " expected: " + a.Type.String() + " actual: " + v.Type().String())
		}
	}
	return s.checkValues(it)
}

// Has reports whether CheckItem finds nothing: whether the item has a key of the
// schema.
func (s Schema) Has(it Item) bool {
	sizes := [2]int{}
	for i, attributes := range [2][]KeyAttribute{s.Hash, s.Range} {
		for _, a := range attributes {
			v, ok := it.Get(a.Name)
			if !ok || v.Type() != a.Type || len(v.Bytes()) == 0 {
				return false
			}
			sizes[i] += v.Size()
		}
	}
	return CheckKeySizes(sizes[0], sizes[1]) == nil
}

// CheckKey returns the ValidationError of a key that a call names, which must
// be exactly the key attributes.
func (s Schema) CheckKey(key Item) error {
	if key.Len() != s.Len() {
		return errKeySchema
	}
	for a := range s.attributes {
		if v, ok := key.Get(a.Name); !ok || v.Type() != a.Type {
			return errKeySchema
		}
	}
	return s.checkValues(key)
}

func (s Schema) checkValues(it Item) error {
	for a := range s.attributes {
		if v, _ := it.Get(a.Name); len(v.Bytes()) == 0 {
			return CheckKeyValue(a.Name, v)
		}
	}
	return s.checkSizes(it)
}

// CheckKeyValue returns the ValidationError of an empty value for the key
// attribute of that name.
func CheckKeyValue(name string, v Value) error {
	if len(v.Bytes()) > 0 {
		return nil
	}
	return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty " +
		emptyKind(v.Type()) + " value. Key: " + name)
}

func emptyKind(t Type) string {
	if t == TypeB {
		return "binary"
	}
	return "string"
}

func (s Schema) checkSizes(it Item) error {
	return CheckKeySizes(keySize(it, s.Hash), keySize(it, s.Range))
}

// CheckKeySizes returns the ValidationError of a partition key or a sort key
// that is too long. Sizes are in bytes, of all of its values together.
func CheckKeySizes(hash, sort int) error {
	if hash > MaxPartitionKey {
		return errHashTooLong
	}
	if sort > MaxSortKey {
		return errRangeTooLong
	}
	return nil
}

func keySize(it Item, attributes []KeyAttribute) int {
	size := 0
	for _, a := range attributes {
		v, _ := it.Get(a.Name)
		size += v.Size()
	}
	return size
}

// CheckSize returns the ValidationError of an item that is too large to put.
func (it Item) CheckSize() error {
	if it.Size() > MaxItemSize {
		return errItemSize
	}
	return nil
}
