// SPDX-License-Identifier: Apache-2.0

package fair_test

import (
	"sync"
	"testing"
)

func BenchmarkEnterAndLeave(b *testing.B) {
	b.Run("fair", func(b *testing.B) {
		s, ctx := open(b, 4), b.Context()
		b.ReportAllocs()
		for b.Loop() {
			turn, err := s.Enter(ctx, "a tenant's name")
			if err != nil {
				b.Fatal(err)
			}
			turn.Leave()
		}
	})
	b.Run("floor", func(b *testing.B) { // a mutex and an entry in a map each
		var mu sync.Mutex
		held := map[string]int{}
		b.ReportAllocs()
		for b.Loop() {
			mu.Lock()
			held["a tenant's name"]++
			mu.Unlock()
			mu.Lock()
			delete(held, "a tenant's name")
			mu.Unlock()
		}
	})
}
