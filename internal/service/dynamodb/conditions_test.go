// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// stated is what a call asks for: its action, its resource and all condition keys
// that it carries, for each of its needs.
type stated struct {
	operation, input string
	want             []string
}

const (
	statedKey  = `"Key":{"pk":{"S":"a"},"sk":{"S":"1"}}`
	statedKey2 = `"Key":{"pk":{"S":"b"},"sk":{"S":"2"}}`
	statedPart = `"KeyConditionExpression":"pk = :a","ExpressionAttributeValues":{":a":{"S":"a"}}`
	statedV    = `"ExpressionAttributeValues":{":v":{"N":"1"}}`
)

var statedReads = []stated{
	{"GetItem", `{"TableName":"Docs",` + statedKey + `}`, []string{
		"GetItem table/Docs LeadingKeys=a Attributes=pk,sk Select=ALL_ATTRIBUTES ReturnConsumedCapacity=NONE",
	}},
	{"GetItem", `{"TableName":"Docs",` + statedKey + `,"ProjectionExpression":"n, m.x[0], #k","ExpressionAttributeNames":{"#k":"o.p"},"ReturnConsumedCapacity":"TOTAL"}`, []string{
		"GetItem table/Docs LeadingKeys=a Attributes=m,n,o.p,pk,sk Select=SPECIFIC_ATTRIBUTES ReturnConsumedCapacity=TOTAL",
	}},
	{"GetItem", `{"TableName":"Docs",` + statedKey + `,"AttributesToGet":["n","m.x"]}`, []string{
		"GetItem table/Docs LeadingKeys=a Attributes=m.x,n,pk,sk Select=SPECIFIC_ATTRIBUTES ReturnConsumedCapacity=NONE",
	}},
	{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"1"}},{"pk":{"S":"b"},"sk":{"S":"1"}}],"ProjectionExpression":"n"},"More":{"Keys":[{"pk":{"S":"c"},"sk":{"S":"1"}}]}}}`, []string{
		"BatchGetItem table/Docs LeadingKeys=a,b Attributes=n,pk,sk Select=SPECIFIC_ATTRIBUTES ReturnConsumedCapacity=NONE",
		"BatchGetItem table/More LeadingKeys=c Attributes=pk,sk Select=ALL_ATTRIBUTES ReturnConsumedCapacity=NONE",
	}},
	{"TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"Docs",` + statedKey + `}},{"Get":{"TableName":"More",` + statedKey2 + `,"ProjectionExpression":"n"}}]}`, []string{
		"GetItem table/Docs LeadingKeys=a Attributes=pk,sk Select=ALL_ATTRIBUTES ReturnConsumedCapacity=NONE EnclosingOperation=TransactGetItems",
		"GetItem table/More LeadingKeys=b Attributes=n,pk,sk Select=SPECIFIC_ATTRIBUTES ReturnConsumedCapacity=NONE EnclosingOperation=TransactGetItems",
	}},
	{"Query", `{"TableName":"Docs",` + statedPart + `}`, []string{
		"Query table/Docs LeadingKeys=a Attributes=pk Select=ALL_ATTRIBUTES ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	{"Query", `{"TableName":"Docs","KeyConditionExpression":"pk = :a AND begins_with(sk, :s)","ExpressionAttributeValues":{":a":{"S":"a"},":s":{"S":"x"}},"Select":"COUNT","ExclusiveStartKey":{"pk":{"S":"b"},"sk":{"S":"x"}}}`, []string{
		"Query table/Docs LeadingKeys=a Attributes=pk,sk Select=COUNT ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	{"Query", `{"TableName":"Docs",` + strings.Replace(statedPart, `}}`, `},":n":{"S":"x"}}`, 1) + `,"FilterExpression":"contains(f.x, :n) OR size(h) > :n","ProjectionExpression":"n"}`, []string{
		"Query table/Docs LeadingKeys=a Attributes=f,h,n,pk Select=SPECIFIC_ATTRIBUTES ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	{"Query", `{"TableName":"Docs","KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}},"QueryFilter":{"f":{"ComparisonOperator":"NULL"}},"AttributesToGet":["n"]}`, []string{
		"Query table/Docs LeadingKeys=a Attributes=f,n,pk Select=SPECIFIC_ATTRIBUTES ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	// An index' partitions are its own.
	{"Query", `{"TableName":"Docs","IndexName":"ByG","KeyConditionExpression":"g = :g AND pk = :a","ExpressionAttributeValues":{":a":{"S":"a"},":g":{"S":"x"}}}`, []string{
		"Query table/Docs/index/ByG LeadingKeys=x Attributes=g,pk Select=ALL_PROJECTED_ATTRIBUTES ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	{"Query", `{"TableName":"Docs","IndexName":"ByPG","KeyConditionExpression":"g = :g AND pk = :a","ExpressionAttributeValues":{":a":{"S":"a"},":g":{"S":"x"}}}`, []string{
		"Query table/Docs/index/ByPG LeadingKeys=a SecondPartitionKeyValues=x Attributes=g,pk Select=ALL_PROJECTED_ATTRIBUTES ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	{"Scan", `{"TableName":"Docs"}`, []string{"Scan table/Docs Select=ALL_ATTRIBUTES ReturnValues=NONE ReturnConsumedCapacity=NONE"}},
	{"Scan", `{"TableName":"Docs","IndexName":"ByG","FilterExpression":"pk = :v",` + statedV + `}`, []string{
		"Scan table/Docs/index/ByG Attributes=pk Select=ALL_PROJECTED_ATTRIBUTES ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	{"Scan", `{"TableName":"Docs","ScanFilter":{"f":{"ComparisonOperator":"NULL"}},"AttributesToGet":["n"],"ReturnConsumedCapacity":"INDEXES"}`, []string{
		"Scan table/Docs Attributes=f,n Select=SPECIFIC_ATTRIBUTES ReturnValues=NONE ReturnConsumedCapacity=INDEXES",
	}},
}

var statedWrites = []stated{
	{"PutItem", `{"TableName":"Docs","Item":{"pk":{"S":"a"},"sk":{"S":"1"},"n":{"M":{"x":{"S":"y"}}}}}`, []string{
		"PutItem table/Docs LeadingKeys=a Attributes=n,pk,sk ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	{"PutItem", `{"TableName":"Docs","Item":{"pk":{"S":"a"},"sk":{"S":"1"}},"ConditionExpression":"c.x = :v",` + statedV + `,"ReturnValues":"ALL_OLD"}`, []string{
		"PutItem table/Docs LeadingKeys=a Attributes=c,pk,sk ReturnValues=ALL_OLD ReturnConsumedCapacity=NONE",
	}},
	{"PutItem", `{"TableName":"Docs","Item":{"pk":{"S":"a"},"sk":{"S":"1"}},"Expected":{"c":{"Exists":false}}}`, []string{
		"PutItem table/Docs LeadingKeys=a Attributes=c,pk,sk ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	{"UpdateItem", `{"TableName":"Docs",` + statedKey + `,"UpdateExpression":"SET n = if_not_exists(m.x, :v) REMOVE r[0] ADD d :v","ConditionExpression":"attribute_exists(c)",` + statedV + `,"ReturnValues":"UPDATED_NEW"}`, []string{
		"UpdateItem table/Docs LeadingKeys=a Attributes=c,d,m,n,pk,r,sk ReturnValues=UPDATED_NEW ReturnConsumedCapacity=NONE",
	}},
	{"UpdateItem", `{"TableName":"Docs",` + statedKey + `,"AttributeUpdates":{"n":{"Action":"DELETE"}},"Expected":{"c":{"Value":{"S":"x"}}}}`, []string{
		"UpdateItem table/Docs LeadingKeys=a Attributes=c,n,pk,sk ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	{"UpdateItem", `{"TableName":"Docs",` + statedKey + `,"ReturnValues":"UPDATED_OLD","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`, []string{
		"UpdateItem table/Docs LeadingKeys=a Attributes=pk,sk ReturnValues=ALL_OLD ReturnConsumedCapacity=NONE",
	}},
	{"DeleteItem", `{"TableName":"Docs",` + statedKey + `,"ConditionExpression":"c BETWEEN d AND e"}`, []string{
		"DeleteItem table/Docs LeadingKeys=a Attributes=c,d,e,pk,sk ReturnValues=NONE ReturnConsumedCapacity=NONE",
	}},
	// Neither PutItem nor DeleteItem is asked for.
	{"BatchWriteItem", `{"RequestItems":{"Docs":[{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"S":"1"},"n":{"N":"1"}}}},{"DeleteRequest":{` + statedKey2 + `}}]}}`, []string{
		"BatchWriteItem table/Docs LeadingKeys=a,b Attributes=n,pk,sk ReturnConsumedCapacity=NONE",
	}},
	{"TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"Docs","Item":{"pk":{"S":"a"},"sk":{"S":"1"},"n":{"N":"1"}}}},
		{"Update":{"TableName":"Docs","Key":{"pk":{"S":"b"},"sk":{"S":"1"}},"UpdateExpression":"SET n = m","ConditionExpression":"attribute_exists(c)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}},
		{"Delete":{"TableName":"More","Key":{"pk":{"S":"c"},"sk":{"S":"1"}},"ConditionExpression":"attribute_exists(c)"}},
		{"ConditionCheck":{"TableName":"More","Key":{"pk":{"S":"d"},"sk":{"S":"1"}},"ConditionExpression":"attribute_exists(c)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}]}`, []string{
		"PutItem table/Docs LeadingKeys=a Attributes=n,pk,sk ReturnValues=NONE ReturnConsumedCapacity=NONE EnclosingOperation=TransactWriteItems",
		"UpdateItem table/Docs LeadingKeys=b Attributes=c,m,n,pk,sk ReturnValues=ALL_OLD ReturnConsumedCapacity=NONE EnclosingOperation=TransactWriteItems",
		"DeleteItem table/More LeadingKeys=c Attributes=c,pk,sk ReturnValues=NONE ReturnConsumedCapacity=NONE EnclosingOperation=TransactWriteItems",
		"ConditionCheckItem table/More LeadingKeys=d Attributes=c,pk,sk ReturnValues=ALL_OLD ReturnConsumedCapacity=NONE EnclosingOperation=TransactWriteItems",
	}},
}

var statedStatements = []stated{
	{"ExecuteStatement", `{"Statement":"SELECT * FROM Docs WHERE pk = 'a'"}`, []string{"PartiQLSelect table/Docs LeadingKeys=a Attributes=pk Select=ALL_ATTRIBUTES FullTableScan=false"}},
	{"ExecuteStatement", `{"Statement":"SELECT n, m.x FROM Docs WHERE pk IN ['b','a'] AND sk > '1' AND f = 1 ORDER BY pk"}`, []string{
		"PartiQLSelect table/Docs LeadingKeys=a,b Attributes=f,m,n,pk,sk Select=SPECIFIC_ATTRIBUTES FullTableScan=false",
	}},
	{"ExecuteStatement", `{"Statement":"SELECT * FROM Docs WHERE pk = 'a' AND sk = '1' OR pk = 'b' AND sk = '2'"}`, []string{
		"PartiQLSelect table/Docs LeadingKeys=a,b Attributes=pk,sk Select=ALL_ATTRIBUTES FullTableScan=false",
	}},
	{"ExecuteStatement", `{"Statement":"SELECT n FROM Docs.ByG WHERE g = 'x' AND pk = 'a'"}`, []string{
		"PartiQLSelect table/Docs/index/ByG LeadingKeys=x Attributes=g,n,pk Select=SPECIFIC_ATTRIBUTES FullTableScan=false",
	}},
	{"ExecuteStatement", `{"Statement":"SELECT * FROM Docs"}`, []string{"PartiQLSelect table/Docs Select=ALL_ATTRIBUTES FullTableScan=true"}},
	{"ExecuteStatement", `{"Statement":"SELECT * FROM Docs WHERE begins_with(pk, 'a')"}`, []string{"PartiQLSelect table/Docs Attributes=pk Select=ALL_ATTRIBUTES FullTableScan=true"}},
	{"ExecuteStatement", `{"Statement":"SELECT * FROM Docs WHERE pk = 'a' OR n = 1"}`, []string{"PartiQLSelect table/Docs Attributes=n,pk Select=ALL_ATTRIBUTES FullTableScan=true"}},
	{"ExecuteStatement", `{"Statement":"SELECT * FROM Docs WHERE NOT pk = 'a'"}`, []string{"PartiQLSelect table/Docs Attributes=pk Select=ALL_ATTRIBUTES FullTableScan=true"}},
	{"ExecuteStatement", `{"Statement":"SELECT * FROM Docs.ByG WHERE pk = 'a'"}`, []string{"PartiQLSelect table/Docs/index/ByG Attributes=pk Select=ALL_PROJECTED_ATTRIBUTES FullTableScan=true"}},
	{"ExecuteStatement", `{"Statement":"INSERT INTO Docs VALUE {'pk': 'a', 'sk': '1', 'n': {'x': 1}}"}`, []string{"PartiQLInsert table/Docs LeadingKeys=a Attributes=n,pk,sk"}},
	{"ExecuteStatement", `{"Statement":"UPDATE Docs SET n = list_append(m, [1]) REMOVE r WHERE pk = 'a' AND sk = '1' AND c = 1"}`, []string{
		"PartiQLUpdate table/Docs LeadingKeys=a Attributes=c,m,n,pk,r,sk ReturnValues=NONE",
	}},
	{"ExecuteStatement", `{"Statement":"UPDATE Docs SET n = 1 WHERE pk = 'a' AND sk = '1' RETURNING MODIFIED OLD *","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`, []string{
		"PartiQLUpdate table/Docs LeadingKeys=a Attributes=n,pk,sk ReturnValues=ALL_OLD",
	}},
	{"ExecuteStatement", `{"Statement":"DELETE FROM Docs WHERE pk = 'a' AND sk = '1' RETURNING ALL OLD *"}`, []string{"PartiQLDelete table/Docs LeadingKeys=a Attributes=pk,sk ReturnValues=ALL_OLD"}},
	{"BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT n FROM Docs WHERE pk = 'a' AND sk = '1'"},{"Statement":"SELECT * FROM More WHERE pk = 'b' AND sk = '1'"}]}`, []string{
		"PartiQLSelect table/Docs LeadingKeys=a Attributes=n,pk,sk Select=SPECIFIC_ATTRIBUTES FullTableScan=false",
		"PartiQLSelect table/More LeadingKeys=b Attributes=pk,sk Select=ALL_ATTRIBUTES FullTableScan=false",
	}},
	{"BatchExecuteStatement", `{"Statements":[{"Statement":"INSERT INTO Docs VALUE {'pk': 'a', 'sk': '1'}"},{"Statement":"DELETE FROM More WHERE pk = 'b' AND sk = '1'"}]}`, []string{
		"PartiQLInsert table/Docs LeadingKeys=a Attributes=pk,sk",
		"PartiQLDelete table/More LeadingKeys=b Attributes=pk,sk ReturnValues=NONE",
	}},
	{"ExecuteTransaction", `{"TransactStatements":[{"Statement":"EXISTS(SELECT n FROM Docs WHERE pk = 'a' AND sk = '1' AND c = 1)"},{"Statement":"INSERT INTO More VALUE {'pk': 'b', 'sk': '1'}"}]}`, []string{
		"PartiQLSelect table/Docs LeadingKeys=a Attributes=c,n,pk,sk Select=SPECIFIC_ATTRIBUTES ReturnValues=NONE EnclosingOperation=ExecuteTransaction FullTableScan=false",
		"PartiQLInsert table/More LeadingKeys=b Attributes=pk,sk EnclosingOperation=ExecuteTransaction",
	}},
	{"ExecuteTransaction", `{"TransactStatements":[{"Statement":"EXISTS(SELECT n FROM Docs WHERE pk = 'a' AND sk = '1' AND c = 1)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}]}`, []string{
		"PartiQLSelect table/Docs LeadingKeys=a Attributes=c,n,pk,sk Select=ALL_ATTRIBUTES ReturnValues=ALL_OLD EnclosingOperation=ExecuteTransaction FullTableScan=false",
	}},
	{"ExecuteTransaction", `{"TransactStatements":[{"Statement":"SELECT * FROM Docs WHERE pk = 'a' AND sk = '1'"}]}`, []string{
		"PartiQLSelect table/Docs LeadingKeys=a Attributes=pk,sk Select=ALL_ATTRIBUTES EnclosingOperation=ExecuteTransaction FullTableScan=false",
	}},
}

// TestCallsStateWhatTheyAskFor holds each kind of call on items against the
// actions, resources and condition keys that AWS documents for it. A key that isn't
// listed is absent.
func TestCallsStateWhatTheyAskFor(t *testing.T) {
	db := memory(t)
	keys := []keyRecord{{"pk", "S"}, {"sk", "S"}}
	docs := tableRecord{Name: "Docs", ID: newTableID(), Keys: keys, BillingMode: payPerRequest}
	docs.addIndex(indexRecord{Name: "ByG", Hash: []keyRecord{{"g", "S"}}, Range: []keyRecord{{"pk", "S"}}, Projection: projectAll})
	docs.addIndex(indexRecord{Name: "ByPG", Hash: []keyRecord{{"pk", "S"}, {"g", "S"}}, Projection: projectAll})
	add(t, db, docs)
	made(t, db, "More")
	svc := New()
	for _, c := range slices.Concat(statedReads, statedWrites, statedStatements) {
		op := operation(svc, c.operation)
		in := decode(t, svc, op, c.input)
		err := db.View(t.Context(), func(tx *storage.Tx) error {
			needs, err := op.Needs(t.Context(), newCall(tx.Metadata()), in)
			var got []string
			for i := range needs {
				got = append(got, spelled(&needs[i]))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s %s states\n%s\nwant\n%s", c.operation, c.input, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// spelled writes down what a need states.
func spelled(n *awsapi.Need) string {
	out := strings.TrimPrefix(n.Action, "dynamodb:") + " " + n.Resource.Resource
	for _, name := range []string{
		"LeadingKeys", "SecondPartitionKeyValues", "ThirdPartitionKeyValues", "Attributes", "Select", "ReturnValues", "ReturnConsumedCapacity",
		"EnclosingOperation", "FullTableScan",
	} {
		v := n.Context.Lookup("dynamodb:" + strings.ToLower(name))
		var all []string
		for i := range v.Len() {
			all = append(all, v.At(i))
		}
		if !v.Absent() {
			out += " " + name + "=" + strings.Join(all, ",")
		}
	}
	return out
}
