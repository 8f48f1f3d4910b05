// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// The model holds values as Go does, so that two are equal if DeepEqual says so:
// string, bool, []any, map[string]any and these. It shares nothing with the
// package but the language, and is as slow as it is plain.
type (
	number string // a *big.Rat, written
	binary string
	null   struct{}
	set    struct {
		of      string // SS, NS or BS
		members string // their JSON, sorted and joined
	}
)

func numeral(text string) number {
	r, _ := new(big.Rat).SetString(text)
	return number(r.RatString())
}

func (n number) rat() *big.Rat {
	r, _ := new(big.Rat).SetString(string(n))
	return r
}

// decimal writes n as DynamoDB takes it, and not as it gives it back.
func (n number) decimal() string { return n.rat().FloatString(130) }

func setOf(of string, members ...string) set {
	if of == "NS" {
		for i, m := range members {
			members[i] = string(numeral(m))
		}
	}
	slices.Sort(members)
	return set{of, strings.Join(slices.Compact(members), ",")}
}

func (s set) list() []string { return strings.Split(s.members, ",") }

// typeOf returns the name of a value's type, as on the wire.
func typeOf(v any) string {
	switch v := v.(type) {
	case string:
		return "S"
	case number:
		return "N"
	case binary:
		return "B"
	case bool:
		return "BOOL"
	case null:
		return "NULL"
	case set:
		return v.of
	case []any:
		return "L"
	}
	return "M"
}

// wire returns a value as the wire has it.
func wire(v any) map[string]any {
	switch v := v.(type) {
	case string, bool:
		return map[string]any{typeOf(v): v}
	case number:
		return map[string]any{"N": v.decimal()}
	case binary:
		return map[string]any{"B": []byte(v)}
	case null:
		return map[string]any{"NULL": true}
	case set:
		members := make([]any, 0)
		for _, m := range v.list() {
			switch v.of {
			case "NS":
				members = append(members, number(m).decimal())
			case "BS":
				members = append(members, []byte(m))
			default:
				members = append(members, m)
			}
		}
		return map[string]any{v.of: members}
	case []any:
		elements := make([]any, len(v))
		for i, e := range v {
			elements[i] = wire(e)
		}
		return map[string]any{"L": elements}
	}
	return map[string]any{"M": wireItem(v.(map[string]any))}
}

func wireItem(it map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range it {
		out[name] = wire(v)
	}
	return out
}

// modelled reads a value of the wire back.
func modelled(wire map[string]any) any {
	for t, v := range wire {
		switch t {
		case "S", "BOOL":
			return v
		case "N":
			return numeral(v.(string))
		case "B":
			return binary(unbase64(v))
		case "NULL":
			return null{}
		case "SS", "NS", "BS":
			var members []string
			for _, m := range v.([]any) {
				if t == "BS" {
					m = unbase64(m)
				}
				members = append(members, m.(string))
			}
			return setOf(t, members...)
		case "L":
			elements := make([]any, 0)
			for _, e := range v.([]any) {
				elements = append(elements, modelled(e.(map[string]any)))
			}
			return elements
		}
		return modelledItem(v.(map[string]any))
	}
	return nil
}

func modelledItem(wire map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range wire {
		out[name] = modelled(v.(map[string]any))
	}
	return out
}

func unbase64(v any) string {
	b, err := base64.StdEncoding.DecodeString(v.(string))
	if err != nil {
		panic(err)
	}
	return string(b)
}

// real returns the item that it models.
func real(t testing.TB, it map[string]any) attr.Item {
	t.Helper()
	text, err := json.Marshal(wireItem(it))
	if err != nil {
		t.Fatal(err)
	}
	return item(t, string(text))
}

// model returns what models the item.
func model(t testing.TB, it attr.Item) map[string]any {
	t.Helper()
	var wire map[string]any
	if err := json.Unmarshal(it.AppendJSON(nil), &wire); err != nil {
		t.Fatal(err)
	}
	return modelledItem(wire)
}

// A path leads by names and indexes.
type path []any

func (p path) String() string {
	var b strings.Builder
	for i, e := range p {
		switch e := e.(type) {
		case int:
			b.WriteString("[" + strconv.Itoa(e) + "]")
		case string:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(e)
		}
	}
	return b.String()
}

// get returns what the path leads to; nil if there is nothing.
func (p path) get(it map[string]any) any {
	var v any = it
	for _, e := range p {
		switch e := e.(type) {
		case int:
			l, ok := v.([]any)
			if !ok || e >= len(l) {
				return nil
			}
			v = l[e]
		case string:
			m, ok := v.(map[string]any)
			if !ok || m[e] == nil {
				return nil
			}
			v = m[e]
		}
	}
	return v
}

// count is what size() gives; nil if there is none.
func count(v any) any {
	n := 0
	switch v := v.(type) {
	case string:
		n = len(utf16.Encode([]rune(v)))
	case binary:
		n = len(v)
	case set:
		n = len(v.list())
	case []any:
		n = len(v)
	case map[string]any:
		n = len(v)
	default:
		return nil
	}
	return numeral(strconv.Itoa(n))
}

// order compares values that have an order.
func order(a, b any) (int, bool) {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	case binary:
		b, ok := b.(binary)
		return strings.Compare(string(a), string(b)), ok
	case number:
		b, ok := b.(number)
		if !ok {
			return 0, false
		}
		return a.rat().Cmp(b.rat()), true
	}
	return 0, false
}

// Few values, so that they meet; some are alike but for their type.
var (
	someStrings  = []string{"a", "ab", "b", "é", "\U0001F600", "￿", "1"}
	someNumbers  = []string{"0", "1", "-1", "2", "10", "0.1", "1e-130", "1e125", "99999999999999999999999999999999999999"}
	someBinaries = []string{"\x00", "\x01", "\x01\x02", "\xff", "a"}
	attributes   = []string{"a", "b", "c", "d"}
	members      = []string{"x", "y"}
)

// oneOf generates values of a type.
func oneOf(of string, depth int) *rapid.Generator[any] {
	switch of {
	case "S":
		return rapid.SampledFrom(append([]string{""}, someStrings...)).AsAny()
	case "N":
		return rapid.Map(rapid.SampledFrom(someNumbers), func(s string) any { return numeral(s) })
	case "B":
		return rapid.Map(rapid.SampledFrom(append([]string{""}, someBinaries...)), func(s string) any { return binary(s) })
	case "BOOL":
		return rapid.Bool().AsAny()
	case "NULL":
		return rapid.Just[any](null{})
	case "L":
		return rapid.Map(rapid.SliceOfN(values(depth-1), 0, 3), func(l []any) any { return append([]any{}, l...) })
	case "M":
		return rapid.MapOfN(rapid.SampledFrom(members), values(depth-1), 0, 2).AsAny()
	}
	from := map[string][]string{"SS": someStrings, "NS": someNumbers, "BS": someBinaries}[of]
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom(from), 1, 3), func(m []string) any { return setOf(of, m...) })
}

func values(depth int) *rapid.Generator[any] {
	types := []string{"S", "N", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", "L", "M"}
	if depth == 0 {
		types = types[:9]
	}
	return rapid.Custom(func(t *rapid.T) any {
		return oneOf(rapid.SampledFrom(types).Draw(t, "type"), depth).Draw(t, "value")
	})
}

func items() *rapid.Generator[map[string]any] {
	return rapid.MapOfN(rapid.SampledFrom(attributes), values(3), 0, len(attributes))
}

// paths generates paths that mostly lead somewhere in the item.
func paths(it map[string]any) *rapid.Generator[path] {
	return rapid.Custom(func(t *rapid.T) path {
		p := path{rapid.SampledFrom(attributes).Draw(t, "attribute")}
		for len(p) < 4 && rapid.Bool().Draw(t, "deeper") {
			_, isList := p.get(it).([]any)
			if astray := rapid.IntRange(0, 9).Draw(t, "astray") == 0; isList != astray {
				p = append(p, rapid.IntRange(0, 4).Draw(t, "index"))
			} else {
				p = append(p, rapid.SampledFrom(members).Draw(t, "member"))
			}
		}
		return p
	})
}

// near generates values that are often like what is at the path.
func near(it map[string]any, p path) *rapid.Generator[any] {
	v := p.get(it)
	if v == nil {
		return values(2)
	}
	return rapid.OneOf(rapid.Just(v), oneOf(typeOf(v), 2), values(2))
}

// A writer writes expressions: literals become placeholders.
type writer struct{ literals map[string]any }

func (w *writer) literal(v any) string {
	key := fmt.Sprintf(":v%d", len(w.literals))
	w.literals[key] = v
	return key
}

// placeholders returns what the expression that was written refers to.
func (w *writer) placeholders(t testing.TB) *expr.Placeholders {
	t.Helper()
	var in attr.Input
	if len(w.literals) > 0 {
		text, err := json.Marshal(wireItem(w.literals))
		if err != nil {
			t.Fatal(err)
		}
		in = input(t, string(text))
	}
	p, err := expr.NewPlaceholders(nil, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
