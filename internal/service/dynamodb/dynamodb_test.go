// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// The tests run AWS's own SDK against the whole server.

type (
	s    = types.AttributeValueMemberS
	n    = types.AttributeValueMemberN
	bin  = types.AttributeValueMemberB
	list = types.AttributeValueMemberL
	m    = types.AttributeValueMemberM
	item = map[string]types.AttributeValue
)

func str(v string) *s { return &s{Value: v} }

func num(v any) *n { return &n{Value: fmt.Sprint(v)} }

// connect starts a server and returns a client of it.
func connect(t testing.TB) *dynamodb.Client { return client(bailiwicktest.New(t).Config()) }

// client returns a client that tries again for want of a connection only, so
// that no failure of the server goes unseen. The SDK loses the connection when
// a long answer begins before it has noticed that its own request is all sent.
func client(cfg aws.Config) *dynamodb.Client {
	return dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.Retryables = []retry.IsErrorRetryable{retry.RetryableConnectionError{}}
			o.MaxBackoff = time.Millisecond
		})
	})
}

// create makes a table whose key attributes are strings, but for those whose
// name begins with n (numbers) or b (binaries).
func create(t testing.TB, db *dynamodb.Client, table string, keys ...string) {
	t.Helper()
	in := &dynamodb.CreateTableInput{TableName: &table, BillingMode: types.BillingModePayPerRequest}
	kind := types.KeyTypeHash
	for _, k := range keys {
		typ := types.ScalarAttributeTypeS
		switch k[0] {
		case 'n':
			typ = types.ScalarAttributeTypeN
		case 'b':
			typ = types.ScalarAttributeTypeB
		}
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &k, AttributeType: typ})
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: &k, KeyType: kind})
		kind = types.KeyTypeRange
	}
	if _, err := db.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, db *dynamodb.Client, table string, it item) {
	t.Helper()
	if _, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: it}); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, db *dynamodb.Client, table string, key item) item {
	t.Helper()
	out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// wantItem compares items but for the metadata of the SDK's types.
func wantItem(t testing.TB, what string, got, want item) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// wantError checks the code of err, and that its message is the given one.
func wantError(t testing.TB, err error, code, message string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Errorf("error is %v, want %s: %s", err, code, message)
		return
	}
	if e.ErrorCode() != code || e.ErrorMessage() != message {
		t.Errorf("error is\n\t%s: %s\nwant\n\t%s: %s", e.ErrorCode(), e.ErrorMessage(), code, message)
	}
}

const (
	validation = "ValidationException"
	notFound   = "ResourceNotFoundException"
	failed     = "ConditionalCheckFailedException"
	omPrefix   = "One or more parameter values were invalid: "
)

func TestItemsOfEveryTypeComeBackAsTheyWere(t *testing.T) {
	db := connect(t)
	create(t, db, "Things", "pk", "nsk")
	it := item{
		"pk": str("ünï\x00\"\\"), "nsk": num("-12.5"),
		"empty": str(""), "bin": &bin{Value: []byte{0, 255, 1}}, "nobin": &bin{Value: []byte{}},
		"yes": &types.AttributeValueMemberBOOL{Value: true}, "no": &types.AttributeValueMemberBOOL{},
		"null": &types.AttributeValueMemberNULL{Value: true},
		"ss":   &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		"ns":   &types.AttributeValueMemberNS{Value: []string{"-1", "2.5"}},
		"bs":   &types.AttributeValueMemberBS{Value: [][]byte{{1}, {2}}},
		"list": &list{Value: []types.AttributeValue{num(1), str("x"), &list{Value: []types.AttributeValue{}}}},
		"map":  &m{Value: item{"a.b": str("dot"), "m": &m{Value: item{}}}},
		"max":  num("99999999999999999999999999999999999999"),
	}
	put(t, db, "Things", it)
	wantItem(t, "item", get(t, db, "Things", item{"pk": it["pk"], "nsk": num("-1.25E1")}), it)
	if got := get(t, db, "Things", item{"pk": it["pk"], "nsk": num("12.5")}); got != nil {
		t.Errorf("another key finds %v", got)
	}
}

func TestReturnValues(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "T00", "pk")
	key := item{"pk": str("a")}
	first := item{"pk": str("a"), "v": num(1)}
	second := item{"pk": str("a"), "v": num(2), "w": &m{Value: item{"x": num(1), "y": num(2)}}}

	p, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("T00"), Item: first, ReturnValues: types.ReturnValueAllOld})
	if err != nil || p.Attributes != nil {
		t.Errorf("first put returns %v, %v", p, err)
	}
	p, err = db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("T00"), Item: second, ReturnValues: types.ReturnValueAllOld})
	if err != nil {
		t.Fatal(err)
	}
	wantItem(t, "put ALL_OLD", p.Attributes, first)

	for _, tc := range []struct {
		mode types.ReturnValue
		want item
	}{
		{types.ReturnValueNone, nil},
		{types.ReturnValueAllOld, second},
		{types.ReturnValueUpdatedOld, item{"v": num(2), "w": &m{Value: item{"x": num(1)}}}},
		{types.ReturnValueAllNew, item{"pk": str("a"), "v": num(3), "w": &m{Value: item{"x": num(9), "y": num(2)}}}},
		{types.ReturnValueUpdatedNew, item{"v": num(3), "w": &m{Value: item{"x": num(9)}}}},
	} {
		put(t, db, "T00", second)
		u, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String("T00"), Key: key, ReturnValues: tc.mode,
			UpdateExpression:          aws.String("SET v = v + :one, w.x = :nine"),
			ExpressionAttributeValues: item{":one": num(1), ":nine": num(9)},
		})
		if err != nil {
			t.Fatal(err)
		}
		wantItem(t, "update "+string(tc.mode), u.Attributes, tc.want)
	}

	d, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String("T00"), Key: key, ReturnValues: types.ReturnValueAllOld})
	if err != nil {
		t.Fatal(err)
	}
	wantItem(t, "delete ALL_OLD", d.Attributes, item{"pk": str("a"), "v": num(3), "w": &m{Value: item{"x": num(9), "y": num(2)}}})
	d, err = db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String("T00"), Key: key, ReturnValues: types.ReturnValueAllOld})
	if err != nil || d.Attributes != nil {
		t.Errorf("second delete returns %v, %v", d, err)
	}
}

func TestUpdateMakesTheItemThatIsMissing(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	for name, in := range map[string]dynamodb.UpdateItemInput{
		"nothing": {},
		"remove":  {UpdateExpression: aws.String("REMOVE x")},
		"set":     {UpdateExpression: aws.String("SET x = :x"), ExpressionAttributeValues: item{":x": num(1)}},
	} {
		in.TableName, in.Key = aws.String("T00"), item{"pk": str(name)}
		if _, err := db.UpdateItem(t.Context(), &in); err != nil {
			t.Fatal(err)
		}
		want := item{"pk": str(name)}
		if name == "set" {
			want["x"] = num(1)
		}
		wantItem(t, name, get(t, db, "T00", in.Key), want)
	}
}

func TestConditionsDecideWrites(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "T00", "pk")
	fresh := aws.String("attribute_not_exists(pk)")
	in := &dynamodb.PutItemInput{TableName: aws.String("T00"), Item: item{"pk": str("a"), "v": num(1)}, ConditionExpression: fresh}
	if _, err := db.PutItem(ctx, in); err != nil {
		t.Fatal(err)
	}
	in.Item = item{"pk": str("a"), "v": num(2)}
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	_, err := db.PutItem(ctx, in)
	wantError(t, err, failed, "The conditional request failed")
	var e *types.ConditionalCheckFailedException
	if errors.As(err, &e) {
		wantItem(t, "item of the failure", e.Item, item{"pk": str("a"), "v": num(1)})
	}

	one := item{":one": num(1)}
	_, err = db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String("T00"), Key: item{"pk": str("a")},
		ConditionExpression: aws.String("v <> :one"), ExpressionAttributeValues: one,
	})
	wantError(t, err, failed, "The conditional request failed")
	_, err = db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String("T00"), Key: item{"pk": str("b")}, UpdateExpression: aws.String("SET v = :one"),
		ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeValues: one,
	})
	wantError(t, err, failed, "The conditional request failed")
	wantItem(t, "item after failures", get(t, db, "T00", item{"pk": str("a")}), item{"pk": str("a"), "v": num(1)})
	if got := get(t, db, "T00", item{"pk": str("b")}); got != nil {
		t.Errorf("a failed update has made %v", got)
	}
}

func TestProjections(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	put(t, db, "T00", item{"pk": str("a"), "l": &list{Value: []types.AttributeValue{str("0"), str("1"), str("2")}}, "size": num(1)})
	for expression, want := range map[string]item{
		"#s, l[2], l[0]": {"size": num(1), "l": &list{Value: []types.AttributeValue{str("0"), str("2")}}},
		"#s.x":           {},
	} {
		out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: aws.String("T00"), Key: item{"pk": str("a")},
			ProjectionExpression: &expression, ExpressionAttributeNames: map[string]string{"#s": "size"},
		})
		if err != nil {
			t.Fatal(err)
		}
		wantItem(t, expression, out.Item, want)
	}
}

func TestTheLargestItemFits(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	fits := strings.Repeat("x", 400<<10-len("pk")-len("a")-len("v"))
	put(t, db, "T00", item{"pk": str("a"), "v": str(fits)})
	if v, ok := get(t, db, "T00", item{"pk": str("a")})["v"].(*s); !ok || v.Value != fits {
		t.Error("the largest item didn't come back")
	}
	_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("T00"), Item: item{"pk": str("a"), "v": str(fits + "x")}})
	wantError(t, err, validation, "Item size has exceeded the maximum allowed size")
	_, err = db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("T00"), Key: item{"pk": str("a")},
		UpdateExpression: aws.String("SET w = :w"), ExpressionAttributeValues: item{":w": str("")},
	})
	wantError(t, err, validation, "Item size to update has exceeded the maximum allowed size")
}

func TestValuesNestToLevel32(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	nest := func(levels int) types.AttributeValue {
		var v types.AttributeValue = num(1)
		for range levels - 1 {
			v = &list{Value: []types.AttributeValue{v}}
		}
		return v
	}
	put(t, db, "T00", item{"pk": str("a"), "v": nest(32)})
	_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("T00"), Item: item{"pk": str("a"), "v": nest(33)}})
	wantError(t, err, validation, "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
}

func TestOperationsEndWithTheirContext(t *testing.T) {
	db := connect(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.ListTables(ctx, &dynamodb.ListTablesInput{}); err == nil {
		t.Error("a cancelled call succeeds")
	}
}
