// SPDX-License-Identifier: Apache-2.0

package authz

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// keys is the request context of one need: AWS's global condition keys, and
// the service's own. Values are made when a policy asks for them.
type keys struct {
	call *awsapi.Call
	need *awsapi.Need
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
		if k.need.Context == nil {
			return policy.Value{}
		}
		return k.need.Context.Lookup(key)
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

// untagged is keys without the tags of the resource, under whatever service's
// prefix.
type untagged struct{ keys }

// Lookup is that of keys.
func (u *untagged) Lookup(key string) policy.Value {
	if strings.Contains(key, ":resourcetag/") {
		return policy.Value{}
	}
	return u.keys.Lookup(key)
}

// principal returns the keys that say who asks.
func (k *keys) principal(key string) policy.Value {
	caller := k.call.Caller
	p := &caller.Principal
	switch key {
	case "principalarn":
		return policy.One(caller.PrincipalARN())
	case "principalaccount":
		return policy.One(p.Account)
	case "principaltype":
		return policy.One(p.Type.String())
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
