// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

// errUnscoped is what stands between a mistake and credentials of the whole
// role. Only a Machine that New did not make comes across it.
var errUnscoped = errors.New("tvm: refusing to assume a role without a tenant's role, policy or tags")

// A grant is a compiled [Scope]. The zero grant grants nothing.
type grant struct {
	role   pattern
	policy *template
	tags   *sessionTags
}

// A session is what the sessions of all tenants have in common.
type session struct {
	name, sourceIdentity pattern // a pattern without literals is unset
	seconds              int32
}

// input makes the one request that the machine sends to STS. Every request is
// made here, so that none can go out that is not confined to id, which has
// passed the grammar.
func (g grant) input(s session, id tenant.ID) (*sts.AssumeRoleInput, error) {
	in := &sts.AssumeRoleInput{
		RoleArn:         aws.String(g.role.fill(string(id))),
		RoleSessionName: aws.String(s.name.fill(string(id))),
		DurationSeconds: aws.Int32(s.seconds),
	}
	if len(s.sourceIdentity.literals) > 0 {
		in.SourceIdentity = aws.String(s.sourceIdentity.fill(string(id)))
	}
	scoped := g.role.hasTenant()
	if g.policy != nil {
		text, err := g.policy.fill(id)
		if err != nil {
			return nil, err
		}
		in.Policy = aws.String(text)
		scoped = true
	}
	if g.tags != nil {
		in.Tags, in.TransitiveTagKeys = g.tags.of(id)
		scoped = true
	}
	if !scoped {
		return nil, errUnscoped
	}
	return in, nil
}
