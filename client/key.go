// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"time"
)

// A Key is one of the keys with which a server seals session tokens and stored
// secrets.
type Key struct {
	ID         string
	CreateDate time.Time
	State      string    // CURRENT, RETIRED or REVOKED
	EndDate    time.Time // of a retired key: of the last session that it may have sealed; else zero
}

// RotateKeys has the server make a new key and returns its id. Sessions go on,
// unless it is an emergency: that ends at once every session of every account.
func (a *Admin) RotateKeys(ctx context.Context, emergency bool) (id string, err error) {
	var out struct{ KeyId string }
	err = a.call(ctx, "RotateKeys", struct{ Emergency bool }{emergency}, &out)
	return out.KeyId, err
}

// ListKeys returns the server's keys, the current one last.
func (a *Admin) ListKeys(ctx context.Context) ([]Key, error) {
	var out struct {
		Keys []struct {
			KeyId, State        string
			CreateDate, EndDate float64 // seconds since 1970; of whole seconds
		}
	}
	if err := a.call(ctx, "ListKeys", struct{}{}, &out); err != nil {
		return nil, err
	}
	keys := make([]Key, len(out.Keys))
	for i, k := range out.Keys {
		keys[i] = Key{ID: k.KeyId, State: k.State, CreateDate: time.Unix(int64(k.CreateDate), 0).UTC()}
		if k.EndDate != 0 {
			keys[i].EndDate = time.Unix(int64(k.EndDate), 0).UTC()
		}
	}
	return keys, nil
}
