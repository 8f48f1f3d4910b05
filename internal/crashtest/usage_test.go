// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	sdk "github.com/bailiwick-dev/bailiwick/client"
)

const (
	usageTable   = "Counted"
	usageWriters = 4
	usageItems   = 600 // keys that writers choose from
	usageTenants = 7
)

// A ledger is a table that counts what its tenants use, as one server serves it.
type ledger struct {
	db    *dynamodb.Client
	admin *sdk.Admin
	arn   string
}

func openLedger(host, dir string) (*ledger, error) {
	who, err := root(dir)
	if err != nil {
		return nil, err
	}
	cfg := sdk.Config("http://"+host, "us-east-1", credentials.NewStaticCredentialsProvider(who.AccessKeyID, who.SecretAccessKey, ""))
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return &ledger{
		db: dynamodb.NewFromConfig(cfg), admin: sdk.NewAdmin(cfg),
		arn: "arn:aws:dynamodb:us-east-1:000000000000:table/" + usageTable,
	}, nil
}

// TestWhatTenantsUseIsExactAfterAKill kills a server while many write to a table and
// somebody changes how its use is counted, and compares what is counted then with
// what is there.
func TestWhatTenantsUseIsExactAfterAKill(t *testing.T) {
	rnd, dir := random(t), t.TempDir()
	for round := range *rounds + 1 {
		p, err := start(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.kill() }) // it may be gone
		l, err := openLedger(p.host, dir)
		if err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			err = l.create(t.Context())
		} else {
			err = l.compare(t.Context())
		}
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		l.load(t.Context(), rnd, between(rnd, leastLoad, mostLoad), p)
		if err := p.kill(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

func (l *ledger) create(ctx context.Context) error {
	_, err := l.db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String(usageTable), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
	})
	return err
}

// load writes for that long, and a moment longer, so that the server is killed
// meanwhile; what fails then doesn't matter.
func (l *ledger) load(ctx context.Context, rnd *rand.Rand, d time.Duration, p *process) {
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	for range usageWriters {
		mine := rand.New(rand.NewPCG(rnd.Uint64(), 0))
		work.Go(func() {
			for ctx.Err() == nil {
				if l.write(ctx, mine) != nil {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	time.Sleep(d / 2)
	l.count(ctx, []string{"#", "/", "attribute"}[rnd.IntN(3)])
	time.Sleep(d / 2)
	time.AfterFunc(leastLoad, stop)
	_ = p.cmd.Process.Kill()
	work.Wait()
}

// count has the table's use counted by the part of the key before the delimiter, or
// by an attribute that changes. If the server is gone by then, it is not.
func (l *ledger) count(ctx context.Context, by string) {
	tags := []types.Tag{{Key: aws.String("bailiwick:tenant-attribute"), Value: aws.String("pk")}, {Key: aws.String("bailiwick:tenant-delimiter"), Value: &by}}
	if by == "attribute" {
		tags[0].Value = aws.String("owner")
	}
	_, _ = l.db.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: &l.arn, Tags: tags})
}

// write puts or deletes an item, or two in a transaction.
func (l *ledger) write(ctx context.Context, rnd *rand.Rand) error {
	n := rnd.IntN(usageItems)
	key := func(n int) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: fmt.Sprintf("t%d/x#%d", n%usageTenants, n)}}
	}
	it := key(n)
	it["owner"] = &types.AttributeValueMemberS{Value: fmt.Sprint("o", rnd.IntN(usageTenants))}
	it["text"] = &types.AttributeValueMemberS{Value: strings.Repeat("x", rnd.IntN(2000))}
	table := aws.String(usageTable)
	var err error
	switch rnd.IntN(4) {
	case 0:
		_, err = l.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: table, Key: key(n)})
	case 1:
		_, err = l.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: table, Item: it}}, {Delete: &types.Delete{TableName: table, Key: key(n + 1)}},
		}})
	default:
		_, err = l.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: it})
	}
	return err
}

// compare compares what is counted with what is there, as soon as all is counted.
func (l *ledger) compare(ctx context.Context) error {
	for end := time.Now().Add(readyTime); ; time.Sleep(10 * time.Millisecond) {
		u, err := l.admin.TableUsage(ctx, l.arn)
		if err != nil && strings.Contains(err.Error(), "is not counted per tenant") {
			return nil // it wasn't tagged yet
		}
		if err != nil {
			return err
		}
		if u.Status == "ACTIVE" {
			return l.compareWith(ctx, u)
		}
		if time.Now().After(end) {
			return errors.New("the items that were there are not counted")
		}
	}
}

// again repeats a read that was broken off: the SDK loses the connection when a
// long answer begins before it has noticed that its own request is all sent.
func again(o *dynamodb.Options) { o.Retryer = retry.NewStandard() }

func (l *ledger) compareWith(ctx context.Context, u sdk.TableUsage) error {
	want := map[string]int64{}
	pages := dynamodb.NewScanPaginator(l.db, &dynamodb.ScanInput{TableName: aws.String(usageTable)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, again)
		if err != nil {
			return err
		}
		for _, it := range page.Items {
			name := it[u.TenantAttribute].(*types.AttributeValueMemberS).Value
			name, _, _ = strings.Cut(name, u.TenantDelimiter)
			want[name]++
		}
	}
	out, err := l.db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(usageTable)})
	if err != nil {
		return err
	}
	size := int64(0)
	for _, row := range u.Tenants {
		if row.ItemCount != want[row.Tenant] {
			return fmt.Errorf("%s by %q: tenant %s is counted %d items and has %d", u.TenantAttribute, u.TenantDelimiter, row.Tenant, row.ItemCount, want[row.Tenant])
		}
		delete(want, row.Tenant)
		size += row.TableSizeBytes
	}
	if len(want) > 0 || size != *out.Table.TableSizeBytes {
		return fmt.Errorf("%v are not counted; %d of %d bytes are", want, size, *out.Table.TableSizeBytes)
	}
	return nil
}
