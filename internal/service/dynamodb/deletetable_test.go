// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"errors"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// deleteTable does what DeleteTable does, but for the table to go if its
// transaction is undone.
func (y *yard) deleteTable() (err error) {
	y.t.Helper()
	undone := errors.New("undone")
	failed := y.db.Update(y.t.Context(), func(tx *storage.Tx) error {
		t, lookupErr := y.s.lookup(tx, y.ref)
		if lookupErr != nil {
			return lookupErr
		}
		c := &awsapi.Call{Tx: tx, Time: y.now}
		_, err = y.s.deleteTable(y.t.Context(), c, &deleteTableInput{ref: y.ref, target: target{ref: y.ref, table: t}})
		return undone
	})
	if !errors.Is(failed, undone) {
		y.t.Fatal(failed)
	}
	return err
}

// TestATableWithAnIndexUnderWayIsNotDeleted: until the index is filled, or
// dropped.
func TestATableWithAnIndexUnderWayIsNotDeleted(t *testing.T) {
	y := newYard(t)
	y.write(some("a", "1"), some("b", "2"))
	refused := func(when string) {
		t.Helper()
		err := y.deleteTable()
		e, ok := errors.AsType[*awsapi.Error](err)
		if !ok || e.Kind != awsapi.Conflict || e.Code != "ResourceInUseException" ||
			e.Message != "Attempt to change a resource which is still in use: Cannot delete table while indexes are being created, updated, or deleted." {
			t.Errorf("%s: got %v", when, err)
		}
	}
	deleted := func(when string) {
		t.Helper()
		if err := y.deleteTable(); err != nil {
			t.Errorf("%s: got %v", when, err)
		}
	}
	deleted("without an index")
	y.addIndex(anyIndex("One"))
	refused("with a new index")
	y.dropIndex("One")
	deleted("when the index is dropped")
	y.addIndex(anyIndex("Two"))
	refused("with another")
	if err := y.s.fillTables(t.Context(), y.station("fill")); err != nil {
		t.Fatal(err)
	}
	deleted("when the index is filled")
	y.expireBy("g")
	deleted("when expiry is switched on")
}
