// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"net/http/httptest"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const benchItem = `{"pk":{"S":"mine"},"sk":{"S":"1"},"title":{"S":"A document of some length, as they are"},"version":{"N":"12"},
	"tags":{"SS":["a","b","c"]},"owner":{"M":{"id":{"S":"u-1"},"name":{"S":"Somebody"}}},"size":{"N":"123456"},
	"body":{"S":"Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua."}}`

// do runs an operation as the server does, but for the decision and the record.
func do(db *storage.DB, op *awsapi.Operation, in any, b *testing.B) (out any) {
	run := db.View
	if op.Access != awsapi.Read {
		run = db.Update
	}
	err := run(b.Context(), func(tx *storage.Tx) error {
		c := newCall(tx.Metadata())
		needs, err := op.Needs(b.Context(), c, in)
		if err != nil {
			return err
		}
		c.Tx = tx.Only(needs[0].Spans)
		out, err = op.Handle(b.Context(), c, in)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// BenchmarkGetItem is a GetItem from its body to its answer; bare is the store's
// part of it.
func BenchmarkGetItem(b *testing.B) {
	db := memory(b)
	docs := made(b, db, "Docs")
	svc := New()
	get, put := operation(svc, "GetItem"), operation(svc, "PutItem")
	do(db, put, decode(b, svc, put, `{"TableName":"Docs","Item":`+benchItem+`}`), b)
	const body = `{"TableName":"Docs","Key":{"pk":{"S":"mine"},"sk":{"S":"1"}}}`
	in := decode(b, svc, get, body).(*getItemInput)
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		key := docs.key(in.key)
		for b.Loop() {
			err := db.View(b.Context(), func(tx *storage.Tx) error {
				_, err := tx.Get(key)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("call", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			do(db, get, in, b)
		}
	})
	b.Run("wire", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			out := do(db, get, decode(b, svc, get, body), b)
			svc.Protocol.Encode(httptest.NewRecorder(), nil, get, "id", out)
		}
	})
}

// BenchmarkPutItem replaces one item again and again.
func BenchmarkPutItem(b *testing.B) {
	db := memory(b)
	docs := made(b, db, "Docs")
	svc := New()
	put := operation(svc, "PutItem")
	in := decode(b, svc, put, `{"TableName":"Docs","Item":`+benchItem+`}`).(*putItemInput)
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		key := docs.key(in.item)
		for b.Loop() {
			err := db.Update(b.Context(), func(tx *storage.Tx) error {
				if _, err := tx.Get(key); err != nil && err != storage.ErrNotFound {
					return err
				}
				return tx.Put(key, in.item.Stored())
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("call", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			do(db, put, in, b)
		}
	})
}
