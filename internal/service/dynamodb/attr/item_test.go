// SPDX-License-Identifier: Apache-2.0

package attr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// decode reads an item as a request would carry it.
func decode(text string) (attr.Item, error) {
	var in attr.Input
	if err := in.DecodeJSON(jsontext.NewDecoder(strings.NewReader(text))); err != nil {
		return attr.Item{}, err
	}
	return in.Item()
}

func item(t testing.TB, text string) attr.Item {
	t.Helper()
	it, err := decode(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return it
}

// value reads one attribute value.
func value(t testing.TB, text string) attr.Value {
	t.Helper()
	v, ok := item(t, `{"v":`+text+`}`).Get("v")
	if !ok {
		t.Fatalf("%s is missing", text)
	}
	return v
}

func TestItemsComeBackInCanonicalForm(t *testing.T) {
	for in, want := range map[string]string{
		`{}`:                              `{}`,
		`{"b":{"S":"x"},"a":{"N":"1.0"}}`: `{"a":{"N":"1"},"b":{"S":"x"}}`,
		`{"s":{"SS":["b","a",""]}}`:       `{"s":{"SS":["","a","b"]}}`,
		`{"s":{"NS":["10","9","-1"]}}`:    `{"s":{"NS":["-1","9","10"]}}`,
		`{"s":{"BS":["/w==","AA=="]}}`:    `{"s":{"BS":["AA==","/w=="]}}`,

		`{"l":{"L":[{"L":[]},{"M":{}},{"S":""},{"B":""}]}}`:  `{"l":{"L":[{"L":[]},{"M":{}},{"S":""},{"B":""}]}}`,
		`{"m":{"M":{"z":{"BOOL":false},"y":{"NULL":true}}}}`: `{"m":{"M":{"y":{"NULL":true},"z":{"BOOL":false}}}}`,
		`{"u":{"S":"\u0041\ud83d\ude00\n\""}}`:               `{"u":{"S":"A😀\n\""}}`,
		`{"a":{"S":"x","N":null,"Other":{"deep":[1,2]}}}`:    `{"a":{"S":"x"}}`,
		`{"a":{"BOOL":"Yes"},"b":{"NULL":"1"}}`:              `{"a":{"BOOL":true},"b":{"NULL":true}}`,
		`{"a":{"\u0053":"x"}}`:                               `{"a":{"S":"x"}}`,
	} {
		it := item(t, in)
		if got := string(it.AppendJSON(nil)); got != want {
			t.Errorf("%s came back as %s, want %s", in, got, want)
		}
		stored, err := attr.ParseItem(it.Stored())
		if err != nil || !stored.Equal(it) {
			t.Errorf("%s: stored form: %v", in, err)
		}
	}
}

func nested(levels int, leaf string) string {
	return strings.Repeat(`{"L":[`, levels) + leaf + strings.Repeat(`]}`, levels)
}

func TestBadValuesAreRefused(t *testing.T) {
	const (
		empty   = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
		many    = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
		ompv    = "One or more parameter values were invalid: "
		nesting = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
		name    = "Attribute name is too large, must be less than 65536 bytes"
	)
	long := strings.Repeat("é", 32_767) + "e"
	for in, want := range map[string]string{
		`{}`:                               empty,
		`null`:                             empty,
		`{"S":null}`:                       empty,
		`{"X":"a"}`:                        empty,
		`{"L":[{}]}`:                       empty,
		`{"M":{"a":null}}`:                 empty,
		`{"S":"a","N":"1"}`:                many,
		`{"S":"a","N":"x"}`:                noNumber + ": x",
		`{"N":"x","S":"a"}`:                noNumber + ": x",
		`{"NULL":false}`:                   ompv + "Null attribute value types must have the value of true",
		`{"SS":[]}`:                        ompv + "An string set  may not be empty",
		`{"NS":[]}`:                        ompv + "An number set  may not be empty",
		`{"BS":[]}`:                        ompv + "Binary sets should not be empty",
		`{"SS":["b","a","b"]}`:             ompv + "Input collection [b, a, b] contains duplicates.",
		`{"BS":["/w==","AA==","AA=="]}`:    ompv + "Input collection [/w==, AA==, AA==]of type BS contains duplicates.",
		`{"NS":["1","10E-1"]}`:             "Input collection contains duplicates",
		`{"NS":["1",""]}`:                  noNumber,
		`{"M":{"":{"S":"a"}}}`:             "Empty attribute name",
		`{"N":"1E126"}`:                    overflow,
		member(long + "x"):                 name,
		`{"L":[` + member(long+"é") + `]}`: name,
		nested(32, `{"S":"a"}`):            nesting,
		nested(32, `{"L":[]}`):             nesting,
		nested(4000, `{"S":"a"}`):          nesting,
	} {
		_, err := decode(`{"first":{"S":"fine"},"bad":` + in + `,"last":{"N":"also bad"}}`)
		var invalid *attr.ValidationError
		if !errors.As(err, &invalid) || invalid.Message != want {
			t.Errorf("%.60s: %v, want %q", in, err, want)
		}
	}
	for _, in := range []string{nested(31, `{"S":"a"}`), nested(31, `{"L":[]}`), nested(31, `{"SS":["a"]}`)} {
		if _, err := decode(`{"a":` + in + `}`); err != nil {
			t.Errorf("31 levels: %v", err)
		}
	}
	if _, err := decode(`{"` + long + `":` + member(long) + `}`); err != nil {
		t.Errorf("the longest names: %v", err)
	}
	if _, err := decode(`{"` + long + `x":{"S":"a"}}`); err == nil || err.Error() != name {
		t.Errorf("an attribute with a longer name: %v", err)
	}
}

// member returns a map with one member.
func member(name string) string { return `{"M":{"` + name + `":{"S":"a"}}}` }

func TestWrongShapesAreSerializationErrors(t *testing.T) {
	for in, want := range map[string]string{
		`{"S":1}`:              "NUMBER_VALUE cannot be converted to String",
		`{"S":1.5}`:            "DECIMAL_VALUE cannot be converted to String",
		`{"N":1}`:              "NUMBER_VALUE cannot be converted to String",
		`{"S":true}`:           "TRUE_VALUE cannot be converted to String",
		`{"S":false}`:          "FALSE_VALUE cannot be converted to String",
		`{"S":[]}`:             "Unrecognized collection type class java.lang.String",
		`{"S":{}}`:             "Start of structure or map found where not expected",
		`{"B":1}`:              "only base-64-encoded strings are convertible to bytes",
		`{"B":[]}`:             "Unrecognized collection type class java.nio.ByteBuffer",
		`{"B":"a"}`:            "Base64 encoded length is expected a multiple of 4 bytes but found: 1",
		`{"B":"a==="}`:         "Invalid last non-pad Base64 character dectected",
		`{"B":"AA==\n\n\n\n"}`: "Invalid last non-pad Base64 character dectected",
		`{"B":"AB=="}`:         "Invalid last non-pad Base64 character dectected",
		`{"BOOL":1}`:           "NUMBER_VALUE cannot be converted to Boolean",
		`{"BOOL":"x"}`:         "Unexpected token received from parser",
		`{"BOOL":[]}`:          "Unrecognized collection type class java.lang.Boolean",
		`{"SS":"a"}`:           "Unexpected field type",
		`{"SS":{}}`:            "Start of structure or map found where not expected",
		`{"SS":[1]}`:           "NUMBER_VALUE cannot be converted to String",
		`{"SS":[null]}`:        "NULL_VALUE cannot be converted to String",
		`{"L":"a"}`:            "Unexpected field type",
		`{"L":["a"]}`:          "Unexpected value type in payload",
		`{"M":"a"}`:            "Unexpected field type",
		`{"M":[]}`:             "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>",
		`"a"`:                  "Unexpected value type in payload",
		`[]`:                   "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
	} {
		_, err := decode(`{"a":` + in + `}`)
		var shape *attr.SerializationError
		if !errors.As(err, &shape) || shape.Message != want {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
	}
}

func TestHostileJSONIsASyntaxError(t *testing.T) {
	for name, in := range map[string]string{
		"attribute twice":  `{"a":{"S":"x"},"a":{"S":"y"}}`,
		"member twice":     `{"a":{"M":{"b":{"S":"x"},"b":{"S":"y"}}}}`,
		"type twice":       `{"a":{"S":"x","S":"y"}}`,
		"escaped twin":     `{"a":{"S":"x"},"\u0061":{"S":"y"}}`,
		"invalid UTF-8":    "{\"a\":{\"S\":\"\xff\"}}",
		"lone surrogate":   `{"a":{"S":"\ud800"}}`,
		"cut short":        `{"a":{"S":"x"`,
		"unquoted":         `{a:{"S":"x"}}`,
		"a set cut short":  `{"a":{"SS":["x"`,
		"a list cut short": `{"a":{"L":[`,
		"nothing":          ``,
	} {
		_, err := decode(in)
		var invalid *attr.ValidationError
		var shape *attr.SerializationError
		if err == nil || errors.As(err, &invalid) || errors.As(err, &shape) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusalNamesTheAttribute(t *testing.T) {
	var in attr.Input
	text := `{":a":{"S":"x"},":b":{"L":[{"N":"z"}]},":c":{}}`
	if err := in.DecodeJSON(jsontext.NewDecoder(strings.NewReader(text))); err != nil {
		t.Fatal(err)
	}
	name, err := in.Refused()
	if name != ":b" || err == nil || err.Error() != noNumber+": z" {
		t.Errorf("refused %s: %v", name, err)
	}
	var names []string
	for n := range in.Names() {
		names = append(names, n)
	}
	if want := []string{":a", ":b", ":c"}; !reflect.DeepEqual(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
}

func TestItemSize(t *testing.T) {
	for in, want := range map[string]int{
		`{"id":{"S":"Fred"}}`:                                             6,
		`{"id":{"S":"a"},"m":{"M":{"k":{"S":"v"}}}}`:                      10,
		`{"id":{"S":"a"},"l":{"L":[{"S":"x"},{"BOOL":true}]}}`:            11,
		`{"é":{"B":"AAAA"}}`:                                              5,
		`{"s":{"SS":["ab","c"]},"n":{"NS":["1","12"]},"x":{"NULL":true}}`: 4 + 5 + 2,
		`{}`: 0,
	} {
		if got := item(t, in).Size(); got != want {
			t.Errorf("%s counts %d bytes, want %d", in, got, want)
		}
	}
}

func TestComparisons(t *testing.T) {
	for _, c := range []struct {
		x, y       string
		equal      bool
		order      int
		ordered    bool
		contains   bool
		beginsWith bool
	}{
		{`{"N":"1"}`, `{"N":"1.0"}`, true, 0, true, false, false},
		{`{"N":"-2"}`, `{"N":"1"}`, false, -1, true, false, false},
		{`{"S":"abc"}`, `{"S":"ab"}`, false, 1, true, true, true},
		{`{"S":"abc"}`, `{"S":"bc"}`, false, -1, true, true, false},
		{`{"S":"1"}`, `{"N":"1"}`, false, 0, false, false, false},
		{`{"B":"AAE="}`, `{"B":"AA=="}`, false, 1, true, true, true},
		{`{"SS":["a","b"]}`, `{"SS":["b","a"]}`, true, 0, false, false, false},
		{`{"SS":["a","b"]}`, `{"S":"b"}`, false, 0, false, true, false},
		{`{"NS":["1","2"]}`, `{"N":"2.0"}`, false, 0, false, true, false},
		{`{"NS":["0"]}`, `{"B":"gA=="}`, false, 0, false, false, false},
		{`{"SS":["a"]}`, `{"B":"YQ=="}`, false, 0, false, false, false},
		{`{"NS":["1","2"]}`, `{"S":"2"}`, false, 0, false, false, false},
		{`{"L":[{"N":"1"},{"S":"a"}]}`, `{"N":"1.00"}`, false, 0, false, true, false},
		{`{"L":[{"N":"1"}]}`, `{"L":[{"N":"1e0"}]}`, true, 0, false, false, false},
		{`{"M":{"a":{"N":"1"},"b":{"S":""}}}`, `{"M":{"b":{"S":""},"a":{"N":"1"}}}`, true, 0, false, false, false},
		{`{"BOOL":true}`, `{"BOOL":false}`, false, 0, false, false, false},
		{`{"NULL":true}`, `{"NULL":true}`, true, 0, false, false, false},
	} {
		x, y := value(t, c.x), value(t, c.y)
		if x.Equal(y) != c.equal {
			t.Errorf("%s = %s is %v", c.x, c.y, !c.equal)
		}
		if order, ok := x.Compare(y); order != c.order || ok != c.ordered {
			t.Errorf("%s against %s: %d, %v", c.x, c.y, order, ok)
		}
		if x.Contains(y) != c.contains {
			t.Errorf("%s contains %s is %v", c.x, c.y, !c.contains)
		}
		if x.HasPrefix(y) != c.beginsWith {
			t.Errorf("%s begins with %s is %v", c.x, c.y, !c.beginsWith)
		}
	}
}

func TestStoredBytesAreCheckedWhole(t *testing.T) {
	good := item(t, `{"a":{"L":[{"N":"12"},{"SS":["x","y"]},{"M":{"k":{"BOOL":true}}}]},"b":{"S":"é"}}`).Stored()
	for i := range good {
		if _, err := attr.ParseItem(good[:i]); !errors.Is(err, attr.ErrStored) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
	if _, err := attr.ParseItem(append(bytes.Clone(good), 0)); !errors.Is(err, attr.ErrStored) {
		t.Errorf("a byte too many: %v", err)
	}
	deep := []byte{5} // a NULL in lists
	for range 32 {
		deep = append([]byte{9, byte(len(deep) + 1), 1}, deep...)
	}
	if _, err := attr.ParseItem(append([]byte{1, 1, 1, 'a'}, deep[3:]...)); err != nil {
		t.Errorf("31 levels: %v", err)
	}
	for name, b := range map[string][]byte{
		"too deep":            append([]byte{1, 1, 1, 'a'}, deep...),
		"future version":      {2, 0},
		"unsorted":            {1, 2, 1, 'b', 5, 1, 'a', 5},
		"twice":               {1, 2, 1, 'a', 5, 1, 'a', 5},
		"long varint":         {1, 0x81, 0, 1, 'a', 5},
		"boolean 2":           {1, 1, 1, 'a', 4, 2},
		"empty set":           {1, 1, 1, 'a', 6, 1, 0},
		"not UTF-8":           {1, 1, 1, 'a', 1, 1, 0xff},
		"zero type":           {1, 1, 1, 'a', 0},
		"number, no end":      {1, 1, 1, 'a', 2, 3, 0xc0, 130, 11},
		"number, zero first":  {1, 1, 1, 'a', 2, 4, 0xc0, 130, 2, 0},
		"count past the end":  {1, 200, 1, 1, 'a', 5},
		"container too short": {1, 1, 1, 'a', 9, 3, 1, 5, 5},
	} {
		if _, err := attr.ParseItem(b); !errors.Is(err, attr.ErrStored) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// jsonValues draws attribute values in wire form, with at most depth levels.
func jsonValues(depth int) *rapid.Generator[any] {
	text := rapid.StringN(0, 12, 40)
	number := rapid.Map(rapid.Int64(), func(i int64) string { return attr.IntNumber(i).String() })
	kinds := []*rapid.Generator[any]{
		rapid.Map(text, func(s string) any { return map[string]any{"S": s} }),
		rapid.Map(number, func(s string) any { return map[string]any{"N": s} }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) any { return map[string]any{"B": b} }),
		rapid.Map(rapid.Bool(), func(b bool) any { return map[string]any{"BOOL": b} }),
		rapid.Just[any](map[string]any{"NULL": true}),
		rapid.Map(rapid.SliceOfNDistinct(text, 1, 5, rapid.ID), func(s []string) any { return map[string]any{"SS": s} }),
		rapid.Map(rapid.SliceOfNDistinct(number, 1, 5, rapid.ID), func(s []string) any { return map[string]any{"NS": s} }),
	}
	if depth > 0 {
		inner := rapid.Deferred(func() *rapid.Generator[any] { return jsonValues(depth - 1) })
		kinds = append(kinds,
			rapid.Map(rapid.SliceOfN(inner, 0, 4), func(l []any) any { return map[string]any{"L": l} }),
			rapid.Map(rapid.MapOfN(rapid.StringN(1, 8, 20), inner, 0, 4), func(m map[string]any) any { return map[string]any{"M": m} }))
	}
	return rapid.OneOf(kinds...)
}

// sameJSON compares wire values; the members of sets have no order.
func sameJSON(x, y any) bool {
	xm, xok := x.(map[string]any)
	ym, yok := y.(map[string]any)
	if !xok || !yok {
		return reflect.DeepEqual(x, y)
	}
	if len(xm) != len(ym) {
		return false
	}
	for name, v := range xm {
		w, ok := ym[name]
		if !ok {
			return false
		}
		l, isList := v.([]any)
		m, bothLists := w.([]any)
		if isList && bothLists && len(l) == len(m) {
			for i := range l {
				if name == "L" && !sameJSON(l[i], m[i]) {
					return false
				}
			}
			continue
		}
		if !sameJSON(v, w) {
			return false
		}
	}
	return true
}

func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.MapOfN(rapid.StringN(1, 8, 20), jsonValues(3), 0, 6).Draw(t, "item")
		text, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		it, err := decode(string(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var want, got any
		back := it.AppendJSON(nil)
		if err := errors.Join(json.Unmarshal(text, &want), json.Unmarshal(back, &got)); err != nil {
			t.Fatal(err)
		}
		if !sameJSON(want, got) {
			t.Fatalf("%s came back as %s", text, back)
		}
		if again, err := decode(string(back)); err != nil || !again.Equal(it) {
			t.Fatalf("%s is not the same item: %v", back, err)
		}
	})
}

func FuzzItemJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":{"S":"x"},"b":{"N":"-1.5e3"},"c":{"B":"AAE="},"d":{"BOOL":true},"e":{"NULL":true}}`,
		`{"s":{"SS":["a","b"]},"n":{"NS":["1","2"]},"b":{"BS":["AA=="]}}`, `{"l":{"L":[{"M":{"x":{"L":[]}}}]}}`,
		`{"a":{"S":"x","N":"1"}}`, `{"a":{"SS":["a","a"]}}`, `{"":{"S":""}}`, `{"a":{"S":"\ud83d\ude00"}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		it, err := decode(text)
		if err != nil {
			return
		}
		back := it.AppendJSON(nil)
		again, err := decode(string(back))
		if err != nil || !again.Equal(it) {
			t.Fatalf("%q came back as %s: %v", text, back, err)
		}
		stored, err := attr.ParseItem(it.Stored())
		if err != nil || !stored.Equal(it) {
			t.Fatalf("%q does not parse in stored form: %v", text, err)
		}
	})
}

func FuzzStoredItem(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":{"L":[{"N":"12"},{"SS":["x","y"]},{"M":{"k":{"BOOL":true}}}]},"b":{"S":"é"}}`} {
		f.Add(item(f, s).Stored())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		it, err := attr.ParseItem(b)
		if err != nil {
			return
		}
		text := it.AppendJSON(nil)
		_ = it.Size()
		if bytes.Contains(text, []byte(`"":`)) { // no request can carry an empty name
			return
		}
		again, err := decode(string(text))
		if err != nil || !bytes.Equal(again.Stored(), b) {
			t.Fatalf("%x is %s, which has another stored form: %v", b, text, err)
		}
	})
}

const sample = `{"pk":{"S":"tenant#4711"},"sk":{"S":"order#2026-11-22#000017"},"status":{"S":"shipped"},"total":{"N":"1234.56"},` +
	`"lines":{"L":[{"M":{"sku":{"S":"A-1"},"qty":{"N":"2"},"price":{"N":"19.99"}}},{"M":{"sku":{"S":"B-7"},"qty":{"N":"1"},"price":{"N":"1194.58"}}}]},` +
	`"tags":{"SS":["express","gift","insured"]},"paid":{"BOOL":true},"note":{"S":"leave the parcel with the neighbour at number 12, please"},` +
	`"thumb":{"B":"AAECAwQFBgcICQoLDA0ODw=="},"updated":{"N":"1763778123"}}`

func BenchmarkDecode(b *testing.B) {
	b.SetBytes(int64(len(sample)))
	b.ReportAllocs()
	buf := bytes.NewBufferString(sample)
	d := jsontext.NewDecoder(buf)
	for b.Loop() {
		buf.Reset()
		buf.WriteString(sample)
		d.Reset(buf)
		var in attr.Input
		if err := in.DecodeJSON(d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	it := item(b, sample)
	b.SetBytes(int64(len(sample)))
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst = it.AppendJSON(dst[:0])
	}
}

func BenchmarkParseItem(b *testing.B) {
	stored := item(b, sample).Stored()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := attr.ParseItem(stored); err != nil {
			b.Fatal(err)
		}
	}
}

// The floors: the tokens alone, and the standard library into a map.

func BenchmarkDecodeFloorTokens(b *testing.B) {
	b.SetBytes(int64(len(sample)))
	b.ReportAllocs()
	buf := bytes.NewBufferString(sample)
	d := jsontext.NewDecoder(buf)
	for b.Loop() {
		buf.Reset()
		buf.WriteString(sample)
		d.Reset(buf)
		for depth := 0; ; {
			tok, err := d.ReadToken()
			if err != nil {
				b.Fatal(err)
			}
			switch tok.Kind() {
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			if depth == 0 {
				break
			}
		}
	}
}

func BenchmarkDecodeFloorEncodingJSON(b *testing.B) {
	b.SetBytes(int64(len(sample)))
	b.ReportAllocs()
	for b.Loop() {
		var v map[string]map[string]any
		if err := json.Unmarshal([]byte(sample), &v); err != nil {
			b.Fatal(err)
		}
	}
}

// TestWhatIsReadAtOnceIsBounded reads sets and lists of as many members as an item
// could have, and of more.
func TestWhatIsReadAtOnceIsBounded(t *testing.T) {
	const bound, tooLarge = 1 << 20, "Item size has exceeded the maximum allowed size"
	of := func(open, member, end string, n int) string {
		return `{"a":` + open + member + strings.Repeat(","+member, n-1) + end + `}`
	}
	for text, want := range map[string]string{
		of(`{"NS":[`, `"1"`, `]}`, bound-10):                     "Input collection contains duplicates",
		of(`{"NS":[`, `"1"`, `]}`, bound+10):                     tooLarge,
		of(`{"L":[`, `{"S":""}`, `]}`, bound-10):                 "",
		of(`{"L":[{"S":""},{"L":[`, `{"S":""}`, `]}]}`, bound-1): tooLarge,
	} {
		if _, err := decode(text); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%.40s, %d bytes: got %.40v, want %q", text, len(text), err, want)
		}
	}
}
