// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// TestKeysBeyondAllBoundsAreRefused names keys that no store could hold, in every
// place that takes one. Which of the refusals it is depends on the place.
func TestKeysBeyondAllBoundsAreRefused(t *testing.T) {
	srv := bailiwicktest.New(t)
	accepted(t, srv, "CreateTable", `{"TableName":"Tab",`+keySchema("pk:HASH", "sk:RANGE")+`,`+defined("pk", "sk", "a")+`,"BillingMode":"PAY_PER_REQUEST",
		"LocalSecondaryIndexes":[{"IndexName":"Local",`+keySchema("pk:HASH", "a:RANGE")+`,"Projection":{"ProjectionType":"ALL"}}],
		"GlobalSecondaryIndexes":[{"IndexName":"Global",`+byA+`}]}`)
	accepted(t, srv, "PutItem", `{"TableName":"Tab","Item":{"pk":{"S":"p"},"sk":{"S":"s"},"a":{"S":"a"}}}`)
	key := func(pk, sk string) string { return fmt.Sprintf(`{"pk":{"S":%q},"sk":{"S":%q}}`, pk, sk) }
	const on = `{"TableName":"Tab",`
	for _, long := range []string{strings.Repeat("x", 2049), strings.Repeat("x", 9_000), strings.Repeat("x", 20_000), strings.Repeat("x", 100_000)} {
		start := fmt.Sprintf(`{"pk":{"S":"p"},"sk":{"S":"s"},"a":{"S":%q}}`, long)
		value := fmt.Sprintf(`"ExpressionAttributeValues":{":p":{"S":"p"},":v":{"S":%q}}`, long)
		hash := fmt.Sprintf(`"ExpressionAttributeValues":{":v":{"S":%q}}`, long)
		for _, k := range []string{key(long, "s"), key("p", long), key(long, long)} {
			for _, call := range [][2]string{
				{"GetItem", on + `"Key":` + k + `}`},
				{"PutItem", on + `"Item":` + k + `}`},
				{"DeleteItem", on + `"Key":` + k + `}`},
				{"UpdateItem", on + `"Key":` + k + `}`},
				{"BatchGetItem", `{"RequestItems":{"Tab":{"Keys":[` + key("p", "s") + `,` + k + `]}}}`},
				{"BatchWriteItem", `{"RequestItems":{"Tab":[{"PutRequest":{"Item":` + k + `}}]}}`},
				{"BatchWriteItem", `{"RequestItems":{"Tab":[{"DeleteRequest":{"Key":` + k + `}}]}}`},
				{"TransactGetItems", `{"TransactItems":[{"Get":` + on + `"Key":` + key("p", "s") + `}},{"Get":` + on + `"Key":` + k + `}}]}`},
				{"TransactWriteItems", `{"TransactItems":[{"Put":` + on + `"Item":` + k + `}}]}`},
				{"TransactWriteItems", `{"TransactItems":[{"Delete":` + on + `"Key":` + k + `}}]}`},
				{"TransactWriteItems", `{"TransactItems":[{"Update":` + on + `"Key":` + k + `,"UpdateExpression":"REMOVE z"}}]}`},
				{"TransactWriteItems", `{"TransactItems":[{"ConditionCheck":` + on + `"Key":` + k + `,"ConditionExpression":"attribute_not_exists(z)"}}]}`},
				{"Query", on + `"KeyConditionExpression":"pk = :v",` + hash + `,"ExclusiveStartKey":` + k + `}`},
				{"Scan", on + `"ExclusiveStartKey":` + k + `}`},
			} {
				refusedSomehow(t, srv, call[0], call[1])
			}
		}
		parameters := fmt.Sprintf(`"Parameters":[{"S":%q}]`, long)
		for _, call := range [][2]string{
			{"Query", on + `"KeyConditionExpression":"pk = :v",` + hash + `}`},
			{"Query", on + `"KeyConditionExpression":"pk = :p AND sk = :v",` + value + `}`},
			{"Query", on + `"KeyConditionExpression":"pk = :p AND sk > :v",` + value + `}`},
			{"Query", on + `"KeyConditionExpression":"pk = :p AND begins_with(sk, :v)",` + value + `}`},
			{"Query", on + `"KeyConditionExpression":"pk = :p AND sk BETWEEN :p AND :v",` + value + `}`},
			{"Query", on + `"IndexName":"Local","KeyConditionExpression":"pk = :p AND a >= :v",` + value + `}`},
			{"Query", on + `"IndexName":"Global","KeyConditionExpression":"a = :v",` + hash + `}`},
			{"Query", on + `"IndexName":"Global","KeyConditionExpression":"a = :p","ExpressionAttributeValues":{":p":{"S":"p"}},"ExclusiveStartKey":` + start + `}`},
			{"Scan", on + `"IndexName":"Global","ExclusiveStartKey":` + start + `}`},
			{"UpdateItem", on + `"Key":` + key("p", "s") + `,"UpdateExpression":"SET a = :v",` + hash + `}`},
			{"TransactWriteItems", `{"TransactItems":[{"Put":` + on + `"Item":` + start + `}}]}`},
			{"BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT * FROM Tab WHERE pk = 'p' AND sk = ?",` + parameters + `}]}`},
			{"BatchExecuteStatement", `{"Statements":[{"Statement":"DELETE FROM Tab WHERE pk = ? AND sk = 's'",` + parameters + `}]}`},
			{"ExecuteTransaction", `{"TransactStatements":[{"Statement":"INSERT INTO Tab VALUE {'pk':'p','sk':?}",` + parameters + `}]}`},
			{"ExecuteTransaction", `{"TransactStatements":[{"Statement":"SELECT * FROM Tab WHERE pk = ? AND sk = 's'",` + parameters + `}]}`},
			{"ExecuteStatement", `{"Statement":"UPDATE Tab SET z = 1 WHERE pk = ? AND sk = 's'",` + parameters + `}`},
			{"ExecuteStatement", `{"Statement":"SELECT * FROM Tab WHERE pk = ?",` + parameters + `}`},
			{"ExecuteStatement", `{"Statement":"SELECT * FROM Tab WHERE pk = 'p' AND sk > ?",` + parameters + `}`},
			{"ExecuteStatement", `{"Statement":"SELECT * FROM Tab WHERE pk IN ['p', ?]",` + parameters + `}`},
			{"ExecuteStatement", `{"Statement":"SELECT * FROM Tab.Global WHERE a = ?",` + parameters + `}`},
		} {
			refusedSomehow(t, srv, call[0], call[1])
		}
	}
	accepted(t, srv, "GetItem", on+`"Key":`+key("p", "s")+`}`)
}

// refusedSomehow makes a call that must be answered, and not be carried out: by an
// error, of the call or of its only statement.
func refusedSomehow(t *testing.T, srv *bailiwicktest.Server, operation, input string) {
	t.Helper()
	a, err := servicetest.Call(t.Context(), srv.Config(), service.New(), operation, input)
	if err != nil {
		t.Fatal(err)
	}
	if a.Status != 400 && !(a.OK() && strings.Contains(a.Body, `"Error":{`)) {
		t.Errorf("%s %.200s (%d bytes)\nanswers %d %.300s", operation, input, len(input), a.Status, a.Body)
	}
}
