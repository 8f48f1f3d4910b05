// SPDX-License-Identifier: Apache-2.0

package awsjson_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsjson"
)

const healthy = "healthy: dynamodb.us-east-1.amazonaws.com "

var open = awsjson.New(awsjson.Config{
	Version: "1.0", Target: "DynamoDB_20120810", Checksum: true, Health: healthy,
})

func TestStrayRequests(t *testing.T) {
	const nothing = "<UnknownOperationException/>\n"
	tests := []struct {
		name         string
		method, path string
		header       http.Header
		status       int
		body, crc    string
	}{
		{"health", "GET", "/", nil, 200, healthy, "3128867991"},
		{"health for a page", "GET", "/", http.Header{"Origin": {"https://a.test"}}, 200, healthy, "3128867991"},
		{"another path", "GET", "/health", nil, 404, nothing, "3552371480"},
		{"a query", "GET", "/?Action=GetCallerIdentity", nil, 404, nothing, "3552371480"},
		{"another method", "HEAD", "/", nil, 404, nothing, "3552371480"},
		{"another method for a page", "PUT", "/", http.Header{"Origin": {"https://a.test"}}, 404, nothing, "3552371480"},
		{"no target", "POST", "/", http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, 400, `{"__type":"UnknownOperationException"}`, "1828410715"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, nil)
			r.Header = tt.header
			w := httptest.NewRecorder()
			if !open.(awsapi.Receptionist).Stray(w, r, "REQ") {
				t.Fatal("not answered")
			}
			h := w.Result().Header
			if w.Code != tt.status || w.Body.String() != tt.body || h.Get("X-Amz-Crc32") != tt.crc {
				t.Errorf("got %d %q %v", w.Code, w.Body, h)
			}
			w = httptest.NewRecorder()
			if plain.(awsapi.Receptionist).Stray(w, r, "REQ") {
				t.Error("a service that answers nothing does")
			}
		})
	}
}

func TestAnswersHaveTheTypeOfTheRequest(t *testing.T) {
	for sent, want := range map[string]string{
		"application/x-amz-json-1.0":      "application/x-amz-json-1.0",
		"application/json":                "application/json",
		"application/json; charset=utf-8": "application/json",
		"text/html":                       "application/x-amz-json-1.0",
		"":                                "application/x-amz-json-1.0",
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
		r.Header.Set("Content-Type", sent)
		w, e := httptest.NewRecorder(), httptest.NewRecorder()
		open.Encode(w, r, nil, "REQ", &struct{}{})
		open.EncodeError(e, r, "REQ", awsapi.Errorf(awsapi.Denied, "", "no"))
		for _, w := range []*httptest.ResponseRecorder{w, e} {
			h := w.Result().Header
			if h.Get("Content-Type") != want {
				t.Errorf("%q is answered by %q, want %q", sent, h.Get("Content-Type"), want)
			}
		}
	}
}

func TestErrorsWithoutAMessage(t *testing.T) {
	p := awsjson.New(awsjson.Config{
		Version: "1.0", Target: "DynamoDB_20120810", Checksum: true,
		ErrorShape: func(string) (string, string) { return "com.amazon.coral.service", "" },
	})
	w := httptest.NewRecorder()
	p.EncodeError(w, nil, "REQ", awsapi.Errorf(awsapi.NoOperation, "", "no operation Fly"))
	if got := w.Body.String(); got != `{"__type":"com.amazon.coral.service#UnknownOperationException"}` || w.Header().Get("X-Amz-Crc32") != "1368724161" {
		t.Errorf("got %s %v", got, w.Header())
	}
}
