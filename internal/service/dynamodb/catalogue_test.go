// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// serviceKeys are all condition keys that the service has.
var serviceKeys = []string{
	"dynamodb:LeadingKeys", "dynamodb:Attributes", "dynamodb:Select", "dynamodb:ReturnValues",
	"dynamodb:ReturnConsumedCapacity", "dynamodb:EnclosingOperation", "dynamodb:FullTableScan",
	"dynamodb:FirstPartitionKeyValues", "dynamodb:SecondPartitionKeyValues", "dynamodb:ThirdPartitionKeyValues",
	"dynamodb:FourthPartitionKeyValues",
}

// TestNeedsCarryTheKeysOfTheCatalogue: the keys that the catalogue says are
// always there are, and those it doesn't name never.
func TestNeedsCarryTheKeysOfTheCatalogue(t *testing.T) {
	svc := New()
	catalogue := map[string]awsapi.Action{}
	for _, a := range svc.Actions {
		catalogue[a.Name] = a
	}
	for _, exists := range []bool{true, false} {
		db := memory(t)
		if exists {
			made(t, db, "Sample")
		}
		for i := range svc.Operations {
			op := &svc.Operations[i]
			in := decode(t, svc, op, strings.NewReplacer("$TENANT", "yellow", "$ACCOUNT", "111122223333").Replace(op.Sample))
			err := db.View(t.Context(), func(tx *storage.Tx) error {
				needs, err := op.Needs(t.Context(), newCall(tx.Metadata()), in)
				for i := range needs {
					checkKeys(t, catalogue, &needs[i])
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func checkKeys(t *testing.T, catalogue map[string]awsapi.Action, n *awsapi.Need) {
	t.Helper()
	a, ok := catalogue[n.Action]
	if !ok {
		t.Errorf("%s is not in the catalogue", n.Action)
	}
	listed := map[string]awsapi.Key{}
	for _, k := range a.Keys {
		listed[k.Name] = k
	}
	for _, name := range serviceKeys {
		carried := n.Context != nil && !n.Context.Lookup(strings.ToLower(name)).Absent()
		k, ok := listed[name]
		if ok && k.Always && !carried {
			t.Errorf("%s lacks %s", n.Action, name)
		}
		if !ok && carried {
			t.Errorf("%s carries %s, which the catalogue doesn't name", n.Action, name)
		}
	}
}
