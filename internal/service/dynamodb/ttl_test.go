// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expireBy switches expiry on or off.
func expireBy(t testing.TB, db *dynamodb.Client, table, attribute string, on bool) error {
	t.Helper()
	out, err := db.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName:               &table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &attribute, Enabled: &on},
	})
	if err == nil && (*out.TimeToLiveSpecification.AttributeName != attribute || *out.TimeToLiveSpecification.Enabled != on) {
		t.Errorf("the answer has %v", out.TimeToLiveSpecification)
	}
	return err
}

func keysOf(t testing.TB, db *dynamodb.Client, table string, index *string) []string {
	t.Helper()
	out, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, IndexName: index})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(texts(out.Items, "pk")))
}

// eventually fails unless what is so within a minute.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Errorf("not within a minute: %s", what)
}

func TestTimeToLiveIsSwitched(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	status := func(want types.TimeToLiveStatus, attribute *string) {
		t.Helper()
		out, err := db.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String("T00")})
		if err != nil {
			t.Fatal(err)
		}
		d := out.TimeToLiveDescription
		if d.TimeToLiveStatus != want || aws.ToString(d.AttributeName) != aws.ToString(attribute) || (d.AttributeName == nil) != (attribute == nil) {
			t.Errorf("it is %s by %v, want %s", d.TimeToLiveStatus, aws.ToString(d.AttributeName), want)
		}
	}
	status(types.TimeToLiveStatusDisabled, nil)
	wantError(t, expireBy(t, db, "T00", "at", false), validation, "TimeToLive is already disabled")
	if err := expireBy(t, db, "T00", "at", true); err != nil {
		t.Fatal(err)
	}
	status(types.TimeToLiveStatusEnabled, aws.String("at"))
	wantError(t, expireBy(t, db, "T00", "at", true), validation, "TimeToLive is already enabled")
	for _, on := range []bool{true, false} {
		wantError(t, expireBy(t, db, "T00", "other", on), validation,
			"TimeToLive is active on a different AttributeName: current AttributeName is at")
	}
	if err := expireBy(t, db, "T00", "at", false); err != nil {
		t.Fatal(err)
	}
	status(types.TimeToLiveStatusDisabled, nil)
	if err := expireBy(t, db, "T00", "pk", true); err != nil { // a key may say when, too
		t.Fatal(err)
	}
	status(types.TimeToLiveStatusEnabled, aws.String("pk"))

	wantError(t, expireBy(t, db, "None", "at", true), notFound, "Requested resource not found: Table: None not found")
	_, err := db.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String("None")})
	wantError(t, err, notFound, "Requested resource not found: Table: None not found")
	wantError(t, expireBy(t, db, "T00", "", true), validation,
		"1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1")
}

// TestItemsExpire has items whose time comes, of all kinds, in a table with an
// index: those from before expiry was switched on and those from after it.
func TestItemsExpire(t *testing.T) {
	db := connect(t)
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("T00"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("g"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("G00"), KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("g"), KeyType: types.KeyTypeHash}},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	kinds := map[string]types.AttributeValue{
		"past":     num(now.Add(-time.Minute).Unix()),
		"fraction": num(fmt.Sprintf("%d.5", now.Add(-time.Minute).Unix())),
		"years":    num(now.AddDate(-4, -11, 0).Unix()),
		"soon":     num(now.Add(2 * time.Second).Unix()),
		"future":   num(now.Add(time.Hour).Unix()),
		"millis":   num(now.UnixMilli()),
		"ancient":  num(now.AddDate(-5, -1, 0).Unix()),
		"zero":     num(0),
		"negative": num(-now.Unix()),
		"huge":     num("1e100"),
		"text":     str(fmt.Sprint(now.Add(-time.Minute).Unix())),
		"set":      &types.AttributeValueMemberNS{Value: []string{fmt.Sprint(now.Add(-time.Minute).Unix())}},
		"list":     &list{Value: []types.AttributeValue{num(now.Add(-time.Minute).Unix())}},
		"null":     &types.AttributeValueMemberNULL{Value: true},
	}
	stay := []string{"ancient", "changed", "future", "huge", "list", "millis", "negative", "never", "null", "set", "text", "zero"}
	var want []string
	for _, when := range []string{"old", "new"} {
		for kind, at := range kinds {
			put(t, db, "T00", item{"pk": str(kind + " " + when), "g": str("x"), "at": at})
		}
		put(t, db, "T00", item{"pk": str("never " + when), "g": str("x")})
		put(t, db, "T00", item{"pk": str("changed " + when), "g": str("x"), "at": num(now.Add(3 * time.Second).Unix())})
		put(t, db, "T00", item{"pk": str("changed " + when), "g": str("x"), "at": num(now.Add(time.Hour).Unix())})
		for _, kind := range stay {
			want = append(want, kind+" "+when)
		}
		if when == "old" {
			if err := expireBy(t, db, "T00", "at", true); err != nil {
				t.Fatal(err)
			}
		}
	}
	slices.Sort(want)
	eventually(t, "items expire", func() bool { return slices.Equal(keysOf(t, db, "T00", nil), want) })
	time.Sleep(time.Until(now.Add(5 * time.Second))) // nothing else goes
	for _, index := range []*string{nil, aws.String("G00")} {
		if got := keysOf(t, db, "T00", index); !slices.Equal(got, want) {
			t.Errorf("in %s there are %q, want %q", aws.ToString(index), got, want)
		}
	}
	out, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("T00")})
	if err != nil {
		t.Fatal(err)
	}
	if n, g := *out.Table.ItemCount, *out.Table.GlobalSecondaryIndexes[0].ItemCount; n != int64(len(want)) || g != n {
		t.Errorf("the table has %d items and its index %d, want %d", n, g, len(want))
	}

	// What is switched off deletes nothing, and on again, what has come meanwhile.
	if err := expireBy(t, db, "T00", "at", false); err != nil {
		t.Fatal(err)
	}
	put(t, db, "T00", item{"pk": str("late"), "at": num(now.Unix())})
	time.Sleep(2500 * time.Millisecond)
	if get(t, db, "T00", item{"pk": str("late")}) == nil {
		t.Error("an item expires though none does")
	}
	if err := expireBy(t, db, "T00", "at", true); err != nil {
		t.Fatal(err)
	}
	eventually(t, "expiry is on again", func() bool { return get(t, db, "T00", item{"pk": str("late")}) == nil })
}

// TestManyItemsExpire has more expire than one transaction deletes.
func TestManyItemsExpire(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk", "nsk")
	for b := range 20 {
		var all []types.WriteRequest
		for i := range 25 {
			all = append(all, types.WriteRequest{PutRequest: &types.PutRequest{Item: item{
				"pk": str(fmt.Sprint("p", b%3)), "nsk": num(b*25 + i), "at": num(time.Now().Unix() - int64(i)),
			}}})
		}
		_, err := db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"T00": all}})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(t, db, "T00", item{"pk": str("stays"), "nsk": num(1)})
	if err := expireBy(t, db, "T00", "at", true); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all expire", func() bool { return slices.Equal(keysOf(t, db, "T00", nil), []string{"stays"}) })
}
