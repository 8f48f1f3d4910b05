// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// No AWS service acts in the organization and no account administers one for it:
// both listings are empty. Tools that look an organization up ask for them.

func listServiceAccess(context.Context, *awsapi.Call, *listServiceAccessInput) (*listServiceAccessOutput, error) {
	return &listServiceAccessOutput{EnabledServicePrincipals: []enabledServicePrincipal{}}, nil
}

func listDelegatedAdministrators(context.Context, *awsapi.Call, *listDelegatedAdministratorsInput) (*listDelegatedAdministratorsOutput, error) {
	return &listDelegatedAdministratorsOutput{DelegatedAdministrators: []delegatedAdministrator{}}, nil
}

// administratorsNeeds is the need of listing who administers a service, or any.
func administratorsNeeds(_ *place, in *listDelegatedAdministratorsInput) ([]awsapi.Need, error) {
	if in.ServicePrincipal == nil {
		return []awsapi.Need{{}}, nil
	}
	return []awsapi.Need{{Context: servicePrincipal(*in.ServicePrincipal)}}, nil
}

// servicePrincipal is the condition key organizations:ServicePrincipal.
type servicePrincipal string

// Lookup implements [policy.Context].
func (s servicePrincipal) Lookup(key string) policy.Value {
	if key == "organizations:serviceprincipal" {
		return policy.One(string(s))
	}
	return policy.Value{}
}
