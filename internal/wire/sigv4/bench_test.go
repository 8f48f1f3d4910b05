// SPDX-License-Identifier: Apache-2.0

package sigv4_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

const getItem = `{"TableName":"orders","Key":{"pk":{"S":"tenant-a#4711"},"sk":{"S":"order#2026-11-20"}},"ConsistentRead":true}`

func getItemRequest(b *testing.B) *http.Request {
	return sign(b, message{
		method: "POST", url: "https://h.example.com/", service: "dynamodb", body: getItem,
		header: map[string]string{
			"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "application/x-amz-json-1.0",
			"Accept-Encoding": "identity", "Amz-Sdk-Invocation-Id": "c7d4b1c5-2f4a-4a6e-8f0b-5a2b6c7d8e9f",
			"Amz-Sdk-Request": "attempt=1; max=3", "X-Amz-Security-Token": strings.Repeat("t", 600),
		},
	})
}

// BenchmarkVerify is everything there is to do for a request whose key is
// known: all four steps, the cache, and the hash of the body.
func BenchmarkVerify(b *testing.B) {
	r, p, keys, f := getItemRequest(b), profile("dynamodb"), sigv4.NewKeys(100), fingerprint(secret)
	body := []byte(getItem)
	step := func() error {
		q, err := sigv4.Parse(r)
		if err != nil {
			return err
		}
		if err := q.Check(p); err != nil {
			return err
		}
		if err := q.CheckClock(now); err != nil {
			return err
		}
		key, ok := keys.Get(q, f)
		if !ok {
			key = sigv4.DeriveKey(secret, q.Scope)
		}
		if err := q.Verify(key, sha256.Sum256(body)); err != nil {
			return err
		}
		if !ok {
			keys.Put(q, f)
		}
		return nil
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := step(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareHash is what no verification can do without: the hashes of the
// body and the canonical request, and the HMAC of the string to sign.
func BenchmarkBareHash(b *testing.B) {
	body, canonical, toSign := []byte(getItem), bytes.Repeat([]byte("c"), 1220), bytes.Repeat([]byte("s"), 150)
	key := sha256.Sum256(body)
	b.ReportAllocs()
	for b.Loop() {
		sha256.Sum256(body)
		sha256.Sum256(canonical)
		h := hmac.New(sha256.New, key[:])
		h.Write(toSign)
		h.Sum(nil)
	}
}

func BenchmarkDeriveKey(b *testing.B) {
	s := sigv4.Scope{Date: "20261120", Region: "eu-central-1", Service: "dynamodb"}
	for b.Loop() {
		sigv4.DeriveKey(secret, s)
	}
}
