// SPDX-License-Identifier: Apache-2.0

package awsapi

import (
	"context"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A Chore is work that a service does without a call: it fills an index, deletes
// what has expired, folds what was counted. Nobody asks for it, so there is
// nothing to decide; what it may touch is in its row instead.
//
// All that a chore knows is in the store: it may be cut short at any time, by a
// kill as well, and goes on where another was.
type Chore struct {
	// Name tells the service's chores apart, in the log.
	Name string

	// Every is how long a chore waits after it has looked, before it looks again.
	Every time.Duration

	// After names Control operations of the service. As soon as one has
	// committed, the chore looks.
	After []string

	// Spans is all the storage that the chore may touch. The epochs of accounts
	// it may read besides.
	Spans []storage.Span

	// Do looks what there is to do and does it, in small transactions, and
	// returns once there is nothing left. It is called when the server starts, by
	// one goroutine only. After an error, which is logged, it is called again
	// later.
	Do func(context.Context, *Station) error

	// AtEnd has Do called once more when the server stops, with a few seconds: for
	// what is gathered in memory.
	AtEnd bool
}

// A Station is where a chore works. Its transactions wait for their turn among
// those of calls, and rest afterwards, so that a chore that has much to do works
// for a part of the time only. They fail with ctx's error when the server stops.
// The functions given to them may run again, as those of calls: their only
// effects are on tx, which opens the chore's spans.
type Station struct {
	// Now returns the time, by the server's clock.
	Now func() time.Time

	// View calls f with a snapshot, read-only.
	View func(ctx context.Context, f func(tx *storage.Tx) error) error

	// Update calls f with a transaction and commits it, durably. f writes a
	// megabyte or so at most: who waits for the same keys waits for all of it.
	Update func(ctx context.Context, f func(tx *storage.Tx) error) error

	// Control is Update, of records of the account that decisions or descriptions
	// depend on: the account's epoch advances with them, as with Control
	// operations.
	Control func(ctx context.Context, account string, f func(tx *storage.Tx) error) error
}
