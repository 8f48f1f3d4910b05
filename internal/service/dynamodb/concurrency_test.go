// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func TestConcurrentAddsAreExact(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	const writers, each = 16, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				_, err := db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
					TableName: aws.String("T00"), Key: item{"pk": str("counter")},
					UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item{":one": num(1)},
				})
				if err == nil {
					_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("T00"), Item: item{"pk": str(fmt.Sprint(w, i%4))}})
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	wantItem(t, "counter", get(t, db, "T00", item{"pk": str("counter")}), item{"pk": str("counter"), "n": num(writers * each)})
	out, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("T00")})
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for _, it := range out.Items {
		size += len("pk") + len(texts([]item{it}, "pk")[0])
	}
	size += len("n") + 1 + 1 // 320 has two significant digits
	wantCount(t, db, "T00", writers*4+1, int64(size))
}

func TestOneOfManyConditionalPutsWins(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	for round := range 10 {
		var wins atomic.Int32
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{
					TableName: aws.String("T00"), Item: item{"pk": str(fmt.Sprint(round)), "w": num(w)},
					ConditionExpression: aws.String("attribute_not_exists(pk)"),
				})
				if err == nil {
					wins.Add(1)
					return
				}
				wantError(t, err, failed, "The conditional request failed")
			})
		}
		wg.Wait()
		if wins.Load() != 1 {
			t.Errorf("round %d has %d winners", round, wins.Load())
		}
	}
}

// TestNothingIsWrittenIntoADeletedTable races writes against the deletion and
// making anew of their table.
func TestNothingIsWrittenIntoADeletedTable(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				// It fails while there is no table.
				_, _ = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("T00"), Item: item{"pk": str(fmt.Sprint(i))}})
			}
		})
	}
	for range 10 {
		if _, err := db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("T00")}); err != nil {
			t.Fatal(err)
		}
		create(t, db, "T00", "pk")
	}
	close(stop)
	wg.Wait()
	out, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("T00")})
	if err != nil {
		t.Fatal(err)
	}
	size := int64(0)
	for _, pk := range texts(out.Items, "pk") {
		size += int64(len("pk") + len(pk))
	}
	wantCount(t, db, "T00", int64(out.Count), size)
}
