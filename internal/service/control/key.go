// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// rotateKeys adds a key for sessions and secrets. The server's other calls know
// it from their next transaction on.
func rotateKeys(d *identity.Directory) func(context.Context, *awsapi.Call, *rotateKeysInput) (*rotateKeysOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *rotateKeysInput) (*rotateKeysOutput, error) {
		id, err := d.RotateKeys(c.Tx, in.Emergency, c.Time)
		if errors.Is(err, identity.ErrTooManyKeys) {
			return nil, tooManyKeys()
		}
		if err != nil {
			return nil, err
		}
		return &rotateKeysOutput{KeyId: id.String()}, nil
	}
}

func listKeys(_ context.Context, c *awsapi.Call, _ *listKeysInput) (*listKeysOutput, error) {
	keys, err := identity.Keys(c.Tx)
	if err != nil {
		return nil, err
	}
	out := &listKeysOutput{Keys: make([]key, len(keys))}
	for i := range keys {
		out.Keys[i] = describeKey(&keys[i])
	}
	return out, nil
}

func describeKey(k *identity.Key) key {
	out := key{KeyId: k.ID.String(), CreateDate: k.Made, State: keyCurrent}
	switch {
	case k.Revoked:
		out.State = keyRevoked
	case !k.Retired.IsZero():
		ends := identity.EndsAt(k)
		out.State, out.EndDate = keyRetired, &ends
	}
	return out
}

// States of keys.
const (
	keyCurrent = "CURRENT" // seals
	keyRetired = "RETIRED" // opens what it sealed
	keyRevoked = "REVOKED" // opens no session, and what else it sealed is being sealed anew
)
