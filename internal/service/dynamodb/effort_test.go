// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestWritesDoNotLookAtAnItemForSeconds asks for more of the widest item than a
// processor does in a moment, in every way that a write has, and for less.
func TestWritesDoNotLookAtAnItemForSeconds(t *testing.T) {
	db := connect(t)
	create(t, db, "Things", "pk")
	key := item{"pk": str("a")}
	it := item{"pk": str("a")}
	for i := range 55_000 {
		it[fmt.Sprintf("a%05d", i)] = &types.AttributeValueMemberNULL{Value: true}
	}
	put(t, db, "Things", it)
	const refusal = "The expressions of the request look at too many bytes of items and values; the limit is 134217728"
	in := func(n int) string { // 100 paths each
		list := strings.TrimSuffix(strings.Repeat("zz,", 100), ",")
		return strings.TrimSuffix(strings.Repeat("zy IN ("+list+") OR ", n), " OR ")
	}
	conditional := func(condition string) error {
		_, err := db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: new("Things"), Key: key, ConditionExpression: &condition})
		return err
	}
	wantError(t, conditional(in(2)), failed, "The conditional request failed")
	wantError(t, conditional(in(10)), validation, refusal)
	_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("Things"), Item: key, ConditionExpression: new(in(10))})
	wantError(t, err, validation, refusal)

	// What each action may do, all of them together may not.
	var actions []types.TransactWriteItem
	for _, pk := range []string{"a", "b", "c"} {
		it["pk"] = str(pk)
		put(t, db, "Things", it)
		actions = append(actions, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: new("Things"), Key: item{"pk": str(pk)}, ConditionExpression: new("NOT (" + in(2) + ")"),
		}})
	}
	for n, want := range map[int]string{1: "", 3: refusal} {
		_, err := db.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: actions[:n]})
		if want == "" && err != nil {
			t.Errorf("%d actions: %v", n, err)
		}
		if want != "" {
			wantError(t, err, validation, want)
		}
	}

	between := func(n int) error {
		tests := strings.TrimSuffix(strings.Repeat("zz BETWEEN zx AND zy OR ", n), " OR ")
		_, err := db.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{
			Statement: new(`DELETE FROM "Things" WHERE pk = 'a' AND (` + tests + `)`),
		})
		return err
	}
	wantError(t, between(10), failed, "The conditional request failed")
	wantError(t, between(149), validation, refusal)

	update := func(updates map[string]types.AttributeValueUpdate) error {
		_, err := db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: new("Things"), Key: key, AttributeUpdates: updates})
		return err
	}
	without, puts := map[string]types.AttributeValueUpdate{}, map[string]types.AttributeValueUpdate{}
	for i := range 1000 {
		name := fmt.Sprintf("a%05dx", i)
		without[name] = types.AttributeValueUpdate{Action: "DELETE", Value: &types.AttributeValueMemberSS{Value: []string{"x"}}}
		puts[name] = types.AttributeValueUpdate{Value: num(1)}
	}
	wantError(t, update(without), validation, refusal)
	if err := update(puts); err != nil {
		t.Errorf("a thousand puts, which look at nothing: %v", err)
	}
}
