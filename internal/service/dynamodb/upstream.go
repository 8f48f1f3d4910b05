// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

// A front is the service where another server keeps the tables. Calls need what
// they need here, by the same functions, on the description of a table that the
// upstream gives. What is allowed is made into a call of the AWS SDK from what was
// decoded, and its answer is looked through: what is not of the partition that was
// allowed isn't handed on, whatever the upstream says.
//
//	upstream.go         the rows, and what is prepared for them
//	upstream_describe.go descriptions of tables
//	upstream_table.go   operations on whole tables
//	upstream_update.go  UpdateTable
//	upstream_item.go    operations on one item
//	upstream_legacy.go  what no expression says
//	upstream_read.go    Query and Scan
//	upstream_batch.go   batches
//	upstream_transact.go transactions
//	upstream_execute.go PartiQL
//	upstream_answer.go  what answers are held to
//	upstream_error.go   what fails there
type front struct {
	*service
	client  *upstream.Client
	account string // that the upstream's tables belong to
	known   *upstream.Cache[*described]
}

// NewUpstream returns the service in front of the upstream, whose tables belong to
// the account.
func NewUpstream(client *upstream.Client, account string, now func() time.Time) *awsapi.Service {
	f := &front{service: new(service), client: client, account: account, known: upstream.NewCache[*described](now)}
	f.find = f.prepared
	return newService(f.operations())
}

// operations returns the operation table: the rows that are forwarded, those that
// are about no table, and all others, which are refused.
func (f *front) operations() []awsapi.Operation {
	rows := append(f.forwarded(), f.generalRows()...)
	served := map[string]bool{}
	for i := range rows {
		served[rows[i].Name] = true
	}
	for _, row := range f.service.operations() {
		if !served[row.Name] {
			rows = append(rows, row.Refused(invalid("%s is not supported: the tables are kept by an upstream", row.Name)))
		}
	}
	return rows
}

// forwarded are the operations that the upstream carries out.
func (f *front) forwarded() []awsapi.Operation {
	rows := map[string]awsapi.Operation{}
	for _, row := range f.service.operations() {
		rows[row.Name] = awsapi.Operation{Name: row.Name, Access: row.Access, Guard: row.Guard, Sample: row.Sample}
	}
	create := rows["CreateTable"]
	create.Sample = sampleUpstreamTable
	return []awsapi.Operation{
		forward(f, create, (*createTableInput).refs, f.createTableNeeds, f.checkCreate, f.createTable),
		forward(f, rows["DescribeTable"], (*describeTableInput).refs, f.describeTableNeeds, f.checkDescribe, f.describeTable),
		forward(f, rows["UpdateTable"], (*updateTableInput).refs, f.updateTableNeeds, f.checkUpdateTable, f.updateTable),
		forward(f, rows["ListTables"], (*listTablesInput).refs, f.listTablesNeeds, f.checkList, f.listTables),
		forward(f, rows["ListTagsOfResource"], (*listTagsOfResourceInput).refs, f.listTagsOfResourceNeeds, f.checkListTags, f.listTagsOfResource),
		forward(f, rows["TagResource"], (*tagResourceInput).refs, f.tagResourceNeeds, f.checkTag, f.tagResource),
		forward(f, rows["UntagResource"], (*untagResourceInput).refs, f.untagResourceNeeds, f.checkUntag, f.untagResource),
		forward(f, rows["UpdateTimeToLive"], (*updateTimeToLiveInput).refs, f.updateTimeToLiveNeeds, f.checkUpdateTTL, f.updateTimeToLive),
		forward(f, rows["DescribeTimeToLive"], (*describeTimeToLiveInput).refs, f.describeTimeToLiveNeeds, f.checkDescribeTTL, f.describeTimeToLive),
		forward(f, rows["DescribeContinuousBackups"], (*describeContinuousBackupsInput).refs, f.describeContinuousBackupsNeeds, f.checkBackups, f.describeContinuousBackups),
		forward(f, rows["PutItem"], (*putItemInput).refs, f.putItemNeeds, f.checkPut, f.putItem),
		forward(f, rows["GetItem"], (*getItemInput).refs, f.getItemNeeds, f.checkGet, f.getItem),
		forward(f, rows["UpdateItem"], (*updateItemInput).refs, f.updateItemNeeds, f.checkUpdate, f.updateItem),
		forward(f, rows["Query"], (*queryInput).refs, f.queryNeeds, f.checkQuery, f.query),
		forward(f, rows["Scan"], (*scanInput).refs, f.scanNeeds, f.checkScan, f.scan),
		forward(f, rows["BatchWriteItem"], (*batchWriteItemInput).refs, f.batchWriteItemNeeds, f.checkBatchWrite, f.batchWriteItem),
		forward(f, rows["BatchGetItem"], (*batchGetItemInput).refs, f.batchGetItemNeeds, f.checkBatchGet, f.batchGetItem),
		forward(f, rows["TransactWriteItems"], (*transactWriteItemsInput).refs, f.transactWriteItemsNeeds, f.checkTransactWrite, f.transactWriteItems),
		forward(f, rows["TransactGetItems"], (*transactGetItemsInput).refs, f.transactGetItemsNeeds, f.checkTransactGet, f.transactGetItems),
		forward(f, rows["ExecuteStatement"], (*executeStatementInput).refs, f.executeStatementNeeds, f.checkExecuteStatement, f.executeStatement),
		forward(f, rows["BatchExecuteStatement"], (*batchExecuteStatementInput).refs, f.batchExecuteStatementNeeds, f.checkBatchExecute, f.batchExecuteStatement),
		forward(f, rows["ExecuteTransaction"], (*executeTransactionInput).refs, f.executeTransactionNeeds, f.checkExecuteTransaction, f.executeTransaction),
		forward(f, rows["DeleteItem"], (*deleteItemInput).refs, f.deleteItemNeeds, f.checkDelete, f.deleteItem),
		forward(f, rows["DeleteTable"], (*deleteTableInput).refs, f.deleteTableNeeds, f.checkDeleteTable, f.deleteTable),
	}
}

// sampleUpstreamTable makes the table of the samples, without what isn't sent on.
const sampleUpstreamTable = `{"TableName":"Sample","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]}`

// forward returns the row of an operation that the upstream carries out. refs
// returns the tables that an input names, needs is the local operation's, check
// makes the checks of its handler that need no item, send calls the upstream.
func forward[In, Out any](f *front, row awsapi.Operation,
	refs func(in *In) []tableRef,
	needs func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error),
	check func(in *In) error,
	send func(context.Context, *awsapi.Call, *In) (*Out, error),
) awsapi.Operation {
	return awsapi.OpForward(row,
		func(ctx context.Context, c *awsapi.Call, in *In) error { return f.prepare(ctx, c, refs(in)) },
		func(ctx context.Context, c *awsapi.Call, in *In) ([]awsapi.Need, error) {
			all, err := needs(ctx, c, in)
			for i := range all {
				all[i].Spans = nil // what it opens isn't kept here
			}
			return all, err
		},
		func(_ context.Context, _ *awsapi.Call, in *In) error { return check(in) },
		send)
}

// A preparation is what is known of the upstream's tables that a call names, by
// their names; nil if there is none of a name.
type preparation map[string]*table

// prepare finds out what the call's needs are stated from. A table that doesn't
// belong to the upstream's account and region isn't asked for.
func (f *front) prepare(ctx context.Context, c *awsapi.Call, refs []tableRef) error {
	found := preparation{}
	for _, ref := range refs {
		if _, ok := found[ref.name]; ok || ref.name == "" || c.Region != f.client.Region() || ref.account != "" && ref.account != f.account {
			continue
		}
		t, err := f.known.Get(ctx, ref.name, func(ctx context.Context) (*described, error) { return f.describe(ctx, c, ref.name) })
		if err != nil {
			return upstream.Failure(err)
		}
		found[ref.name] = t.table
	}
	c.Prepared = found
	return nil
}

// prepared returns the upstream's table that ref names. Other accounts and regions
// have none, and for operations that are refused anyway nothing is prepared.
func (f *front) prepared(c *awsapi.Call, ref tableRef) (*table, error) {
	if ref.account != f.account || ref.region != f.client.Region() {
		return nil, nil
	}
	if c.Prepared == nil {
		return nil, nil
	}
	t, ok := c.Prepared.(preparation)[ref.name]
	if !ok {
		return nil, fmt.Errorf("dynamodb: the table %s is not prepared for %s", ref.name, c.Operation.Name)
	}
	return t, nil
}

// share tells the callers apart who share the upstream: a tenant of a role is one.
func share(c *awsapi.Call) string {
	var b strings.Builder
	b.WriteString(c.Caller.Principal.ID)
	for _, t := range c.Caller.Tags {
		b.WriteString("\x00" + t.Key + "\x00" + t.Value)
	}
	return b.String()
}

// ask makes a call of the upstream for the caller. Its errors are the caller's.
func ask[In, Out any](ctx context.Context, f *front, c *awsapi.Call, repeats upstream.Repeats, call upstream.Call[In, Out], in *In) (*Out, error) {
	out, err := upstream.Do(ctx, f.client, share(c), repeats, call, in)
	if err != nil {
		return nil, upstream.Failure(err)
	}
	return out, nil
}

// errLie is the failure of an upstream that answers with what it was not asked
// for: such as items of another partition, of a table whose key has changed behind
// us.
var errLie = errors.New("dynamodb: the upstream answers with what it was not asked for")

// answered refuses an item of an answer that does not have the key that was asked
// for.
func (t *table) answered(it attr.Item, key attr.Item) error {
	for _, name := range t.schema.Names() {
		got, _ := it.Get(name)
		want, ok := key.Get(name)
		if !ok || !got.Equal(want) {
			return errLie
		}
	}
	return nil
}
