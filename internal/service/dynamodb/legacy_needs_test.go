// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"reflect"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// TestLegacyParametersAreDecidedAsExpressions holds the needs of requests with
// legacy parameters against those of the same requests with expressions: every
// condition key and every span is the same, so that no policy sees less of one.
func TestLegacyParametersAreDecidedAsExpressions(t *testing.T) {
	const (
		key    = `"TableName":"Sample","Key":{"pk":{"S":"a"},"sk":{"S":"b"}},`
		equal  = `{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}`
		values = `,"ExpressionAttributeValues":{":p":{"S":"a"}}`
		query  = `"KeyConditionExpression":"pk = :p"`
	)
	svc, db := New(), memory(t)
	made(t, db, "Sample")
	for _, tc := range []struct{ operation, legacy, modern, mentions string }{
		{"GetItem", key + `"AttributesToGet":["seen","more"]`, key + `"ProjectionExpression":"more, seen"`, "more pk seen sk"},
		{
			"PutItem", `"TableName":"Sample","Item":{"pk":{"S":"a"},"sk":{"S":"b"},"x":{"S":"a"}},"Expected":{"y":{"Exists":false},"z":{"ComparisonOperator":"NOT_NULL"}}`,
			`"TableName":"Sample","Item":{"pk":{"S":"a"},"sk":{"S":"b"},"x":{"S":"a"}},"ConditionExpression":"attribute_not_exists(y) AND attribute_exists(z)"`, "pk sk x y z",
		},
		{"DeleteItem", key + `"Expected":{"y":{"Value":{"S":"a"}}}`, key + `"ConditionExpression":"y = :p"` + values, "pk sk y"},
		{
			"UpdateItem", key + `"AttributeUpdates":{"x":{"Value":{"S":"a"}},"w":{"Action":"DELETE"},"l":{"Action":"ADD","Value":{"L":[]}}},"Expected":{"y":{"Value":{"S":"a"}}}`,
			key + `"UpdateExpression":"SET x = :p, l = :p REMOVE w","ConditionExpression":"y = :p"` + values, "l pk sk w x y",
		},
		{"Query", `"TableName":"Sample","KeyConditions":{"pk":` + equal + `}`, `"TableName":"Sample",` + query + values, "pk"},
		{
			"Query", `"TableName":"Sample","KeyConditions":{"pk":` + equal + `},"QueryFilter":{"y":` + equal + `},"AttributesToGet":["x"]`,
			`"TableName":"Sample",` + query + `,"FilterExpression":"y = :p","ProjectionExpression":"x"` + values, "pk x y",
		},
		{"Query", `"TableName":"Sample","KeyConditions":{"nokey":` + equal + `}`, `"TableName":"Sample","KeyConditionExpression":"nokey = :p"` + values, "nokey"},
		{
			"Scan", `"TableName":"Sample","ScanFilter":{"y":{"ComparisonOperator":"NULL"}},"AttributesToGet":["x"]`,
			`"TableName":"Sample","FilterExpression":"attribute_not_exists(y)","ProjectionExpression":"x"`, "x y",
		},
		{
			"BatchGetItem", `"RequestItems":{"Sample":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"b"}}],"AttributesToGet":["x"]}}`,
			`"RequestItems":{"Sample":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"b"}}],"ProjectionExpression":"x"}}`, "pk sk x",
		},
	} {
		op := operation(svc, tc.operation)
		legacy, modern := needsOf(t, svc, db, op, tc.legacy), needsOf(t, svc, db, op, tc.modern)
		if len(legacy) != 1 || len(modern) != 1 {
			t.Fatalf("%s: %d and %d needs", tc.operation, len(legacy), len(modern))
		}
		for _, name := range serviceKeys {
			got, want := legacy[0].Context.Lookup(strings.ToLower(name)), modern[0].Context.Lookup(strings.ToLower(name))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s {%s}: %s is %v, with expressions %v", tc.operation, tc.legacy, name, got, want)
			}
		}
		if got := strings.Join(legacy[0].Context.(*conditions).attributes(), " "); got != tc.mentions {
			t.Errorf("%s {%s} mentions %s, want %s", tc.operation, tc.legacy, got, tc.mentions)
		}
		if !reflect.DeepEqual(legacy[0].Spans, modern[0].Spans) {
			t.Errorf("%s {%s} opens other spans than the expressions do", tc.operation, tc.legacy)
		}
	}
}

func needsOf(t *testing.T, svc *awsapi.Service, db *storage.DB, op *awsapi.Operation, members string) (needs []awsapi.Need) {
	t.Helper()
	in := decode(t, svc, op, `{`+members+`}`)
	err := db.View(t.Context(), func(tx *storage.Tx) (err error) {
		needs, err = op.Needs(t.Context(), newCall(tx.Metadata()), in)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return needs
}
