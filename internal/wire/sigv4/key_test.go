// SPDX-License-Identifier: Apache-2.0

package sigv4_test

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

// claimed returns a request with the given access key id, checked but not
// verified, and the key and body hash that verify it.
func claimed(t testing.TB, id string) (*sigv4.Request, *sigv4.Key, [32]byte) {
	t.Helper()
	r := sign(t, message{method: "POST", url: "https://h.example.com/", service: "sts", body: "{}"})
	replaceAuth(keyID, id)(r)
	q, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Check(profile("sts")); err != nil {
		t.Fatal(err)
	}
	if err := q.CheckClock(now); err != nil {
		t.Fatal(err)
	}
	return q, sigv4.DeriveKey(secret, q.Scope), sha256.Sum256([]byte("{}"))
}

func fingerprint(s string) sigv4.Fingerprint { return sha256.Sum256([]byte(s)) }

func TestKeysHoldVerifiedKeysOnly(t *testing.T) {
	keys := sigv4.NewKeys(10)
	q, key, sum := claimed(t, keyID)
	f := fingerprint(secret)

	keys.Put(q, f)
	if _, ok := keys.Get(q, f); ok {
		t.Fatal("a key before its signature was verified")
	}
	if err := q.Verify(sigv4.DeriveKey("wrong", q.Scope), sum); err == nil {
		t.Fatal("verified with a wrong secret")
	}
	keys.Put(q, f)
	if _, ok := keys.Get(q, f); ok {
		t.Fatal("a key whose signature was wrong")
	}
	if err := q.Verify(key, sum); err != nil {
		t.Fatal(err)
	}
	keys.Put(q, f)
	if got, ok := keys.Get(q, f); !ok || got != key {
		t.Fatal("the verified key is not there")
	}
}

func TestKeysDoNotOutliveTheSecret(t *testing.T) {
	keys := sigv4.NewKeys(10)
	q, key, sum := claimed(t, keyID)
	if err := q.Verify(key, sum); err != nil {
		t.Fatal(err)
	}
	keys.Put(q, fingerprint(secret))
	if _, ok := keys.Get(q, fingerprint("rotated")); ok {
		t.Fatal("hit with another secret")
	}
	for name, change := range map[string]func(*sigv4.Request){
		"access key id": func(q *sigv4.Request) { q.AccessKeyID = "AKIAOTHER" },
		"date":          func(q *sigv4.Request) { q.Scope.Date = "20261121" },
		"region":        func(q *sigv4.Request) { q.Scope.Region = "us-east-1" },
		"service":       func(q *sigv4.Request) { q.Scope.Service = "iam" },
	} {
		other := *q
		change(&other)
		if _, ok := keys.Get(&other, fingerprint(secret)); ok {
			t.Errorf("hit with another %s", name)
		}
	}
}

func TestKeysAreBoundedAndKeepWhatIsUsed(t *testing.T) {
	const bound = 16
	keys := sigv4.NewKeys(bound)
	f := fingerprint(secret)
	used, key, sum := claimed(t, keyID)
	if err := used.Verify(key, sum); err != nil {
		t.Fatal(err)
	}
	keys.Put(used, f)
	for i := range 10 * bound {
		q, key, sum := claimed(t, fmt.Sprintf("AKIA%d", i))
		if err := q.Verify(key, sum); err != nil {
			t.Fatal(err)
		}
		keys.Put(q, f)
		if keys.Len() > bound {
			t.Fatalf("%d keys, bound %d", keys.Len(), bound)
		}
		if _, ok := keys.Get(used, f); !ok {
			t.Fatalf("the key in use is gone after %d others", i+1)
		}
	}
}

func TestKeysFromManyGoroutines(t *testing.T) {
	keys := sigv4.NewKeys(4)
	f := fingerprint(secret)
	var wg sync.WaitGroup
	for g := range 4 {
		q, key, sum := claimed(t, fmt.Sprintf("AKIA%d", g))
		if err := q.Verify(key, sum); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for range 200 {
				keys.Put(q, f)
				if got, ok := keys.Get(q, f); ok && got != key {
					t.Error("another's key")
				}
			}
		})
	}
	wg.Wait()
}
