// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// rotateKeysNeeds tells the rotation that ends every account's sessions from the
// one that ends none by their actions, so that a policy can allow the one only.
func rotateKeysNeeds(_ context.Context, c *awsapi.Call, in *rotateKeysInput) ([]awsapi.Need, error) {
	action := "bailiwick:RotateKeys"
	if in.Emergency {
		action = "bailiwick:RotateKeysInEmergency"
	}
	return managementNeed(c, action, identity.KeysSpan(true))
}

func listKeysNeeds(_ context.Context, c *awsapi.Call, _ *listKeysInput) ([]awsapi.Need, error) {
	return managementNeed(c, "bailiwick:ListKeys", identity.KeysSpan(false))
}

// keyActions returns the part of the catalogue that is about keys.
func keyActions() []awsapi.Action {
	return []awsapi.Action{{Name: "bailiwick:RotateKeys"}, {Name: "bailiwick:RotateKeysInEmergency"}, {Name: "bailiwick:ListKeys"}}
}
