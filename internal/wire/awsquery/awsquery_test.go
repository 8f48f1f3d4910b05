// SPDX-License-Identifier: Apache-2.0

package awsquery_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsquery"
)

type tag struct{ Key, Value string }

type input struct {
	RoleName   string
	Limit      *int32
	Forced     *bool
	Tags       []tag
	Names      []string
	Nested     *struct{ Inner struct{ Name string } }
	unexported string // must stay untouched
}

type output struct {
	Name    string
	Created time.Time
	Missing *string
	Tags    []tag
	None    []string
	Empty   []string
	Big     bool
	Count   int32
}

var protocol = awsquery.New("2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/")

func open(t *testing.T, body string) (awsapi.Message, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	return protocol.Open(r, []byte(body))
}

func TestParametersBecomeTheInput(t *testing.T) {
	limit, forced := int32(7), true
	want := input{
		RoleName: "a b&c",
		Limit:    &limit,
		Forced:   &forced,
		Tags:     []tag{{"TenantID", "yellow"}, {"x", ""}},
		Names:    []string{"two", "ten"},
		Nested:   &struct{ Inner struct{ Name string } }{struct{ Name string }{"n"}},
	}
	m, err := open(t, "Action=CreateRole&Version=2010-05-08&RoleName=a+b%26c&Limit=7&Forced=True"+
		"&Tags.member.1.Key=TenantID&Tags.member.1.Value=yellow&Tags.member.2.Key=x&Tags.member.2.Value="+
		"&Names.member.10=ten&Names.member.2=two&Nested.Inner.Name=n&unexported=z&Unknown=1")
	if err != nil {
		t.Fatal(err)
	}
	if m.Operation() != "CreateRole" {
		t.Errorf("operation is %q", m.Operation())
	}
	var got input
	if err := m.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(input{})); diff != "" || got.unexported != "" {
		t.Error(diff)
	}
}

func TestATagNamesAField(t *testing.T) {
	type tagged struct {
		Arn string `query:"arn"`
	}
	m, err := open(t, "Action=A&Arn=upper&arn=lower")
	if err != nil {
		t.Fatal(err)
	}
	var in tagged
	if err := m.Decode(&in); err != nil || in.Arn != "lower" {
		t.Errorf("got %q, %v", in.Arn, err)
	}
	w := httptest.NewRecorder()
	protocol.Encode(w, nil, operation("A"), "id-1", &tagged{"x"})
	if !strings.Contains(w.Body.String(), "<arn>x</arn>") {
		t.Error(w.Body.String())
	}
}

func TestParametersOfAGETAreInItsQuery(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/?Action=GetCallerIdentity&Version=2010-05-08", nil)
	m, err := protocol.Open(r, nil)
	if err != nil || m.Operation() != "GetCallerIdentity" {
		t.Errorf("got %v, %v", m, err)
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"duplicate parameter":       "Action=A&RoleName=a&RoleName=b",
		"bad escape":                "Action=A&RoleName=%zz",
		"other version":             "Action=A&Version=2000-01-01",
		"too deep":                  "Action=A&" + strings.Repeat("a.", 50) + "b=1",
		"too many":                  "Action=A" + strings.Repeat("&", 5000),
		"unnumbered member":         "Action=A&Names.member.x=1",
		"member zero":               "Action=A&Names.member.0=1",
		"member number is not ours": "Action=A&Names.member.01=1",
		"not a number":              "Action=A&Limit=seven",
		"number too large":          "Action=A&Limit=99999999999",
		"not a boolean":             "Action=A&Forced=maybe",
		"scalar with members":       "Action=A&RoleName.member.1=x",
	} {
		t.Run(name, func(t *testing.T) {
			m, err := open(t, body)
			if err == nil {
				err = m.Decode(new(input))
			}
			if err == nil {
				t.Error("was accepted")
			}
		})
	}
}

func TestAHugeMemberNumberTakesNoMemory(t *testing.T) {
	m, err := open(t, "Action=A&Names.member.2147483647=x")
	if err != nil {
		t.Fatal(err)
	}
	var in input
	if err := m.Decode(&in); err != nil || len(in.Names) != 1 {
		t.Errorf("got %q, %v", in.Names, err)
	}
}

func operation(name string) *awsapi.Operation {
	op := awsapi.Op(awsapi.Operation{Name: name, Sample: "{}", Guard: awsapi.None}, nil,
		func(context.Context, *awsapi.Call, *struct{}) (*struct{}, error) { return nil, nil })
	return &op
}

func TestResultsAreXML(t *testing.T) {
	w := httptest.NewRecorder()
	protocol.Encode(w, nil, operation("GetRole"), "id-1", &output{
		Name: "<a> & \x01b", Created: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		Tags: []tag{{"k", "v"}}, Empty: []string{}, Big: true, Count: 3,
	})
	want := `<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult>` +
		"<Name>&lt;a&gt; &amp; \uFFFDb</Name><Created>2026-01-02T03:04:05Z</Created>" +
		`<Tags><member><Key>k</Key><Value>v</Value></member></Tags><Empty></Empty><Big>true</Big><Count>3</Count></GetRoleResult>` +
		`<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetRoleResponse>` + "\n"
	if diff := cmp.Diff(want, w.Body.String()); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyResultsHaveNoResultElement(t *testing.T) {
	w := httptest.NewRecorder()
	protocol.Encode(w, nil, operation("DeleteRole"), "id-1", &struct{}{})
	if strings.Contains(w.Body.String(), "DeleteRoleResult") {
		t.Error(w.Body.String())
	}
	w = httptest.NewRecorder()
	protocol.Encode(w, nil, operation("UpdateRole"), "id-1", &struct{ _ struct{} }{})
	if !strings.Contains(w.Body.String(), "<UpdateRoleResult></UpdateRoleResult>") {
		t.Error(w.Body.String())
	}
}

func TestErrorsHaveTheCodeAndStatusOfTheirKind(t *testing.T) {
	for _, c := range []struct {
		err    awsapi.Error
		status int
		body   string
	}{
		{awsapi.Error{Kind: awsapi.Denied, Message: "no"}, 403, "<Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message>"},
		{awsapi.Error{Kind: awsapi.NotFound, Code: "NoSuchEntity"}, 404, "<Code>NoSuchEntity</Code>"},
		{awsapi.Error{Kind: awsapi.BadSignature}, 403, "<Code>SignatureDoesNotMatch</Code>"},
		{awsapi.Error{Kind: awsapi.Internal}, 500, "<Type>Receiver</Type><Code>InternalFailure</Code>"},
		{awsapi.Error{Kind: 200}, 500, "<Code>InternalFailure</Code>"},
	} {
		w := httptest.NewRecorder()
		protocol.EncodeError(w, nil, "id-1", &c.err)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.body) {
			t.Errorf("%v: got %d %s", c.err, w.Code, w.Body)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("Action=A&RoleName=a&Tags.member.1.Key=k&Nested.Inner.Name=n&Limit=1")
	f.Add("Names.member.1=a&Names.member.3=b&Forced=false")
	f.Add(url.Values{"Tags": {""}}.Encode())
	f.Fuzz(func(t *testing.T, body string) {
		m, err := open(t, body)
		if err != nil {
			return
		}
		if err := m.Decode(new(input)); err != nil && awsapi.AsError(err).Kind != awsapi.NotSerialized {
			t.Error(err)
		}
	})
}
