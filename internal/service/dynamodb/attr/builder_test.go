// SPDX-License-Identifier: Apache-2.0

package attr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

func TestBuilderMakesWhatJSONDoes(t *testing.T) {
	var b attr.Builder
	for range 2 { // the second time with memory that has been used
		b.Reset()
		b.Name("z")
		b.Begin(attr.TypeL)
		b.Str("x")
		b.Begin(attr.TypeM)
		b.Name("n")
		b.Num(attr.IntNumber(-5))
		b.Name("b")
		b.Bin([]byte{0, 1})
		b.End()
		b.Value(attr.Bool(true))
		b.End()
		b.Name("a")
		b.Begin(attr.TypeSS)
		b.Str("y")
		b.Member([]byte("x"))
		b.End()
		b.Entry([]byte("m"), attr.Null())
		b.Name("f")
		b.Bool(false)
		b.Name("e")
		b.Null()
		got, err := b.Item()
		if err != nil {
			t.Fatal(err)
		}
		want := item(t, `{"z":{"L":[{"S":"x"},{"M":{"n":{"N":"-5"},"b":{"B":"AAE="}}},{"BOOL":true}]},"a":{"SS":["x","y"]},`+
			`"m":{"NULL":true},"f":{"BOOL":false},"e":{"NULL":true}}`)
		if !got.Equal(want) {
			t.Errorf("built %s", got.AppendJSON(nil))
		}
	}
}

func TestBuilderRefusesMistakes(t *testing.T) {
	for name, build := range map[string]func(b *attr.Builder){
		"value without a name":  func(b *attr.Builder) { b.Str("x") },
		"name without a value":  func(b *attr.Builder) { b.Name("a") },
		"two names":             func(b *attr.Builder) { b.Name("a"); b.Name("b"); b.Null() },
		"attribute twice":       func(b *attr.Builder) { b.Name("a"); b.Null(); b.Name("a"); b.Null() },
		"open list":             func(b *attr.Builder) { b.Name("a"); b.Begin(attr.TypeL) },
		"end of nothing":        func(b *attr.Builder) { b.End() },
		"name in a list":        func(b *attr.Builder) { b.Name("a"); b.Begin(attr.TypeL); b.Name("b"); b.Null(); b.End() },
		"number in SS":          func(b *attr.Builder) { b.Name("a"); b.Begin(attr.TypeSS); b.Num(attr.IntNumber(1)); b.End() },
		"list in SS":            func(b *attr.Builder) { b.Name("a"); b.Begin(attr.TypeSS); b.Begin(attr.TypeL); b.End(); b.End() },
		"member outside a set":  func(b *attr.Builder) { b.Name("a"); b.Member([]byte("x")) },
		"scalar as container":   func(b *attr.Builder) { b.Name("a"); b.Begin(attr.TypeS); b.End() },
		"empty set":             func(b *attr.Builder) { b.Name("a"); b.Begin(attr.TypeSS); b.End() },
		"set member twice":      func(b *attr.Builder) { b.Name("a"); b.Begin(attr.TypeBS); b.Bin(nil); b.Bin(nil); b.End() },
		"no value":              func(b *attr.Builder) { b.Name("a"); b.Value(attr.Value{}) },
		"too deep by one value": func(b *attr.Builder) { b.Name("a"); wrap(b, 31, func() { b.Value(value(t, `{"L":[{"S":"x"}]}`)) }) },
		"too deep":              func(b *attr.Builder) { b.Name("a"); wrap(b, 32, func() { b.Null() }) },
		"used again":            func(b *attr.Builder) { _, _ = b.Item(); b.Name("a"); b.Null() },
	} {
		var b attr.Builder
		build(&b)
		if it, err := b.Item(); err == nil {
			t.Errorf("%s: made %s", name, it.AppendJSON(nil))
		}
	}
}

func wrap(b *attr.Builder, levels int, inner func()) {
	for range levels {
		b.Begin(attr.TypeL)
	}
	inner()
	for range levels {
		b.End()
	}
}

func TestViews(t *testing.T) {
	it := item(t, `{"l":{"L":[{"S":"x"},{"N":"2"}]},"m":{"M":{"k":{"S":"v"}}},"s":{"S":"a😀é"},"b":{"B":"AAAA"},"t":{"BOOL":true},"n":{"NULL":true},"ns":{"NS":["3","1"]}}`)
	l, _ := it.Get("l")
	if v, ok := l.Index(1); !ok || v.Number() != attr.IntNumber(2) {
		t.Errorf("l[1] is %v, %v", v, ok)
	}
	for _, i := range []int{-1, 2} {
		if v, ok := l.Index(i); ok {
			t.Errorf("l[%d] is %v", i, v)
		}
	}
	m, _ := it.Get("m")
	if v, ok := m.Member("k"); !ok || string(v.Bytes()) != "v" {
		t.Errorf("m.k is %v, %v", v, ok)
	}
	if _, ok := m.Member("j"); ok {
		t.Error("m.j is there")
	}
	if _, ok := l.Member("k"); ok {
		t.Error("a list has members")
	}
	if _, ok := m.Index(0); ok {
		t.Error("a map has elements")
	}
	if _, ok := it.Get("o"); ok {
		t.Error("an attribute between others is there")
	}
	counts := map[string]int{"l": 2, "m": 1, "s": 4, "b": 3, "t": -1, "n": -1, "ns": 2}
	for name, v := range it.All() {
		n, ok := v.Count()
		if !ok {
			n = -1
		}
		if n != counts[string(name)] {
			t.Errorf("%s counts %d, want %d", name, n, counts[string(name)])
		}
	}
	if b, _ := it.Get("t"); !b.Bool() {
		t.Error("true is false")
	}
	var none attr.Value
	if none.Type() != 0 || none.Type().String() != "" || none.Len() != 0 || none.Bool() || none.Bytes() != nil || !none.Number().IsZero() {
		t.Error("the zero value is something")
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	it := item(t, sample)
	if n := testing.AllocsPerRun(100, func() {
		lines, _ := it.Get("lines")
		line, _ := lines.Index(1)
		price, _ := line.Member("price")
		_ = price.Number()
		for range it.All() {
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestSingleValues(t *testing.T) {
	for in, want := range map[string]string{
		`{"S":"x"}`:    `{"S":"x"}`,
		`{"L":[]}`:     `{"L":[]}`,
		`{"N":"1.0"}`:  `{"N":"1"}`,
		`null`:         "absent",
		`{}`:           "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
		`{"N":"x"}`:    noNumber + ": x",
		`5`:            "Unexpected field type",
		`[]`:           "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
		`{"SS":[1]}`:   "NUMBER_VALUE cannot be converted to String",
		`{"S":"x"} {}`: `{"S":"x"}`,
	} {
		var in1 attr.InputValue
		got := "absent"
		if err := in1.DecodeJSON(jsontext.NewDecoder(strings.NewReader(in))); err != nil {
			got = err.Error()
		} else if v, err := in1.Value(); err != nil {
			got = err.Error()
		} else if in1.Present() {
			got = string(v.AppendJSON(nil))
		}
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestAbsentAndMisshapenItems(t *testing.T) {
	var in attr.Input
	if err := in.DecodeJSON(jsontext.NewDecoder(strings.NewReader(`null`))); err != nil || in.Present() {
		t.Errorf("null is present: %v", err)
	}
	for text, want := range map[string]string{
		`"x"`: "Unexpected field type", `5`: "Unexpected field type",
		`[]`: "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>",
	} {
		err := in.DecodeJSON(jsontext.NewDecoder(strings.NewReader(text)))
		var shape *attr.SerializationError
		if !errors.As(err, &shape) || shape.Message != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if _, err := decode(`{"":{"S":"x"}}`); err == nil || err.Error() != "Empty attribute name" {
		t.Errorf("an attribute without a name: %v", err)
	}
}

func TestItemSizeLimit(t *testing.T) {
	for n, want := range map[int]string{
		409_599: "",
		409_600: "Item size has exceeded the maximum allowed size",
	} {
		it := item(t, `{"a":{"S":"`+strings.Repeat("x", n)+`"}}`)
		if got := text(it.CheckSize()); got != want {
			t.Errorf("%d bytes and a name of one: %q, want %q", n, got, want)
		}
	}
}
