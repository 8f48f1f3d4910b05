// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// queryAll follows a query to its end and returns the values of the attribute
// in the order of the items, and the number of pages.
func queryAll(t testing.TB, db *dynamodb.Client, in *dynamodb.QueryInput, attribute string) (values []string, pages int) {
	t.Helper()
	p := dynamodb.NewQueryPaginator(db, in)
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if int(out.Count) != len(out.Items) {
			t.Errorf("count is %d of %d items", out.Count, len(out.Items))
		}
		values, pages = append(values, texts(out.Items, attribute)...), pages+1
		if pages > 100 {
			t.Fatal("the query doesn't end")
		}
	}
	return values, pages
}

func texts(items []item, attribute string) (out []string) {
	for _, it := range items {
		switch v := it[attribute].(type) {
		case *s:
			out = append(out, v.Value)
		case *n:
			out = append(out, v.Value)
		}
	}
	return out
}

func fill(t testing.TB, db *dynamodb.Client, table string, items ...item) {
	t.Helper()
	for batch := range slices.Chunk(items, 25) {
		var requests []types.WriteRequest
		for _, it := range batch {
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
		}
		in := &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: requests}}
		if _, err := db.BatchWriteItem(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
}

func TestQueriesBySortKey(t *testing.T) {
	db := connect(t)
	create(t, db, "Nums", "pk", "nsk")
	create(t, db, "Strs", "pk", "sk")
	for _, v := range []any{"-1e125", -10, -1.5, -1, 0, "1e-130", "0.5", 2, 10, "100", "99999999999999999999999999999999999999"} {
		put(t, db, "Nums", item{"pk": str("p"), "nsk": num(v)})
	}
	for _, v := range []string{"a", "a\x00", "aa", "ab", "b", "ba", "Z", "é", "\U0001F600"} {
		put(t, db, "Strs", item{"pk": str("p"), "sk": str(v)})
	}
	for _, other := range []string{"o", "q", "p\x00"} { // partitions beside
		put(t, db, "Nums", item{"pk": str(other), "nsk": num(1)})
		put(t, db, "Strs", item{"pk": str(other), "sk": str("a")})
	}
	minus := "-1" + strings.Repeat("0", 125)
	tiny := "0." + strings.Repeat("0", 129) + "1"
	for _, tc := range []struct {
		table, condition string
		a, b             types.AttributeValue
		want             []string
	}{
		{"Nums", "", nil, nil, []string{minus, "-10", "-1.5", "-1", "0", tiny, "0.5", "2", "10", "100", "99999999999999999999999999999999999999"}},
		{"Nums", "nsk = :a", num("1e1"), nil, []string{"10"}},
		{"Nums", "nsk < :a", num(-1), nil, []string{minus, "-10", "-1.5"}},
		{"Nums", "nsk <= :a", num(-1), nil, []string{minus, "-10", "-1.5", "-1"}},
		{"Nums", "nsk > :a", num(10), nil, []string{"100", "99999999999999999999999999999999999999"}},
		{"Nums", ":a <= nsk", num(10), nil, []string{"10", "100", "99999999999999999999999999999999999999"}},
		{"Nums", "nsk BETWEEN :a AND :b", num(-1), num("0.5"), []string{"-1", "0", tiny, "0.5"}},
		{"Strs", "", nil, nil, []string{"Z", "a", "a\x00", "aa", "ab", "b", "ba", "é", "\U0001F600"}},
		{"Strs", "begins_with(sk, :a)", str("a"), nil, []string{"a", "a\x00", "aa", "ab"}},
		{"Strs", "sk = :a", str("a"), nil, []string{"a"}},
		{"Strs", "sk > :a", str("a"), nil, []string{"a\x00", "aa", "ab", "b", "ba", "é", "\U0001F600"}},
		{"Strs", "sk < :a", str("a\x00"), nil, []string{"Z", "a"}},
		{"Strs", "sk BETWEEN :a AND :b", str("aa"), str("b"), []string{"aa", "ab", "b"}},
	} {
		name := "nsk"
		if tc.table == "Strs" {
			name = "sk"
		}
		in := &dynamodb.QueryInput{TableName: &tc.table, KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": str("p")}}
		if tc.condition != "" {
			in.KeyConditionExpression = aws.String(tc.condition + " AND pk = :p")
			in.ExpressionAttributeValues[":a"] = tc.a
		}
		if tc.b != nil {
			in.ExpressionAttributeValues[":b"] = tc.b
		}
		for _, limit := range []int32{0, 1, 2} {
			in.Limit, in.ScanIndexForward = nil, nil
			if limit > 0 {
				in.Limit = &limit
			}
			if got, _ := queryAll(t, db, in, name); !slices.Equal(got, tc.want) {
				t.Errorf("%s %q, limit %d: %q, want %q", tc.table, tc.condition, limit, got, tc.want)
			}
			in.ScanIndexForward = aws.Bool(false)
			got, _ := queryAll(t, db, in, name)
			slices.Reverse(got)
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s %q, limit %d, backward: %q, want %q", tc.table, tc.condition, limit, got, tc.want)
			}
		}
	}
}

func TestALimitThatIsReachedLeavesAKey(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "T00", "pk", "sk")
	for _, sk := range []string{"1", "2", "3"} {
		put(t, db, "T00", item{"pk": str("p"), "sk": str(sk), "v": str("x")})
	}
	in := &dynamodb.QueryInput{
		TableName: aws.String("T00"), KeyConditionExpression: aws.String("pk = :p"), Limit: aws.Int32(3),
		ExpressionAttributeValues: item{":p": str("p"), ":two": str("2")}, FilterExpression: aws.String("v = :two"),
	}
	out, err := db.Query(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if out.Count != 0 || out.ScannedCount != 3 || len(out.Items) != 0 {
		t.Errorf("filtered page has %d of %d", out.Count, out.ScannedCount)
	}
	wantItem(t, "last key", out.LastEvaluatedKey, item{"pk": str("p"), "sk": str("3")})
	in.ExclusiveStartKey = out.LastEvaluatedKey
	if out, err = db.Query(ctx, in); err != nil || out.ScannedCount != 0 || out.LastEvaluatedKey != nil {
		t.Errorf("page after the last: %+v, %v", out, err)
	}
	in.ExclusiveStartKey, in.FilterExpression = nil, nil
	in.Select, in.ExpressionAttributeValues = types.SelectCount, item{":p": str("p")}
	if out, err = db.Query(ctx, in); err != nil || out.Count != 3 || out.Items != nil {
		t.Errorf("count: %+v, %v", out, err)
	}
}

func TestPagesEndAtAMegabyte(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "T00", "pk", "nsk")
	const each = 300 << 10
	for i := range 8 {
		put(t, db, "T00", item{"pk": str("p"), "nsk": num(i), "v": str(strings.Repeat("v", each))})
	}
	in := &dynamodb.QueryInput{
		TableName: aws.String("T00"), KeyConditionExpression: aws.String("pk = :p"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: item{":p": str("p")}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	}
	out, err := db.Query(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	// The fourth item is the one that reaches the megabyte.
	if out.Count != 4 || out.LastEvaluatedKey == nil {
		t.Errorf("first page has %d items, then %v", out.Count, out.LastEvaluatedKey)
	}
	size := 4*(each+len("pk")+len("p")+len("nsk")+len("v")) + 1 + 2 + 2 + 2 // the numbers: 0, 1, 2, 3
	if got, want := *out.ConsumedCapacity.CapacityUnits, float64((size+4095)/4096); got != want {
		t.Errorf("page takes %v units, want %v", got, want)
	}
	in.ReturnConsumedCapacity = ""
	if got, pages := queryAll(t, db, in, "nsk"); !slices.Equal(got, []string{"0", "1", "2", "3", "4", "5", "6", "7"}) || pages < 2 {
		t.Errorf("all pages have %q", got)
	}
	in.Select = types.SelectCount
	if out, err = db.Query(ctx, in); err != nil || out.Count != 4 {
		t.Errorf("a count reads %+v, %v", out, err)
	}
}

// A filter of AWS's limits can compare megabytes with every item of a page that
// holds thousands: the page ends early then, as pages may, and the query goes on.
func TestPagesEndWhenTheirFilterIsMuchWork(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "T00", "pk", "nsk")
	const all = 100
	var items []item
	for i := range all {
		items = append(items, item{"pk": str("p"), "nsk": num(i), "v": str("needle")})
	}
	fill(t, db, "T00", items...)
	literal := str(strings.Repeat("hay", 300_000))
	for _, tc := range []struct {
		claim, term string
		ends        bool
	}{
		{"a large literal is searched for each item", "contains(:v, v)", true},
		{"the size of a literal is found once", "size(:v) = v", false},
		{"literals are compared once", "contains(:v, :needle)", false},
	} {
		in := &dynamodb.QueryInput{
			TableName: aws.String("T00"), KeyConditionExpression: aws.String("pk = :p"), Select: types.SelectCount,
			FilterExpression:          aws.String("v = :needle AND (" + strings.Repeat(tc.term+" OR ", 59) + tc.term + ")"),
			ExpressionAttributeValues: item{":p": str("p"), ":v": literal, ":needle": str("needle")},
		}
		out, err := db.Query(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		if ends := out.LastEvaluatedKey != nil; ends != tc.ends {
			t.Errorf("%s: a page has %d of %d items", tc.claim, out.ScannedCount, all)
		}
		scanned := int(out.ScannedCount)
		for p := out; p.LastEvaluatedKey != nil; scanned += int(p.ScannedCount) {
			in.ExclusiveStartKey = p.LastEvaluatedKey
			if p, err = db.Query(ctx, in); err != nil {
				t.Fatal(err)
			}
		}
		if scanned != all {
			t.Errorf("%s: all pages have %d of %d items", tc.claim, scanned, all)
		}
	}
}

func TestScansSeeEveryItemOnce(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "T00", "pk", "nsk")
	var items []item
	want := map[string]bool{}
	for i := range 40 {
		for j := range 5 {
			items = append(items, item{"pk": str(fmt.Sprintf("p%d", i)), "nsk": num(j), "id": str(fmt.Sprintf("%d/%d", i, j))})
			want[fmt.Sprintf("%d/%d", i, j)] = true
		}
	}
	fill(t, db, "T00", items...)
	for _, total := range []int32{1, 2, 7} {
		for _, limit := range []int32{0, 3} {
			var mu sync.Mutex
			var wg sync.WaitGroup
			seen := map[string]int{}
			for segment := range total {
				wg.Go(func() {
					in := &dynamodb.ScanInput{TableName: aws.String("T00")}
					if total > 1 {
						in.Segment, in.TotalSegments = &segment, &total
					}
					if limit > 0 {
						in.Limit = &limit
					}
					for p := dynamodb.NewScanPaginator(db, in); p.HasMorePages(); {
						out, err := p.NextPage(ctx)
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						for _, id := range texts(out.Items, "id") {
							if seen[id]++; seen[id] > 1 {
								t.Errorf("%d segments, limit %d: item %s comes again", total, limit, id)
								mu.Unlock()
								return
							}
						}
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			for id := range want {
				if seen[id] != 1 {
					t.Errorf("%d segments, limit %d: item %s seen %d times", total, limit, id, seen[id])
				}
			}
			if len(seen) != len(want) {
				t.Errorf("%d segments: %d items of %d", total, len(seen), len(want))
			}
		}
	}
	out, err := db.Scan(ctx, &dynamodb.ScanInput{
		TableName: aws.String("T00"), FilterExpression: aws.String("nsk = :two AND begins_with(pk, :p)"), ProjectionExpression: aws.String("id"),
		ExpressionAttributeValues: item{":two": num(2), ":p": str("p1")},
	})
	if err != nil || out.Count != 11 || out.ScannedCount != 200 {
		t.Fatalf("filtered scan: %d of %d, %v", out.Count, out.ScannedCount, err)
	}
	if len(out.Items[0]) != 1 {
		t.Errorf("projected item is %v", out.Items[0])
	}
}

func TestStartingKeysMustBeWithinTheQuery(t *testing.T) {
	db := connect(t)
	create(t, db, "Pair", "pk", "sk")
	create(t, db, "Hash", "pk")
	for _, pk := range []string{"mine", "theirs"} {
		put(t, db, "Pair", item{"pk": str(pk), "sk": str("1")})
		put(t, db, "Hash", item{"pk": str(pk)})
	}
	const badStart = "The provided starting key is invalid"
	for _, tc := range []struct {
		name, table, condition string
		start                  item
		want                   string
	}{
		{"another partition", "Pair", "pk = :p", item{"pk": str("theirs"), "sk": str("0")}, "The provided starting key is outside query boundaries based on provided conditions"},
		{"another partition of a hash table", "Hash", "pk = :p", item{"pk": str("theirs")}, "The provided starting key is outside query boundaries based on provided conditions"},
		{"outside the range", "Pair", "pk = :p AND sk > :s", item{"pk": str("mine"), "sk": str("0")}, "The provided starting key does not match the range key predicate"},
		{"in the range of another partition", "Pair", "pk = :p AND sk > :s", item{"pk": str("theirs"), "sk": str("6")}, "The query can return at most one row and cannot be restarted"},
		{"no sort key", "Pair", "pk = :p", item{"pk": str("mine")}, badStart},
		{"one attribute too many", "Pair", "pk = :p", item{"pk": str("mine"), "sk": str("0"), "x": str("0")}, badStart},
		{"another type", "Pair", "pk = :p", item{"pk": str("mine"), "sk": num(0)}, badStart + ": The provided key element does not match the schema"},
		{"a bad value", "Pair", "pk = :p", item{"pk": str("mine"), "sk": &types.AttributeValueMemberSS{Value: []string{}}}, badStart + ": " + omPrefix + "An string set  may not be empty"},
		{"a bad number", "Pair", "pk = :p", item{"pk": str("mine"), "sk": num("x")}, "The parameter cannot be converted to a numeric value: x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := &dynamodb.QueryInput{
				TableName: &tc.table, KeyConditionExpression: &tc.condition, ExclusiveStartKey: tc.start,
				ExpressionAttributeValues: item{":p": str("mine")},
			}
			if strings.Contains(tc.condition, ":s") {
				in.ExpressionAttributeValues[":s"] = str("5")
			}
			_, err := db.Query(t.Context(), in)
			wantError(t, err, validation, tc.want)
		})
	}
	_, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Pair"), ExclusiveStartKey: item{"pk": str("mine")}})
	wantError(t, err, validation, badStart+": The provided key element does not match the schema")
	// One of the two segments does not hold the key.
	wrong := 0
	for segment := range int32(2) {
		_, err := db.Scan(t.Context(), &dynamodb.ScanInput{
			TableName: aws.String("Hash"), ExclusiveStartKey: item{"pk": str("mine")},
			Segment: &segment, TotalSegments: aws.Int32(2),
		})
		if err != nil {
			wrong++
			wantError(t, err, validation, badStart+fmt.Sprintf(": Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: %d", segment))
		}
	}
	if wrong != 1 {
		t.Errorf("%d segments refuse the key", wrong)
	}
}
