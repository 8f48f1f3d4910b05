// SPDX-License-Identifier: Apache-2.0

// Package client points the AWS SDK for Go at a Bailiwick server. The services'
// clients are made from the configuration as they are for AWS:
//
//	cfg := client.Config("http://127.0.0.1:4566", "us-east-1", creds)
//	db := dynamodb.NewFromConfig(cfg)
package client

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	maxAttempts = 3
	maxBackoff  = 2 * time.Second
)

// Config returns a configuration whose clients call endpoint, a URL with scheme
// and host, for every service, and sign for region with creds. They read
// neither the environment nor the user's AWS files, so they can't reach AWS by
// accident: with an endpoint that is no such URL, calls fail. Nil creds are the
// same as anonymous ones.
//
// Calls that fail for want of a connection or because the server has too much to
// do are tried up to three times, with at most two seconds between. That can be
// changed in what is returned.
func Config(endpoint, region string, creds aws.CredentialsProvider) aws.Config {
	return aws.Config{
		Region: region,
		// One pool of connections for all clients made from the configuration;
		// without it each would have its own.
		HTTPClient:   awshttp.NewBuildableClient().Freeze(),
		Credentials:  creds,
		BaseEndpoint: aws.String(endpoint),
		// Account ids are not a part of host names here.
		AccountIDEndpointMode: aws.AccountIDEndpointModeDisabled,
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = maxAttempts
				o.MaxBackoff = maxBackoff
			})
		},
	}
}
