// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// BenchmarkTransactWriteItems puts ten items on condition, under a new token each
// time; bare is the store's part of it, without the token.
func BenchmarkTransactWriteItems(b *testing.B) {
	const actions = 10
	db := memory(b)
	docs := made(b, db, "Docs")
	svc := New()
	op := operation(svc, "TransactWriteItems")
	var puts []string
	for i := range actions {
		puts = append(puts, `{"Put":{"TableName":"Docs","ConditionExpression":"attribute_not_exists(gone)","Item":`+
			strings.Replace(benchItem, `{"S":"1"}`, fmt.Sprintf(`{"S":"%d"}`, i), 1)+`}}`)
	}
	in := decode(b, svc, op, `{"ClientRequestToken":"t","TransactItems":[`+strings.Join(puts, ",")+`]}`).(*transactWriteItemsInput)
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		var keys [][]byte
		for i := range in.tx.actions {
			keys = append(keys, docs.key(in.tx.actions[i].item))
		}
		for b.Loop() {
			err := db.Update(b.Context(), func(tx *storage.Tx) error {
				if err := tx.GetMany(keys, func(int, []byte) error { return nil }); err != nil {
					return err
				}
				for i, key := range keys {
					if err := tx.Put(key, in.tx.actions[i].item.Stored()); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("call", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			in.tx.token = fmt.Sprint(i)
			err := db.Update(b.Context(), func(tx *storage.Tx) error {
				c := newCall(tx.Metadata())
				needs, err := op.Needs(b.Context(), c, in)
				if err != nil {
					return err
				}
				c.Tx = tx.Only(needs[0].Spans)
				_, err = op.Handle(b.Context(), c, in)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
