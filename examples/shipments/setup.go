// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	tableName   = "TrackingData"
	userName    = "tracking-service"
	serviceRole = "TrackingServiceRole" // the tracking service's own: reaches no data
	accessRole  = "TrackingAccessRole"  // reaches the rows of the tenant it is tagged with

	// tableWait is how long to wait for the table to be there.
	tableWait = time.Minute
)

// rows are what TrackingData holds. One tenant's id begins with another's.
var rows = []struct{ tenant, shipment, eta string }{
	{"yellow", "s-1", "2026-12-01"},
	{"yellowstone", "s-1", "2026-12-02"},
	{"blue", "s-1", "2026-12-03"},
	{"blue", "s-2", "2026-12-04"},
}

// A product is what stands on the server while the program runs.
type product struct {
	admin      aws.Config
	iam        *iam.Client
	db         *dynamodb.Client
	service    aws.Config // acts as TrackingServiceRole
	accessRole string     // ARN of TrackingAccessRole
	undo       []func(context.Context) error
}

// build creates the table, the roles and the user. It uses nothing that is there
// already, which others could have made for purposes of their own. After an
// error, the product is what was built until then.
func build(ctx context.Context, admin aws.Config) (*product, error) {
	p := &product{admin: admin, iam: iam.NewFromConfig(admin), db: dynamodb.NewFromConfig(admin)}
	table, err := p.createTable(ctx)
	if err != nil {
		return p, err
	}
	user, key, err := p.createUser(ctx)
	if err != nil {
		return p, err
	}
	// The user stands for the machine that the service runs on. It may do one
	// thing, become the service.
	service, err := p.createRole(ctx, serviceRole, document{statement{
		Effect: "Allow", Principal: principal(user), Action: []string{"sts:AssumeRole"},
	}})
	if err != nil {
		return p, err
	}
	// Nor has the service's role a policy of its own: that the other role trusts
	// it is enough, and is all.
	if p.accessRole, err = p.createRole(ctx, accessRole, tagSessionTrust(service)); err != nil {
		return p, err
	}
	if err := p.putRolePolicy(ctx, accessRole, "TrackingAccessPolicy", ownRows(table)); err != nil {
		return p, err
	}
	p.service = p.assume(key, service)
	return p, nil
}

// tearDown deletes what was built, what was built last first.
func (p *product) tearDown(ctx context.Context) error {
	var errs []error
	for _, undo := range slices.Backward(p.undo) {
		errs = append(errs, undo(ctx))
	}
	return errors.Join(errs...)
}

// created notes how to undo what was just done.
func (p *product) created(undo func(context.Context) error) { p.undo = append(p.undo, undo) }

// createTable creates TrackingData with its rows, and returns its ARN.
func (p *product) createTable(ctx context.Context) (string, error) {
	name := aws.String(tableName)
	out, err := p.db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: name,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("TenantID"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("ShipmentID"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("TenantID"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("ShipmentID"), KeyType: types.KeyTypeRange},
		},
		BillingMode: types.BillingModePayPerRequest,
	})
	if err != nil {
		return "", err
	}
	p.created(func(ctx context.Context) error {
		_, err := p.db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: name})
		return err
	})
	if err := dynamodb.NewTableExistsWaiter(p.db).Wait(ctx, &dynamodb.DescribeTableInput{TableName: name}, tableWait); err != nil {
		return "", err
	}
	for _, row := range rows {
		_, err := p.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: name, Item: map[string]types.AttributeValue{
			"TenantID":   &types.AttributeValueMemberS{Value: row.tenant},
			"ShipmentID": &types.AttributeValueMemberS{Value: row.shipment},
			"ETA":        &types.AttributeValueMemberS{Value: row.eta},
		}})
		if err != nil {
			return "", err
		}
	}
	return aws.ToString(out.TableDescription.TableArn), nil
}

// createUser creates the service's user, and returns its ARN and an access key.
func (p *product) createUser(ctx context.Context) (string, aws.CredentialsProvider, error) {
	name := aws.String(userName)
	user, err := p.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name})
	if err != nil {
		return "", nil, err
	}
	p.created(func(ctx context.Context) error {
		_, err := p.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})
		return err
	})
	out, err := p.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
	if err != nil {
		return "", nil, err
	}
	key := out.AccessKey
	p.created(func(ctx context.Context) error {
		_, err := p.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: key.AccessKeyId})
		return err
	})
	return aws.ToString(user.User.Arn), credentials.NewStaticCredentialsProvider(
		aws.ToString(key.AccessKeyId), aws.ToString(key.SecretAccessKey), ""), nil
}

// createRole creates a role, and returns its ARN.
func (p *product) createRole(ctx context.Context, name string, trust document) (string, error) {
	out, err := p.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: trust.json()})
	if err != nil {
		return "", err
	}
	p.created(func(ctx context.Context) error {
		_, err := p.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &name})
		return err
	})
	return aws.ToString(out.Role.Arn), nil
}

// putRolePolicy gives a role a permission.
func (p *product) putRolePolicy(ctx context.Context, role, name string, policy document) error {
	_, err := p.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &role, PolicyName: &name, PolicyDocument: policy.json()})
	if err != nil {
		return fmt.Errorf("policy %s: %w", name, err)
	}
	p.created(func(ctx context.Context) error {
		_, err := p.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &role, PolicyName: &name})
		return err
	})
	return nil
}

// assume returns a configuration that acts as a role, which it assumes with
// creds when it is first used and again before the session ends.
func (p *product) assume(creds aws.CredentialsProvider, role string) aws.Config {
	cfg := p.admin.Copy()
	cfg.Credentials = creds
	cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role,
		func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = userName }))
	return cfg
}
