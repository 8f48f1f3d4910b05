// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick"
	bailiwickclient "github.com/bailiwick-dev/bailiwick/client"
)

// addIndex adds the index G00 by g and then n, with that projection.
func addIndex(t testing.TB, db *dynamodb.Client, projection *types.Projection) {
	t.Helper()
	_, err := db.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
		TableName: aws.String("T00"),
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("g"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("n"), AttributeType: types.ScalarAttributeTypeN},
		},
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
			IndexName: aws.String("G00"), Projection: projection,
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("g"), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String("n"), KeyType: types.KeyTypeRange},
			},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func dropIndex(t testing.TB, db *dynamodb.Client) {
	t.Helper()
	_, err := db.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
		TableName: aws.String("T00"),
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{
			Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: aws.String("G00")},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// indexOf describes the index, nil if there is none.
func indexOf(t testing.TB, db *dynamodb.Client) *types.GlobalSecondaryIndexDescription {
	t.Helper()
	out, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("T00")})
	if err != nil {
		t.Fatal(err)
	}
	for i := range out.Table.GlobalSecondaryIndexes {
		return &out.Table.GlobalSecondaryIndexes[i]
	}
	return nil
}

func active(t testing.TB, db *dynamodb.Client) bool {
	t.Helper()
	ix := indexOf(t, db)
	if busy := ix.Backfilling != nil; busy != (ix.IndexStatus == types.IndexStatusCreating) {
		t.Errorf("an index that is %s: backfilling is %v", ix.IndexStatus, ix.Backfilling)
	}
	return ix.IndexStatus == types.IndexStatusActive
}

// wholeOf scans a table, or its index, to the end.
func wholeOf(t testing.TB, db *dynamodb.Client, index *string) (all []item) {
	t.Helper()
	in := &dynamodb.ScanInput{TableName: aws.String("T00"), IndexName: index}
	for pages := dynamodb.NewScanPaginator(db, in); pages.HasMorePages(); {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out.Items...)
	}
	slices.SortFunc(all, func(a, b item) int { return cmp.Compare(texts([]item{a}, "pk")[0], texts([]item{b}, "pk")[0]) })
	return all
}

// wantProjection checks that the index has exactly what its projection shows of
// the items that have its key.
func wantProjection(t testing.TB, db *dynamodb.Client, projection *types.Projection) {
	t.Helper()
	var want []item
	for _, it := range wholeOf(t, db, nil) {
		if _, ok := it["n"].(*n); !ok || it["g"] == nil {
			continue
		}
		if g, ok := it["g"].(*s); !ok || g.Value == "" {
			continue
		}
		if projection.ProjectionType != types.ProjectionTypeAll {
			shown := append([]string{"pk", "g", "n"}, projection.NonKeyAttributes...)
			maps.DeleteFunc(it, func(name string, _ types.AttributeValue) bool { return !slices.Contains(shown, name) })
		}
		want = append(want, it)
	}
	got := wholeOf(t, db, aws.String("G00"))
	if len(got) != len(want) {
		t.Errorf("the index has %d items, want %d", len(got), len(want))
		return
	}
	for i := range want {
		wantItem(t, "in the index", got[i], want[i])
	}
	if d := indexOf(t, db); *d.ItemCount != int64(len(want)) {
		t.Errorf("the index is described with %d items, want %d", *d.ItemCount, len(want))
	}
}

// anything is an item, which may have the index's key or not.
func anything(pk string) item {
	it := item{"pk": str(pk), "x": num(rand.N(100)), "y": str("y")}
	switch rand.N(8) {
	case 0:
	case 1:
		it["g"] = num(1)
	case 2:
		it["g"] = str("")
	default:
		it["g"] = str(fmt.Sprint("g", rand.N(4)))
	}
	switch rand.N(6) {
	case 0:
	case 1:
		it["n"] = str("1")
	default:
		it["n"] = num(rand.N(1000))
	}
	return it
}

func putAnything(t testing.TB, db *dynamodb.Client, from, n int) {
	t.Helper()
	for i := from; i < from+n; i += 25 {
		var all []types.WriteRequest
		for j := range 25 {
			all = append(all, types.WriteRequest{PutRequest: &types.PutRequest{Item: anything(fmt.Sprintf("%06d", i+j))}})
		}
		_, err := db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"T00": all}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestIndexesAreAddedWhileManyWrite adds an index and drops it, again and again.
func TestIndexesAreAddedWhileManyWrite(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	const items = 3000
	putAnything(t, db, 0, items)
	for round := range 4 {
		projection := &types.Projection{ProjectionType: []types.ProjectionType{"ALL", "KEYS_ONLY", "INCLUDE"}[round%3]}
		if projection.ProjectionType == types.ProjectionTypeInclude {
			projection.NonKeyAttributes = []string{"x", "none"}
		}
		addIndex(t, db, projection)
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		for range 4 {
			work.Go(func() {
				for ctx.Err() == nil {
					it := anything(fmt.Sprintf("%06d", rand.N(items+500)))
					var err error
					if rand.N(3) == 0 {
						_, err = db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("T00"), Key: item{"pk": it["pk"]}})
					} else {
						// What can't be in the index is refused as long as there is one.
						it["g"], it["n"] = str(fmt.Sprint("g", rand.N(4))), num(rand.N(1000))
						if rand.N(3) == 0 {
							delete(it, "n")
						}
						_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("T00"), Item: it})
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		eventually(t, "the index is filled", func() bool { return active(t, db) })
		stop()
		work.Wait()
		wantProjection(t, db, projection)
		dropIndex(t, db)
		if ix := indexOf(t, db); ix != nil {
			t.Errorf("an index that is dropped is %s", ix.IndexStatus)
		}
		_, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("T00"), IndexName: aws.String("G00")})
		wantError(t, err, validation, "The table does not have the specified index: G00")
		putAnything(t, db, round*items/4, items/4)
	}
}

// TestAnIndexIsFilledAfterARestart stops the server before the index is filled.
func TestAnIndexIsFilledAfterARestart(t *testing.T) {
	dir := t.TempDir()
	var stop func()
	start := func() *dynamodb.Client {
		srv, err := bailiwick.Open(bailiwick.Config{Data: dir, Addr: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		at, over := make(chan string, 1), make(chan error, 1)
		go func() { over <- srv.Serve(ctx, func(endpoint string) { at <- endpoint }) }()
		stop = func() {
			cancel()
			if err := errors.Join(<-over, srv.Close()); err != nil {
				t.Error(err)
			}
		}
		root := srv.Root()
		return client(bailiwickclient.Config(<-at, "us-east-1", credentials.NewStaticCredentialsProvider(root.AccessKeyID, root.SecretAccessKey, "")))
	}
	db := start()
	create(t, db, "T00", "pk")
	putAnything(t, db, 0, 6000)
	if err := expireBy(t, db, "T00", "x", true); err != nil {
		t.Fatal(err)
	}
	all := &types.Projection{ProjectionType: types.ProjectionTypeAll}
	addIndex(t, db, all)
	_, err := db.Query(t.Context(), &dynamodb.QueryInput{
		TableName: aws.String("T00"), IndexName: aws.String("G00"), KeyConditionExpression: aws.String("g = :g"),
		ExpressionAttributeValues: item{":g": str("g1")},
	})
	if err != nil { // it may be filled already
		wantError(t, err, validation, "Cannot read from backfilling global secondary index: G00")
	}
	filled := active(t, db)
	stop()
	t.Logf("it was filled before: %v", filled)
	db = start()
	defer func() { stop() }()
	eventually(t, "the index is filled", func() bool { return active(t, db) })
	wantProjection(t, db, all)
}

// TestExpiryGoesToTheStream has an item expire in a table with a stream.
func TestExpiryGoesToTheStream(t *testing.T) {
	db, stream, arn := streamed(t, types.StreamViewTypeOldImage)
	if err := expireBy(t, db, "T00", "at", true); err != nil {
		t.Fatal(err)
	}
	past := num(time.Now().Add(-time.Minute).Unix())
	put(t, db, "T00", item{"pk": str("a"), "at": past})
	eventually(t, "the item expires", func() bool { return get(t, db, "T00", item{"pk": str("a")}) == nil })
	put(t, db, "T00", item{"pk": str("b")})
	if _, err := db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("T00"), Key: item{"pk": str("b")}}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range stream.whole(arn) {
		who := "somebody"
		if r.UserIdentity != nil {
			who = *r.UserIdentity.Type + " " + *r.UserIdentity.PrincipalId
		}
		got = append(got, fmt.Sprintf("%s by %s, %d attributes", r.EventName, who, len(r.Dynamodb.OldImage)))
	}
	want := []string{
		"INSERT by somebody, 0 attributes", "REMOVE by Service dynamodb.amazonaws.com, 2 attributes",
		"INSERT by somebody, 0 attributes", "REMOVE by somebody, 1 attributes",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the stream has\n%q, want\n%q", got, want)
	}
}
