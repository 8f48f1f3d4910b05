// SPDX-License-Identifier: Apache-2.0

// Shipments is a small product with many tenants: a browser asks the shipment
// service for a shipment, which asks the tracking service when it will arrive,
// which reads that from a table that all tenants share.
//
//	browser ── token ──> shipment service ── the same token ──> tracking service
//	                                                                  │ TrackingServiceRole
//	                                                    AssumeRole, tag TenantID=yellow
//	                                                                  │ TrackingAccessRole
//	                                                             TrackingData
//
// Who the tenant is comes from one place, the token that the identity provider
// signed, and both services verify it for themselves. The tracking service's own
// role reaches no data. For a request it gets credentials that are tagged with
// the tenant, and the role's policy compares the tag with the key of the row: a
// mistake in the service's code meets an AccessDeniedException.
//
// The program builds all of that on a Bailiwick server, plays the browser and
// those who would like to see what is another tenant's, says what came of it,
// and takes down what it built:
//
//	go run ./examples/shipments --endpoint http://127.0.0.1:4566
//
// The credentials of an administrator come from the environment. The last line
// is ok, and the exit code 0, only if everything went as it should.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

const (
	callTimeout     = 10 * time.Second
	tearDownTimeout = 30 * time.Second
)

func main() {
	endpoint := flag.String("endpoint", "", "URL of the Bailiwick server; there is no default, so that AWS can't be reached by accident")
	region := flag.String("region", "us-east-1", "region that the table is in")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *endpoint, *region); err != nil {
		fmt.Fprintln(os.Stderr, "shipments:", err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

// run builds the product, plays the flow and takes the product down.
func run(ctx context.Context, endpoint, region string) (err error) {
	admin, err := administrator(endpoint, region)
	if err != nil {
		return err
	}
	p, err := build(ctx, admin)
	// What was built goes, also after a failure or an interrupt.
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tearDownTimeout)
		defer cancel()
		err = errors.Join(err, p.tearDown(ctx))
	}()
	if err != nil {
		return err
	}
	return play(ctx, p)
}

// administrator returns the configuration that the product is built with. It
// uses the endpoint it is given and nothing that the environment says about
// endpoints.
func administrator(endpoint, region string) (aws.Config, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return aws.Config{}, fmt.Errorf("--endpoint %q is not the URL of a server", endpoint)
	}
	key, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	if key == "" || secret == "" {
		return aws.Config{}, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
	}
	cfg := client.Config(endpoint, region, credentials.NewStaticCredentialsProvider(key, secret, os.Getenv("AWS_SESSION_TOKEN")))
	// One HTTP client, and so one pool of connections, for the clients of all
	// tenants: without it each of them makes its own.
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTimeout(callTimeout).Freeze()
	return cfg, nil
}

// play starts the services and has the browser use them.
func play(ctx context.Context, p *product) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	provider, err := newIssuer()
	if err != nil {
		return err
	}
	verifier := verifier{issuer: issuerURL, audience: audience, keys: provider.keys()}
	machine, err := tvm.New(tvm.Config{Base: p.service, Scope: tvm.SessionTags{RoleARN: p.accessRole}})
	if err != nil {
		return err
	}
	b := &browser{client: newHTTPClient(), log: &journal{}, provider: provider}

	tracking := &trackingService{machine, b.log.logger("tracking")}
	if b.tracking, err = listen(ctx, tracking.handler(verifier)); err != nil {
		return err
	}
	shipments := &shipmentService{b.tracking, newHTTPClient(), b.log.logger("shipment")}
	if b.shipments, err = listen(ctx, shipments.handler(verifier)); err != nil {
		return err
	}
	if b.buggy, err = listen(ctx, buggyService{tracking}.handler(verifier)); err != nil {
		return err
	}
	return errors.Join(b.play(ctx), p.tryWithoutTenant(ctx))
}

// newHTTPClient returns a client for calls that carry a token: it follows no
// redirect, so that a token goes where it was sent and nowhere else.
func newHTTPClient() *http.Client {
	return &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
