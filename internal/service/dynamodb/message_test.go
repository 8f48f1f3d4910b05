// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// TestMistakesAreAnsweredInAWSsWords ranges over requests that are wrong, and
// over which mistake is found first. $T stands for the name of a table with the
// keys pk and sk, both strings.
func TestMistakesAreAnsweredInAWSsWords(t *testing.T) {
	srv := bailiwicktest.New(t)
	create(t, client(srv.Config()), "Pair", "pk", "sk")
	svc := service.New()
	const (
		one      = "1 validation error detected: "
		tooShort = "TableName must be at least 3 characters long and at most 255 characters long"
		pattern  = " failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
		rv       = "failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
		key      = `"Key":{"pk":{"S":"a"},"sk":{"S":"b"}}`
		start    = `{"TableName":"$T",`
		schema   = "The provided key element does not match the schema"
		missing  = "Requested resource not found"
		scalars  = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk"
		notGiven = "Cannot specify the ProjectionExpression when choosing to get "
	)
	for _, tc := range []struct{ operation, input, want string }{
		// Names of tables.
		{"DescribeTable", `{}`, "The parameter 'TableName' is required but was not present in the request"},
		{"DescribeTable", `{"TableName":null}`, "The parameter 'TableName' is required but was not present in the request"},
		{"DescribeTable", `{"TableName":"ab"}`, tooShort},
		{"DescribeTable", `{"TableName":"a;bc"}`, one + "Value 'a;bc' at 'tableName'" + pattern},
		{"DescribeTable", `{"TableName":"arn:aws:s3:::abc"}`, "Invalid TableArn"},
		{"GetItem", `{` + key + `}`, one + "Value null at 'tableName' failed to satisfy constraint: Member must not be null"},
		{"GetItem", `{}`, "2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null; Value null at 'key' failed to satisfy constraint: Member must not be null"},
		{"GetItem", `{"TableName":"a;",` + key + `}`, "2 validation errors detected: Value 'a;' at 'tableName'" + pattern + "; Value 'a;' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3"},
		{"GetItem", `{"TableName":"",` + key + `}`, one + "Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"GetItem", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/Pair/index/x",` + key + `}`, one + "Value 'arn:aws:dynamodb:us-east-1:000000000000:table/Pair/index/x' at 'tableName'" + pattern},
		{"GetItem", `{"TableName":"None",` + key + `}`, missing},
		{"Query", `{"TableName":"None","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}}`, missing},
		{"Scan", `{"TableName":"None"}`, missing},
		{"ListTables", `{"Limit":0}`, one + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"ListTables", `{"ExclusiveStartTableName":""}`, "2 validation errors detected: Value '' at 'exclusiveStartTableName'" + pattern + "; Value '' at 'exclusiveStartTableName' failed to satisfy constraint: Member must have length greater than or equal to 3"},
		{"ListTables", `{"Limit":101}`, one + "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"},

		// Constraints, in their order.
		{"PutItem", start + `"ReturnValues":"X","ReturnConsumedCapacity":"Y"}`, "3 validation errors detected: Value 'Y' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value null at 'item' failed to satisfy constraint: Member must not be null; Value 'X' at 'returnValues' " + rv},
		{"UpdateItem", start + key + `,"ReturnValues":"X"}`, one + "Value 'X' at 'returnValues' " + rv},
		{"Query", start + `"Limit":0,"Select":"ALL"}`, "2 validation errors detected: Value 'ALL' at 'select' failed to satisfy constraint: Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]; Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"Scan", start + `"Segment":-1,"TotalSegments":0}`, "2 validation errors detected: Value '0' at 'totalSegments' failed to satisfy constraint: Member must have value greater than or equal to 1; Value '-1' at 'segment' failed to satisfy constraint: Member must have value greater than or equal to 0"},
		{"Query", start + `"IndexName":"a"}`, one + "Value 'a' at 'indexName' failed to satisfy constraint: Member must have length greater than or equal to 3"},

		// Values, before expressions.
		{"PutItem", start + `"Item":{"pk":{"S":"a"},"sk":{}},"ReturnValues":"ALL_NEW"}`, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"PutItem", start + `"Item":{"pk":{"S":"a"},"sk":{"S":"b"}},"ReturnValues":"ALL_NEW","ConditionExpression":"("}`, "ReturnValues can only be ALL_OLD or NONE"},
		{"DeleteItem", start + key + `,"ReturnValues":"UPDATED_NEW"}`, "ReturnValues can only be ALL_OLD or NONE"},
		{"PutItem", start + `"Item":{"pk":{"S":"a"},"sk":{"S":"b"},"n":{"N":"1e126"}}}`, "Number overflow. Attempting to store a number with magnitude larger than supported range"},
		{"PutItem", start + `"Item":{"pk":{"S":"a"},"sk":{"S":"b"},"x":{"S":"a","N":"1"}}}`, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{"PutItem", start + `"Item":{"pk":{"S":"a"},"sk":{"S":"b"},"x":{"SS":["a","a"]}}}`, omPrefix + "Input collection [a, a] contains duplicates."},

		// Placeholders.
		{"GetItem", start + key + `,"ExpressionAttributeNames":{"#a":"a"}}`, "ExpressionAttributeNames can only be specified when using expressions"},
		{"PutItem", start + `"Item":{"pk":{"S":"a"},"sk":{"S":"b"}},"ExpressionAttributeValues":{":a":{"S":"a"}}}`, "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"},
		{"UpdateItem", start + key + `,"ExpressionAttributeValues":{":a":{"S":"a"}}}`, "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and ConditionExpression are null"},
		{"Query", start + `"ProjectionExpression":"a","ExpressionAttributeValues":{":a":{"S":"a"}}}`, "ExpressionAttributeValues can only be specified when using expressions: FilterExpression and KeyConditionExpression are null"},
		{"GetItem", start + key + `,"ProjectionExpression":"a","ExpressionAttributeNames":{}}`, "ExpressionAttributeNames must not be empty"},
		{"GetItem", start + key + `,"ProjectionExpression":"a","ExpressionAttributeNames":{"#a":"a"}}`, "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"},
		{"DeleteItem", `{"TableName":"None",` + key + `,"ConditionExpression":"a = :a","ExpressionAttributeValues":{":a":{"S":"a"},":b":{"S":"a"}}}`, "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}"},
		{"DeleteItem", start + key + `,"ConditionExpression":"a = :a","ExpressionAttributeValues":{":a":{"SS":[]}}}`, "ExpressionAttributeValues contains invalid value: " + omPrefix + "An string set  may not be empty for key :a"},

		// Expressions.
		{"UpdateItem", start + key + `,"UpdateExpression":"SET a = :a"}`, "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :a"},
		{"UpdateItem", start + key + `,"UpdateExpression":"SET name = :a","ExpressionAttributeValues":{":a":{"S":"a"}}}`, "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: name"},
		{"UpdateItem", start + key + `,"UpdateExpression":"REMOVE sk"}`, omPrefix + "Cannot update attribute sk. This attribute is part of the key"},
		{"UpdateItem", start + key + `,"UpdateExpression":"REMOVE pk.a"}`, scalars},
		{"UpdateItem", start + key + `,"UpdateExpression":"SET a.b = :a","ExpressionAttributeValues":{":a":{"S":"a"}}}`, "The document path provided in the update expression is invalid for update"},
		{"UpdateItem", start + key + `,"UpdateExpression":"SET a = b"}`, "The provided expression refers to an attribute that does not exist in the item"},
		{"GetItem", start + key + `,"ProjectionExpression":"pk[0]"}`, scalars},
		{"DeleteItem", start + key + `,"ConditionExpression":"pk.a = pk"}`, scalars},
		{"Scan", start + `"FilterExpression":"pk.a = pk"}`, scalars},

		// Keys.
		{"GetItem", start + `"Key":{"pk":{"S":"a"}}}`, schema},
		{"GetItem", start + `"Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}`, schema},
		{"DeleteItem", start + `"Key":{"pk":{"S":"a"},"sk":{"S":"1"},"x":{"S":"1"}}}`, schema},
		{"UpdateItem", start + `"Key":{}}`, schema},
		{"GetItem", start + `"Key":{"pk":{"S":"a"},"sk":{"S":""}}}`, "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: sk"},
		{"PutItem", start + `"Item":{"pk":{"S":"a"}}}`, omPrefix + "Missing the key sk in the item"},
		{"PutItem", start + `"Item":{"pk":{"N":"1"},"sk":{"S":"b"}}}`, omPrefix + "Type mismatch for key pk expected: S actual: N"},
		{"PutItem", start + `"Item":{"pk":{"S":"` + strings.Repeat("p", 2049) + `"},"sk":{"S":"b"}}}`, omPrefix + "Size of hashkey has exceeded the maximum size limit of2048 bytes"},
		{"PutItem", start + `"Item":{"pk":{"S":"p"},"sk":{"S":"` + strings.Repeat("s", 1025) + `"}}}`, omPrefix + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},

		// Queries and scans.
		{"Query", start + `"Select":"ALL_ATTRIBUTES","ProjectionExpression":"a"}`, notGiven + "ALL_ATTRIBUTES"},
		{"Query", start + `"Select":"COUNT","ProjectionExpression":"a"}`, notGiven + "only the Count"},
		{"Scan", start + `"Select":"SPECIFIC_ATTRIBUTES"}`, "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"},
		{"Scan", start + `"Select":"ALL_PROJECTED_ATTRIBUTES"}`, "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"},
		{"Query", start + `"Limit":1}`, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."},
		{"Query", start + `"KeyConditionExpression":"sk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}}`, "Query condition missed key schema element: pk"},
		{"Query", start + `"KeyConditionExpression":"pk > :p","ExpressionAttributeValues":{":p":{"S":"a"}}}`, "Query key condition not supported"},
		{"Query", start + `"KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"N":"1"}}}`, omPrefix + "Condition parameter type does not match schema type"},
		{"Query", start + `"KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"` + strings.Repeat("p", 2049) + `"}}}`, omPrefix + "Size of hashkey has exceeded the maximum size limit of2048 bytes"},
		{"Query", start + `"KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"` + strings.Repeat("p", 1<<20) + `"}}}`, omPrefix + "Size of hashkey has exceeded the maximum size limit of2048 bytes"},
		{"Query", start + `"KeyConditionExpression":"pk = :p AND sk < :s","ExpressionAttributeValues":{":p":{"S":"p"},":s":{"S":"` + strings.Repeat("s", 1<<20) + `"}}}`, omPrefix + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{"Query", start + `"KeyConditionExpression":"pk = :p AND sk = :s","ExpressionAttributeValues":{":p":{"S":"p"},":s":{"S":"` + strings.Repeat("s", 1025) + `"}}}`, omPrefix + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{"Query", start + `"KeyConditionExpression":"pk = :p AND sk BETWEEN :p AND :s","ExpressionAttributeValues":{":p":{"S":"p"},":s":{"S":"` + strings.Repeat("s", 1025) + `"}}}`, omPrefix + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{"Query", start + `"KeyConditionExpression":"pk = :p AND begins_with(sk, :s)","ExpressionAttributeValues":{":p":{"S":"p"},":s":{"S":"` + strings.Repeat("s", 1025) + `"}}}`, omPrefix + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{"Query", start + `"KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p"}},"ExclusiveStartKey":{"pk":{"S":"p"},"sk":{"S":"` + strings.Repeat("s", 1025) + `"}}}`, "The provided starting key is invalid: " + omPrefix + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{"Query", start + `"KeyConditionExpression":"pk = :p OR sk = :p","ExpressionAttributeValues":{":p":{"S":"1"}}}`, "Invalid operator used in KeyConditionExpression: OR"},
		{"Query", start + `"KeyConditionExpression":"pk = :p","FilterExpression":"sk = :p","ExpressionAttributeValues":{":p":{"S":"1"}}}`, "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk"},
		{"Query", start + `"IndexName":"idx","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"1"}}}`, "The table does not have the specified index: idx"},
		{"Scan", start + `"IndexName":"idx"}`, "The table does not have the specified index: idx"},
		{"Scan", start + `"Segment":0}`, "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"},
		{"Scan", start + `"TotalSegments":4}`, "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"},
		{"Scan", start + `"TotalSegments":4,"Segment":4}`, "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 4 is not less than TotalSegments: 4"},
	} {
		t.Run(tc.operation+" "+tc.input[:min(len(tc.input), 60)], func(t *testing.T) {
			a, err := servicetest.Call(t.Context(), srv.Config(), svc, tc.operation, strings.ReplaceAll(tc.input, "$T", "Pair"))
			if err != nil {
				t.Fatal(err)
			}
			var e struct {
				Type    string `json:"__type"`
				Message string `json:"message"`
			}
			if err := json.Unmarshal([]byte(a.Body), &e); err != nil {
				t.Fatal(err)
			}
			code := "com.amazon.coral.validate#ValidationException"
			if tc.want == missing {
				code = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
			}
			if a.Status != 400 || e.Type != code || e.Message != tc.want {
				t.Errorf("%s %s\nanswers %d %s\n\t%s\nwant\n\t%s", tc.operation, tc.input, a.Status, e.Type, e.Message, tc.want)
			}
		})
	}
}

func TestTablesThatCannotBe(t *testing.T) {
	srv := bailiwicktest.New(t)
	svc := service.New()
	const (
		definitions = `"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]`
		keys        = `"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]`
		onDemand    = `"BillingMode":"PAY_PER_REQUEST"`
		good        = `"TableName":"T00",` + definitions + `,` + keys + `,` + onDemand
		null        = " failed to satisfy constraint: Member must not be null"
	)
	for _, tc := range []struct{ input, want string }{
		{definitions, "The parameter 'TableName' is required but was not present in the request"},
		{`"TableName":"T00"`, "2 validation errors detected: Value null at 'attributeDefinitions'" + null + "; Value null at 'keySchema'" + null},
		{`"TableName":"T00",` + definitions + `,` + keys, omPrefix + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"},
		{good + `,"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}`, omPrefix + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"},
		{`"TableName":"T00",` + definitions + `,` + keys + `,"ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":0}`, "2 validation errors detected: Value '0' at 'provisionedThroughput.writeCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1; Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{`"TableName":"T00",` + definitions + `,` + keys + `,"ProvisionedThroughput":{"ReadCapacityUnits":1000000000001,"WriteCapacityUnits":1}`, "Given value 1000000000001 for ReadCapacityUnits is out of bounds"},
		{`"TableName":"T00",` + definitions + `,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],` + onDemand, "Invalid KeySchema: Some index key attribute have no definition"},
		{`"TableName":"T00","AttributeDefinitions":[{"AttributeName":"other","AttributeType":"S"}],` + keys + `,` + onDemand, omPrefix + "Some index key attributes are not defined in AttributeDefinitions. Keys: [pk], AttributeDefinitions: [other]"},
		{`"TableName":"T00",` + definitions + `,"KeySchema":[{"AttributeName":"pk","KeyType":"RANGE"}],` + onDemand, "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"},
		{`"TableName":"T00","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],` + keys + `,` + onDemand, omPrefix + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"},
		{`"TableName":"T00","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"pk","AttributeType":"S"}],` + keys + `,` + onDemand, omPrefix + "Attribute Name is duplicated: pk"},
		{`"TableName":"T00",` + definitions + `,"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"},{"AttributeName":"c","KeyType":"RANGE"}],` + onDemand, "1 validation error detected: Value '[KeySchemaElement(attributeName=a, keyType=HASH), KeySchemaElement(attributeName=b, keyType=RANGE), KeySchemaElement(attributeName=c, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2"},
		{`"TableName":"T00","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"SS"}],` + keys + `,` + onDemand, "1 validation error detected: Value 'SS' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]"},
		{good + `,"LocalSecondaryIndexes":[]`, omPrefix + "List of LocalSecondaryIndexes is empty"},
		{good + `,"GlobalSecondaryIndexes":[{}]`, "3 validation errors detected: Value null at 'globalSecondaryIndexes.1.member.projection'" + null + "; Value null at 'globalSecondaryIndexes.1.member.indexName'" + null + "; Value null at 'globalSecondaryIndexes.1.member.keySchema'" + null},
		{good + `,"ResourcePolicy":"{}"`, "Invalid policy document: Syntax errors in policy."},
		{good + `,"SSESpecification":{"Enabled":false,"SSEType":"KMS"}`, omPrefix + "SSEType/KMSMasterKeyId cannot be specified when SSE is disabled"},
		{good + `,"Tags":[{"Key":"a","Value":"1"},{"Key":"A","Value":"2"}]`, omPrefix + "Duplicate tag key: A"},
		{good + `,"Tags":[{"Key":"tenants","Value":"1"},{"Key":"tenantſ","Value":"2"}]`, omPrefix + "Duplicate tag key: tenantſ"},
		{good + `,"Tags":[{"Key":"aws:a","Value":"1"}]`, omPrefix + "Tag keys must not begin with aws:"},
	} {
		a, err := servicetest.Call(t.Context(), srv.Config(), svc, "CreateTable", "{"+tc.input+"}")
		if err != nil {
			t.Fatal(err)
		}
		var e struct {
			Message string `json:"message"`
		}
		if err := json.Unmarshal([]byte(a.Body), &e); err != nil {
			t.Fatal(err)
		}
		if a.Status != 400 || e.Message != tc.want {
			t.Errorf("%s\nanswers %d\n\t%s\nwant\n\t%s", tc.input, a.Status, e.Message, tc.want)
		}
	}
}

// TestTextsOfErrorsAreBounded sends much of which a refusal repeats all.
func TestTextsOfErrorsAreBounded(t *testing.T) {
	srv := bailiwicktest.New(t)
	create(t, client(srv.Config()), "Pair", "pk", "sk")
	const key = `"TableName":"Pair","Key":{"pk":{"S":"a"},"sk":{"S":"b"}}`
	long := strings.Repeat("é", 1<<20)
	for _, tc := range []struct{ name, operation, input string }{
		{"a number", "PutItem", `{"TableName":"Pair","Item":{"pk":{"N":"` + long + `"}}}`},
		{"a set", "PutItem", `{"TableName":"Pair","Item":{"pk":{"SS":["` + long + `","a","a"]}}}`},
		{"a placeholder", "GetItem", `{` + key + `,"ProjectionExpression":"a","ExpressionAttributeNames":{"` + long + `":"a"}}`},
		{"the name of a type", "UpdateItem", `{` + key + `,"ConditionExpression":"attribute_type(a, :v)","ExpressionAttributeValues":{":v":{"S":"` + long[:1<<20] + `"}}}`},
	} {
		a, err := servicetest.Call(t.Context(), srv.Config(), service.New(), tc.operation, tc.input)
		if err != nil {
			t.Fatal(err)
		}
		if a.Status != 400 || len(a.Body) > 32<<10 || !strings.Contains(a.Body, "éé") {
			t.Errorf("%s is answered %d with %d bytes: %.100s", tc.name, a.Status, len(a.Body), a.Body)
		}
	}
}

func TestShapesOfErrors(t *testing.T) {
	srv := bailiwicktest.New(t)
	for _, tc := range []struct {
		operation, input string
		status           int
		want             string
	}{
		{"GetItem", `{"TableName":1}`, 400, `{"__type":"com.amazon.coral.service#SerializationException","Message":"NUMBER_VALUE cannot be converted to String"}`},
		{"GetItem", `{"TableName":"T00","Key":{"a":{"S":1}}}`, 400, `{"__type":"com.amazon.coral.service#SerializationException","Message":"NUMBER_VALUE cannot be converted to String"}`},
		{"GetItem", `{"TableName":"T00","Key":[]}`, 400, `{"__type":"com.amazon.coral.service#SerializationException","Message":"Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"}`},
		{"GetItem", `{"TableName":"T00","Key":{"a":{"S":"1"},"a":{"S":"2"}}}`, 400, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{"GetItem", `{`, 400, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{"GetItem", ``, 400, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{"Nothing", `{}`, 400, `{"__type":"com.amazon.coral.service#UnknownOperationException"`},
		{"DescribeTable", `{"TableName":"None"}`, 400, `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found: Table: None not found"}`},
	} {
		a, err := servicetest.Call(t.Context(), srv.Config(), service.New(), tc.operation, tc.input)
		if err != nil {
			t.Fatal(err)
		}
		if a.Status != tc.status || !strings.HasPrefix(a.Body, tc.want) {
			t.Errorf("%s %s answers %d %s, want %d %s", tc.operation, tc.input, a.Status, a.Body, tc.status, tc.want)
		}
	}
}
