// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// BenchmarkHandler is what calls cost beyond net/http: the whole server but
// for the connection.
func BenchmarkHandler(b *testing.B) {
	srv, err := bailiwick.Open(bailiwick.Config{Data: b.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	handler := srv.Handler()
	front := httptest.NewServer(handler)
	b.Cleanup(func() {
		front.Close()
		if err := srv.Close(); err != nil {
			b.Error(err)
		}
	})
	s := furnish(b, &bailiwicktest.Server{Endpoint: front.URL, Root: srv.Root()})
	dynamodb := func(op, body string) []byte {
		return s.raw(b, s.tenant, "dynamodb", "DynamoDB_20120810."+op, awsJSON, body)
	}
	form := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {s.role}, "RoleSessionName": {"bench"}, "DurationSeconds": {"900"},
		"Tags.member.1.Key": {"TenantID"}, "Tags.member.1.Value": {"yellow"}, "TransitiveTagKeys.member.1": {"TenantID"},
	}
	for i := range 10 {
		serveRaw(b, handler, dynamodb("PutItem", item(fmt.Sprintf("s-%d", i))))()
	}
	for _, c := range []struct {
		name string
		raw  []byte
	}{
		{"GetItem", dynamodb("GetItem", `{"TableName":"TrackingData","Key":{"TenantID":{"S":"yellow"},"ShipmentID":{"S":"s-1"}},"ConsistentRead":true}`)},
		{"Query10", dynamodb("Query", `{"TableName":"TrackingData","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"yellow"}},"Limit":10}`)},
		{"PutItem", dynamodb("PutItem", item("s-1"))}, // last: what is written over and over slows the query down
		{"AssumeRole", s.raw(b, s.vendor, "sts", "", "application/x-www-form-urlencoded", form.Encode())},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(64)
			b.RunParallel(func(pb *testing.PB) {
				call := serveRaw(b, handler, c.raw)
				for pb.Next() {
					call()
				}
			})
		})
	}
}

// serveRaw returns a function that has the handler answer the raw request.
func serveRaw(b *testing.B, h http.Handler, raw []byte) func() {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		b.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.Fatal(err)
	}
	r.RemoteAddr = "127.0.0.1:1"
	var w answer
	w.header = http.Header{}
	return func() {
		r.Body = io.NopCloser(bytes.NewReader(body))
		clear(w.header)
		w.code = 200
		h.ServeHTTP(&w, r)
		if w.code != 200 {
			panic(string(w.body))
		}
	}
}

// An answer is what a handler answered, without its body unless that says why.
type answer struct {
	header http.Header
	code   int
	body   []byte
}

func (a *answer) Header() http.Header             { return a.header }
func (a *answer) WriteHeader(code int)            { a.code = code }
func (a *answer) SetReadDeadline(time.Time) error { return nil }
func (a *answer) Write(p []byte) (int, error) {
	if a.code != 200 {
		a.body = append(a.body, p...)
	}
	return len(p), nil
}
