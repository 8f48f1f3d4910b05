// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// revocationNeed is the need of an action on revocations of the account.
func revocationNeed(c *awsapi.Call, action, account string, resource arn.ARN) (awsapi.Need, error) {
	n := awsapi.Need{
		Action:   action,
		Resource: resource,
		Owner:    account,
		Spans:    identity.RevocationSpans(action != "bailiwick:ListRevocations", account),
	}
	management, err := identity.Management(c.Tx)
	if err != nil || c.Caller.Account() != management || account == management {
		return n, err
	}
	n.Policy, err = policy.Parse(managementPolicy(management), policy.Resource)
	return n, err
}

// managementPolicy is the resource policy of every account's revocations: the
// management account may let its principals use them.
func managementPolicy(management string) []byte {
	return []byte(`{"Version":"2012-10-17","Statement":{"Sid":"Management","Effect":"Allow","Principal":{"AWS":"` + management + `"},` +
		`"Action":["bailiwick:RevokeSessions","bailiwick:ListRevocations","bailiwick:LiftRevocation"],"Resource":"*"}}`)
}

func revokeSessionsNeeds(_ context.Context, c *awsapi.Call, in *revokeSessionsInput) ([]awsapi.Need, error) {
	in.account = accountOr(in.AccountId, c)
	resource := in.principal
	switch in.kind {
	case identity.RevokedSession:
		resource = revocationARN(in.account, "session/"+*in.SessionId)
	case identity.RevokedTag:
		resource = revocationARN(in.account, "tag/"+*in.TagKey)
	default:
		in.account = in.principal.Account
	}
	need, err := revocationNeed(c, "bailiwick:RevokeSessions", in.account, resource)
	if err != nil {
		return nil, err
	}
	if in.kind == identity.RevokedTag {
		need.RequestTags = []awsapi.Tag{{Key: *in.TagKey, Value: *in.TagValue}}
	}
	return []awsapi.Need{need}, in.find(c.Tx)
}

// find looks up what the revocation is about. What is missing is told only after
// the call has been allowed.
func (in *revokeSessionsInput) find(tx *storage.Tx) (err error) {
	in.missing = nil
	if in.epoch, err = tx.Epoch(in.account); err != nil {
		return err
	}
	if _, err = identity.GetAccount(tx, in.account); errors.Is(err, storage.ErrNotFound) {
		in.missing = noAccount(in.account)
		return nil
	}
	if err != nil || in.principal.IsZero() {
		return err
	}
	in.principalID, err = identity.PrincipalID(tx, in.principal)
	if errors.Is(err, storage.ErrNotFound) {
		in.missing = noPrincipal(in.principal.String())
		return nil
	}
	return err
}

func listRevocationsNeeds(_ context.Context, c *awsapi.Call, in *listRevocationsInput) ([]awsapi.Need, error) {
	in.account = accountOr(in.AccountId, c)
	need, err := revocationNeed(c, "bailiwick:ListRevocations", in.account, arn.ARN{})
	return []awsapi.Need{need}, err
}

func liftRevocationNeeds(_ context.Context, c *awsapi.Call, in *liftRevocationInput) ([]awsapi.Need, error) {
	in.account = accountOr(in.AccountId, c)
	need, err := revocationNeed(c, "bailiwick:LiftRevocation", in.account, revocationARN(in.account, "revocation/"+in.RevocationId))
	if err != nil {
		return nil, err
	}
	r, err := identity.GetRevocation(c.Tx, in.account, in.RevocationId)
	switch {
	case errors.Is(err, storage.ErrNotFound): // told after the call has been allowed
	case err != nil:
		return nil, err
	case r.Kind == identity.RevokedTag:
		need.ResourceTags = []awsapi.Tag{r.Tag}
	}
	return []awsapi.Need{need}, nil
}

// accountOr returns the account that id names, the caller's if it is nil.
func accountOr(id *string, c *awsapi.Call) string {
	if id == nil {
		return c.Caller.Account()
	}
	return *id
}

func revocationARN(account, resource string) arn.ARN {
	return arn.ARN{Partition: "aws", Service: "bailiwick", Account: account, Resource: resource}
}

// revocationActions returns the actions on revocations.
func revocationActions() []awsapi.Action {
	return []awsapi.Action{
		{
			Name:      "bailiwick:RevokeSessions",
			Resources: []string{"session", "role", "user", "oidc-provider", "saml-provider", "tag"},
			Keys:      []awsapi.Key{{Name: "aws:RequestTag/"}, {Name: "aws:TagKeys"}},
		},
		{Name: "bailiwick:ListRevocations"},
		{Name: "bailiwick:LiftRevocation", Resources: []string{"revocation"}, Keys: []awsapi.Key{{Name: "aws:ResourceTag/"}}},
	}
}
