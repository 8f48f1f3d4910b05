// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

const (
	minDuration     = 900 // seconds, of a session
	defaultDuration = 3600
	maxDuration     = int32(identity.MaxRoleSession / time.Second)
	maxChained      = 3600 // of a session that was assumed by another

	maxPolicyARNs = 10
	maxContexts   = 5
)

// Validate checks everything that depends on neither caller nor role.
func (in *assumeRoleInput) Validate() error {
	if err := in.constraints(); err != nil {
		return err
	}
	if err := in.session.parseRole(in.RoleArn); err != nil {
		return err
	}
	if len(in.ProvidedContexts) > 0 {
		return invalid("ProvidedContexts are not supported")
	}
	if err := checkTags(in.Tags, in.TransitiveTagKeys); err != nil {
		return err
	}
	limits := in.limits()
	return limits.validate()
}

func (in *assumeRoleInput) constraints() error {
	var v constraint.Violations
	v.Name("roleArn", in.RoleArn, constraint.ARN)
	v.Name("roleSessionName", in.RoleSessionName, constraint.SessionName)
	limits := in.limits()
	limits.constraints(&v)
	v.Number("durationSeconds", in.DurationSeconds, minDuration, maxDuration)
	v.Tags("tags", in.Tags)
	v.TagKeys("transitiveTagKeys", in.TransitiveTagKeys)
	v.Text("externalId", in.ExternalId, constraint.ExternalID)
	v.Text("sourceIdentity", in.SourceIdentity, constraint.SessionName)
	deviceConstraints(&v, in.SerialNumber, in.TokenCode)
	v.Count("providedContexts", len(in.ProvidedContexts), maxContexts)
	return v.Err()
}

// reserved reports whether s begins with the prefix that is AWS's own.
func reserved(s string) bool { return len(s) >= 4 && strings.EqualFold(s[:4], "aws:") }

// checkTags checks what constraints on single tags don't.
func checkTags(tags []awsapi.Tag, transitive []string) error {
	for i := range tags {
		if reserved(tags[i].Key) || reserved(tags[i].Value) {
			return invalidTags("Tag keys and values that begin with aws: are reserved for system use.")
		}
		if _, ok := awsapi.TagValue(tags[:i], tags[i].Key); ok {
			return invalidTags("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
	}
	for i := range transitive {
		if has(transitive[:i], transitive[i]) {
			return invalidTags("Duplicate transitive tag keys found. Please note that Tag keys are case insensitive.")
		}
	}
	return nil
}

// has reports whether keys holds key, ignoring its case.
func has(keys []string, key string) bool {
	for _, k := range keys {
		if strings.EqualFold(k, key) {
			return true
		}
	}
	return false
}
