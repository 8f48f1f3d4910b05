// SPDX-License-Identifier: Apache-2.0

// Package service lists the services. To add one, write its package and add
// its line here.
package service

import (
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/service/control"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
	"github.com/bailiwick-dev/bailiwick/internal/service/iam"
	"github.com/bailiwick-dev/bailiwick/internal/service/organizations"
	"github.com/bailiwick-dev/bailiwick/internal/service/sts"
)

// All returns every service, over the principals in d. With a nil d they can
// be listed but not called.
func All(d *identity.Directory) []*awsapi.Service {
	return with(d, dynamodb.New(), dynamodb.NewStreams())
}

// InFront returns every service as [All] does, but for DynamoDB: its tables are
// kept by the upstream that client calls and belong to the account.
func InFront(d *identity.Directory, client *upstream.Client, account string, now func() time.Time) []*awsapi.Service {
	return with(d, dynamodb.NewUpstream(client, account, now))
}

// with returns every service, with those that are DynamoDB.
func with(d *identity.Directory, tables ...*awsapi.Service) []*awsapi.Service {
	usage, usageActions := dynamodb.UsageOperations()
	return slices.Concat(
		[]*awsapi.Service{control.New(d, usage, usageActions)},
		tables,
		[]*awsapi.Service{iam.New(d), organizations.New(), sts.New(d)},
	)
}
