// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/bailiwick-dev/bailiwick"
)

// TestARecreatedTableKeepsItsItems deletes tables and makes them anew at once:
// what is put into the new ones must outlive the deletion of the old items, which
// goes on behind.
func TestARecreatedTableKeepsItsItems(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const tables, rounds = 12, 6
	named := func(i int) *strings.Replacer {
		return strings.NewReplacer(`"Ledger"`, fmt.Sprintf(`"Ledger-%d"`, i))
	}
	for i := range tables {
		s.do(s.admin, "dynamodb", "CreateTable", named(i).Replace(ledger))
	}
	for round := range rounds {
		var all sync.WaitGroup
		for i := range tables {
			name := named(i)
			all.Go(func() {
				for _, call := range [][2]string{{"DeleteTable", `{"TableName":"Ledger"}`}, {"CreateTable", ledger}, {"PutItem", putRow("new", "1")}} {
					if a := s.try(s.admin, "dynamodb", call[0], name.Replace(call[1])); !a.OK() {
						t.Errorf("%s: got %d %s", call[0], a.Status, a.Body)
					}
				}
			})
		}
		all.Wait()
		for i := range tables {
			if a := s.do(s.admin, "dynamodb", "Scan", named(i).Replace(`{"TableName":"Ledger"}`)); !strings.Contains(a.Body, `"Count":1,`) {
				t.Fatalf("round %d: the new table %d has %s", round, i, a.Body)
			}
		}
	}
}

// TestKeysTellNothingOfTables names partitions of other tenants in tables that
// are there and in some that aren't, by a session that may use its own in any.
func TestKeysTellNothingOfTables(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.grant("tenant", strings.Replace(ownRows, "table/Ledger", "table/*", 1))
	yellow := s.session(s.vendor, "yellow")
	const values = `"ExpressionAttributeValues":{":t":{"S":"%"}}}`
	for op, in := range map[string]string{
		"GetItem":        `{"TableName":"$","Key":{"TenantID":{"S":"%"},"Row":{"S":"1"}}}`,
		"PutItem":        strings.ReplaceAll(putRow("%", "1"), "Ledger", "$"),
		"DeleteItem":     `{"TableName":"$","Key":{"TenantID":{"S":"%"},"Row":{"S":"1"}}}`,
		"UpdateItem":     `{"TableName":"$","Key":{"TenantID":{"S":"%"},"Row":{"S":"1"}}}`,
		"BatchGetItem":   `{"RequestItems":{"$":{"Keys":[{"TenantID":{"S":"%"},"Row":{"S":"1"}}]}}}`,
		"BatchWriteItem": `{"RequestItems":{"$":[{"DeleteRequest":{"Key":{"TenantID":{"S":"%"},"Row":{"S":"1"}}}}]}}`,
		"Query":          `{"TableName":"$","KeyConditionExpression":"TenantID = :t",` + values,
	} {
		s.alike(yellow, "dynamodb", op, strings.ReplaceAll(in, "%", "blue"), "Ledger", "Nowhere")
		s.do(yellow, "dynamodb", op, strings.NewReplacer("$", "Ledger", "%", "yellow").Replace(in))
	}
}
