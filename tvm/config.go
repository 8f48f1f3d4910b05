// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

const (
	minDuration = 900 * time.Second
	maxDuration = 43200 * time.Second

	defaultSessionName  = "tenant-" + placeholder
	defaultMaxTenants   = 1024
	defaultExpiryWindow = 5 * time.Minute
)

// Config says what a [Machine] vends and with whose authority. Base and Scope
// are required.
type Config struct {
	// Base is the machine's own configuration: its credentials are those that
	// may assume the roles, and its region and endpoint say which STS is
	// called. What tenants are given is a copy of it with the credentials
	// replaced, so an option in it that sets credentials by itself would
	// defeat the machine.
	Base aws.Config

	// Scope is how credentials are confined to a tenant: a [RolePerTenant], a
	// [SessionPolicy] or a [SessionTags]. There is no default.
	Scope Scope

	// TenantID is the grammar that every tenant id must obey. The zero Grammar
	// is [a-z0-9]{4,32}.
	TenantID tenant.Grammar

	// Duration is how long credentials live, in whole seconds: 15 minutes to
	// 12 hours, and no longer than the role allows. Default 15 minutes.
	Duration time.Duration

	// SessionName names the sessions in logs and in ARNs; {{tenant}} in it
	// stands for the tenant id. It is 2 to 64 characters out of letters,
	// digits and _+=,.@- when filled. Default tenant-{{tenant}}.
	SessionName string

	// SourceIdentity, if set, is the source identity of the sessions, which
	// outlasts role chaining. Its form is that of SessionName. The role's
	// trust policy must allow sts:SetSourceIdentity.
	SourceIdentity string

	// MaxTenants bounds both how many tenants' credentials are kept and how
	// many are being fetched at once. The tenant used least recently is
	// forgotten first; its configurations keep working, at the price of another
	// call to STS. Default 1024.
	MaxTenants int

	// ExpiryWindow is how long before they expire credentials are renewed. It
	// is less than half of Duration. Default 5 minutes. Up to a fifth of it is
	// added at random, so that tenants who came together are not renewed
	// together.
	ExpiryWindow time.Duration

	// Now is the clock that expiry is judged by. Default [time.Now].
	Now func() time.Time
}

// withDefaults returns c with what was left out filled in.
func (c Config) withDefaults() Config {
	if c.Duration == 0 {
		c.Duration = minDuration
	}
	if c.SessionName == "" {
		c.SessionName = defaultSessionName
	}
	if c.MaxTenants == 0 {
		c.MaxTenants = defaultMaxTenants
	}
	if c.ExpiryWindow == 0 {
		c.ExpiryWindow = defaultExpiryWindow
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// check reports what in c, defaults filled in, is out of bounds.
func (c Config) check() error {
	switch {
	case c.Base.Credentials == nil || aws.IsCredentialsProvider(c.Base.Credentials, (*aws.AnonymousCredentials)(nil)):
		return errors.New("tvm: Base has no credentials to assume a role with")
	case c.Base.Region == "":
		return errors.New("tvm: Base has no region")
	case c.Duration < minDuration || c.Duration > maxDuration || c.Duration%time.Second != 0:
		return fmt.Errorf("tvm: duration %v is not a whole number of seconds from %v to %v", c.Duration, minDuration, maxDuration)
	case c.MaxTenants < 1:
		return fmt.Errorf("tvm: MaxTenants %d is less than 1", c.MaxTenants)
	case c.ExpiryWindow < 0 || c.ExpiryWindow >= c.Duration/2:
		return fmt.Errorf("tvm: expiry window %v is not less than half the duration %v", c.ExpiryWindow, c.Duration)
	}
	return nil
}
