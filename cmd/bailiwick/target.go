// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"
)

// A target is where a command sends its calls, and as whom: what any AWS
// client would use.
type target struct {
	endpoint, region, profile string
}

func (t *target) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&t.endpoint, "endpoint-url", "", "`URL` of the server (default $AWS_ENDPOINT_URL)")
	f.StringVar(&t.region, "region", "", "AWS region (default $AWS_REGION)")
	f.StringVar(&t.profile, "profile", "", "profile in AWS's shared files (default $AWS_PROFILE)")
}

// config returns an AWS configuration for the target, which must be a server
// of one's own: a command that manages it must never reach AWS by omission.
func (t *target) config(ctx context.Context) (aws.Config, error) {
	if t.endpoint == "" && os.Getenv("AWS_ENDPOINT_URL") == "" {
		return aws.Config{}, errors.New("no endpoint: give --endpoint-url or set AWS_ENDPOINT_URL")
	}
	return t.load(ctx)
}

// load returns an AWS configuration for the target, AWS itself by default.
func (t *target) load(ctx context.Context) (aws.Config, error) {
	opts := []func(*config.LoadOptions) error{config.WithDefaultRegion("us-east-1")}
	if t.endpoint != "" {
		opts = append(opts, config.WithBaseEndpoint(t.endpoint))
	}
	if t.region != "" {
		opts = append(opts, config.WithRegion(t.region))
	}
	if t.profile != "" {
		opts = append(opts, config.WithSharedConfigProfile(t.profile))
	}
	return config.LoadDefaultConfig(ctx, opts...)
}
