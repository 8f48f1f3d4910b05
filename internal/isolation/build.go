// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"golang.org/x/sync/errgroup"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/tenant"
)

// A World is the data of all tenants, and the roles that reach it.
type World struct {
	cfg     Config
	account account
	tenants []tenant.ID
	db      *dynamodb.Client // as the administrator
	iam     *iam.Client
	service aws.Config // as the tracking service, which may assume the other roles

	again bool // the tables were there already

	vendors map[Method]vendor

	connections *http.Transport // of all clients

	mu      sync.Mutex
	clients map[visitor]*dynamodb.Client
}

// Build makes the world that cfg describes, in the account of cfg.AWS: two
// tables with all tenants' items, a user, a service's role and the roles that
// it assumes, one for each tenant among them. Building again what was built
// before is fine; a table, user or role of the same name that Build did not make
// is left alone and is an error.
//
// The user's access keys are replaced, so that of two worlds in one account
// only the later one goes on working. A world that is done with is to be closed.
func Build(ctx context.Context, cfg Config) (*World, error) {
	if err := cfg.resolve(); err != nil {
		return nil, err
	}
	w := &World{tenants: tenantIDs(cfg.Tenants), clients: make(map[visitor]*dynamodb.Client)}
	w.connect(cfg)
	steps := []func(context.Context) error{w.findAccount, w.makeTables, w.makeService, w.makeRoles, w.fill, w.openVendors}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			w.Close()
			return nil, fmt.Errorf("isolation: %w", err)
		}
	}
	return w, nil
}

// connect makes the administrator's clients. Unless cfg brings its own HTTP
// client, all clients of the world share their connections, of which there is
// one for each worker: the SDK would give each client its own.
func (w *World) connect(cfg Config) {
	if cfg.AWS.HTTPClient == nil {
		w.connections = awshttp.NewBuildableClient().GetTransport()
		w.connections.MaxIdleConns = cfg.Workers
		w.connections.MaxIdleConnsPerHost = cfg.Workers
		cfg.AWS.HTTPClient = &http.Client{
			Transport:     w.connections,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // signed for one host
		}
	}
	w.cfg = cfg
	w.db = dynamodb.NewFromConfig(cfg.AWS)
	w.iam = iam.NewFromConfig(cfg.AWS)
}

// Close closes the world's connections. What was built stays.
func (w *World) Close() {
	if w.connections != nil {
		w.connections.CloseIdleConnections()
	}
}

// findAccount asks whose account it is.
func (w *World) findAccount(ctx context.Context) error {
	out, err := sts.NewFromConfig(w.cfg.AWS).GetCallerIdentity(ctx, nil)
	if err != nil {
		return fmt.Errorf("asking for the account: %w", err)
	}
	caller, err := arn.Parse(aws.ToString(out.Arn))
	if err != nil {
		return fmt.Errorf("the caller's ARN %q: %w", aws.ToString(out.Arn), err)
	}
	w.account = account{partition: caller.Partition, id: aws.ToString(out.Account), region: w.cfg.AWS.Region}
	return nil
}

// each calls f for 0 to n-1, as many at once as there are workers, and reports
// progress. The first error ends it.
func (w *World) each(ctx context.Context, stage string, n int, f func(ctx context.Context, i int) error) error {
	g, running := errgroup.WithContext(ctx)
	g.SetLimit(w.cfg.Workers)
	var mu sync.Mutex
	done := 0
	w.cfg.Progress(stage, 0, n)
	for i := range n {
		if running.Err() != nil {
			break
		}
		g.Go(func() error {
			if err := f(running, i); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			w.cfg.Progress(stage, done, n)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}
