// SPDX-License-Identifier: Apache-2.0

package upstream_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

func item(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string,
) attr.Item {
	t.Helper()
	var in attr.Input
	if err := in.DecodeJSON(jsontext.NewDecoder(strings.NewReader(text))); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	it, err := in.Item()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return it
}

func TestItemsComeBackAsTheyWent(t *testing.T) {
	for _, text := range []string{
		`{}`,
		`{"s":{"S":""},"b":{"B":""},"l":{"L":[]},"m":{"M":{}}}`,
		`{"n":{"N":"0"}}`, `{"n":{"N":"-0.00000000000000000000000000000000000001"}}`,
		`{"n":{"N":"12345678901234567890123456789012345678"}}`, `{"n":{"N":"9.9999999999999999999999999999999999999E+125"}}`,
		`{"n":{"N":"1E-130"}}`, `{"n":{"N":"-1E-130"}}`, `{"n":{"N":"1e125"}}`,
		`{"ss":{"SS":["","a","é"]},"ns":{"NS":["1","-2.50","1e20"]},"bs":{"BS":["","AAE="]}}`,
		`{"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true}}`,
		`{"l":{"L":[{"L":[{"M":{"a":{"NS":["1"]},"b":{"S":"x"}}}]},{"NULL":true},{"B":"//8="}]}}`,
		`{"a.b":{"S":"\u0000\u2028😀"},"#":{"S":":x"}}`,
		`{"deep":` + strings.Repeat(`{"L":[`, 31) + `{"S":"x"}` + strings.Repeat(`]}`, 31) + `}`,
	} {
		it := item(t, text)
		got, err := upstream.ParseItem(upstream.Item(it))
		if err != nil || !got.Equal(it) {
			t.Errorf("%s comes back as %s, %v", text, got.AppendJSON(nil), err)
		}
	}
}

func TestNumbersAreWrittenExactly(t *testing.T) {
	for in, want := range map[string]string{
		"1E2": "100", "-0": "0", "1.10": "1.1", "12345678901234567890123456789012345678": "12345678901234567890123456789012345678",
		"1E-3": "0.001", "-5e-1": "-0.5",
	} {
		v := upstream.Item(item(t, `{"n":{"N":"`+in+`"},"s":{"NS":["`+in+`"]}}`))
		if got := v["n"].(*types.AttributeValueMemberN).Value; got != want {
			t.Errorf("%s is written as %s", in, got)
		}
		if got := v["s"].(*types.AttributeValueMemberNS).Value[0]; got != want {
			t.Errorf("%s in a set is written as %s", in, got)
		}
	}
}

func TestWhatNoItemHasIsRefused(t *testing.T) {
	deep := types.AttributeValue(&types.AttributeValueMemberS{Value: "x"})
	for range 40 {
		deep = &types.AttributeValueMemberL{Value: []types.AttributeValue{deep}}
	}
	for name, v := range map[string]types.AttributeValue{
		"no value":                nil,
		"an unknown type":         &types.UnknownUnionMember{Tag: "X"},
		"not a number":            &types.AttributeValueMemberN{Value: "one"},
		"an empty number":         &types.AttributeValueMemberN{},
		"a number too long":       &types.AttributeValueMemberN{Value: strings.Repeat("1", 39)},
		"a number too large":      &types.AttributeValueMemberN{Value: "1E126"},
		"an empty set":            &types.AttributeValueMemberSS{},
		"a set with a duplicate":  &types.AttributeValueMemberNS{Value: []string{"1", "1.0"}},
		"a list with no value":    &types.AttributeValueMemberL{Value: []types.AttributeValue{nil}},
		"a map with a bad number": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"n": &types.AttributeValueMemberN{Value: "x"}}},
		"too deep nesting":        deep,
	} {
		if it, err := upstream.ParseItem(map[string]types.AttributeValue{"a": v}); err == nil {
			t.Errorf("%s is taken as %s", name, it.AppendJSON(nil))
		}
	}
}

func TestEveryItemComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b attr.Builder
		for _, name := range rapid.SliceOfNDistinct(rapid.String(), 0, 5, rapid.ID[string]).Draw(t, "names") {
			b.Name(name)
			draw(t, &b, 3)
		}
		it, err := b.Item()
		if err != nil {
			t.Fatal(err)
		}
		got, err := upstream.ParseItem(upstream.Item(it))
		if err != nil || !got.Equal(it) {
			t.Fatalf("%s comes back as %s, %v", it.AppendJSON(nil), got.AppendJSON(nil), err)
		}
	})
}

// draw adds a random value to b.
func draw(t *rapid.T, b *attr.Builder, depth int) {
	numbers := rapid.Map(rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,15})?(e-?[0-9]{1,2})?`), func(s string) attr.Number {
		n, _ := attr.ParseNumber([]byte(s))
		return n
	})
	kinds := 8
	if depth > 0 {
		kinds = 10
	}
	switch rapid.IntRange(1, kinds).Draw(t, "type") {
	case 1:
		b.Str(rapid.String().Draw(t, "S"))
	case 2:
		b.Num(numbers.Draw(t, "N"))
	case 3:
		b.Bin(rapid.SliceOf(rapid.Byte()).Draw(t, "B"))
	case 4:
		b.Bool(rapid.Bool().Draw(t, "BOOL"))
	case 5:
		b.Null()
	case 6:
		b.Begin(attr.TypeSS)
		for _, s := range rapid.SliceOfNDistinct(rapid.String(), 1, 4, rapid.ID[string]).Draw(t, "SS") {
			b.Str(s)
		}
		b.End()
	case 7:
		b.Begin(attr.TypeNS)
		for _, n := range rapid.SliceOfNDistinct(numbers, 1, 4, rapid.ID[attr.Number]).Draw(t, "NS") {
			b.Num(n)
		}
		b.End()
	case 8:
		b.Begin(attr.TypeBS)
		for _, e := range rapid.SliceOfNDistinct(rapid.SliceOf(rapid.Byte()), 1, 4, func(e []byte) string { return string(e) }).Draw(t, "BS") {
			b.Bin(e)
		}
		b.End()
	case 9:
		b.Begin(attr.TypeL)
		for range rapid.IntRange(0, 3).Draw(t, "L") {
			draw(t, b, depth-1)
		}
		b.End()
	case 10:
		b.Begin(attr.TypeM)
		for _, name := range rapid.SliceOfNDistinct(rapid.String(), 0, 3, rapid.ID[string]).Draw(t, "M") {
			b.Name(name)
			draw(t, b, depth-1)
		}
		b.End()
	}
}

// FuzzItem holds that every item that a request may carry comes back from the
// SDK's form as it was.
func FuzzItem(f *testing.F) {
	f.Add([]byte(`{"a":{"M":{"b":{"L":[{"N":"1.5e3"},{"NS":["1","2"]},{"B":"AAE="}]}}},"s":{"SS":["x"]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var in attr.Input
		if in.DecodeJSON(jsontext.NewDecoder(bytes.NewReader(text))) != nil {
			return
		}
		it, err := in.Item()
		if err != nil {
			return
		}
		got, err := upstream.ParseItem(upstream.Item(it))
		if err != nil || !got.Equal(it) {
			t.Fatalf("%s comes back as %s, %v", text, got.AppendJSON(nil), err)
		}
	})
}
