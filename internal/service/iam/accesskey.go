// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// What AWS calls the state of an access key.
const (
	statusActive   = "Active"
	statusInactive = "Inactive"
)

// status returns what AWS calls the state of k.
func status(k *identity.AccessKey) string {
	if k.Active {
		return statusActive
	}
	return statusInactive
}

// An owner is whose access keys an operation is about: a user, or the account's
// root user, whose name is empty.
type owner struct {
	user    *identity.User // nil for the root user
	account *identity.Account
}

// loadOwner returns the user of that name or, if there is none, the caller.
func loadOwner(c *awsapi.Call, name *string) (*owner, error) {
	own, err := ownName(c, name)
	if err != nil {
		return nil, err
	}
	if own == "" {
		a, err := identity.GetAccount(c.Tx, c.Caller.Account())
		return &owner{account: a}, err
	}
	u, err := loadUser(c, own)
	return &owner{user: u}, err
}

// keys returns the ids of o's keys.
func (o *owner) keys() []string {
	if o.user == nil {
		return o.account.AccessKeys
	}
	return o.user.AccessKeys
}

func (o *owner) name() string {
	if o.user == nil {
		return ""
	}
	return o.user.Name
}

// saveKeys keeps the ids of o's keys.
func (o *owner) saveKeys(tx *storage.Tx, keys []string) error {
	if o.user == nil {
		o.account.AccessKeys = keys
		return identity.PutAccount(tx, o.account)
	}
	o.user.AccessKeys = keys
	return identity.Users.Put(tx, o.user.Account, o.user.Name, o.user)
}

// key returns o's key of that id. Keys of others don't exist for it.
func (o *owner) key(c *awsapi.Call, id string) (*identity.AccessKey, error) {
	if !slices.Contains(o.keys(), id) {
		return nil, noSuchEntity("The Access Key with id %s cannot be found.", id)
	}
	return identity.GetAccessKey(c.Tx, c.Caller.Account(), id)
}

// keyNeeds is ownNeeds with the span of one access key.
func keyNeeds(c *awsapi.Call, action string, name *string, id string) ([]awsapi.Need, error) {
	needs, err := ownNeeds(c, action, writes, name)
	if err != nil {
		return nil, err
	}
	account := c.Caller.Account()
	needs[0].Spans = append(needs[0].Spans, identity.AccessKeySpan(writes, account, id), identity.KeyUseSpan(writes, account, id))
	return needs, nil
}

func createAccessKeyNeeds(_ context.Context, c *awsapi.Call, in *createAccessKeyInput) ([]awsapi.Need, error) {
	in.id = identity.NewAccessKeyID(c.Caller.Account())
	return keyNeeds(c, "iam:CreateAccessKey", in.UserName, in.id)
}

func createAccessKey(d *identity.Directory) func(context.Context, *awsapi.Call, *createAccessKeyInput) (*createAccessKeyOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *createAccessKeyInput) (*createAccessKeyOutput, error) {
		o, err := loadOwner(c, in.UserName)
		if err != nil {
			return nil, err
		}
		if len(o.keys()) >= maxAccessKeys {
			return nil, overQuota("AccessKeysPerUser", maxAccessKeys)
		}
		k, secret, err := d.CreateAccessKey(c.Tx, c.Caller.Account(), in.id, o.user, created(c))
		if err != nil {
			return nil, err
		}
		if err := o.saveKeys(c.Tx, append(slices.Clone(o.keys()), k.ID)); err != nil {
			return nil, err
		}
		return &createAccessKeyOutput{AccessKey: accessKey{
			UserName:        o.name(),
			AccessKeyId:     k.ID,
			Status:          status(k),
			SecretAccessKey: secret,
			CreateDate:      k.Created,
		}}, nil
	}
}

func listAccessKeysNeeds(_ context.Context, c *awsapi.Call, in *listAccessKeysInput) ([]awsapi.Need, error) {
	needs, err := ownNeeds(c, "iam:ListAccessKeys", reads, in.UserName)
	if err != nil {
		return nil, err
	}
	needs[0].Spans = append(needs[0].Spans, identity.AccessKeysSpan(reads, c.Caller.Account()))
	return needs, nil
}

func listAccessKeys(_ context.Context, c *awsapi.Call, in *listAccessKeysInput) (*listAccessKeysOutput, error) {
	o, err := loadOwner(c, in.UserName)
	if err != nil {
		return nil, err
	}
	self := func(s *string) string { return *s }
	ids, next, err := page(paged(c, in.Marker, in.MaxItems), sorted(o.keys(), self), self, nil)
	if err != nil {
		return nil, err
	}
	out := &listAccessKeysOutput{AccessKeyMetadata: []accessKeyMetadata{}, IsTruncated: next != nil, Marker: next}
	for _, id := range ids {
		k, err := o.key(c, id)
		if err != nil {
			return nil, err
		}
		out.AccessKeyMetadata = append(out.AccessKeyMetadata, accessKeyMetadata{
			UserName: o.name(), AccessKeyId: k.ID, Status: status(k), CreateDate: k.Created,
		})
	}
	return out, nil
}

func updateAccessKeyNeeds(_ context.Context, c *awsapi.Call, in *updateAccessKeyInput) ([]awsapi.Need, error) {
	return keyNeeds(c, "iam:UpdateAccessKey", in.UserName, in.AccessKeyId)
}

func updateAccessKey(_ context.Context, c *awsapi.Call, in *updateAccessKeyInput) (*nothing, error) {
	o, err := loadOwner(c, in.UserName)
	if err != nil {
		return nil, err
	}
	k, err := o.key(c, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	k.Active = in.Status == statusActive
	return &nothing{}, identity.PutAccessKey(c.Tx, k)
}

func deleteAccessKeyNeeds(_ context.Context, c *awsapi.Call, in *deleteAccessKeyInput) ([]awsapi.Need, error) {
	return keyNeeds(c, "iam:DeleteAccessKey", in.UserName, in.AccessKeyId)
}

func deleteAccessKey(_ context.Context, c *awsapi.Call, in *deleteAccessKeyInput) (*nothing, error) {
	o, err := loadOwner(c, in.UserName)
	if err != nil {
		return nil, err
	}
	k, err := o.key(c, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	if err := identity.DeleteAccessKey(c.Tx, k); err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(o.keys()), func(id string) bool { return id == k.ID })
	return &nothing{}, o.saveKeys(c.Tx, rest)
}

// getAccessKeyLastUsedNeeds finds whose key it is: the permission is asked for on
// the user. Nobody in particular has a key that isn't the account's.
func getAccessKeyLastUsedNeeds(_ context.Context, c *awsapi.Call, in *getAccessKeyLastUsedInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	n := awsapi.Need{Action: "iam:GetAccessKeyLastUsed", Resource: identity.UserARN(account, "/", "*"), Owner: account}
	k, err := identity.GetAccessKey(c.Tx, account, in.AccessKeyId)
	switch {
	case errors.Is(err, storage.ErrNotFound):
	case err != nil:
		return nil, err
	case k.UserID == "":
		n.Resource = identity.RootARN(account)
	default:
		if n, err = entityNeed(c, n.Action, reads, target{kind: aUser, name: k.User}); err != nil {
			return nil, err
		}
	}
	n.Spans = append(n.Spans, identity.AccessKeySpan(reads, account, in.AccessKeyId), identity.KeyUseSpan(reads, account, in.AccessKeyId))
	return []awsapi.Need{n}, nil
}

// neverUsed is what stands for the service and the region of a key that was not
// used yet.
const neverUsed = "N/A"

func getAccessKeyLastUsed(d *identity.Directory) func(context.Context, *awsapi.Call, *getAccessKeyLastUsedInput) (*getAccessKeyLastUsedOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *getAccessKeyLastUsedInput) (*getAccessKeyLastUsedOutput, error) {
		account := c.Caller.Account()
		k, err := identity.GetAccessKey(c.Tx, account, in.AccessKeyId)
		if err != nil {
			return nil, notFound(err, "The Access Key with id %s cannot be found.", in.AccessKeyId)
		}
		out := &getAccessKeyLastUsedOutput{
			UserName:          k.User,
			AccessKeyLastUsed: accessKeyLastUsed{ServiceName: neverUsed, Region: neverUsed},
		}
		u, err := d.LastUse(c.Tx, account, k.ID)
		switch {
		case err == nil:
			out.AccessKeyLastUsed = accessKeyLastUsed{LastUsedDate: &u.Time, ServiceName: u.Service, Region: u.Region}
		case !errors.Is(err, storage.ErrNotFound):
			return nil, err
		}
		return out, nil
	}
}
