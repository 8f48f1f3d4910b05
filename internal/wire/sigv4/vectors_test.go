// SPDX-License-Identifier: Apache-2.0

package sigv4_test

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// A vector is a request with its known signature.
type vector struct {
	ID, AccessKeyID, SecretAccessKey, Region, Service, Timestamp string
	Description, Method, CanonicalURI, CanonicalQuery, Body      string
	PayloadHash, Signature, TrailerSignature                     string
	Headers                                                      map[string]string
	ChunkSignatures                                              []string
}

func vectors(t testing.TB) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vs []vector
	if err := json.Unmarshal(b, &vs); err != nil {
		t.Fatal(err)
	}
	return vs
}

// request returns the vector's request as a server gets it.
func (v vector) request() *http.Request {
	h := http.Header{}
	names := make([]string, 0, len(v.Headers))
	for name, value := range v.Headers {
		names = append(names, name)
		if name != "host" {
			h.Set(name, value)
		}
	}
	slices.Sort(names)
	target := v.CanonicalURI
	switch {
	case strings.Contains(v.CanonicalQuery, "X-Amz-Algorithm"):
		target += "?" + v.CanonicalQuery + "&X-Amz-Signature=" + v.Signature
	case v.CanonicalQuery != "":
		target += "?" + v.CanonicalQuery
		fallthrough
	default:
		h.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+v.AccessKeyID+"/"+v.Timestamp[:8]+"/"+v.Region+"/"+v.Service+
			"/aws4_request,SignedHeaders="+strings.Join(names, ";")+",Signature="+v.Signature)
	}
	return received(v.Method, "https://"+v.Headers["host"]+target, h, v.Body)
}

func (v vector) profile() sigv4.Profile {
	return sigv4.Profile{Service: v.Service, S3: v.Service == "s3", Region: anyRegion, Past: 15 * time.Minute}
}

func (v vector) time(t testing.TB) time.Time {
	t.Helper()
	at, err := time.Parse("20060102T150405Z", v.Timestamp)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// verified returns the vector's request, verified up to its body.
func (v vector) verified(t testing.TB) *sigv4.Request {
	t.Helper()
	q, err := sigv4.Parse(v.request())
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Check(v.profile()); err != nil {
		t.Fatal(err)
	}
	if err := q.CheckClock(v.time(t)); err != nil {
		t.Fatal(err)
	}
	key := sigv4.DeriveKey(v.SecretAccessKey, q.Scope)
	if v.Service == "s3" {
		err = q.VerifyDeclared(key)
	} else {
		err = q.Verify(key, sha256.Sum256([]byte(v.Body)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestKnownSignaturesVerify(t *testing.T) {
	vs := vectors(t)
	if len(vs) != 9 {
		t.Fatalf("%d vectors, want 9", len(vs))
	}
	for _, v := range vs {
		t.Run(v.ID+" "+v.Description, func(t *testing.T) { v.verified(t) })
	}
}
