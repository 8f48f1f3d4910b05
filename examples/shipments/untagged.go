// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// deniedReason is a part of what DynamoDB says to a call for another's rows.
const deniedReason = "because no identity-based policy allows the dynamodb:GetItem action"

// tryWithoutTenant tries to read a row with what the tracking service has before
// it knows the tenant: its own role, and the access role without a tag.
func (p *product) tryWithoutTenant(ctx context.Context) error {
	untagged := p.service.Copy()
	untagged.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(p.service), p.accessRole))
	var errs []error
	for _, try := range []struct {
		what string
		cfg  aws.Config
	}{
		{"the tracking service's own role", p.service},
		{"the access role without a tag", untagged},
	} {
		_, err := repository{dynamodb.NewFromConfig(try.cfg)}.shippingETA(ctx, "yellow", "s-1")
		fmt.Printf("%s\n  -> %v\n", try.what, err)
		if !denied(err) || !strings.Contains(err.Error(), deniedReason) {
			errs = append(errs, fmt.Errorf("%s: got %v", try.what, err))
		}
	}
	return errors.Join(errs...)
}
