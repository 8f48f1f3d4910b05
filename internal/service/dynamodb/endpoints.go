// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// endpointMinutes is how long clients may keep the answer to
// DescribeEndpoints.
const endpointMinutes = 1440

type describeEndpointsInput struct{}

type endpoint struct {
	Address              *string
	CachePeriodInMinutes *int64
}

type describeEndpointsOutput struct{ Endpoints []endpoint }

func (s *service) describeEndpointsNeeds(_ context.Context, c *awsapi.Call, _ *describeEndpointsInput) ([]awsapi.Need, error) {
	return general(c, "DescribeEndpoints"), nil
}

// describeEndpoints answers with the address that the caller used.
func (s *service) describeEndpoints(_ context.Context, c *awsapi.Call, _ *describeEndpointsInput) (*describeEndpointsOutput, error) {
	return &describeEndpointsOutput{[]endpoint{{&c.Host, new(int64(endpointMinutes))}}}, nil
}
