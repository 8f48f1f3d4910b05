// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// like is a read as they mostly are.
func like() *audit.Record {
	return &audit.Record{
		Time: time.Unix(1, 0), RequestID: "5MKIIGR6WOGSJ5L5IC626Z4OTEPJLUDKYVPGOX67EYYURWFMYQH5", Service: "dynamodb", Operation: "GetItem", Region: "us-east-1",
		Principal: "arn:aws:sts::111122223333:assumed-role/TrackingAccess/yellow", PrincipalID: "AROAAAAAAAAAAAAAAAAAA", PrincipalType: "AssumedRole",
		Account: "111122223333", AccessKeyID: "ASIAAAAAAAAAOH47YMUF", Session: "0123456789abcdef0123456789abcdef",
		Tags: []audit.Tag{{Key: "TenantID", Value: "yellow"}}, SourceIP: "10.0.0.1", Decision: "Allow",
		Checks: []audit.Check{{
			Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:us-east-1:111122223333:table/TrackingData", Decision: "Allow",
			Kind: "identity-based policy", Policy: "inline:access", Statement: "Own",
		}},
	}
}

// BenchmarkRead records reads: listed, counted and, as the floor, the same bytes
// written and synced without a log.
func BenchmarkRead(b *testing.B) {
	for name, count := range map[string]bool{"listed": false, "counted": true} {
		b.Run(name, func(b *testing.B) {
			d, err := pebble.OpenMemory()
			if err != nil {
				b.Fatal(err)
			}
			db := storage.New(d)
			defer db.Close()
			l, err := audit.Open(audit.Config{DB: db, Ring: ring, Dir: b.TempDir(), Log: quiet, CountReads: count, TenantTag: "TenantID"})
			if err != nil {
				b.Fatal(err)
			}
			r := like()
			b.ReportAllocs()
			for b.Loop() {
				if err := l.Ready(b.Context()); err != nil {
					b.Fatal(err)
				}
				e := l.Begin()
				if err := e.Allow(r); err != nil {
					b.Fatal(err)
				}
				e.Done()
			}
			if err := l.Close(); err != nil { // ships what is left
				b.Fatal(err)
			}
		})
	}
	b.Run("floor", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		const size, atOnce = 800, 2 << 20 / 800
		text := make([]byte, size*atOnce)
		n := 0
		for b.Loop() {
			if n++; n%atOnce > 0 {
				continue
			}
			if _, err := f.Write(text); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
