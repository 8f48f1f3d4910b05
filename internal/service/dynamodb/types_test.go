// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
)

// TestMembersAreSpelledAsInTheSDK compares inputs and results with those of
// AWS's SDK, at every depth.
func TestMembersAreSpelledAsInTheSDK(t *testing.T) {
	for _, op := range service.New().Operations {
		m, ok := reflect.TypeFor[*dynamodb.Client]().MethodByName(op.Name)
		if !ok {
			t.Errorf("AWS has no operation %s", op.Name)
			continue
		}
		compare(t, op.Name, op.In(), m.Type.In(2))
		compare(t, op.Name, op.Out(), m.Type.Out(0))
	}
}

func compare(t *testing.T, at string, ours, theirs reflect.Type) {
	ours, theirs = element(ours), element(theirs)
	if ours.Kind() != reflect.Struct || ours == theirs {
		return
	}
	for i := range ours.NumField() {
		f := ours.Field(i)
		if !f.IsExported() {
			continue
		}
		name := at + "." + f.Name
		g, ok := theirs.FieldByName(f.Name)
		if !ok {
			t.Errorf("AWS has no member %s", name)
			continue
		}
		if speaks(element(f.Type)) || slices.Contains(exceptions, name) {
			continue
		}
		if a, b := shape(f.Type), shape(g.Type); a != b {
			t.Errorf("%s is a %v, in the SDK a %v", name, a, b)
		}
		compare(t, name, f.Type, g.Type)
	}
}

// exceptions are the members of another type than AWS's: always empty.
var exceptions = []string{"BatchWriteItem.UnprocessedItems"}

// speaks reports whether t has a form of its own on the wire, as items do, and
// so no members to compare.
func speaks(t reflect.Type) bool {
	_, in := reflect.PointerTo(t).MethodByName("UnmarshalAWSJSON")
	_, out := reflect.PointerTo(t).MethodByName("AppendAWSJSON")
	return in || out
}

// element returns what the elements of pointers, lists and maps of t are.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

// shape returns the kind of t, without pointers.
func shape(t reflect.Type) reflect.Kind {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind()
}
