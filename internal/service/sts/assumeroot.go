// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

type assumeRootInput struct {
	TargetPrincipal string
	TaskPolicyArn   policyDescriptor
	DurationSeconds *int32
}

type assumeRootOutput struct{}

// maxTaskDuration is the length in seconds of the longest session for a task.
const maxTaskDuration = 900

// Validate checks the constraints.
func (in *assumeRootInput) Validate() error {
	var v constraint.Violations
	v.Name("targetPrincipal", in.TargetPrincipal, constraint.Limit{Min: 12, Max: 2048})
	v.Name("taskPolicyArn.arn", in.TaskPolicyArn.Arn, constraint.ARN)
	v.Number("durationSeconds", in.DurationSeconds, 0, maxTaskDuration)
	return v.Err()
}

// assumeRootNeeds denies everybody: the management of the root users of other
// accounts, which AWS has for those who turn it on, is off.
func assumeRootNeeds(_ context.Context, c *awsapi.Call, in *assumeRootInput) ([]awsapi.Need, error) {
	target := in.TargetPrincipal
	if identity.ValidAccount(target) {
		target = identity.RootARN(target).String()
	}
	return nil, denied("User: %s is not authorized to perform: sts:AssumeRoot on resource: %s", c.Caller.Principal.ARN, target)
}

func assumeRoot(context.Context, *awsapi.Call, *assumeRootInput) (*assumeRootOutput, error) {
	return nil, errors.New("sts: allowed to assume a root user")
}
