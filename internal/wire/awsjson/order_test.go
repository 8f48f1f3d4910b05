// SPDX-License-Identifier: Apache-2.0

package awsjson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// TestOfSeveralMistakesTheFirstByDeclarationIsTold sends bodies in which the
// mistake that comes first isn't the one to be told of.
func TestOfSeveralMistakesTheFirstByDeclarationIsTold(t *testing.T) {
	const (
		text    = "NUMBER_VALUE cannot be converted to String"
		boolean = "NUMBER_VALUE cannot be converted to Boolean"
		integer = "STRING_VALUE cannot be converted to Integer"
		field   = "Unexpected field type"
		payload = "Unexpected value type in payload"
	)
	for _, tt := range []struct{ name, body, message string }{
		{"the body's first is declared first", `{"S":1,"B":1}`, text},
		{"the body's last is declared first", `{"I":"x","B":1,"S":1}`, text},
		{"with an escaped name", `{"B":1,"\u0053":1}`, text},
		{"what is unknown or null is passed over", `{"x":1,"B":1,"S":null,"I":"x"}`, boolean},
		{"in a structure", `{"Struct":{"List":1,"S":1}}`, text},
		{"in an optional structure", `{"OptS":{"List":1,"S":1}}`, text},
		{"in an element", `{"Structs":[{},{"List":1,"S":1}]}`, text},
		{"in the value of a map", `{"OfMap":{"a":{"List":1,"S":1}}}`, text},
		{"in an element of an element", `{"Structs":[{"List":[{"List":[{"List":1,"S":1}],"S":"a"}]}]}`, text},
		{"elements go one by one", `{"Structs":[{"List":1},{"S":1}]}`, field},
		{"a structure before a list of them", `{"Structs":[1],"Struct":1}`, field},
		{"a list of them alone", `{"Owns":1,"Structs":[1]}`, payload},
		{"own forms", `{"Own":1,"I":"x"}`, integer},

		{"a mistake of the JSON comes before all", `{"S":1,}`, ""},
		{"a name that is there twice, too", `{"S":1,"x":{"y":1,"y":2}}`, ""},
		{"and what follows the body", `{"S":1}}`, ""},
		{"and bytes that are no UTF-8", "{\"S\":1,\"x\":\"\xff\"}", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var in input
			err := decode(tt.body, &in)
			var e *awsapi.Error
			if !errors.As(err, &e) || e.Kind != awsapi.NotSerialized || e.Message != tt.message {
				t.Errorf("got %v, want %q", err, tt.message)
			}
		})
	}
}

// TestLookingForTheFirstMistakeIsBounded has two mistakes at some depth: each level
// of a structure is parsed again, so deep down the body's first is told.
func TestLookingForTheFirstMistakeIsBounded(t *testing.T) {
	const list, text = "Unexpected field type", "NUMBER_VALUE cannot be converted to String"
	for levels, want := range map[int]string{1: text, 5: text, 20: list, 100: list} {
		body := `{"Struct":` + strings.Repeat(`{"List":[`, levels) + `{"List":1,"S":1}` + strings.Repeat(`]}`, levels) + `}`
		var in input
		if err := decode(body, &in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d levels: got %v, want %q", levels, err, want)
		}
	}
}

// TestLargeBodiesAreNotLookedAtAgain has two mistakes in a small and a large body.
func TestLargeBodiesAreNotLookedAtAgain(t *testing.T) {
	const list, text = "Unexpected field type", "NUMBER_VALUE cannot be converted to String"
	for size, want := range map[int]string{200 << 10: text, 300 << 10: list} {
		var in input
		err := decode(`{"Strings":1,"S":1,"None":"`+strings.Repeat("x", size)+`"}`, &in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: got %v, want %q", size, err, want)
		}
	}
}
