// SPDX-License-Identifier: Apache-2.0

package awsjson_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsjson"
)

const dynamo = "com.amazonaws.dynamodb.v20120810"

var protocol = awsjson.New(awsjson.Config{
	Version: "1.0", Target: "DynamoDB_20120810", Shapes: dynamo, Checksum: true,
	Codes: map[awsapi.Kind]string{awsapi.Internal: "InternalServerError"},
	ErrorShape: func(code string) (namespace, message string) {
		switch code {
		case "AccessDeniedException":
			return "com.amazon.coral.service", "Message"
		case "ValidationException":
			return "com.amazon.coral.validate", "message"
		}
		return dynamo, "message"
	},
})

var plain = awsjson.New(awsjson.Config{Version: "1.1", Target: "TrentService"})

// A color is a scalar type with a name of its own.
type color string

// A pair takes over its own form: the two parts joined by a colon.
type pair struct{ a, b string }

func (p *pair) UnmarshalAWSJSON(d *awsjson.Decoder) error {
	s, err := d.Text()
	if err != nil {
		return err
	}
	p.a, p.b, _ = strings.Cut(string(s), ":")
	return nil
}

func (p pair) AppendAWSJSON(dst []byte) []byte { return strconv.AppendQuote(dst, p.a+":"+p.b) }

// A tokens type reads for itself, down to the tokens.
type tokens []string

func (t *tokens) UnmarshalAWSJSON(d *awsjson.Decoder) error {
	if d.Kind() != '[' {
		return awsapi.Errorf(awsapi.NotSerialized, "", "not a list")
	}
	for depth := 0; ; {
		tok, err := d.JSON().ReadToken()
		if err != nil {
			return err
		}
		*t = append(*t, tok.String())
		switch tok.Kind() {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func TestTypesMayReadTokens(t *testing.T) {
	var in struct {
		Tokens tokens
		S      string
	}
	if err := decode(`{"Tokens":["a",{"b":1}],"S":"x"}`, &in); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(tokens{"[", "a", "{", "b", "1", "}", "]"}, in.Tokens); d != "" || in.S != "x" {
		t.Error(d, in.S)
	}
	for body, message := range map[string]string{`{"Tokens":["a"`: "", `{"Tokens":[a]}`: "", `{"Tokens":1}`: "not a list"} {
		var e *awsapi.Error
		if err := decode(body, &in); !errors.As(err, &e) || e.Kind != awsapi.NotSerialized || e.Message != message {
			t.Errorf("%s: %v", body, err)
		}
	}
}

type inner struct {
	S    *string
	List []inner
	kept int // not on the wire
}

func (i inner) Equal(o inner) bool {
	return cmp.Equal(i.S, o.S) && cmp.Equal(i.List, o.List) && i.kept == o.kept
}

type input struct {
	S       string
	Color   color
	Opt     *string
	B       bool
	OptB    *bool
	I       int32
	L       int64
	OptL    *int64
	F       float64
	T       time.Time
	OptT    *time.Time
	Blob    []byte
	Strings []string
	Blobs   [][]byte
	Map     map[string]string
	Struct  inner
	OptS    *inner
	Structs []inner
	OfMap   map[string]inner
	Maps    []map[string]string
	Lists   map[string][]string
	Own     pair
	Owns    []pair
	OwnMap  map[string]pair
	Renamed string `json:"reNamed"`
}

func post(target, body string) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", target)
	return r
}

func decode(body string, in any) error {
	m, err := protocol.Open(post("DynamoDB_20120810.Op", body), []byte(body))
	if err != nil {
		return err
	}
	return m.Decode(in)
}

func ptr[T any](v T) *T { return &v }

func encode(t testing.TB, out any) string {
	t.Helper()
	w := httptest.NewRecorder()
	protocol.Encode(w, nil, nil, "id", out)
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestDecode(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 30, 0, 500e6, time.UTC)
	tests := []struct {
		name, body string
		want       input
	}{
		{"nothing", `{}`, input{}},
		{"blanks", " { \n } \t", input{}},
		{"string", `{"S":"a\u00e4\"\\😀"}`, input{S: `aä"\😀`}},
		{"named string", `{"Color":"red"}`, input{Color: "red"}},
		{"optional string", `{"Opt":""}`, input{Opt: ptr("")}},
		{"null is absent", `{"S":null,"Opt":null,"I":null,"Strings":null,"Struct":null,"Own":null}`, input{}},
		{"unknown members are ignored", `{"X":{"S":[1,{"S":2}]},"S":"a","x":null}`, input{S: "a"}},
		{"names are case-sensitive", `{"s":"a","STRINGS":1}`, input{}},
		{"escaped name", `{"\u0053":"a"}`, input{S: "a"}},
		{"renamed", `{"reNamed":"a","Renamed":"b"}`, input{Renamed: "a"}},
		{"unexported fields are not on the wire", `{"Own":"a:b","Struct":{"kept":1}}`, input{Own: pair{"a", "b"}}},
		{"true", `{"B":true,"OptB":false}`, input{B: true, OptB: ptr(false)}},
		{"text for true", `{"B":"YES","OptB":"0"}`, input{B: true, OptB: ptr(false)}},
		{"integers", `{"I":-2147483648,"L":9223372036854775807,"OptL":0}`, input{I: math.MinInt32, L: math.MaxInt64, OptL: ptr(int64(0))}},
		{"fractions are cut off", `{"I":1.9,"L":-1.9}`, input{I: 1, L: -1}},
		{"exponents", `{"I":1e3,"L":12e-1}`, input{I: 1000, L: 1}},
		{"floats", `{"F":1.5e3}`, input{F: 1500}},
		{"time", `{"T":1795170600.5,"OptT":0}`, input{T: at, OptT: ptr(time.Unix(0, 0).UTC())}},
		{"blob", `{"Blob":"AAEC"}`, input{Blob: []byte{0, 1, 2}}},
		{"empty blob", `{"Blob":""}`, input{Blob: []byte{}}},
		{"list", `{"Strings":["a","b"],"Blobs":["AA==",""]}`, input{Strings: []string{"a", "b"}, Blobs: [][]byte{{0}, {}}}},
		{"empty list and map", `{"Strings":[],"Map":{}}`, input{Strings: []string{}, Map: map[string]string{}}},
		{"map", `{"Map":{"a":"b","":"c"}}`, input{Map: map[string]string{"a": "b", "": "c"}}},
		{"structures", `{"Struct":{"S":"a"},"OptS":{}}`, input{Struct: inner{S: ptr("a")}, OptS: &inner{}}},
		{
			"structures in lists do not share", `{"Structs":[{"S":"a"},{},{"List":[{},{"S":"b"}]}]}`,
			input{Structs: []inner{{S: ptr("a")}, {}, {List: []inner{{}, {S: ptr("b")}}}}},
		},
		{"structures in maps", `{"OfMap":{"x":{"S":"a"},"y":{}}}`, input{OfMap: map[string]inner{"x": {S: ptr("a")}, "y": {}}}},
		{
			"lists and maps in each other", `{"Maps":[{"a":"b"},{}],"Lists":{"x":["1"]}}`,
			input{Maps: []map[string]string{{"a": "b"}, {}}, Lists: map[string][]string{"x": {"1"}}},
		},
		{
			"own form", `{"Own":"a:b","Owns":["c:d"],"OwnMap":{"k":"e:f"}}`,
			input{Own: pair{"a", "b"}, Owns: []pair{{"c", "d"}}, OwnMap: map[string]pair{"k": {"e", "f"}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got input
			if err := decode(tt.body, &got); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(input{}, pair{})); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	const structure = "Start of structure or map found where not expected"
	tests := []struct{ name, body, message string }{
		{"nothing", ``, ""},
		{"another value", `[]`, ""},
		{"text", `"{}"`, ""},
		{"null", `null`, ""},
		{"half an object", `{"S":"a"`, ""},
		{"two objects", `{}{}`, ""},
		{"something after the object", `{} x`, ""},
		{"no JSON", `{S:1}`, ""},
		{"a trailing comma", `{"S":"a",}`, ""},
		{"a member twice", `{"S":"a","S":"b"}`, ""},
		{"a member twice, once escaped", `{"S":"a","\u0053":"b"}`, ""},
		{"an unknown member twice", `{"x":1,"x":1}`, ""},
		{"a member twice, once null", `{"S":null,"S":"b"}`, ""},
		{"a key of a map twice", `{"Map":{"a":"1","a":"2"}}`, ""},
		{"bytes that are no UTF-8", "{\"S\":\"\xff\"}", ""},
		{"half a surrogate", `{"S":"\ud800"}`, ""},
		{"a control character", "{\"S\":\"\n\"}", ""},
		{"leading zeros", `{"I":01}`, ""},

		{"number for boolean", `{"B":1}`, "NUMBER_VALUE cannot be converted to Boolean"},
		{"decimal for boolean", `{"B":1.0}`, "DECIMAL_VALUE cannot be converted to Boolean"},
		{"other text for boolean", `{"B":"on"}`, "Unexpected token received from parser"},
		{"list for boolean", `{"B":[]}`, "Unrecognized collection type class java.lang.Boolean"},
		{"object for boolean", `{"B":{}}`, structure},
		{"true for number", `{"L":true}`, "TRUE_VALUE cannot be converted to Long"},
		{"false for number", `{"F":false}`, "FALSE_VALUE cannot be converted to Double"},
		{"text for number", `{"I":"1"}`, "STRING_VALUE cannot be converted to Integer"},
		{"list for number", `{"L":[1]}`, "Unrecognized collection type class java.lang.Long"},
		{"object for number", `{"L":{}}`, structure},
		{"number too large", `{"I":2147483648}`, "NUMBER_VALUE cannot be converted to Integer"},
		{"number too large, as exponent", `{"I":3e9}`, "NUMBER_VALUE cannot be converted to Integer"},
		{"number far too large", `{"L":9223372036854775808}`, "NUMBER_VALUE cannot be converted to Long"},
		{"float too large", `{"F":1e999}`, "DECIMAL_VALUE cannot be converted to Double"},
		{"time too far", `{"T":253402300800}`, "DECIMAL_VALUE cannot be converted to Date"},
		{"true for text", `{"S":true}`, "TRUE_VALUE cannot be converted to String"},
		{"false for text", `{"Color":false}`, "FALSE_VALUE cannot be converted to String"},
		{"number for text", `{"Opt":1}`, "NUMBER_VALUE cannot be converted to String"},
		{"decimal for text", `{"S":1e5}`, "DECIMAL_VALUE cannot be converted to String"},
		{"list for text", `{"S":["a"]}`, "Unrecognized collection type class java.lang.String"},
		{"object for text", `{"S":{}}`, structure},
		{"number for blob", `{"Blob":1}`, "only base-64-encoded strings are convertible to bytes"},
		{"list for blob", `{"Blob":[]}`, "Unrecognized collection type class java.nio.ByteBuffer"},
		{"object for blob", `{"Blob":{}}`, structure},
		{"odd length of blob", `{"Blob":"AAA"}`, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"},
		{"other alphabet", `{"Blob":"AA-_"}`, "Invalid last non-pad Base64 character dectected"},
		{"line breaks in blob", `{"Blob":"AAAA\r\n\r\n"}`, "Invalid last non-pad Base64 character dectected"},
		{"bits beyond the last byte", `{"Blob":"AB=="}`, "Invalid last non-pad Base64 character dectected"},
		{"scalar for list", `{"Strings":"a"}`, "Unexpected field type"},
		{"object for list", `{"Strings":{}}`, structure},
		{"scalar for map", `{"Map":1}`, "Unexpected field type"},
		{"list for map", `{"Map":[]}`, "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>"},
		{"list for map of structures", `{"OfMap":[]}`, "Unrecognized collection type java.util.Map<java.lang.String, " + dynamo + ".Inner>"},
		{"scalar for structure", `{"Struct":true}`, "Unexpected field type"},
		{"list for structure", `{"OptS":[]}`, "Unrecognized collection type class " + dynamo + ".Inner"},
		{"scalar for element structure", `{"Structs":[1]}`, "Unexpected value type in payload"},
		{"list for element structure", `{"Structs":[[]]}`, "Unrecognized collection type class " + dynamo + ".Inner"},
		{"null as element", `{"Strings":[null]}`, "Unexpected value type in payload"},
		{"null in map", `{"Map":{"a":null}}`, "Unexpected value type in payload"},
		{"wrong scalar as element", `{"Strings":[1]}`, "NUMBER_VALUE cannot be converted to String"},
		{"list for own form", `{"Own":[]}`, "Unrecognized collection type class java.lang.String"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var in input
			err := decode(tt.body, &in)
			var e *awsapi.Error
			if !errors.As(err, &e) || e.Kind != awsapi.NotSerialized {
				t.Fatalf("got %v", err)
			}
			if e.Message != tt.message {
				t.Errorf("got  %q\nwant %q", e.Message, tt.message)
			}
		})
	}
	t.Run("scalar for inner list", func(t *testing.T) {
		var in input
		if err := decode(`{"Lists":{"a":1}}`, &in); err == nil || !strings.Contains(err.Error(), "ParameterizedTypeImpl cannot be cast") {
			t.Error(err)
		}
	})
}

func TestDecodeIsBounded(t *testing.T) {
	deep := func(n int) string {
		return `{"Struct":{"List":[` + strings.Repeat(`{"List":[`, n) + strings.Repeat(`]}`, n) + `]}}`
	}
	tests := []struct {
		name, body string
		ok         bool
	}{
		{"depth within", deep(200), true},
		{"depth beyond", deep(300), false},
		{"depth of what is ignored", `{"x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, false},
		{"elements within", `{"Structs":[` + strings.Repeat("{},", 1<<16-1) + `{}]}`, true},
		{"elements beyond", `{"Structs":[` + strings.Repeat("{},", 1<<16) + `{}]}`, false},
		{"elements beyond, in two lists", `{"Strings":[` + strings.Repeat(`"",`, 1<<15) + `""],"Structs":[` + strings.Repeat("{},", 1<<15) + `{}]}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var in input
			if err := decode(tt.body, &in); (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestErrorsSayNothingOfTheBody(t *testing.T) {
	for _, body := range []string{`{"S":"sekret","S":"sekret"}`, `{"sekret":sekret}`, `{"I":"sekret"}`, `{"Blob":"sekret"}`, `{"B":"sekret"}`} {
		var in input
		if err := decode(body, &in); err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), "sekret") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestEncode(t *testing.T) {
	type output struct {
		S      string
		Opt    *string
		F      float64
		T      *time.Time
		Blob   []byte
		List   []string
		Map    map[string]int32
		Own    *pair
		OwnMap map[string]pair
		Struct *inner
		hidden int
	}
	tests := []struct {
		name string
		out  any
		want string
	}{
		{"nothing", &struct{}{}, `{}`},
		{"required members", &output{}, `{"S":"","F":0.0}`},
		{
			"empty is not absent", &output{Blob: []byte{}, List: []string{}, Map: map[string]int32{}, Opt: ptr("")},
			`{"S":"","Opt":"","F":0.0,"Blob":"","List":[],"Map":{}}`,
		},
		{"escapes", &output{S: "\"\\/\b\n\x00\x7f<&>ä😀\u2028"}, `{"S":"\"\\/\b\n\u0000` + "\x7f" + `<&>ä😀` + "\u2028" + `","F":0.0}`},
		{"no UTF-8", &output{S: "a\xffb"}, "{\"S\":\"a\ufffdb\",\"F\":0.0}"},
		{"floats", &[]float64{1, 0.5, -3, 1e20, 1e300, 123456789.25}, `[1.0,0.5,-3.0,100000000000000000000.0,1e+300,123456789.25]`},
		{"times", &[]time.Time{time.Unix(1795170600, 0), time.Unix(1795170600, 358_400_000), time.UnixMilli(-1500)}, `[1795170600,1795170600.358,-1.5]`},
		{"maps are sorted", &output{Map: map[string]int32{"b": 2, "a": -1, "": 0}}, `{"S":"","F":0.0,"Map":{"":0,"a":-1,"b":2}}`},
		{"own form", &output{Own: &pair{"a", "b"}, OwnMap: map[string]pair{"k": {"c", "d"}}}, `{"S":"","F":0.0,"Own":"a:b","OwnMap":{"k":"c:d"}}`},
		{"structures", &output{Struct: &inner{List: []inner{{S: ptr("x")}, {}}}}, `{"S":"","F":0.0,"Struct":{"List":[{"S":"x"},{}]}}`},
		{"unexported fields", &output{hidden: 1}, `{"S":"","F":0.0}`},
		{"no result", nil, ``},
		{"nil result", (*output)(nil), ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := encode(t, tt.out); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestWhatIsEncodedDecodes(t *testing.T) {
	want := input{
		S: "a\"ä", Opt: ptr("x"), B: true, I: -5, L: 1 << 60, F: 2.25, T: time.UnixMilli(1795170600123).UTC(),
		Blob: []byte{1, 2, 3}, Strings: []string{"a"}, Map: map[string]string{"k": "v"}, Structs: []inner{{}, {S: ptr("b")}},
		Maps: []map[string]string{{}}, Own: pair{"a", "b"},
	}
	var got input
	if err := decode(encode(t, &want), &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(input{}, pair{})); d != "" {
		t.Error(d)
	}
}

func TestAnswersCarryTheProtocolsHeaders(t *testing.T) {
	w := httptest.NewRecorder()
	protocol.Encode(w, nil, nil, "REQ", &struct{ A string }{"b"})
	h := w.Result().Header
	want := http.Header{
		"Content-Type": {"application/x-amz-json-1.0"}, "Content-Length": {"9"}, "X-Amzn-Requestid": {"REQ"},
		"X-Amz-Crc32": {strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(`{"A":"b"}`))), 10)},
	}
	if d := cmp.Diff(want, h); d != "" {
		t.Error(d)
	}
	w = httptest.NewRecorder()
	plain.Encode(w, nil, nil, "REQ", nil)
	h = w.Result().Header
	if h.Get("Content-Type") != "application/x-amz-json-1.1" || h.Get("Content-Length") != "0" || h.Values("X-Amz-Crc32") != nil {
		t.Error(h)
	}
}

func TestAResultThatCannotBeEncodedIsAnInternalFailure(t *testing.T) {
	w := httptest.NewRecorder()
	protocol.Encode(w, nil, nil, "REQ", &struct{ F float64 }{math.NaN()})
	if w.Code != 500 || !strings.Contains(w.Body.String(), "#InternalServerError") || strings.Contains(w.Body.String(), "NaN") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestErrors(t *testing.T) {
	r := post("DynamoDB_20120810.GetItem", "{}")
	r.Header.Set("Content-Type", "application/json") // which all versions take
	type details struct{ Reasons []string }
	tests := []struct {
		name   string
		p      awsapi.Protocol
		err    *awsapi.Error
		status int
		body   string
	}{
		{
			"a code with namespace and key", protocol, awsapi.Errorf(awsapi.Denied, "", "no"), 400,
			`{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}`,
		},
		{
			"a code of the service", protocol, awsapi.Errorf(awsapi.Conflict, "ResourceInUseException", "x"), 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceInUseException","message":"x"}`,
		},
		{
			"details", protocol, &awsapi.Error{Kind: awsapi.Conflict, Code: "C", Message: "m", Details: &details{[]string{"a"}}}, 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#C","message":"m","Reasons":["a"]}`,
		},
		{
			"empty details", protocol, &awsapi.Error{Kind: awsapi.Conflict, Code: "C", Details: details{}}, 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#C"}`,
		},
		{"no message", plain, &awsapi.Error{Kind: awsapi.NotSerialized}, 400, `{"__type":"SerializationException"}`},
		{
			"internal", plain, awsapi.AsError(errors.New("sekret")), 500,
			`{"__type":"InternalFailure","message":"The request processing has failed because of an unknown error, exception or failure."}`,
		},
		{"unavailable", plain, &awsapi.Error{Kind: awsapi.Unavailable}, 503, `{"__type":"ServiceUnavailable"}`},
		{"a kind that does not exist", plain, &awsapi.Error{Kind: 200}, 500, `{"__type":"InternalFailure"}`},
		{"throttled", plain, &awsapi.Error{Kind: awsapi.Throttled}, 400, `{"__type":"ThrottlingException"}`},
		{"no token", plain, &awsapi.Error{Kind: awsapi.NoToken}, 400, `{"__type":"MissingAuthenticationTokenException"}`},
		{"bad signature", plain, &awsapi.Error{Kind: awsapi.BadSignature}, 400, `{"__type":"InvalidSignatureException"}`},
		{
			"unknown operation", protocol, &awsapi.Error{Kind: awsapi.NoOperation}, 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#UnknownOperationException"}`,
		},
		{"too large", protocol, &awsapi.Error{Kind: awsapi.TooLarge}, 413, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			tt.p.EncodeError(w, r, "id", tt.err)
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("got %d %s\nwant %d %s", w.Code, w.Body, tt.status, tt.body)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	tests := []struct {
		name   string
		change func(*http.Request)
		op     string
		ok     bool
	}{
		{"plain", func(*http.Request) {}, "GetItem", true},
		{"application/json", func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") }, "GetItem", true},
		{"another service's target", func(r *http.Request) { r.Header.Set("X-Amz-Target", "DynamoDBStreams_20120810.GetItem") }, "", true},
		{"a longer version", func(r *http.Request) { r.Header.Set("X-Amz-Target", "DynamoDB_201208101.GetItem") }, "", true},
		{"no dot", func(r *http.Request) { r.Header.Set("X-Amz-Target", "DynamoDB_20120810GetItem") }, "", true},
		{"no target", func(r *http.Request) { r.Header.Del("X-Amz-Target") }, "", true},
		{"two targets", func(r *http.Request) { r.Header.Add("X-Amz-Target", "DynamoDB_20120810.PutItem") }, "", true},
		{"another version's content type", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-amz-json-1.1") }, "", false},
		{"no content type", func(r *http.Request) { r.Header.Del("Content-Type") }, "", false},
		{"no content type and no body", func(r *http.Request) { r.Header.Del("Content-Type"); r.ContentLength = 0 }, "GetItem", true},
		{"a form", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, "", false},
		{"GET", func(r *http.Request) { r.Method = "GET" }, "", false},
		{"another path", func(r *http.Request) { r.URL.Path = "/x" }, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := post("DynamoDB_20120810.GetItem", "{}")
			tt.change(r)
			m, err := protocol.Open(r, []byte("{}"))
			if (err == nil) != tt.ok {
				t.Fatalf("got %v", err)
			}
			if tt.ok {
				if m.Operation() != tt.op {
					t.Errorf("operation %q, want %q", m.Operation(), tt.op)
				}
				return
			}
			for _, err := range []*awsapi.Error{awsapi.AsError(err), {Kind: awsapi.NoToken}, {Kind: awsapi.BadSignature}} {
				w := httptest.NewRecorder()
				protocol.EncodeError(w, r, "id", err)
				if w.Code != 404 || w.Body.String() != "<UnknownOperationException/>\n" || w.Header().Get("X-Amz-Crc32") != "3552371480" {
					t.Errorf("got %d %q %v", w.Code, w.Body, w.Header())
				}
			}
			for status, kind := range map[int]awsapi.Kind{413: awsapi.TooLarge, 500: awsapi.Internal, 503: awsapi.Unavailable} {
				w := httptest.NewRecorder()
				if protocol.EncodeError(w, r, "id", &awsapi.Error{Kind: kind}); w.Code != status {
					t.Errorf("got %d, want %d", w.Code, status)
				}
			}
		})
	}
}

func TestTypesWithoutAFormPanic(t *testing.T) {
	for _, in := range []any{
		&struct{ C chan int }{}, &struct{ A any }{}, &struct{ M map[int]string }{}, &struct{ Embedded }{}, &struct{ U uint8 }{},
		&struct {
			S string `json:"s,omitempty"`
		}{},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T: no panic", in)
				}
			}()
			_ = decode("{}", in)
		}()
	}
}

// Embedded is exported, so that it could be set.
type Embedded struct{ S string }

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"S":"a","I":1.5,"Structs":[{"S":"x"}],"Map":{"a":"b"},"Own":"a:b","T":1.5,"Blob":"AAAA"}`))
	f.Add([]byte(`{"Lists":{"a":["b"]},"OfMap":{"x":{"List":[{}]}},"OptB":"no"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		sent := bytes.Clone(body)
		var in, again input
		err := decode(string(body), &in)
		if !bytes.Equal(sent, body) {
			t.Fatal("the body has changed")
		}
		if err != nil {
			var e *awsapi.Error
			if !errors.As(err, &e) || e.Kind != awsapi.NotSerialized {
				t.Fatalf("error %v", err)
			}
			return
		}
		out := encode(t, &in)
		if err := decode(out, &again); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if second := encode(t, &again); second != out {
			t.Fatalf("not stable:\n%s\n%s", out, second)
		}
	})
}

// A pauser counts its pauses.
type pauser struct {
	http.ResponseWriter
	pauses int
}

func (p *pauser) Pause() { p.pauses++ }

// TestLongListsPause shows that others may go first while a long list is encoded,
// wherever it is in the result, and that a short one doesn't ask.
func TestLongListsPause(t *testing.T) {
	type inner struct{ Numbers []int }
	type result struct{ Lists map[string]inner }
	for elements, atLeast := range map[int]int{3: 0, 1000: 50} {
		w := &pauser{ResponseWriter: httptest.NewRecorder()}
		protocol.Encode(w, nil, nil, "id", &result{map[string]inner{"a": {make([]int, elements)}}})
		if w.pauses < atLeast || atLeast == 0 && w.pauses > 0 {
			t.Errorf("%d elements: %d pauses", elements, w.pauses)
		}
	}
}
