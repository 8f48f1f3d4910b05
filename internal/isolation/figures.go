// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"golang.org/x/sync/errgroup"
)

// Figures say how large a world is and how fast its server is, as one client
// sees it that shares the machine with the server or not, as the case may be.
type Figures struct {
	Tenants     int  `json:"tenants"`
	Items       int  `json:"items"`
	Concurrency int  `json:"concurrency"` // calls under way at once
	Vends       Rate `json:"vends"`       // AssumeRole with a session tag
	Reads       Rate `json:"reads"`       // GetItem of a tenant's own item
}

// A Rate is how often something was done, and how long it took in milliseconds
// at the middle and at the hundredth slowest.
type Rate struct {
	Count     int     `json:"count"`
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
}

// Measure measures the figures, for as long as the configuration says.
func (w *World) Measure(ctx context.Context) (Figures, error) {
	f := Figures{Tenants: len(w.tenants), Items: w.cfg.Items, Concurrency: w.cfg.Workers}
	var err error
	w.cfg.Progress("figures", 0, 2)
	vendor := sts.NewFromConfig(w.service)
	f.Vends, err = w.rate(ctx, func(ctx context.Context, n int) error { return w.vendFresh(ctx, vendor, n%len(w.tenants)) })
	if err != nil {
		return f, fmt.Errorf("isolation: vending: %w", err)
	}
	w.cfg.Progress("figures", 1, 2)
	f.Reads, err = w.rate(ctx, func(ctx context.Context, n int) error { return w.readOwn(ctx, n%len(w.tenants)) })
	if err != nil {
		return f, fmt.Errorf("isolation: reading: %w", err)
	}
	w.cfg.Progress("figures", 2, 2)
	return f, nil
}

// vendFresh assumes a role for a tenant. A machine would keep the credentials,
// and there would be nothing to measure.
func (w *World) vendFresh(ctx context.Context, vendor *sts.Client, i int) error {
	_, err := vendor.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:           aws.String(w.account.role(accessRole)),
		RoleSessionName:   aws.String("measure"),
		DurationSeconds:   aws.Int32(900),
		Tags:              []types.Tag{{Key: aws.String(tagKey), Value: aws.String(string(w.tenants[i]))}},
		TransitiveTagKeys: []string{tagKey},
	})
	return err
}

func (w *World) readOwn(ctx context.Context, i int) error {
	db, err := w.client(ctx, visitor{ByTags, i})
	if err != nil {
		return err
	}
	s := w.share(trackingData, i)
	_, err = db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.name, Key: s.key(s.sortKey(0))})
	return err
}

// rate calls f from all workers until the time is over. The calls of one worker
// are numbered far from those of the next.
func (w *World) rate(ctx context.Context, f func(ctx context.Context, n int) error) (Rate, error) {
	took := make([][]time.Duration, w.cfg.Workers)
	g, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for i := range took {
		g.Go(func() error {
			for n := i * 7; time.Since(start) < w.cfg.Measure; n++ {
				begin := time.Now()
				if err := f(ctx, n); err != nil {
					return err
				}
				took[i] = append(took[i], time.Since(begin))
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Rate{}, err
	}
	return rateOf(slices.Concat(took...), time.Since(start)), nil
}

// rateOf sums up how long each of some calls took, and all together.
func rateOf(took []time.Duration, total time.Duration) Rate {
	if len(took) == 0 {
		return Rate{}
	}
	slices.Sort(took)
	at := func(percent int) float64 {
		return float64(took[(len(took)-1)*percent/100]) / float64(time.Millisecond)
	}
	return Rate{Count: len(took), PerSecond: float64(len(took)) / total.Seconds(), P50: at(50), P99: at(99)}
}
