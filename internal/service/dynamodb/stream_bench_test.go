// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// BenchmarkStreamed changes one item again and again, without a stream and with
// one of each view.
func BenchmarkStreamed(b *testing.B) {
	for _, view := range []string{"", keysOnly, bothImage} {
		b.Run("view="+view, func(b *testing.B) {
			db := memory(b)
			flow(b, db, made(b, db, "Docs"), view)
			svc := New()
			update := operation(svc, "UpdateItem")
			in := decode(b, svc, update, `{"TableName":"Docs","Key":{"pk":{"S":"mine"},"sk":{"S":"1"}},
				"UpdateExpression":"SET body = :b ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"},":b":{"S":"`+fmt.Sprintf("%01000d", 1)+`"}}}`)
			b.ReportAllocs()
			for b.Loop() {
				do(db, update, in, b)
			}
		})
	}
}

// flow gives the table a stream of that view, if it isn't "".
func flow(tb testing.TB, db *storage.DB, t *table, view string) (label string) {
	tb.Helper()
	if view == "" {
		return ""
	}
	err := db.Update(context.Background(), func(tx *storage.Tx) error {
		r := t.tableRecord
		if err := r.openStream(tx, t.ref, view, newCall(tx).Time); err != nil {
			return err
		}
		label = r.LastStream
		if err := tables.Put(tx, r, t.ref.account, t.ref.region, t.ref.name); err != nil {
			return err
		}
		return tx.Advance(t.ref.account)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return label
}

// BenchmarkGetRecords reads a page of a thousand records; bare is the store's part
// of it.
func BenchmarkGetRecords(b *testing.B) {
	db := memory(b)
	docs := made(b, db, "Docs")
	label := flow(b, db, docs, newImage)
	svc, reading := New(), NewStreams()
	update, get := operation(svc, "UpdateItem"), operation(reading, "GetRecords")
	in := decode(b, svc, update, `{"TableName":"Docs","Key":{"pk":{"S":"mine"},"sk":{"S":"1"}},"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}}}`)
	for range maxRecords {
		do(db, update, in, b)
	}
	it := iterator{ref: resourceRef{docs.ref, label}, made: newCall(nil).Time}
	page := decode(b, reading, get, fmt.Sprintf(`{"ShardIterator":%q}`, it)).(*getRecordsInput)
	do(db, get, page, b)
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		lo := page.target.stream.part(recordsPart)
		for b.Loop() {
			n := 0
			err := db.View(b.Context(), func(tx *storage.Tx) error {
				return forEach(tx, lo, func(_, _ []byte) error { n++; return nil })
			})
			if err != nil || n != maxRecords {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("call", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if out := do(db, get, page, b).(*getRecordsOutput); len(out.Records) != maxRecords {
				b.Fatal(len(out.Records))
			}
		}
	})
	b.Run("wire", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			reading.Protocol.Encode(httptest.NewRecorder(), nil, get, "id", do(db, get, page, b))
		}
	})
}
