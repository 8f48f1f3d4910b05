// SPDX-License-Identifier: Apache-2.0

package awsquery_test

import (
	"encoding/xml"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

type color string

// all has a field of every kind.
type all struct {
	S       string
	Color   color
	Opt     *string
	B       bool
	I       int32
	L       int64
	F       float64
	T       time.Time
	OptT    *time.Time
	Blob    []byte
	List    []string
	Ptrs    []*int32
	Structs []tag
	Deep    []struct{ Tags []tag }
	OptS    *tag
	Map     map[string]string
	Ints    map[color]int32
	Tags    map[string]tag
}

func decode(t *testing.T, body string, in any) error {
	t.Helper()
	m, err := open(t, body)
	if err != nil {
		return err
	}
	return m.Decode(in)
}

func ptr[T any](v T) *T { return &v }

func TestFormsOfEveryKind(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 30, 0, 0, time.UTC)
	tests := []struct {
		name, body string
		want       all
	}{
		{"nothing", "", all{}},
		{"empty parameters", "&&S=a&&", all{S: "a"}},
		{"no equals sign", "Opt", all{Opt: ptr("")}},
		{"second equals sign", "S=a=b", all{S: "a=b"}},
		{"escapes", "S=%C3%A4+%2B%00;", all{S: "ä +\x00;"}},
		{"named string", "Color=red", all{Color: "red"}},
		{"numbers", "I=-5&L=9223372036854775807&F=1.5", all{I: -5, L: math.MaxInt64, F: 1.5}},
		{"times", "T=2026-11-20T10:30:00Z&OptT=2026-11-20T11:30:00%2B01:00", all{T: at, OptT: &at}},
		{"blob", "Blob=AAEC", all{Blob: []byte{0, 1, 2}}},
		{"ten and more elements", "List.member.10=j&List.member.1=a&List.member.9=i", all{List: []string{"a", "i", "j"}}},
		{"pointers", "Ptrs.member.1=1&Ptrs.member.2=2", all{Ptrs: []*int32{ptr(int32(1)), ptr(int32(2))}}},
		{"empty list and map", "List=&Map=", all{List: []string{}, Map: map[string]string{}}},
		{
			"lists in lists", "Deep.member.1.Tags.member.1.Key=a&Deep.member.2.Tags.member.1.Key=b&Deep.member.2.Tags.member.2.Value=c",
			all{Deep: []struct{ Tags []tag }{{[]tag{{"a", ""}}}, {[]tag{{"b", ""}, {"", "c"}}}}},
		},
		{"structure", "OptS.Key=a", all{OptS: &tag{Key: "a"}}},
		{"maps", "Map.entry.1.key=a&Map.entry.1.value=b&Map.entry.2.key=&Map.entry.2.value=", all{Map: map[string]string{"a": "b", "": ""}}},
		{
			"maps of others", "Ints.entry.1.key=a&Ints.entry.1.value=1&Tags.entry.1.key=t&Tags.entry.1.value.Key=k",
			all{Ints: map[color]int32{"a": 1}, Tags: map[string]tag{"t": {Key: "k"}}},
		},
		{"names are case-sensitive", "s=a&list.member.1=b", all{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got all
			if err := decode(t, tt.body, &got); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestFormsThatCanBeReadInTwoWaysAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"a parameter twice":                 "S=a&S=a",
		"a parameter twice, once escaped":   "S=a&%53=b",
		"an unknown parameter twice":        "x=1&x=2",
		"an element twice":                  "List.member.1=a&List.member.1=b",
		"a list and a value":                "List=a&List.member.1=b",
		"a value for a list":                "List=a",
		"an empty list and an element":      "List=&List.member.1=b",
		"a list without member":             "List.1=a",
		"a map in place of a list":          "List.entry.1.key=a&List.entry.1.value=b",
		"a structure in place of a list":    "List.Key=a",
		"an element that is both":           "Structs.member.1=a&Structs.member.1.Key=b",
		"a value for a structure":           "OptS=a",
		"parts of a scalar":                 "Opt=a&Opt.x=b",
		"parts of an element":               "List.member.1=a&List.member.1.x=b",
		"a number in two spellings":         "List.member.1=a&List.member.01=b",
		"element without number":            "List.member.=a",
		"negative number":                   "List.member.-1=a",
		"number with sign":                  "List.member.%2B1=a",
		"number beyond all":                 "List.member.99999999999999999999=a",
		"entry without key":                 "Map.entry.1.value=a",
		"entry without value":               "Map.entry.1.key=a",
		"a key twice":                       "Map.entry.1.key=a&Map.entry.1.value=b&Map.entry.2.key=a&Map.entry.2.value=c",
		"integer with fraction":             "I=1.0",
		"integer too large":                 "I=2147483648",
		"empty integer":                     "I=",
		"infinite number":                   "F=Inf",
		"no number":                         "F=NaN",
		"time without zone":                 "T=2026-11-20T10:30:00",
		"text for blob":                     "Blob=%21",
		"bits beyond the last byte of blob": "Blob=AB==",
		"line break in blob":                "Blob=AA%0A==",
		"no UTF-8":                          "S=%FF",
		"half an escape":                    "S=%4",
		"a name too long":                   strings.Repeat("x", 513) + "=1",
	} {
		t.Run(name, func(t *testing.T) {
			var e *awsapi.Error
			if err := decode(t, body, new(all)); !errors.As(err, &e) || e.Kind != awsapi.NotSerialized || e.Message == "" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhatOpenRefuses(t *testing.T) {
	tests := []struct {
		name, method, target, contentType, body string
		want                                    awsapi.Kind // Internal if it is taken
		op                                      string
	}{
		{"a form", "POST", "/", "application/x-www-form-urlencoded; charset=utf-8", "Action=A", awsapi.Internal, "A"},
		{"presigned", "GET", "/?Action=A&X-Amz-Signature=0&X-Amz-Date=1", "", "", awsapi.Internal, "A"},
		{"presigned with a form", "POST", "/?X-Amz-Signature=0", "application/x-www-form-urlencoded", "Action=A", awsapi.Internal, "A"},
		{"no action", "POST", "/", "", "Version=2010-05-08", awsapi.Internal, ""},
		{"two actions", "POST", "/?Action=A", "", "Action=A", awsapi.NotSerialized, ""},
		{"JSON", "POST", "/", "application/x-amz-json-1.0", "{}", awsapi.NotSerialized, ""},
		{"GET with a body", "GET", "/", "", "Action=A", awsapi.NotSerialized, ""},
		{"PUT", "PUT", "/", "", "Action=A", awsapi.NoOperation, ""},
		{"another path", "POST", "/x", "", "Action=A", awsapi.NoOperation, ""},
		{"another version", "POST", "/", "", "Action=A&Version=2011-06-15", awsapi.NoOperation, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.contentType)
			m, err := protocol.Open(r, []byte(tt.body))
			if err != nil {
				if e := awsapi.AsError(err); e.Kind != tt.want || tt.want == awsapi.Internal {
					t.Errorf("got %v", err)
				}
				return
			}
			if tt.want != awsapi.Internal || m.Operation() != tt.op {
				t.Errorf("taken as %q", m.Operation())
			}
		})
	}
}

func TestUnknownVersionsAreNamed(t *testing.T) {
	_, err := open(t, "Action=Foo&Version=2011-06-15")
	if want := "Could not find operation Foo for version 2011-06-15"; err == nil || awsapi.AsError(err).Message != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestErrorsDoNotRepeatValues(t *testing.T) {
	for _, body := range []string{"I=sekret", "B=sekret", "T=sekret", "Blob=sekret!", "S=sekret&S=sekret", "F=sekret", "List=sekret"} {
		if err := decode(t, body, new(all)); err == nil || strings.Contains(err.Error(), "sekret") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func encode(t *testing.T, out any) string {
	t.Helper()
	w := httptest.NewRecorder()
	protocol.Encode(w, nil, operation("Op"), "id", out)
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	_, s, _ := strings.Cut(w.Body.String(), "<OpResult>")
	s, _, _ = strings.Cut(s, "</OpResult>")
	return s
}

func TestResultsOfEveryKind(t *testing.T) {
	type out struct {
		Opt  *string
		F    *float64
		L    *int64
		T    *time.Time
		Blob []byte
		Map  map[string]string
		Tags map[string]*tag
		Deep []struct{ List []string }
		OptS *tag
	}
	at := time.Date(2026, 11, 20, 11, 30, 0, 999, time.FixedZone("CET", 3600))
	tests := []struct {
		name string
		out  out
		want string
	}{
		{"nothing", out{}, ""},
		{
			"scalars",
			out{Opt: ptr(""), F: ptr(2.5), L: ptr(int64(-1)), T: &at, Blob: []byte{0, 1, 2}},
			"<Opt></Opt><F>2.5</F><L>-1</L><T>2026-11-20T10:30:00Z</T><Blob>AAEC</Blob>",
		},
		{
			"maps",
			out{Map: map[string]string{"b": "<", "a": ""}},
			"<Map><entry><key>a</key><value></value></entry><entry><key>b</key><value>&lt;</value></entry></Map>",
		},
		{
			"structures",
			out{OptS: &tag{"k", "v"}, Tags: map[string]*tag{"x": {"k", "v"}}},
			"<Tags><entry><key>x</key><value><Key>k</Key><Value>v</Value></value></entry></Tags><OptS><Key>k</Key><Value>v</Value></OptS>",
		},
		{
			"lists in lists",
			out{Deep: []struct{ List []string }{{[]string{"a", "b"}}, {}}},
			"<Deep><member><List><member>a</member><member>b</member></List></member><member></member></Deep>",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := encode(t, &tt.out); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestAnyTextIsWellFormedXML(t *testing.T) {
	for _, s := range []string{"<&>\"'", "]]>", "\r\n\t", "a\x00\x0b\x1f\x7fb", "\xff\xfe", "\uFFFE\uFFFF", "ä😀", " a "} {
		got := encode(t, &tag{Key: s})
		var back struct{ Key string }
		if err := xml.Unmarshal([]byte("<x>"+got+"</x>"), &back); err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\r' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
				return 0xFFFD
			}
			return r
		}, s)
		if back.Key != want {
			t.Errorf("%q came back as %q", s, back.Key)
		}
	}
}

func TestAnswersCarryTheProtocolsHeaders(t *testing.T) {
	w := httptest.NewRecorder()
	protocol.EncodeError(w, nil, "REQ", &awsapi.Error{Kind: awsapi.Conflict, Code: "A&B", Message: "<m>", Details: &tag{"k", "v"}})
	want := `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>A&amp;B</Code>` +
		`<Message>&lt;m&gt;</Message><Key>k</Key><Value>v</Value></Error><RequestId>REQ</RequestId></ErrorResponse>` + "\n"
	if w.Code != 409 || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	header := http.Header{"Content-Type": {"text/xml"}, "Content-Length": {strconv.Itoa(len(want))}, "X-Amzn-Requestid": {"REQ"}}
	if d := cmp.Diff(header, w.Result().Header); d != "" {
		t.Error(d)
	}
}

func TestAResultThatCannotBeEncodedIsAnInternalFailure(t *testing.T) {
	w := httptest.NewRecorder()
	protocol.Encode(w, nil, operation("Op"), "id", &struct{ F float64 }{math.NaN()})
	if w.Code != 500 || strings.Contains(w.Body.String(), "OpResult") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

const assumeRole = "Action=AssumeRole&Version=2010-05-08&RoleName=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Ftenant&Limit=900" +
	"&Tags.member.1.Key=TenantID&Tags.member.1.Value=yellow&Tags.member.2.Key=Tier&Tags.member.2.Value=pool"

func BenchmarkDecode(b *testing.B) {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	body := []byte(assumeRole)
	b.ReportAllocs()
	for b.Loop() {
		m, err := protocol.Open(r, body)
		if err != nil {
			b.Fatal(err)
		}
		if err := m.Decode(new(input)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseQuery is the floor: the standard library's reading of the same
// form, into a map.
func BenchmarkParseQuery(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := url.ParseQuery(assumeRole); err != nil {
			b.Fatal(err)
		}
	}
}
