// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Provisioned throughput, in capacity units, that an account and each of its
// tables may have in a region.
const (
	maxAccountUnits = 80_000
	maxTableUnits   = 40_000
)

type describeLimitsInput struct{}

type describeLimitsOutput struct {
	AccountMaxReadCapacityUnits  *int64
	AccountMaxWriteCapacityUnits *int64
	TableMaxReadCapacityUnits    *int64
	TableMaxWriteCapacityUnits   *int64
}

func (s *service) describeLimitsNeeds(_ context.Context, c *awsapi.Call, _ *describeLimitsInput) ([]awsapi.Need, error) {
	return general(c, "DescribeLimits"), nil
}

func (s *service) describeLimits(context.Context, *awsapi.Call, *describeLimitsInput) (*describeLimitsOutput, error) {
	account, table := int64(maxAccountUnits), int64(maxTableUnits)
	return &describeLimitsOutput{&account, &account, &table, &table}, nil
}

// general returns the need of an operation that is about no resource.
func general(c *awsapi.Call, action string) []awsapi.Need {
	return []awsapi.Need{{Action: serviceName + ":" + action, Owner: c.Caller.Account()}}
}
