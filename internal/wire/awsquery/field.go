// SPDX-License-Identifier: Apache-2.0

package awsquery

import (
	"reflect"
	"sync"
)

// A field is a field of a struct that is on the wire.
type field struct {
	index int
	name  string // on the wire
}

// fields holds the []field of every struct type that was asked for: as many as
// services declare.
var fields sync.Map

// fieldsOf returns the fields of the struct type t that are on the wire.
func fieldsOf(t reflect.Type) []field {
	if known, ok := fields.Load(t); ok {
		return known.([]field)
	}
	var list []field
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name, ok := f.Tag.Lookup("query")
		if !ok {
			name = f.Name
		}
		list = append(list, field{i, name})
	}
	fields.Store(t, list)
	return list
}
