// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"context"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// closeEvery is how often the closer looks for accounts that are being closed.
const closeEvery = time.Second

// A closer removes, in the background, what accounts that are being closed own.
// All it knows is in the store, so it goes on where another was cut short.
type closer struct {
	db       *storage.DB
	services []*awsapi.Service
	cfg      *Config
	cancel   context.CancelFunc
	done     chan struct{}
}

func startCloser(db *storage.DB, services []*awsapi.Service, cfg *Config) *closer {
	ctx, cancel := context.WithCancel(context.Background())
	c := &closer{db: db, services: services, cfg: cfg, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		tick := time.NewTicker(closeEvery)
		defer tick.Stop()
		for {
			if err := c.run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				c.cfg.Log.Error("an account that is being closed is not; trying again later", "err", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return c
}

// stop stops the closer and waits until it is done with the store.
func (c *closer) stop() {
	c.cancel()
	<-c.done
}

// run closes all accounts that are being closed; one that can't be doesn't keep the
// others.
func (c *closer) run(ctx context.Context) error {
	var accounts []string
	err := c.db.View(ctx, func(tx *storage.Tx) (err error) {
		accounts, err = identity.Closing(tx)
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, account := range accounts {
		errs = append(errs, c.close(ctx, account))
	}
	return errors.Join(errs...)
}

// close removes what the account owns, a part in each transaction.
func (c *closer) close(ctx context.Context, account string) error {
	var owned []storage.Span
	for _, svc := range c.services {
		if svc.Owns != nil {
			owned = append(owned, svc.Owns(account)...)
		}
	}
	for done := false; !done; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := c.db.Update(ctx, func(tx *storage.Tx) (err error) {
			done, err = identity.CloseStep(tx, account, owned)
			return err
		})
		if err != nil {
			return err
		}
	}
	c.cfg.Log.Info("account closed", "account", account)
	return nil
}
