// SPDX-License-Identifier: Apache-2.0

package organizations

import "time"

type listServiceAccessInput struct {
	MaxResults *int32
	NextToken  *string
}

type listServiceAccessOutput struct {
	EnabledServicePrincipals []enabledServicePrincipal
	NextToken                *string
}

type enabledServicePrincipal struct {
	DateEnabled      time.Time
	ServicePrincipal string
}

type listDelegatedAdministratorsInput struct {
	MaxResults       *int32
	NextToken        *string
	ServicePrincipal *string
}

type listDelegatedAdministratorsOutput struct {
	DelegatedAdministrators []delegatedAdministrator
	NextToken               *string
}

// A delegatedAdministrator is as an [account], and since when it administers.
type delegatedAdministrator struct {
	Arn                   string
	DelegationEnabledDate time.Time
	Email                 *string
	Id                    string
	JoinedMethod          string
	JoinedTimestamp       time.Time
	Name                  *string
	State                 string
	Status                string
}
