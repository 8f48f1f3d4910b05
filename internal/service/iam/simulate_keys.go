// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func getContextKeysForCustomPolicy(_ context.Context, _ *awsapi.Call, in *getContextKeysForCustomPolicyInput) (*getContextKeysOutput, error) {
	list, err := tried(in.PolicyInputList, "PolicyInputList", policy.Identity)
	if err != nil {
		return nil, err
	}
	return &getContextKeysOutput{contextKeys(&policy.Policies{Identity: list})}, nil
}

func getContextKeysForPrincipalPolicy(_ context.Context, _ *awsapi.Call, in *getContextKeysForPrincipalPolicyInput) (*getContextKeysOutput, error) {
	t := in.source.found
	if t == nil {
		return nil, in.source.missing()
	}
	list, err := tried(in.PolicyInputList, "PolicyInputList", policy.Identity)
	if err != nil {
		return nil, err
	}
	return &getContextKeysOutput{contextKeys(&policy.Policies{
		Identity: slices.Concat(t.grants.Identity, list), Boundary: t.grants.Boundary,
	})}, nil
}

// contextKeys returns the names of all condition keys in the policies.
func contextKeys(set *policy.Policies) []string {
	var keys []string
	for of := range set.All {
		for i := range of.Len() {
			keys = append(keys, of.Keys(i)...)
		}
	}
	slices.Sort(keys)
	names := []string{}
	for _, key := range slices.Compact(keys) {
		names = append(names, asWritten(set, key))
	}
	return names
}
