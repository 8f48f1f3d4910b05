// SPDX-License-Identifier: Apache-2.0

// Package service lists the services. To add one, write its package and add
// its line here.
package service

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/service/control"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/iam"
	"github.com/bailiwick-dev/bailiwick/internal/service/organizations"
	"github.com/bailiwick-dev/bailiwick/internal/service/sts"
)

// All returns every service, over the principals in d. With a nil d they can
// be listed but not called.
func All(d *identity.Directory) []*awsapi.Service {
	return []*awsapi.Service{
		control.New(d),
		dynamodb.New(),
		iam.New(d),
		organizations.New(),
		sts.New(d),
	}
}
