// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"context"
	"errors"
	"time"
)

// lastUses is how long the uses of access keys may take to be kept when the
// server stops.
const lastUses = 2 * time.Second

// keepUses keeps which access keys were used since it was last called, each time
// that the keeper looks. What can't be kept now is kept later: nothing depends on
// it but what GetAccessKeyLastUsed says after a restart.
func (k *keeper) keepUses(ctx context.Context) {
	if err := k.directory.KeepUses(ctx, k.db); err != nil && !errors.Is(err, context.Canceled) {
		k.log.Warn("uses of access keys are not kept; trying again later", "err", err)
	}
}
