// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// keepEvery is how often the keeper looks for keys that are over.
	keepEvery = time.Minute
	// settleTime is how long a lookup of an access key may take that has read it
	// before it was sealed anew.
	settleTime = 2 * time.Second
	// signerTime bounds the wait for the decision log's key to be changed.
	signerTime = 10 * time.Second
)

// A keeper sees rotations of keys through, in the background: it seals secrets
// with the newest key and then drops the keys that nothing needs any more. All
// it knows is in the store, so it goes on where another was cut short.
type keeper struct {
	db        *storage.DB
	directory *identity.Directory
	audit     *audit.Log
	log       *slog.Logger
	now       func() time.Time
	sealed    keyring.KeyID // the key that all secrets are known to be sealed with
	cancel    context.CancelFunc
	done      chan struct{}
}

// startKeeper starts a keeper that looks when changed receives, and every so
// often.
func startKeeper(db *storage.DB, directory *identity.Directory, log *audit.Log, changed <-chan struct{}, cfg *Config) *keeper {
	ctx, cancel := context.WithCancel(context.Background())
	k := &keeper{db: db, directory: directory, audit: log, log: cfg.Log, now: cfg.Now, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(k.done)
		tick := time.NewTicker(keepEvery)
		defer tick.Stop()
		for ctx.Err() == nil {
			if err := k.keep(ctx); err != nil && !errors.Is(err, context.Canceled) {
				k.log.Error("keys are not kept in order; trying again later", "err", err)
			}
			k.keepUses(ctx)
			select {
			case <-ctx.Done():
			case <-changed:
			case <-tick.C:
			}
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastUses)
		defer cancel()
		k.keepUses(last)
	}()
	return k
}

// stop stops the keeper and waits until it is done with the store.
func (k *keeper) stop() {
	k.cancel()
	<-k.done
}

// keep seals what isn't sealed with the newest key and drops keys.
func (k *keeper) keep(ctx context.Context) error {
	var keys []identity.Key
	err := k.db.View(ctx, func(tx *storage.Tx) (err error) {
		keys, err = identity.Keys(tx)
		return err
	})
	if err != nil || len(keys) == 1 {
		return err
	}
	if k.sealed != keys[len(keys)-1].ID {
		if err := k.reseal(ctx); err != nil {
			return err
		}
	}
	if err := k.signerSealed(ctx); err != nil {
		return err
	}
	gone, err := k.directory.DropKeys(ctx, k.db, k.sealed, k.now())
	for _, id := range gone {
		k.log.Info("key dropped", "key", id.String())
	}
	return err
}

// signerSealed waits until the key that signs the decision log is sealed with the
// newest key.
func (k *keeper) signerSealed(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, signerTime, errors.New("the decision log's key is not changed yet"))
	defer cancel()
	return k.audit.Sealed(ctx)
}

// reseal seals every secret with the newest key.
func (k *keeper) reseal(ctx context.Context) error {
	current, n, err := k.directory.Reseal(ctx, k.db)
	if err != nil {
		return err
	}
	k.log.Info("all secrets are sealed with the newest key", "key", current.String(), "resealed", n)
	k.sealed = current
	if n == 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(settleTime):
		return nil
	}
}
