// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

const tooLarge = "Collection size of items exceeded, which can also be caused by the aggregate size of the items in the transaction exceeding the 4MB limit"

// transact writes, without a token of the SDK's own making.
func transact(t testing.TB, db *dynamodb.Client, items ...types.TransactWriteItem) error {
	t.Helper()
	_, err := db.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: items})
	return err
}

func txPut(table string, it item) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: it}}
}

// wantReasons checks that err is a cancellation with those codes.
func wantReasons(t testing.TB, err error, codes ...string) {
	t.Helper()
	var e *types.TransactionCanceledException
	if !errors.As(err, &e) {
		t.Errorf("error is %v, want a cancellation for %q", err, codes)
		return
	}
	got := make([]string, len(e.CancellationReasons))
	for i, r := range e.CancellationReasons {
		got[i] = aws.ToString(r.Code)
	}
	if strings.Join(got, ", ") != strings.Join(codes, ", ") {
		t.Errorf("reasons are %q, want %q", got, codes)
	}
}

func TestATransactionHasHundredActionsAtMost(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	var writes []types.TransactWriteItem
	var reads []types.TransactGetItem
	for i := range 101 {
		writes = append(writes, txPut("T00", item{"pk": str(fmt.Sprint(i)), "n": num(i)}))
		reads = append(reads, types.TransactGetItem{Get: &types.Get{TableName: aws.String("T00"), Key: item{"pk": str(fmt.Sprint(i))}}})
	}
	const many = "1 validation error detected: Value '[…]' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"
	wantError(t, transact(t, db, writes...), validation, many)
	_, err := db.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: reads})
	wantError(t, err, validation, many)
	if err := transact(t, db, writes[:100]...); err != nil {
		t.Fatal(err)
	}
	out, err := db.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: reads[1:]})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range out.Responses {
		if i == 99 {
			wantItem(t, "the last", r.Item, nil)
			continue
		}
		wantItem(t, "item", r.Item, item{"pk": str(fmt.Sprint(i + 1)), "n": num(i + 1)})
	}
	wantCount(t, db, "T00", 100, 100*(2+1)+90*2+10+1+90*2+9*2) // names, keys, and numbers of one or two digits
}

func TestATransactionHasFourMegabytesAtMost(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	big := func(i, size int) item {
		pk := fmt.Sprintf("%02d", i)
		return item{"pk": str(pk), "v": str(strings.Repeat("x", size-len("pk")-len(pk)-len("v")))}
	}
	var writes []types.TransactWriteItem
	var reads []types.TransactGetItem
	for i := range 11 {
		size := 400 << 10
		if i == 10 {
			size = 4<<20 - 10*400<<10
		}
		writes = append(writes, txPut("T00", big(i, size)))
		reads = append(reads, types.TransactGetItem{Get: &types.Get{TableName: aws.String("T00"), Key: item{"pk": str(fmt.Sprintf("%02d", i))}}})
	}
	if err := transact(t, db, writes...); err != nil {
		t.Fatal(err)
	}
	if _, err := db.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: reads}); err != nil {
		t.Error(err)
	}
	writes[10].Put.Item = big(10, 4<<20-10*400<<10+1)
	wantError(t, transact(t, db, writes...), validation, tooLarge)
	elsewhere := append(writes[:10:10], txPut("None", writes[10].Put.Item))
	wantError(t, transact(t, db, elsewhere...), validation, tooLarge) // before a table is looked for
	put(t, db, "T00", writes[10].Put.Item)
	_, err := db.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: reads})
	wantError(t, err, validation, tooLarge)
	wantError(t, transact(t, db, txPut("T00", big(0, 400<<10+1))), validation, "Item size has exceeded the maximum allowed size")

	// An update that makes an item too large is the action's own mistake.
	err = transact(t, db, types.TransactWriteItem{Update: &types.Update{
		TableName: aws.String("T00"), Key: item{"pk": str("00")},
		UpdateExpression: aws.String("SET w = v"),
	}})
	wantReasons(t, err, "ValidationError")
	var e *types.TransactionCanceledException
	if errors.As(err, &e) && aws.ToString(e.CancellationReasons[0].Message) != "Item size to update has exceeded the maximum allowed size" {
		t.Errorf("the reason is %q", aws.ToString(e.CancellationReasons[0].Message))
	}
}

// TestMoneyIsNeitherMadeNorLost moves money between accounts in several tables,
// by transactions and against single writes, while others look at all of it.
func TestMoneyIsNeitherMadeNorLost(t *testing.T) {
	db := connect(t)
	tables := []string{"T00", "T01", "T02"}
	const accounts, each, movers, moves = 6, 100, 8, 40
	key := func(i int) item { return item{"pk": str(fmt.Sprint("acct", i))} }
	var all []types.TransactGetItem
	for _, table := range tables {
		create(t, db, table, "pk")
	}
	for i := range accounts {
		put(t, db, tables[i%3], item{"pk": key(i)["pk"], "n": num(each)})
		all = append(all, types.TransactGetItem{Get: &types.Get{TableName: &tables[i%3], Key: key(i)}})
	}
	move := func(from, to int) types.TransactWriteItem {
		return types.TransactWriteItem{Update: &types.Update{
			TableName: &tables[from%3], Key: key(from), UpdateExpression: aws.String("SET n = n - :one"),
			ConditionExpression: aws.String("n > :none"), ExpressionAttributeValues: item{":one": num(to), ":none": num(0)},
		}}
	}
	sum := func(items []types.ItemResponse) (n int) {
		for _, r := range items {
			var v int
			if _, err := fmt.Sscan(r.Item["n"].(*types.AttributeValueMemberN).Value, &v); err != nil || v < 0 {
				t.Errorf("an account has %v", r.Item)
			}
			n += v
		}
		return n
	}
	var moving, looking sync.WaitGroup
	done := make(chan struct{})
	for w := range movers {
		moving.Go(func() {
			for i := range moves {
				from := (w*7 + i*3) % accounts
				to := (from + 1 + (w+i)%(accounts-1)) % accounts
				err := transact(t, db, move(from, 1), types.TransactWriteItem{Update: &types.Update{
					TableName: &tables[to%3], Key: key(to), UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item{":one": num(1)},
				}})
				if err != nil {
					wantReasons(t, err, "ConditionalCheckFailed", "None")
				}
				// A write by itself that says nothing of the money.
				if _, err := db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
					TableName: &tables[to%3], Key: key(to), UpdateExpression: aws.String("ADD seen :one"), ExpressionAttributeValues: item{":one": num(1)},
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	looks := 0
	looking.Go(func() {
		for {
			out, err := db.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: all})
			if err != nil {
				t.Error(err)
				return
			}
			if got := sum(out.Responses); got != accounts*each {
				t.Errorf("the accounts have %d together", got)
				return
			}
			looks++
			select {
			case <-done:
				return
			default:
			}
		}
	})
	moving.Wait()
	close(done)
	looking.Wait()
	if looks < 2 {
		t.Errorf("%d looks", looks)
	}
}

// TestATokenIsUsedOnceByMany: of many calls at once with one token, one is done.
func TestATokenIsUsedOnceByMany(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	const rounds, callers = 10, 8
	for round := range rounds {
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				_, err := db.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
					ClientRequestToken: aws.String(fmt.Sprint("round", round)),
					TransactItems: []types.TransactWriteItem{{Update: &types.Update{
						TableName: aws.String("T00"), Key: item{"pk": str("n")},
						UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item{":one": num(1)},
					}}},
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	wantItem(t, "counter", get(t, db, "T00", item{"pk": str("n")}), item{"pk": str("n"), "n": num(rounds)})
}

// TestTransactionsOfATenant: each action takes the permission of its own, on its
// own partition.
func TestTransactionsOfATenant(t *testing.T) {
	srv := bailiwicktest.New(t)
	root := client(srv.Config())
	create(t, root, "Docs", "pk", "sk")
	put(t, root, "Docs", item{"pk": str("mine"), "sk": str("1"), "v": num(1), "secret": num(2)})
	put(t, root, "Docs", item{"pk": str("theirs"), "sk": str("1"), "v": num(1)})
	key := func(pk string) string { return `"Key":{"pk":{"S":"` + pk + `"},"sk":{"S":"1"}}` }
	write := func(actions ...string) string { return `{"TransactItems":[` + strings.Join(actions, ",") + `]}` }
	docs := `"TableName":"Docs",`
	check := func(pk string) string {
		return `{"ConditionCheck":{` + docs + key(pk) + `,"ConditionExpression":"attribute_exists(pk)"}}`
	}
	update := func(pk, more string) string {
		return `{"Update":{` + docs + key(pk) + `,"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"N":"1"}}` + more + `}}`
	}
	puts := func(pk string) string { return `{"Put":{` + docs + `"Item":{"pk":{"S":"` + pk + `"},"sk":{"S":"2"}}}}` }
	del := func(pk string) string {
		return `{"Delete":{` + docs + `"Key":{"pk":{"S":"` + pk + `"},"sk":{"S":"2"}}}}`
	}
	gets := func(pk string) string { return `{"Get":{` + docs + key(pk) + `}}` }

	tenant := user(t, srv, "tenant", statement(`"dynamodb:*"`, inAccount+"Docs", ownKeys))
	var asks []ask
	for _, f := range []func(string) string{check, puts, del, func(pk string) string { return update(pk, "") }} {
		asks = append(asks,
			ask{"TransactWriteItems", write(f("mine")), true},
			ask{"TransactWriteItems", write(f("theirs")), false})
	}
	asks = append(asks,
		ask{"TransactWriteItems", write(puts("mine"), check("theirs")), false},
		ask{"TransactWriteItems", write(check("theirs"), puts("mine")), false},
		ask{"TransactGetItems", write(gets("mine")), true},
		ask{"TransactGetItems", write(gets("mine"), gets("theirs")), false},
		ask{"TransactWriteItems", write(`{"ConditionCheck":{` + docs + `"Key":{"x":{"S":"theirs"}},"ConditionExpression":"attribute_exists(pk)"}}`), false},
	)
	askAll(t, tenant, asks)

	// No permission of one action stands for another's.
	for _, tc := range []struct{ action, does string }{
		{"PutItem", puts("mine")}, {"DeleteItem", del("mine")}, {"UpdateItem", update("mine", "")}, {"ConditionCheckItem", check("mine")},
	} {
		may := user(t, srv, "may"+tc.action, statement(`"dynamodb:`+tc.action+`"`, inAccount+"Docs", ""))
		var asks []ask
		for _, does := range []string{puts("mine"), del("mine"), update("mine", ""), check("mine")} {
			asks = append(asks, ask{"TransactWriteItems", write(does), does == tc.does})
		}
		askAll(t, may, append(asks, ask{"TransactGetItems", write(gets("mine")), false}))
	}
	reader := user(t, srv, "reader", statement(`"dynamodb:GetItem"`, inAccount+"Docs", ""))
	askAll(t, reader, []ask{{"TransactGetItems", write(gets("theirs")), true}, {"TransactWriteItems", write(check("mine")), false}})
	none := user(t, srv, "none", statement(`["dynamodb:TransactWriteItems","dynamodb:TransactGetItems","dynamodb:BatchWriteItem"]`, inAccount+"Docs", ""))
	askAll(t, none, []ask{{"TransactGetItems", write(gets("mine")), false}, {"TransactWriteItems", write(puts("mine")), false}})

	// Within a transaction only.
	enclosed := user(t, srv, "enclosed", statement(`["dynamodb:PutItem","dynamodb:GetItem"]`, inAccount+"Docs",
		`{"ForAnyValue:StringEquals":{"dynamodb:EnclosingOperation":["TransactWriteItems"]}}`))
	askAll(t, enclosed, []ask{
		{"TransactWriteItems", write(puts("mine")), true},
		{"PutItem", `{"TableName":"Docs","Item":{"pk":{"S":"mine"},"sk":{"S":"2"}}}`, false},
		{"TransactGetItems", write(gets("mine")), false},
	})

	// Who may see some attributes only can't see the others by failing.
	some := user(t, srv, "some", statement(`["dynamodb:UpdateItem","dynamodb:ConditionCheckItem","dynamodb:GetItem"]`, inAccount+"Docs",
		`{"ForAllValues:StringEquals":{"dynamodb:Attributes":["pk","sk","v"]},"StringEqualsIfExists":{"dynamodb:ReturnValues":["NONE","UPDATED_NEW"],"dynamodb:Select":"SPECIFIC_ATTRIBUTES"}}`))
	askAll(t, some, []ask{
		{"TransactWriteItems", write(update("mine", "")), true},
		{"TransactWriteItems", write(update("mine", `,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`)), false},
		{"TransactWriteItems", write(update("mine", `,"ConditionExpression":"v = :v"`)), true},
		{"TransactWriteItems", write(update("mine", `,"ConditionExpression":"secret <> :v"`)), false},
		{"TransactWriteItems", write(check("mine")), true},
		{"TransactWriteItems", write(`{"ConditionCheck":{` + docs + key("mine") + `,"ConditionExpression":"attribute_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}`), false},
		{"TransactWriteItems", write(`{"ConditionCheck":{` + docs + key("mine") + `,"ConditionExpression":"secret > :v","ExpressionAttributeValues":{":v":{"N":"1"}}}}`), false},
		{"TransactGetItems", write(`{"Get":{` + docs + key("mine") + `,"ProjectionExpression":"v"}}`), true},
		{"TransactGetItems", write(`{"Get":{` + docs + key("mine") + `,"ProjectionExpression":"secret"}}`), false},
		{"TransactGetItems", write(gets("mine")), false},
	})
}

// TestAReplayIsNoNewTransaction: what was done was done, whatever has become of
// the items since.
func TestAReplayIsNoNewTransaction(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String("once"), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal}
	for i := range 11 {
		w := txPut("T00", item{"pk": str(fmt.Sprint(i))})
		w.Put.ConditionExpression = aws.String("attribute_not_exists(pk)")
		in.TransactItems = append(in.TransactItems, w)
	}
	if _, err := db.TransactWriteItems(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	for i := range 11 {
		put(t, db, "T00", item{"pk": str(fmt.Sprint(i)), "v": str(strings.Repeat("x", 400_000))})
	}
	out, err := db.TransactWriteItems(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	const each = 2 * (400_000/4096 + 1)
	if got := aws.ToFloat64(out.ConsumedCapacity[0].ReadCapacityUnits); got != 11*each {
		t.Errorf("the replay takes %v", got)
	}
	if got := get(t, db, "T00", item{"pk": str("0")}); got["v"] == nil {
		t.Error("the transaction was done again")
	}
}
