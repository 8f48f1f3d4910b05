// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

// wares is a table whose partitions are the tenants', as are those of its
// indexes. Its items have a Note, which a policy may show, and a Secret.
const wares = `{"TableName":"<T>","BillingMode":"PAY_PER_REQUEST",
 "AttributeDefinitions":[{"AttributeName":"TenantID","AttributeType":"S"},{"AttributeName":"Row","AttributeType":"S"},{"AttributeName":"Day","AttributeType":"S"}],
 "KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Row","KeyType":"RANGE"}],
 "LocalSecondaryIndexes":[
  {"IndexName":"Local","KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Day","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
 "GlobalSecondaryIndexes":[
  {"IndexName":"ByDay","KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Day","KeyType":"RANGE"}],
   "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["Note"]}}]}`

// A reach is a call that reaches items, in the table <T>. <A> and <B> are the
// partitions that it names, <A1> the key of row 1 there. Rows 1, 2, 5 and 7 are
// there; 7, 8 and 9 are written. The table Beside is none that a document names.
type reach struct{ name, op, in string }

// service returns the service that has the operation.
func (c reach) service() string {
	switch c.op {
	case "ListStreams", "DescribeStream", "GetShardIterator", "GetRecords":
		return "dynamodbstreams"
	}
	return "dynamodb"
}

const (
	ofTenant    = `"KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"<A>"}}`
	legacy      = `"KeyConditions":{"TenantID":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"<A>"}]}}`
	setNote     = `"UpdateExpression":"SET Note = :n","ExpressionAttributeValues":{":n":{"S":"note of <A>"}}`
	setOther    = `"UpdateExpression":"SET Note = :n","ExpressionAttributeValues":{":n":{"S":"note of <B>"}}`
	oldIfFailed = `,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`
)

var reaches = []reach{
	{"get", "GetItem", `{"TableName":"<T>","Key":{<A1>}}`},
	{"get-note", "GetItem", `{"TableName":"<T>","Key":{<A1>},"ProjectionExpression":"Note"}`},
	{"get-note-legacy", "GetItem", `{"TableName":"<T>","Key":{<A1>},"AttributesToGet":["Note"]}`},
	{"get-secret", "GetItem", `{"TableName":"<T>","Key":{<A1>},"ProjectionExpression":"#s","ExpressionAttributeNames":{"#s":"Secret"}}`},
	{"get-by-arn", "GetItem", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/<T>","Key":{<A1>}}`},
	{"get-beside", "BatchGetItem", `{"RequestItems":{"<T>":{"Keys":[{<A1>}]},"Beside":{"Keys":[{<B1>}]}}}`},
	{"transact-get-beside", "TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"<T>","Key":{<A1>}}},{"Get":{"TableName":"Beside","Key":{<B1>}}}]}`},
	{"batch-get", "BatchGetItem", `{"RequestItems":{"<T>":{"Keys":[{<A1>},{<B2>}]}}}`},
	{"batch-get-note", "BatchGetItem", `{"RequestItems":{"<T>":{"Keys":[{<A1>},{<B2>}],"ProjectionExpression":"Note"}}}`},
	{"batch-get-note-legacy", "BatchGetItem", `{"RequestItems":{"<T>":{"Keys":[{<A1>},{<B2>}],"AttributesToGet":["Note"]}}}`},
	{"transact-get", "TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"<T>","Key":{<A1>}}},{"Get":{"TableName":"<T>","Key":{<B2>}}}]}`},
	{
		"transact-get-note", "TransactGetItems",
		`{"TransactItems":[{"Get":{"TableName":"<T>","Key":{<A1>},"ProjectionExpression":"Note"}},{"Get":{"TableName":"<T>","Key":{<B2>},"ProjectionExpression":"Note"}}]}`,
	},

	{"query", "Query", `{"TableName":"<T>",` + ofTenant + `}`},
	{"query-legacy", "Query", `{"TableName":"<T>",` + legacy + `}`},
	{"query-note", "Query", `{"TableName":"<T>",` + ofTenant + `,"ProjectionExpression":"Note"}`},
	{"query-note-legacy", "Query", `{"TableName":"<T>",` + legacy + `,"AttributesToGet":["Note"]}`},
	{"query-secret", "Query", `{"TableName":"<T>",` + ofTenant + `,"ProjectionExpression":"Secret"}`},
	{"query-count", "Query", `{"TableName":"<T>",` + ofTenant + `,"Select":"COUNT"}`},
	{"query-all", "Query", `{"TableName":"<T>",` + ofTenant + `,"Select":"ALL_ATTRIBUTES"}`},
	{"query-by-secret", "Query", `{"TableName":"<T>",` + ofTenant + `,"ProjectionExpression":"Note","FilterExpression":"attribute_exists(Secret)"}`},
	{"query-by-secret-legacy", "Query", `{"TableName":"<T>",` + legacy + `,"AttributesToGet":["Note"],"QueryFilter":{"Secret":{"ComparisonOperator":"NOT_NULL"}}}`},
	{"query-from", "Query", `{"TableName":"<T>",` + ofTenant + `,"ExclusiveStartKey":{<A1>},"ScanIndexForward":false}`},
	{"query-local", "Query", `{"TableName":"<T>","IndexName":"Local",` + ofTenant + `}`},
	{"query-local-all", "Query", `{"TableName":"<T>","IndexName":"Local",` + ofTenant + `,"Select":"ALL_ATTRIBUTES"}`},
	{"query-local-note", "Query", `{"TableName":"<T>","IndexName":"Local",` + ofTenant + `,"ProjectionExpression":"Note"}`},
	{"query-local-by-secret", "Query", `{"TableName":"<T>","IndexName":"Local",` + ofTenant + `,"FilterExpression":"attribute_exists(Secret)"}`},
	{"query-local-count", "Query", `{"TableName":"<T>","IndexName":"Local",` + ofTenant + `,"Select":"COUNT"}`},
	{"query-global", "Query", `{"TableName":"<T>","IndexName":"ByDay",` + ofTenant + `}`},
	{"query-global-note", "Query", `{"TableName":"<T>","IndexName":"ByDay",` + ofTenant + `,"ProjectionExpression":"Note"}`},

	{"scan", "Scan", `{"TableName":"<T>"}`},
	{"scan-note", "Scan", `{"TableName":"<T>","ProjectionExpression":"Note"}`},
	{"scan-count", "Scan", `{"TableName":"<T>","Select":"COUNT"}`},
	{"scan-global", "Scan", `{"TableName":"<T>","IndexName":"ByDay"}`},
	{"scan-local", "Scan", `{"TableName":"<T>","IndexName":"Local"}`},
	{"scan-segment", "Scan", `{"TableName":"<T>","Segment":0,"TotalSegments":2}`},
	{"scan-legacy", "Scan", `{"TableName":"<T>","ScanFilter":{"TenantID":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"<A>"}]}}}`},

	{"put", "PutItem", `{"TableName":"<T>","Item":{<A9>,"Note":{"S":"n"}}}`},
	{"put-secret", "PutItem", `{"TableName":"<T>","Item":{<A8>,"Secret":{"S":"s"}}}`},
	{"put-old", "PutItem", `{"TableName":"<T>","Item":{<A9>,"Note":{"S":"n"}},"ReturnValues":"ALL_OLD"}`},
	{"put-unless-secret", "PutItem", `{"TableName":"<T>","Item":{<A9>,"Note":{"S":"n"}},"ConditionExpression":"attribute_not_exists(Secret)"}`},
	{"put-shown", "PutItem", `{"TableName":"<T>","Item":{<A9>,"Note":{"S":"n"}},"ConditionExpression":"NOT #r = TenantID","ExpressionAttributeNames":{"#r":"Row"}` + oldIfFailed + `}`},
	{"put-legacy", "PutItem", `{"TableName":"<T>","Item":{<A9>,"Note":{"S":"n"}},"Expected":{"Row":{"ComparisonOperator":"NE","AttributeValueList":[{"S":"x"}]}}}`},
	{"put-unless-secret-legacy", "PutItem", `{"TableName":"<T>","Item":{<A9>,"Note":{"S":"n"}},"Expected":{"Secret":{"Exists":false}}}`},

	{"update", "UpdateItem", `{"TableName":"<T>","Key":{<A7>},` + setNote + `}`},
	{"update-secret", "UpdateItem", `{"TableName":"<T>","Key":{<A8>},"UpdateExpression":"SET Secret = :n","ExpressionAttributeValues":{":n":{"S":"s"}}}`},
	{"update-copy", "UpdateItem", `{"TableName":"<T>","Key":{<A5>},"UpdateExpression":"SET Note = Secret","ReturnValues":"UPDATED_NEW"}`},
	{"update-all-new", "UpdateItem", `{"TableName":"<T>","Key":{<A7>},` + setNote + `,"ReturnValues":"ALL_NEW"}`},
	{"update-all-old", "UpdateItem", `{"TableName":"<T>","Key":{<A7>},` + setNote + `,"ReturnValues":"ALL_OLD"}`},
	{"update-updated-new", "UpdateItem", `{"TableName":"<T>","Key":{<A7>},` + setNote + `,"ReturnValues":"UPDATED_NEW"}`},
	{"update-unless-secret", "UpdateItem", `{"TableName":"<T>","Key":{<A9>},` + setNote + `,"ConditionExpression":"attribute_not_exists(Secret)"}`},
	{"update-shown", "UpdateItem", `{"TableName":"<T>","Key":{<A7>},` + setNote + `,"ConditionExpression":"NOT #r = TenantID","ExpressionAttributeNames":{"#r":"Row"}` + oldIfFailed + `}`},
	{"update-legacy", "UpdateItem", `{"TableName":"<T>","Key":{<A7>},"AttributeUpdates":{"Note":{"Action":"PUT","Value":{"S":"note of <A>"}}}}`},
	{"update-secret-legacy", "UpdateItem", `{"TableName":"<T>","Key":{<A8>},"AttributeUpdates":{"Secret":{"Action":"PUT","Value":{"S":"s"}}}}`},

	{"delete", "DeleteItem", `{"TableName":"<T>","Key":{<A4>}}`},
	{"delete-old", "DeleteItem", `{"TableName":"<T>","Key":{<A4>},"ReturnValues":"ALL_OLD"}`},
	{"delete-unless-secret", "DeleteItem", `{"TableName":"<T>","Key":{<A4>},"ConditionExpression":"attribute_not_exists(Secret)"}`},
	{"delete-unless-secret-legacy", "DeleteItem", `{"TableName":"<T>","Key":{<A4>},"Expected":{"Secret":{"ComparisonOperator":"NULL"}}}`},
	{"delete-shown", "DeleteItem", `{"TableName":"<T>","Key":{<A4>},"ConditionExpression":"attribute_not_exists(Note)"` + oldIfFailed + `}`},
	{"batch-put", "BatchWriteItem", `{"RequestItems":{"<T>":[{"PutRequest":{"Item":{<A9>,"Note":{"S":"n"}}}},{"PutRequest":{"Item":{<B8>,"Note":{"S":"n"}}}}]}}`},
	{"batch-put-secret", "BatchWriteItem", `{"RequestItems":{"<T>":[{"PutRequest":{"Item":{<A9>,"Note":{"S":"n"}}}},{"PutRequest":{"Item":{<B8>,"Secret":{"S":"s"}}}}]}}`},
	{"batch-delete", "BatchWriteItem", `{"RequestItems":{"<T>":[{"DeleteRequest":{"Key":{<A4>}}},{"DeleteRequest":{"Key":{<B6>}}}]}}`},
	{"batch-beside", "BatchWriteItem", `{"RequestItems":{"<T>":[{"PutRequest":{"Item":{<A9>}}}],"Beside":[{"PutRequest":{"Item":{<B9>}}}]}}`},

	{"transact-put", "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"<T>","Item":{<A9>,"Note":{"S":"n"}}}},{"Put":{"TableName":"<T>","Item":{<B8>,"Note":{"S":"n"}}}}]}`},
	{"transact-put-shown", "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"<T>","Item":{<A9>,"Note":{"S":"n"}},"ConditionExpression":"NOT #r = TenantID","ExpressionAttributeNames":{"#r":"Row"}` + oldIfFailed + `}}]}`},
	{"transact-beside", "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"<T>","Item":{<A9>}}},{"Put":{"TableName":"Beside","Item":{<B9>}}}]}`},
	{"transact-update", "TransactWriteItems", `{"TransactItems":[{"Update":{"TableName":"<T>","Key":{<A7>},` + setNote + `}},{"Update":{"TableName":"<T>","Key":{<B9>},` + setOther + `}}]}`},
	{
		"transact-update-secret", "TransactWriteItems", `{"TransactItems":[{"Update":{"TableName":"<T>","Key":{<A7>},` + setNote + `}},
		{"Update":{"TableName":"<T>","Key":{<B8>},"UpdateExpression":"SET Secret = :s","ExpressionAttributeValues":{":s":{"S":"s"}}}}]}`,
	},
	{"transact-update-shown", "TransactWriteItems", `{"TransactItems":[{"Update":{"TableName":"<T>","Key":{<A7>},` + setNote + `,"ConditionExpression":"attribute_exists(Note)"` + oldIfFailed + `}}]}`},
	{"transact-delete", "TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"<T>","Key":{<A4>}}},{"Delete":{"TableName":"<T>","Key":{<B6>}}}]}`},
	{"transact-delete-shown", "TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"<T>","Key":{<A4>},"ConditionExpression":"attribute_not_exists(Note)"` + oldIfFailed + `}}]}`},
	{
		"transact-check", "TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"<T>","Key":{<A1>},"ConditionExpression":"attribute_exists(Note)"}},
		{"ConditionCheck":{"TableName":"<T>","Key":{<B2>},"ConditionExpression":"attribute_exists(Note)"}}]}`,
	},
	{"transact-check-shown", "TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"<T>","Key":{<A1>},"ConditionExpression":"attribute_exists(Note)"` + oldIfFailed + `}}]}`},
	{
		"transact-all", "TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"<T>","Key":{<A1>},"ConditionExpression":"attribute_exists(Note)"}},
		{"Put":{"TableName":"<T>","Item":{<B9>,"Note":{"S":"n"}}}},{"Update":{"TableName":"<T>","Key":{<A7>},` + setNote + `}},{"Delete":{"TableName":"<T>","Key":{<B4>}}}]}`,
	},

	{"select", "ExecuteStatement", `{"Statement":"SELECT * FROM \"<T>\" WHERE TenantID = '<A>'"}`},
	{"select-one", "ExecuteStatement", `{"Statement":"SELECT * FROM \"<T>\" WHERE TenantID = ? AND Row = '1'","Parameters":[{"S":"<A>"}]}`},
	{"select-note", "ExecuteStatement", `{"Statement":"SELECT Note FROM \"<T>\" WHERE TenantID = '<A>'"}`},
	{"select-by-arn", "ExecuteStatement", `{"Statement":"SELECT * FROM \"arn:aws:dynamodb:us-east-1:000000000000:table/<T>\" WHERE TenantID = '<A>'"}`},
	{"select-in", "ExecuteStatement", `{"Statement":"SELECT * FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '1' OR TenantID IN ['<B>'] AND Row = '2'"}`},
	{"select-or", "ExecuteStatement", `{"Statement":"SELECT * FROM \"<T>\" WHERE TenantID = '<A>' OR Note = 'x'"}`},
	{"select-scan", "ExecuteStatement", `{"Statement":"SELECT * FROM \"<T>\""}`},
	{"select-global-note", "ExecuteStatement", `{"Statement":"SELECT Note FROM \"<T>\".\"ByDay\" WHERE TenantID = '<A>'"}`},
	{"select-local", "ExecuteStatement", `{"Statement":"SELECT * FROM \"<T>\".\"Local\" WHERE TenantID = '<A>'"}`},
	{"insert", "ExecuteStatement", `{"Statement":"INSERT INTO \"<T>\" VALUE {'TenantID': '<A>', 'Row': '3', 'Note': 'n'}"}`},
	{"insert-secret", "ExecuteStatement", `{"Statement":"INSERT INTO \"<T>\" VALUE {'TenantID': '<A>', 'Row': '3', 'Secret': 's'}"}`},
	{"insert-batch", "BatchExecuteStatement", `{"Statements":[{"Statement":"INSERT INTO \"<T>\" VALUE {'TenantID': '<A>', 'Row': '3', 'Note': 'n'}"}]}`},
	{"insert-at-once", "ExecuteTransaction", `{"TransactStatements":[{"Statement":"INSERT INTO \"<T>\" VALUE {'TenantID': '<A>', 'Row': '3', 'Note': 'n'}"}]}`},
	{"update-statement", "ExecuteStatement", `{"Statement":"UPDATE \"<T>\" SET Note = 'n' WHERE TenantID = '<A>' AND Row = '7'"}`},
	{"update-statement-secret", "ExecuteStatement", `{"Statement":"UPDATE \"<T>\" SET Note = Secret WHERE TenantID = '<A>' AND Row = '5'"}`},
	{"update-statement-new", "ExecuteStatement", `{"Statement":"UPDATE \"<T>\" SET Note = 'n' WHERE TenantID = '<A>' AND Row = '7' RETURNING ALL NEW *"}`},
	{"delete-statement", "ExecuteStatement", `{"Statement":"DELETE FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '4'"}`},
	{"delete-statement-old", "ExecuteStatement", `{"Statement":"DELETE FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '4' RETURNING ALL OLD *"}`},
	{
		"batch-select", "BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT * FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '1'"},
		{"Statement":"SELECT * FROM \"<T>\" WHERE TenantID = '<B>' AND Row = '2'"}]}`,
	},
	{
		"batch-select-note", "BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT Note FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '1'"},
		{"Statement":"SELECT Note FROM \"<T>\" WHERE TenantID = '<B>' AND Row = '2'"}]}`,
	},
	{
		"batch-update-statement", "BatchExecuteStatement", `{"Statements":[{"Statement":"UPDATE \"<T>\" SET Note = 'n' WHERE TenantID = '<A>' AND Row = '7'"},
		{"Statement":"DELETE FROM \"<T>\" WHERE TenantID = '<B>' AND Row = '4'"}]}`,
	},
	{
		"transact-select", "ExecuteTransaction", `{"TransactStatements":[{"Statement":"SELECT * FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '1'"},
		{"Statement":"SELECT * FROM \"<T>\" WHERE TenantID = '<B>' AND Row = '2'"}]}`,
	},
	{
		"transact-select-note", "ExecuteTransaction", `{"TransactStatements":[{"Statement":"SELECT Note FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '1'"},
		{"Statement":"SELECT Note FROM \"<T>\" WHERE TenantID = '<B>' AND Row = '2'"}]}`,
	},
	{
		"transact-update-statement", "ExecuteTransaction", `{"TransactStatements":[{"Statement":"UPDATE \"<T>\" SET Note = 'n' WHERE TenantID = '<A>' AND Row = '7'"},
		{"Statement":"DELETE FROM \"<T>\" WHERE TenantID = '<B>' AND Row = '4'"}]}`,
	},
	{
		"transact-exists", "ExecuteTransaction", `{"TransactStatements":[{"Statement":"EXISTS(SELECT * FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '1' AND Note IS NOT MISSING)"},
		{"Statement":"UPDATE \"<T>\" SET Note = 'n' WHERE TenantID = '<B>' AND Row = '7'"}]}`,
	},

	{
		"transact-exists-shown", "ExecuteTransaction", `{"TransactStatements":[{"Statement":"EXISTS(SELECT * FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '1' AND Note IS NOT MISSING)"` + oldIfFailed + `},
		{"Statement":"UPDATE \"<T>\" SET Note = 'n' WHERE TenantID = '<B>' AND Row = '7'"}]}`,
	},
	{
		"transact-select-beside", "ExecuteTransaction", `{"TransactStatements":[{"Statement":"SELECT * FROM \"<T>\" WHERE TenantID = '<A>' AND Row = '1'"},
		{"Statement":"SELECT * FROM Beside WHERE TenantID = '<B>' AND Row = '1'"}]}`,
	},

	{"describe", "DescribeTable", `{"TableName":"<T>"}`},
	{"tags", "ListTagsOfResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/<T>"}`},
	{"expiry", "DescribeTimeToLive", `{"TableName":"<T>"}`},
	{"backups", "DescribeContinuousBackups", `{"TableName":"<T>"}`},
	{"tables", "ListTables", `{}`},

	{"streams", "ListStreams", `{"TableName":"<T>"}`},
	{"stream", "DescribeStream", `{"StreamArn":"<STREAM>"}`},
	{"stream-iterator", "GetShardIterator", `{"StreamArn":"<STREAM>","ShardId":"<SHARD>","ShardIteratorType":"TRIM_HORIZON"}`},
	{"stream-records", "GetRecords", `{"ShardIterator":"<ITERATOR>"}`},
}
