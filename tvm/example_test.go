// SPDX-License-Identifier: Apache-2.0

package tvm_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/bailiwick-dev/bailiwick/tvm"
)

// A machine is made once, from the service's own configuration. Each request
// then gets a configuration of its tenant's.
func ExampleNew() {
	ctx := context.Background()
	base, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	machine, err := tvm.New(tvm.Config{
		Base:  base,
		Scope: tvm.SessionTags{RoleARN: "arn:aws:iam::111122223333:role/TrackingAccessRole"},
	})
	if err != nil {
		panic(err)
	}
	cfg, err := machine.Config(ctx, "company1")
	if err != nil {
		panic(err)
	}
	db := dynamodb.NewFromConfig(cfg) // reaches what is company1's
	_ = db
}

// A template confines tenants whose data no tag can describe.
func ExampleSessionPolicy() {
	_ = tvm.SessionPolicy{
		RoleARN: "arn:aws:iam::111122223333:role/EmployeeAccessRole",
		Template: `{
		  "Version": "2012-10-17",
		  "Statement": [{
		    "Effect": "Allow",
		    "Action": ["dynamodb:GetItem", "dynamodb:Query"],
		    "Resource": "arn:aws:dynamodb:*:*:table/Employee",
		    "Condition": {
		      "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["{{tenant}}"]},
		      "Null": {"dynamodb:LeadingKeys": "false"}
		    }
		  }]
		}`,
	}
}

// A template that lets tenants reach each other is refused.
func ExampleNew_refused() {
	_, err := tvm.New(tvm.Config{
		Base: aws.Config{
			Region:      "us-east-1",
			Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLEEXAMPLE00", "secret", ""),
		},
		Scope: tvm.SessionPolicy{
			RoleARN: "arn:aws:iam::111122223333:role/DocumentsRole",
			Template: `{"Version": "2012-10-17", "Statement": [{
			  "Effect": "Allow", "Action": "s3:GetObject",
			  "Resource": "arn:aws:s3:::documents/{{tenant}}*"}]}`,
		},
	})
	fmt.Println(err != nil)
	// Output: true
}
