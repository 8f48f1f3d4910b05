// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

func tagPolicy(_ context.Context, c *awsapi.Call, in *tagPolicyInput) (*nothing, error) {
	return changePolicy(c, in.PolicyArn, func(p *identity.ManagedPolicy) (err error) {
		p.Tags, err = withTags(p.Tags, in.Tags)
		return err
	})
}

func untagPolicy(_ context.Context, c *awsapi.Call, in *untagPolicyInput) (*nothing, error) {
	return changePolicy(c, in.PolicyArn, func(p *identity.ManagedPolicy) error {
		p.Tags = withoutTags(p.Tags, in.TagKeys)
		return nil
	})
}

func listPolicyTags(_ context.Context, c *awsapi.Call, in *listPolicyTagsInput) (*listTagsOutput, error) {
	p, err := loadPolicy(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return pageTags(p.Tags, paged(c, in.Marker, in.MaxItems))
}
