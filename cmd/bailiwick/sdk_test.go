// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// sdk is a program that makes one call with the AWS SDK, configured as the SDK
// configures itself.
func sdk() {
	if err := sdkCall(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func sdkCall(ctx context.Context, operation string, args []string) error {
	if os.Getenv("AWS_ENDPOINT_URL") == "" {
		return errors.New("no endpoint, so the call would go to AWS")
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithDefaultRegion("us-east-1"), config.WithRetryMaxAttempts(1))
	if err != nil {
		return err
	}
	switch operation {
	case "whoami": // prints the caller's ARN
		out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
		if err == nil {
			fmt.Println(*out.Arn)
		}
		return err
	case "role": // NAME TRUST POLICY makes a role with an inline policy
		return makeRole(ctx, iam.NewFromConfig(cfg), args[0], args[1], args[2])
	case "user": // NAME POLICY makes a user with an inline policy and prints its key's exports
		return makeUser(ctx, iam.NewFromConfig(cfg), args[0], args[1])
	case "table": // TENANT... makes a table with an item of each tenant
		return makeTable(ctx, dynamodb.NewFromConfig(cfg), args)
	case "counted": // TENANT... is table, of a table that counts what each uses
		return makeTable(ctx, dynamodb.NewFromConfig(cfg), args, types.Tag{Key: aws.String("bailiwick:tenant-attribute"), Value: aws.String(keyName)},
			types.Tag{Key: aws.String("bailiwick:tenant-delimiter"), Value: aws.String("#")})
	case "item": // TENANT prints the tenant's item
		out, err := dynamodb.NewFromConfig(cfg).GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(tableName), Key: itemOf(args[0])})
		if err == nil {
			fmt.Println(out.Item[keyName])
		}
		return err
	}
	return fmt.Errorf("no operation %s", operation)
}

const tableName, keyName = "TrackingData", "TenantID"

func itemOf(tenant string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{keyName: &types.AttributeValueMemberS{Value: tenant}}
}

func makeRole(ctx context.Context, api *iam.Client, name, trustFile, policyFile string) error {
	trust, err := os.ReadFile(trustFile)
	if err != nil {
		return err
	}
	policy, err := os.ReadFile(policyFile)
	if err != nil {
		return err
	}
	if _, err := api.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(string(trust))}); err != nil {
		return err
	}
	_, err = api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: &name, PolicyName: aws.String("access"), PolicyDocument: aws.String(string(policy)),
	})
	return err
}

func makeUser(ctx context.Context, api *iam.Client, name, policyFile string) error {
	policy, err := os.ReadFile(policyFile)
	if err != nil {
		return err
	}
	if _, err := api.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}); err != nil {
		return err
	}
	_, err = api.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: &name, PolicyName: aws.String("access"), PolicyDocument: aws.String(string(policy)),
	})
	if err != nil {
		return err
	}
	out, err := api.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
	if err == nil {
		fmt.Printf("export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", *out.AccessKey.AccessKeyId, *out.AccessKey.SecretAccessKey)
	}
	return err
}

func makeTable(ctx context.Context, api *dynamodb.Client, tenants []string, tags ...types.Tag) error {
	_, err := api.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            aws.String(tableName),
		BillingMode:          types.BillingModePayPerRequest,
		Tags:                 tags,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String(keyName), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String(keyName), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		return err
	}
	exists := dynamodb.NewTableExistsWaiter(api, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = 20 * time.Millisecond })
	if err := exists.Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(tableName)}, patience); err != nil {
		return err
	}
	for _, tenant := range tenants {
		if _, err := api.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: itemOf(tenant)}); err != nil {
			return err
		}
	}
	return nil
}
