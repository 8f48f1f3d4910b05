// SPDX-License-Identifier: Apache-2.0

package trail_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

var records = flag.Int("records", 20_000, "how many records the log has that is verified and searched")

// long writes a long log and returns its directory and size.
func long(b *testing.B) (dir string, size int64) {
	f := newForge(b)
	f.begin()
	for i := range *records {
		if i%1000 == 999 {
			f.note(trail.Note{Kind: trail.Checkpoint, Reason: trail.Due})
		}
		f.last++
		f.line(fmt.Appendf(nil, `{"seq":%d,"time":"2026-01-02T03:04:05.000000Z","requestId":"%052d","service":"dynamodb","operation":"GetItem","region":"us-east-1",`+
			`"principal":"arn:aws:sts::111122223333:assumed-role/TrackingAccess/t%d","principalId":"AROAAAAAAAAAAAAAAAAAA","principalType":"AssumedRole",`+
			`"account":"111122223333","accessKeyId":"ASIAAAAAAAAAOH47YMUF","session":"0123456789abcdef0123456789abcdef","tags":{"TenantID":"t%d"},`+
			`"sourceIp":"10.0.0.1","decision":"Allow","checks":[{"action":"dynamodb:GetItem","resource":"arn:aws:dynamodb:us-east-1:111122223333:table/TrackingData",`+
			`"decision":"Allow","kind":"identity-based policy","policy":"inline:access","version":"","statement":"Own"}]}`, f.last, i, i%100, i%100))
	}
	dir = f.save()
	info, err := os.Stat(filepath.Join(dir, f.file()))
	if err != nil {
		b.Fatal(err)
	}
	return dir, info.Size()
}

// BenchmarkVerify verifies a log; the floor is to read it and take its hash.
func BenchmarkVerify(b *testing.B) {
	dir, size := long(b)
	b.Run("log", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			if _, err := trail.Verify(dir, trail.Options{}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(*records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	})
	b.Run("floor", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			text, err := os.ReadFile(filepath.Join(dir, trail.FileName(0)))
			if err != nil {
				b.Fatal(err)
			}
			sha256.Sum256(text)
		}
	})
}

// BenchmarkQuery looks for one tenant of a hundred, and for all that was denied.
func BenchmarkQuery(b *testing.B) {
	dir, size := long(b)
	for name, q := range map[string]trail.Query{"tenant": {Tenant: "t7", TenantKey: "TenantID"}, "denied": {Decision: "Deny"}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				m := trail.NewMatcher(q)
				err := trail.Read(b.Context(), dir, false, func(text []byte) error {
					_, err := m.Match(text)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(*records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
