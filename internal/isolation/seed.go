// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const (
	tableTime    = 2 * time.Minute // for a table to become active
	batchSize    = 25
	batchBackoff = 50 * time.Millisecond
	batchTries   = 10
)

// makeTables creates the tables, or finds those that an earlier Build made.
func (w *World) makeTables(ctx context.Context) error {
	for _, t := range tables {
		_, err := w.db.CreateTable(ctx, &dynamodb.CreateTableInput{
			TableName:   &t.name,
			BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{
				{AttributeName: &t.partition, AttributeType: types.ScalarAttributeTypeS},
				{AttributeName: &t.sort, AttributeType: types.ScalarAttributeTypeS},
			},
			KeySchema: []types.KeySchemaElement{
				{AttributeName: &t.partition, KeyType: types.KeyTypeHash},
				{AttributeName: &t.sort, KeyType: types.KeyTypeRange},
			},
		})
		if _, exists := errors.AsType[*types.ResourceInUseException](err); exists {
			w.again = true
			err = w.checkOwnTable(ctx)
		}
		if err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		active := dynamodb.NewTableExistsWaiter(w.db, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = 50 * time.Millisecond })
		if err := active.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &t.name}, tableTime); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	return nil
}

// checkOwnTable refuses a table that exists though nothing was built in this
// account: it is somebody's, and is not to be written to. The user, who is
// created once all tables are, tells.
func (w *World) checkOwnTable(ctx context.Context) error {
	_, err := w.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(userName)})
	if _, missing := errors.AsType[*iamtypes.NoSuchEntityException](err); missing {
		return fmt.Errorf("it exists, and user %s, who would say that it was made for this, does not: delete it, or use another account", userName)
	}
	return err
}

// fill writes all items of all tenants.
func (w *World) fill(ctx context.Context) error {
	return w.each(ctx, "items", len(w.tenants), func(ctx context.Context, i int) error {
		for _, t := range tables {
			if err := w.fillShare(ctx, w.share(t, i)); err != nil {
				return fmt.Errorf("items of %s in %s: %w", w.tenants[i], t.name, err)
			}
		}
		return nil
	})
}

func (w *World) fillShare(ctx context.Context, s share) error {
	for from := 0; from < s.count; from += batchSize {
		var puts []types.WriteRequest
		for n := from; n < min(from+batchSize, s.count); n++ {
			puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: s.seeded(n)}})
		}
		if err := batchWrite(ctx, w.db, s.name, puts); err != nil {
			return err
		}
	}
	if w.again {
		return w.tidy(ctx, s)
	}
	return nil
}

// tidy deletes what an earlier Build of another size left in a share.
func (w *World) tidy(ctx context.Context, s share) error {
	expected := make(map[string]bool, s.count)
	for n := range s.count {
		expected[s.sortKey(n)] = true
	}
	in := partitionQuery(s)
	in.ProjectionExpression = aws.String("#s")
	in.ExpressionAttributeNames["#s"] = s.sort
	pages := dynamodb.NewQueryPaginator(w.db, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, it := range page.Items {
			if sort := stringOf(it[s.sort]); !expected[sort] {
				if _, err := w.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.name, Key: s.key(sort)}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// batchWrite writes all of the requests, at most 25, coming back for what the
// server did not get to.
func batchWrite(ctx context.Context, db *dynamodb.Client, table string, writes []types.WriteRequest) error {
	left := map[string][]types.WriteRequest{table: writes}
	for try := range batchTries {
		out, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: left})
		if err != nil {
			return err
		}
		if left = out.UnprocessedItems; len(left) == 0 {
			return nil
		}
		if err := sleep(ctx, batchBackoff<<try); err != nil {
			return err
		}
	}
	return fmt.Errorf("%d writes were not processed after %d tries", len(left[table]), batchTries)
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
