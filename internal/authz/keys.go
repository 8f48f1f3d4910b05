// SPDX-License-Identifier: Apache-2.0

package authz

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// keys is the request context of one need: AWS's global condition keys, and
// the service's own. Values are made when a policy asks for them.
type keys struct {
	call *awsapi.Call
	need *awsapi.Need

	home  *identity.Membership // of the caller's account
	owner *identity.Membership // of the resource's account
}

const (
	principalTag = "aws:principaltag/"
	resourceTag  = "aws:resourcetag/"
	requestTag   = "aws:requesttag/"
)

// Lookup returns the value of a condition key, given in lower case. Global
// keys come first, so that no service can claim one.
func (k *keys) Lookup(key string) policy.Value {
	rest, global := strings.CutPrefix(key, "aws:")
	if !global {
		return k.local(key)
	}
	switch {
	case strings.HasPrefix(key, principalTag):
		return tag(k.call.Caller.Tags, key[len(principalTag):])
	case strings.HasPrefix(key, resourceTag):
		return tag(k.need.ResourceTags, key[len(resourceTag):])
	case strings.HasPrefix(key, requestTag):
		return tag(k.need.RequestTags, key[len(requestTag):])
	}
	return k.principal(rest)
}

// local returns a key that is the service's own, or else an identity provider's: no
// provider can claim a service's.
func (k *keys) local(key string) policy.Value {
	if k.need.Context != nil {
		if v := k.need.Context.Lookup(key); !v.Absent() {
			return v
		}
	}
	caller := k.call.Caller
	switch {
	case caller.Federation != nil:
		return awsapi.ClaimValue(caller.Federation.Claims, key)
	case caller.Session != nil:
		return awsapi.ClaimValue(caller.Session.Claims, key)
	}
	return policy.Value{}
}

// untagged is keys without the tags of the resource, under whatever service's
// prefix, and without what tells whether there is such an account.
type untagged struct{ keys }

// Lookup is that of keys.
func (u *untagged) Lookup(key string) policy.Value {
	if strings.Contains(key, ":resourcetag/") || strings.HasPrefix(key, "aws:resourceorg") {
		return policy.Value{}
	}
	return u.keys.Lookup(key)
}

// principal returns the keys that say who asks.
func (k *keys) principal(key string) policy.Value {
	caller := k.call.Caller
	p := &caller.Principal
	if caller.Federation != nil {
		if v, ok := vouchedFor(key); ok {
			return v
		}
	}
	switch key {
	case "principalarn":
		return policy.One(caller.PrincipalARN())
	case "principalaccount":
		return policy.One(p.Account)
	case "principaltype":
		return policy.One(p.Type.String())
	case "principalorgid":
		return organization(k.home)
	case "principalorgpaths":
		return paths(k.home)
	case "principalisawsservice":
		return policy.One("false")
	case "userid":
		return policy.One(caller.UserID())
	case "username":
		if p.Type == policy.User {
			return policy.One(p.Name)
		}
	case "tokenissuetime":
		if s := caller.Session; s != nil {
			return policy.One(s.IssuedAt.UTC().Format(time.RFC3339))
		}
	case "sourceidentity":
		if s := caller.Session; s != nil && s.SourceIdentity != "" {
			return policy.One(s.SourceIdentity)
		}
	case "federatedprovider":
		return federatedProvider(caller)
	case "multifactorauthpresent":
		if caller.Session != nil {
			return policy.One("false")
		}
	default:
		return k.request(key)
	}
	return policy.Value{}
}

// request returns the keys that say what is asked, when and from where.
func (k *keys) request(key string) policy.Value {
	c := k.call
	switch key {
	case "currenttime":
		return policy.One(c.Time.UTC().Format(time.RFC3339))
	case "epochtime":
		return policy.One(strconv.FormatInt(c.Time.Unix(), 10))
	case "securetransport":
		return policy.One(strconv.FormatBool(c.Secure))
	case "sourceip":
		return policy.One(c.SourceIP.String())
	case "useragent":
		return policy.One(c.UserAgent)
	case "referer":
		if c.Referer != "" {
			return policy.One(c.Referer)
		}
	case "requestedregion":
		return policy.One(c.Region)
	case "viaawsservice":
		return policy.One("false")
	case "resourceaccount":
		return policy.One(k.need.Owner)
	case "resourceorgid":
		return organization(k.owner)
	case "resourceorgpaths":
		return paths(k.owner)
	case "tagkeys":
		names := slices.Clone(k.need.UntagKeys)
		for _, t := range k.need.RequestTags {
			names = append(names, t.Key)
		}
		if len(names) > 0 {
			return policy.Many(names)
		}
	}
	return policy.Value{}
}

// organization returns the id of the organization that the account is in.
func organization(m *identity.Membership) policy.Value {
	if m == nil || m.Organization == "" {
		return policy.Value{}
	}
	return policy.One(m.Organization)
}

// paths returns where in the organization the account is.
func paths(m *identity.Membership) policy.Value {
	if m == nil || m.Organization == "" {
		return policy.Value{}
	}
	return policy.Many([]string{m.Path})
}

// tag returns the value of the tag with the key, which is in lower case. If
// two keys differ in case only, the name means neither: what a policy says of
// an ambiguous tag must not be guessed.
func tag(tags []awsapi.Tag, key string) policy.Value {
	found := -1
	for i := range tags {
		if strings.EqualFold(tags[i].Key, key) {
			if found >= 0 {
				return policy.Value{}
			}
			found = i
		}
	}
	if found < 0 {
		return policy.Value{}
	}
	return policy.One(tags[found].Value)
}
