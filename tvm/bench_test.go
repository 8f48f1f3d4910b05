// SPDX-License-Identifier: Apache-2.0

package tvm_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick/tvm"
)

// BenchmarkKept is what every call of a tenant's client costs beyond its own
// work; the floor is the SDK's own cache, which knows one identity only.
func BenchmarkKept(b *testing.B) {
	srv := newSTS(b)
	cfg, err := srv.machine(b, tvm.Config{}).Config(b.Context(), "company1")
	if err != nil {
		b.Fatal(err)
	}
	retrieve := func(b *testing.B, p aws.CredentialsProvider) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.Retrieve(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("machine", func(b *testing.B) { retrieve(b, cfg.Credentials) })
	b.Run("floor", func(b *testing.B) { retrieve(b, aws.NewCredentialsCache(cfg.Credentials)) })
}
