// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// refused makes the call, and checks that it is refused with the code and in
// those words.
func refused(t *testing.T, srv *bailiwicktest.Server, operation, input, code, want string) {
	t.Helper()
	a, err := servicetest.Call(t.Context(), srv.Config(), service.New(), operation, input)
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
	if _, got, _ := strings.Cut(e.Type, "#"); a.Status != 400 || got != code || e.Message != want {
		t.Errorf("%s %s\nanswers %d\n\t%s: %s\nwant\n\t%s: %s", operation, input, a.Status, got, e.Message, code, want)
	}
}

// keySchema writes a key of attributes like "a:HASH".
func keySchema(keys ...string) string {
	var parts []string
	for _, k := range keys {
		name, kind, _ := strings.Cut(k, ":")
		parts = append(parts, fmt.Sprintf(`{"AttributeName":"%s","KeyType":"%s"}`, name, kind))
	}
	return `"KeySchema":[` + strings.Join(parts, ",") + `]`
}

// defined writes the definitions of attributes, all strings.
func defined(names ...string) string {
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf(`{"AttributeName":"%s","AttributeType":"S"}`, name))
	}
	return `"AttributeDefinitions":[` + strings.Join(parts, ",") + `]`
}

func TestIndexesThatCannotBe(t *testing.T) {
	srv := bailiwicktest.New(t)
	const (
		all      = `"Projection":{"ProjectionType":"ALL"}`
		onDemand = `"BillingMode":"PAY_PER_REQUEST"`
		units    = `"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}`
		one      = "1 validation error detected: "
		null     = " failed to satisfy constraint: Member must not be null"
	)
	table := func(parts ...string) string {
		return `{"TableName":"Tab",` + keySchema("pk:HASH", "sk:RANGE") + `,` + strings.Join(parts, ",") + `}`
	}
	local := func(name, projection string, keys ...string) string {
		return fmt.Sprintf(`{"IndexName":"%s",%s,%s}`, name, projection, keySchema(keys...))
	}
	locals := func(list ...string) string { return `"LocalSecondaryIndexes":[` + strings.Join(list, ",") + `]` }
	globals := func(list ...string) string { return `"GlobalSecondaryIndexes":[` + strings.Join(list, ",") + `]` }
	many := func(n int, make func(name string) string) (list []string) {
		for i := range n {
			list = append(list, make(fmt.Sprintf("Idx%02d", i)))
		}
		return list
	}
	plain := func(name string) string { return local(name, all, "a:HASH") }
	byA := func(name string) string { return local(name, all, "pk:HASH", "a:RANGE") }
	projecting := func(n int) func(string) string {
		return func(name string) string {
			var names []string
			for i := range n {
				names = append(names, fmt.Sprintf(`"%s%d"`, name, i))
			}
			return local(name, `"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":[`+strings.Join(names, ",")+`]}`, "a:HASH")
		}
	}
	keys, more := defined("pk", "sk"), defined("pk", "sk", "a")
	for _, tc := range []struct{ input, want string }{
		// Constraints.
		{
			table(keys, onDemand, globals(`{"IndexName":"a;","KeySchema":[]}`), locals(`{"IndexName":"x","Projection":{"ProjectionType":"SOME","NonKeyAttributes":[]}}`)),
			"8 validation errors detected: Value null at 'globalSecondaryIndexes.1.member.projection'" + null +
				"; Value 'a;' at 'globalSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+" +
				"; Value 'a;' at 'globalSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must have length greater than or equal to 3" +
				"; Value '[]' at 'globalSecondaryIndexes.1.member.keySchema' failed to satisfy constraint: Member must have length greater than or equal to 1" +
				"; Value 'SOME' at 'localSecondaryIndexes.1.member.projection.projectionType' failed to satisfy constraint: Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]" +
				"; Value '[]' at 'localSecondaryIndexes.1.member.projection.nonKeyAttributes' failed to satisfy constraint: Member must have length greater than or equal to 1" +
				"; Value 'x' at 'localSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must have length greater than or equal to 3" +
				"; Value null at 'localSecondaryIndexes.1.member.keySchema'" + null,
		},
		{
			table(more, onDemand, locals(local("Idx", all, "pk:HASH", "a:RANGE", "b:RANGE"))),
			one + "Value '[KeySchemaElement(attributeName=pk, keyType=HASH), KeySchemaElement(attributeName=a, keyType=RANGE), KeySchemaElement(attributeName=b, keyType=RANGE)]' at 'localSecondaryIndexes.1.member.keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
		},
		{
			table(more, onDemand, globals(projecting(21)("Idx"))),
			one + "Value '[Idx0, Idx1, Idx2, Idx3, Idx4, Idx5, Idx6, Idx7, Idx8, Idx9, Idx10, Idx11, Idx12, Idx13, Idx14, Idx15, Idx16, Idx17, Idx18, Idx19, Idx20]' at 'globalSecondaryIndexes.1.member.projection.nonKeyAttributes' failed to satisfy constraint: Member must have length less than or equal to 20",
		},

		// Empty lists, and keys.
		{table(keys, onDemand, globals()), omPrefix + "List of GlobalSecondaryIndexes is empty"},
		{
			`{"TableName":"Tab",` + keySchema("pk:HASH") + `,` + defined("pk", "a") + `,` + onDemand + `,` + locals(byA("Idx")) + `}`,
			omPrefix + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
		},
		{table(more, onDemand, globals(local("Idx", all, "b:HASH"))), omPrefix + "Some index key attributes are not defined in AttributeDefinitions. Keys: [b], AttributeDefinitions: [pk, sk, a]"},
		{table(keys, onDemand, globals(local("Idx", all, "pk:HASH", "sk:HASH", "a:RANGE"))), omPrefix + "Some index key attributes are not defined in AttributeDefinitions. Keys: [pk, sk, a], AttributeDefinitions: [pk, sk]"},
		{table(more, onDemand, globals(local("Idx", all, "a:HASH", "a:RANGE"))), "Both the Hash Key and the Range Key element in the KeySchema have the same name"},
		{table(more, onDemand, globals(local("Idx", all, "a:RANGE"))), "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"},
		{table(more, onDemand, locals(local("Idx", all, "pk:HASH", "a:HASH"))), "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"},
		{
			table(defined("pk", "sk", "a", "b"), onDemand, globals(local("Idx", `"Projection":{}`, "a:HASH"))),
			omPrefix + "Some AttributeDefinitions are not used. AttributeDefinitions: [pk, sk, a, b], keys used: [pk, sk, a]",
		},

		// Keys of several attributes.
		{
			table(defined("pk", "sk", "a", "b", "c", "d", "e"), onDemand, globals(local("Idx", all, "a:HASH", "b:HASH", "c:HASH", "d:HASH", "e:HASH"))),
			"The KeySchema exceeds the maximum allowed number of HASH key attributes",
		},
		{
			table(defined("pk", "sk", "a", "b", "c", "d"), onDemand, globals(local("Idx", all, "pk:HASH", "sk:RANGE", "a:RANGE", "b:RANGE", "c:RANGE", "d:RANGE"))),
			"The KeySchema exceeds the maximum allowed number of RANGE key attributes",
		},
		{table(more, onDemand, globals(local("Idx", all, "a:HASH", "sk:RANGE", "pk:HASH"))), "All HASH key attributes must precede RANGE key attributes in the KeySchema"},
		{table(more, onDemand, globals(local("Idx", all, "a:HASH", "pk:HASH", "a:RANGE"))), "The KeySchema contains multiple key attributes with the same name"},

		// Local indexes.
		{table(keys, onDemand, locals(local("Idx", all, "pk:HASH"))), omPrefix + "Index KeySchema does not have a range key for index: Idx"},
		{
			table(keys, onDemand, locals(local("Idx", all, "sk:HASH", "pk:RANGE"))),
			omPrefix + "Index KeySchema does not have the same leading hash key as table KeySchema for index: Idx. index hash key: sk, table hash key: pk",
		},
		{table(more, onDemand, locals(local("Idx", `"Projection":{}`, "pk:HASH", "a:RANGE"))), omPrefix + "Unknown ProjectionType: null"},
		{table(more, onDemand, locals(byA("Idx"), byA("Idx"))), omPrefix + "Duplicate index name: Idx"},
		{table(more, onDemand, locals(many(6, byA)...)), omPrefix + "Number of LocalSecondaryIndexes exceeds per-table limit of 5"},

		// Global indexes.
		{table(more, onDemand, globals(`{"IndexName":"Idx",`+all+`,`+units+`,`+keySchema("a:HASH")+`}`)), omPrefix + "ProvisionedThroughput should not be specified for index: Idx when BillingMode is PAY_PER_REQUEST"},
		{table(more, units, globals(plain("Idx"))), omPrefix + "ProvisionedThroughput is not specified for index: Idx"},
		{table(more, units, globals(`{"IndexName":"Idx",`+all+`,"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1000000000001},`+keySchema("a:HASH")+`}`)), "Given value 1000000000001 for WriteCapacityUnits is out of bounds for index Idx"},
		{table(more, onDemand, globals(local("Idx", `"Projection":{"ProjectionType":"ALL","NonKeyAttributes":["x"]}`, "a:HASH"))), omPrefix + "ProjectionType is ALL, but NonKeyAttributes is specified"},
		{table(more, onDemand, globals(local("Idx", `"Projection":{"ProjectionType":"KEYS_ONLY","NonKeyAttributes":["x"]}`, "a:HASH"))), omPrefix + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified"},
		{table(more, onDemand, globals(local("Idx", `"Projection":{"ProjectionType":"INCLUDE"}`, "a:HASH"))), omPrefix + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"},
		{table(more, onDemand, globals(local("Idx", `"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x","y","x"]}`, "a:HASH"))), omPrefix + "Duplicate element in NonKeyAttributes: x"},
		{table(more, onDemand, locals(byA("Idx")), globals(plain("Idx"))), omPrefix + "Duplicate index name: Idx"},
		{table(more, onDemand, globals(many(21, plain)...)), omPrefix + "GlobalSecondaryIndex count exceeds the per-table limit of 20"},
		{table(more, onDemand, globals(many(6, projecting(20))...)), omPrefix + "Number of projected attributes of all indexes exceeds the per-table limit of 100"},

		// Streams, limits on demand and the policy.
		{table(keys, onDemand, `"StreamSpecification":{"StreamEnabled":true}`), omPrefix + "If stream is being enabled then UpdateViewType is required"},
		{table(keys, onDemand, `"StreamSpecification":{"StreamEnabled":false,"StreamViewType":"KEYS_ONLY"}`), omPrefix + "Table is being created with a stream disabled, UpdateViewType should not be specified"},
		{
			table(keys, onDemand, `"StreamSpecification":{"StreamViewType":"SOME"}`),
			"2 validation errors detected: Value null at 'streamSpecification.streamEnabled'" + null +
				"; Value 'SOME' at 'streamSpecification.streamViewType' failed to satisfy constraint: Member must satisfy enum value set: [NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY]",
		},
		{table(keys, units, `"OnDemandThroughput":{"MaxReadRequestUnits":5}`), "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED."},
		{table(keys, onDemand, `"SSESpecification":{"Enabled":true}`), omPrefix + "Server-side encryption with a KMS key is not supported"},
		{table(keys, onDemand, `"ResourcePolicy":"{}"`), "Invalid policy document: Syntax errors in policy."},
		{table(keys, onDemand, `"GlobalTableSourceArn":"x"`), "The parameter GlobalTableSourceArn is not supported"},
		{table(keys, onDemand, `"VectorIndexes":[]`), "The parameter VectorIndexes is not supported"},
	} {
		refused(t, srv, "CreateTable", tc.input, validation, tc.want)
	}
}
