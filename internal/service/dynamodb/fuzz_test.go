// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
)

// FuzzInput decodes and checks inputs of every operation. What is refused is
// refused as the caller's mistake.
func FuzzInput(f *testing.F) {
	svc := service.New()
	for i := range svc.Operations {
		f.Add(i, svc.Operations[i].Sample)
	}
	f.Add(0, `{"TableName":"abc","AttributeDefinitions":[{}],"KeySchema":[{}],"ProvisionedThroughput":{},"SSESpecification":{},"Tags":[{}]}`)
	f.Add(6, `{"TableName":"abc","KeyConditionExpression":"a = :a AND begins_with(b, :a)","FilterExpression":"NOT c IN (:a)","ExpressionAttributeValues":{":a":{"S":"x"}},"ExclusiveStartKey":{"a":{"NS":["1"]}}}`)
	f.Add(8, `{"RequestItems":{"abc":[{},{"PutRequest":{}},{"DeleteRequest":{"Key":{}}}],"":[]}}`)
	f.Fuzz(func(t *testing.T, operation int, body string) {
		op := &svc.Operations[uint(operation)%uint(len(svc.Operations))]
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", svc.Target+"."+op.Name)
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		msg, err := svc.Protocol.Open(r, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		in := op.NewIn()
		if err = msg.Decode(in); err == nil {
			if v, ok := in.(awsapi.Validator); ok {
				err = v.Validate()
			}
		}
		if err == nil {
			return
		}
		if e := awsapi.AsError(err); e.Kind != awsapi.Invalid && e.Kind != awsapi.NotSerialized {
			t.Errorf("%s of %q fails as %v", op.Name, body, e)
		}
	})
}
