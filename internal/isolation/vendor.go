// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/bailiwick-dev/bailiwick/tvm"
)

// A Method is how credentials come to be confined to a tenant.
type Method string

// The methods of vending, and the sessions that belong to no tenant.
const (
	ByRole   Method = "role"   // a role of the tenant's own
	ByPolicy Method = "policy" // a session policy
	ByTags   Method = "tags"   // a session tag, for the variable in the role's policies

	NoTag      Method = "no tag"       // the role of ByTags, without the tag
	EmptyTag   Method = "empty tag"    // the role of ByTags, with an empty tag
	Untenanted Method = "service role" // the role that assumes the others, by itself
)

// methods are those that confine to a tenant, strays the others.
var (
	methods = []Method{ByRole, ByPolicy, ByTags}
	strays  = []Method{NoTag, EmptyTag, Untenanted}
)

// lacking names the kind of policy that a denial is to come from: the one that
// does the confining.
func (m Method) lacking() string {
	if m == ByPolicy {
		return "session"
	}
	return "identity-based"
}

// A visitor is who makes calls: a tenant with credentials of some method, or
// somebody with credentials of no tenant, whose number is noTenant.
type visitor struct {
	method Method
	tenant int
}

const noTenant = -1

// A vendor vends credentials by one method.
type vendor struct {
	machine *tvm.Machine
	role    string // its name, with a placeholder if each tenant has its own
}

// openVendors makes a machine for each method, and sees that they vend what
// works.
func (w *World) openVendors(ctx context.Context) error {
	w.vendors = make(map[Method]vendor)
	for _, v := range []struct {
		method Method
		role   string
		scope  tvm.Scope
	}{
		{ByRole, tenantRole + placeholder, tvm.RolePerTenant{RoleARN: w.account.role(tenantRole + placeholder)}},
		{ByPolicy, vendingRole, tvm.SessionPolicy{
			RoleARN:  w.account.role(vendingRole),
			Template: everything(placeholder, w.account.allTables()...).compact(),
		}},
		{ByTags, accessRole, tvm.SessionTags{RoleARN: w.account.role(accessRole), Key: tagKey}},
	} {
		m, err := w.machine(v.scope)
		if err != nil {
			return err
		}
		w.vendors[v.method] = vendor{m, v.role}
	}
	last := len(w.tenants) - 1
	for _, m := range methods {
		err := settle(ctx, notYet, func() error {
			db, err := w.client(ctx, visitor{m, last})
			if err == nil {
				_, err = getOwn(ctx, db, own{share: w.share(employees, last), method: m})
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("method %s: %w", m, err)
		}
	}
	return nil
}

func (w *World) machine(s tvm.Scope) (*tvm.Machine, error) {
	return tvm.New(tvm.Config{Base: w.service, Scope: s, MaxTenants: max(len(w.tenants), w.cfg.Workers)})
}

// client returns a client that acts as v. Of each there is one.
func (w *World) client(ctx context.Context, v visitor) (*dynamodb.Client, error) {
	w.mu.Lock()
	db := w.clients[v]
	w.mu.Unlock()
	if db != nil {
		return db, nil
	}
	cfg, err := w.vend(ctx, v)
	if err != nil {
		return nil, err
	}
	db = dynamodb.NewFromConfig(cfg)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clients[v] = db
	return db, nil
}

func (w *World) vend(ctx context.Context, v visitor) (aws.Config, error) {
	if v.tenant != noTenant {
		return w.vendors[v.method].machine.Config(ctx, w.tenants[v.tenant])
	}
	switch v.method {
	case NoTag:
		return w.assumeAccessRole(ctx)
	case EmptyTag:
		return w.assumeAccessRole(ctx, types.Tag{Key: aws.String(tagKey), Value: aws.String("")})
	default:
		return w.service, nil
	}
}

// assumeAccessRole assumes the role that relies on tags, with the tags given.
// The token vending machine would not do that.
func (w *World) assumeAccessRole(ctx context.Context, tags ...types.Tag) (aws.Config, error) {
	cfg := w.service.Copy()
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(w.service), w.account.role(accessRole), func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "no-tenant"
		o.Tags = tags
	})
	cfg.Credentials = aws.NewCredentialsCache(provider)
	_, err := cfg.Credentials.Retrieve(ctx)
	return cfg, err
}
