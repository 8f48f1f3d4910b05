// SPDX-License-Identifier: Apache-2.0

// Package control implements Bailiwick's own control API, over AWS JSON 1.1:
// accounts, revocations and keys, for which AWS has no counterpart, or none that
// hands out an account with its key at once.
package control

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsjson"
)

// target is the service's name in X-Amz-Target.
const target = "Bailiwick_20261101"

// New returns the service, on the records of d. The operations more, with their
// actions, are those of other services that AWS has no counterpart of.
func New(d *identity.Directory, more []awsapi.Operation, moreActions []awsapi.Action) *awsapi.Service {
	return &awsapi.Service{
		Name:     "bailiwick",
		Sessions: awsapi.RoleSessions, // with those of users it takes a device's code, which nobody has
		Global:   true,
		Target:   target,
		Protocol: awsjson.New(awsjson.Config{Version: "1.1", Target: target}),
		Operations: append([]awsapi.Operation{
			awsapi.Op(awsapi.Operation{
				Name:   "CreateAccount",
				Access: awsapi.Control,
				Sample: `{"AccountId":"999999999999"}`,
			}, createAccountNeeds, createAccount(d)),
			awsapi.Op(awsapi.Operation{
				Name:   "ListAccounts",
				Access: awsapi.Read,
				Sample: `{}`,
			}, listAccountsNeeds, listAccounts),
			awsapi.Op(awsapi.Operation{
				Name:   "RevokeSessions",
				Access: awsapi.Control,
				Sample: `{"SessionId":"0123456789abcdef0123456789abcdef"}`,
			}, revokeSessionsNeeds, revokeSessions),
			awsapi.Op(awsapi.Operation{
				Name:   "ListRevocations",
				Access: awsapi.Read,
				Sample: `{}`,
			}, listRevocationsNeeds, listRevocations),
			awsapi.Op(awsapi.Operation{
				Name:   "LiftRevocation",
				Access: awsapi.Control,
				Sample: `{"RevocationId":"session-0123456789abcdef0123456789abcdef"}`,
			}, liftRevocationNeeds, liftRevocation),
			awsapi.Op(awsapi.Operation{
				Name:   "RotateKeys",
				Access: awsapi.Control,
				Sample: `{}`,
			}, rotateKeysNeeds, rotateKeys(d)),
			awsapi.Op(awsapi.Operation{
				Name:   "ListKeys",
				Access: awsapi.Read,
				Sample: `{}`,
			}, listKeysNeeds, listKeys),
		}, more...),
		Actions: append(actions(), moreActions...),
	}
}
