// SPDX-License-Identifier: Apache-2.0

// Package upstream is how Bailiwick uses another server of DynamoDB's API as
// the place where items are: Amazon DynamoDB, ScyllaDB Alternator or another
// Bailiwick. It speaks with the AWS SDK, with credentials of its own.
//
//	upstream.go   the client, and what it is bounded by
//	gate.go       how many calls at a time
//	transport.go  HTTP: no redirects, answers of bounded size
//	value.go      items as the SDK has them
//	error.go      what fails there, in the words of our own answers
//	cache.go      what is remembered for a moment
//
// Nothing that a caller has sent comes here as it came: calls are made of
// values that have been decoded, checked and allowed.
package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Config is where the upstream is and how it is called.
type Config struct {
	// URL is of its endpoint: http or https, a host and nothing more.
	URL string

	// Region is that of its tables. Defaults to that of the AWS SDK's own
	// configuration (AWS_REGION and others), and then to us-east-1.
	Region string

	// AccessKeyID and SecretAccessKey are the credentials that it is called with:
	// both or none. Without them it is the AWS SDK's default chain that finds some.
	AccessKeyID, SecretAccessKey string
}

// Check returns what is wrong with the configuration.
func (c *Config) Check() error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("an upstream is a URL with http or https and a host, such as https://dynamodb.eu-west-1.amazonaws.com")
	}
	if (c.AccessKeyID == "") != (c.SecretAccessKey == "") {
		return errors.New("an upstream's access key needs both its id and its secret")
	}
	return nil
}

const (
	// maxCalls is how many calls may be under way at a time, and maxShare how
	// many of them for one caller: who floods the upstream leaves room for others.
	maxCalls = 512
	maxShare = 128

	// maxTime is how long a call may take, its retries included: less than a server
	// that stops waits for the calls under way.
	maxTime = 12 * time.Second

	// maxAttempts is how often a call is made that may be made again.
	maxAttempts = 3
)

// A Client calls an upstream. It is safe for concurrent use.
type Client struct {
	region string
	api    *dynamodb.Client
	calls  *gate
}

// New returns a client for cfg. It doesn't call the upstream yet.
func New(ctx context.Context, cfg Config) (*Client, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	sdk, err := cfg.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("upstream: %w", err)
	}
	return &Client{
		region: sdk.Region,
		calls:  newGate(maxCalls, maxShare),
		api: dynamodb.NewFromConfig(sdk, func(o *dynamodb.Options) {
			o.BaseEndpoint = &cfg.URL
			o.AccountIDEndpointMode = aws.AccountIDEndpointModeDisabled
			o.Retryer = aws.NopRetryer{}
			o.HTTPClient = newTransport()
		}),
	}, nil
}

// load returns the SDK's configuration.
func (c *Config) load(ctx context.Context) (aws.Config, error) {
	if c.AccessKeyID != "" {
		sdk := aws.Config{
			Region:      c.Region,
			Credentials: credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, ""),
		}
		if sdk.Region == "" {
			sdk.Region = defaultRegion
		}
		return sdk, nil
	}
	options := []func(*config.LoadOptions) error{config.WithDefaultRegion(defaultRegion)}
	if c.Region != "" {
		options = append(options, config.WithRegion(c.Region))
	}
	return config.LoadDefaultConfig(ctx, options...)
}

const defaultRegion = "us-east-1"

// Region returns the region that the upstream's tables are in.
func (c *Client) Region() string { return c.region }

// Close ends connections that no call uses.
func (c *Client) Close() { c.api.Options().HTTPClient.(*transport).close() }

// Repeats says whether a call may be made again if it isn't known how it came
// out.
type Repeats bool

const (
	// Once is for calls that change something: what may have been done isn't done
	// again.
	Once Repeats = false
	// Again is for reads, and for changes that the upstream knows by a token.
	Again Repeats = true
)

// options returns the SDK's options of one call.
func (r Repeats) options(o *dynamodb.Options) {
	if r == Again {
		o.Retryer = newRetryer()
	}
}

// A Call is one of the SDK's operations, such as (*dynamodb.Client).GetItem.
type Call[In, Out any] func(*dynamodb.Client, context.Context, *In, ...func(*dynamodb.Options)) (*Out, error)

// Do makes a call for a caller, who is known by share. Its errors are for
// [Failure].
func Do[In, Out any](ctx context.Context, c *Client, share string, repeats Repeats, call Call[In, Out], in *In) (*Out, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	leave, ok := c.calls.enter(share)
	if !ok {
		return nil, awsapi.Errorf(awsapi.Throttled, "", "Rate exceeded")
	}
	defer leave()
	return call(c.api, ctx, in, repeats.options)
}
