// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// BenchmarkMembership is what every call pays for the organization, in the
// management account and in others. Beside it is the call's own epoch, which it
// pays anyway.
func BenchmarkMembership(b *testing.B) {
	w := newWorld(b)
	for name, account := range map[string]string{"management": blue, "member": yellow} {
		run := func(b *testing.B, f func(*storage.Tx) error) {
			b.ReportAllocs()
			for b.Loop() {
				if err := w.view(f); err != nil {
					b.Fatal(err)
				}
			}
		}
		epoch := func(tx *storage.Tx) error {
			_, err := tx.Epoch(account)
			return err
		}
		b.Run(name+"/floor", func(b *testing.B) { run(b, epoch) })
		b.Run(name, func(b *testing.B) {
			run(b, func(tx *storage.Tx) error {
				if err := epoch(tx); err != nil {
					return err
				}
				_, err := w.dir.Membership(tx, account)
				return err
			})
		})
	}
}
