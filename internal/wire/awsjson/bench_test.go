// SPDX-License-Identifier: Apache-2.0

package awsjson_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

const getItem = `{"TableName":"orders","Key":{"pk":{"S":"tenant-a#4711"},"sk":{"S":"order#2026-11-20"}},"ConsistentRead":true,` +
	`"ReturnConsumedCapacity":"TOTAL","ProjectionExpression":"#a, b","ExpressionAttributeNames":{"#a":"amount"}}`

type attribute struct{ S, N *string }

type getItemInput struct {
	TableName                string
	Key                      map[string]attribute
	ConsistentRead           *bool
	ReturnConsumedCapacity   *string
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
}

func BenchmarkDecode(b *testing.B) {
	body := []byte(getItem)
	r := post("DynamoDB_20120810.GetItem", "")
	b.ReportAllocs()
	for b.Loop() {
		m, err := protocol.Open(r, body)
		if err != nil {
			b.Fatal(err)
		}
		var in getItemInput
		if err := m.Decode(&in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeEncodingJSON(b *testing.B) {
	body := []byte(getItem)
	b.ReportAllocs()
	for b.Loop() {
		var in getItemInput
		if err := json.Unmarshal(body, &in); err != nil {
			b.Fatal(err)
		}
	}
}

// discard is an http.ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func decoded(b *testing.B) *getItemInput {
	in := new(getItemInput)
	if err := decode(getItem, in); err != nil {
		b.Fatal(err)
	}
	return in
}

func BenchmarkEncode(b *testing.B) {
	in, w := decoded(b), discard{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		protocol.Encode(w, nil, nil, "id", in)
	}
}

func BenchmarkEncodeEncodingJSON(b *testing.B) {
	in := decoded(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := json.NewEncoder(io.Discard).Encode(in); err != nil {
			b.Fatal(err)
		}
	}
}
