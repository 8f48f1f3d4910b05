// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// FuzzLegacy gives one body to every operation that has legacy parameters. What
// is refused is the caller's mistake, and what is accepted mentions every
// attribute that the body names.
func FuzzLegacy(f *testing.F) {
	const table = `{"TableName":"abc","Key":{"p":{"S":"a"}},"Item":{"p":{"S":"a"}},`
	for _, members := range []string{
		`"Expected":{"a":{"Exists":false},"b":{"Value":{"N":"1"}},"c":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"x"}]}},"ConditionalOperator":"OR"}`,
		`"AttributeUpdates":{"a":{"Action":"ADD","Value":{"L":[]}},"b":{"Action":"DELETE"},"c":{"Value":{"SS":["x"]}}}}`,
		`"KeyConditions":{"a":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]},"b":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"1"},{"N":"2"}]}},` +
			`"QueryFilter":{"c":{"ComparisonOperator":"NOT_CONTAINS","AttributeValueList":[{"B":"AA=="}]}},"AttributesToGet":["d","e.f"]}`,
		`"ScanFilter":{"a":{"ComparisonOperator":"NULL"},"":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"S":""}]}},"ConditionalOperator":"AND"}`,
		`"AttributeUpdates":{"a":null},"Expected":[],"AttributesToGet":[null]}`,
	} {
		f.Add(table + members)
	}
	svc := New()
	f.Fuzz(func(t *testing.T, body string) {
		for _, name := range []string{"PutItem", "DeleteItem", "UpdateItem", "GetItem", "Query", "Scan"} {
			op := operation(svc, name)
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.Header.Set("X-Amz-Target", svc.Target+"."+op.Name)
			r.Header.Set("Content-Type", "application/x-amz-json-1.0")
			msg, err := svc.Protocol.Open(r, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			in := op.NewIn()
			if err = msg.Decode(in); err == nil {
				err = in.(awsapi.Validator).Validate()
			}
			if err != nil {
				if e := awsapi.AsError(err); e.Kind != awsapi.Invalid && e.Kind != awsapi.NotSerialized {
					t.Errorf("%s of %q fails as %v", name, body, e)
				}
				continue
			}
			given, mentioned := legacyNames(in)
			for _, a := range given {
				if !slices.Contains(mentioned, a) {
					t.Errorf("%s of %q names %q and mentions %q", name, body, a, mentioned)
				}
			}
		}
	})
}

// legacyNames returns the names that an input's legacy parameters have, and
// those that what was compiled mentions. Conditions and updates are applied, to
// see that they can be.
func legacyNames(in any) (given, mentioned []string) {
	it := attr.Item{}
	switch in := in.(type) {
	case *putItemInput:
		given = mapKeys(in.Expected)
		mentioned = conditionPaths(in.condition).Attributes()
		holds(in.condition, it)
	case *deleteItemInput:
		given = mapKeys(in.Expected)
		mentioned = conditionPaths(in.condition).Attributes()
		holds(in.condition, it)
	case *updateItemInput:
		given = append(mapKeys(in.Expected), mapKeys(in.AttributeUpdates)...)
		mentioned = append(conditionPaths(in.condition).Attributes(), updatePaths(in.update).Attributes()...)
		if in.update != nil {
			_, _ = in.update.Apply(it)
		}
	case *getItemInput:
		given, mentioned = in.AttributesToGet, projectionPaths(in.projection).Attributes()
	case *queryInput:
		given = append(append(mapKeys(in.KeyConditions), mapKeys(in.QueryFilter)...), in.AttributesToGet...)
		mentioned = append(in.key.Paths().Attributes(), in.read.attributes()...)
	case *scanInput:
		given, mentioned = append(mapKeys(in.ScanFilter), in.AttributesToGet...), in.read.attributes()
	}
	return given, mentioned
}

func mapKeys[V any](m map[string]V) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}
