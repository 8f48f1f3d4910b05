// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// TestAnAccountHasSoManyTables: the limit is of one account, in one region.
func TestAnAccountHasSoManyTables(t *testing.T) {
	db := memory(t)
	ref := tableRef{account: "111122223333", region: "us-east-1", name: "New"}
	add := func(n int, account, region string) {
		t.Helper()
		err := db.Update(context.Background(), func(tx *storage.Tx) error {
			for i := range n {
				name := fmt.Sprintf("%d-%04d", n, i)
				if err := tables.Put(tx, tableRecord{Name: name}, account, region, name); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	check := func() error {
		return db.View(context.Background(), func(tx *storage.Tx) error { return checkTableLimit(tx, ref) })
	}
	add(2499, ref.account, ref.region)
	add(10, ref.account, "eu-west-1")
	add(10, "444455556666", ref.region)
	if err := check(); err != nil {
		t.Errorf("one more is refused: %v", err)
	}
	add(1, ref.account, ref.region)
	e, ok := errors.AsType[*awsapi.Error](check())
	if !ok || e.Code != "LimitExceededException" || e.Message != "Subscriber limit exceeded: There is a limit of 2500 tables per subscriber" {
		t.Errorf("beyond the limit: got %v", e)
	}
}
