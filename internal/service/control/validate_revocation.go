// SPDX-License-Identifier: Apache-2.0

package control

import (
	"unicode"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

const (
	maxReason       = 256 // characters
	maxRevocationID = 64  // bytes: more than any has
)

// Validate also works out the kind of revocation that is asked for.
func (in *revokeSessionsInput) Validate() error {
	given := 0
	for kind, member := range map[identity.RevocationKind]*string{
		identity.RevokedSession:   in.SessionId,
		identity.RevokedRole:      in.RoleArn,
		identity.RevokedPrincipal: in.PrincipalArn,
		identity.RevokedTag:       in.TagKey,
	} {
		if member != nil {
			in.kind = kind
			given++
		}
	}
	if given != 1 || (in.TagKey == nil) != (in.TagValue == nil) {
		return invalid("One of SessionId, RoleArn, PrincipalArn, or TagKey with TagValue is required.")
	}
	if in.Reason != nil && !isReason(*in.Reason) {
		return invalid("Reason must have 1 to 256 printable characters.")
	}
	if err := checkAccount(in.AccountId); err != nil {
		return err
	}
	return in.checkTarget()
}

// checkTarget checks what is to be revoked.
func (in *revokeSessionsInput) checkTarget() error {
	switch in.kind {
	case identity.RevokedSession:
		if !identity.ValidSessionID(*in.SessionId) {
			return invalid("SessionId must have 32 lower-case hexadecimal digits.")
		}
		return nil
	case identity.RevokedTag:
		var v constraint.Violations
		v.Text("tagKey", in.TagKey, constraint.TagKey)
		v.Text("tagValue", in.TagValue, constraint.TagValue)
		if err := v.Err(); err != nil {
			return invalid(awsapi.AsError(err).Message)
		}
		return nil
	case identity.RevokedRole:
		return in.checkPrincipal("RoleArn", *in.RoleArn, "role")
	default:
		return in.checkPrincipal("PrincipalArn", *in.PrincipalArn, "role", "user", "provider")
	}
}

// checkPrincipal parses the member, which must be the ARN of one of the kinds and
// of the account that is named, if one is.
func (in *revokeSessionsInput) checkPrincipal(member, value string, kinds ...string) error {
	a, err := arn.Parse(value)
	if err != nil {
		return invalid(member + " is not an ARN.")
	}
	for _, kind := range kinds {
		account, _, _, ok := identity.ParseARN(a, kind)
		if kind == "provider" {
			account, _, ok = identity.ParseProviderARN(a)
		}
		if !ok {
			continue
		}
		if in.AccountId != nil && *in.AccountId != account {
			return invalid(member + " is of another account than AccountId.")
		}
		in.principal = a
		return nil
	}
	return invalid(member + " can not be revoked.")
}

// isReason reports whether s can be shown on a line.
func isReason(s string) bool {
	if s == "" || utf8.RuneCountInString(s) > maxReason {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func (in *listRevocationsInput) Validate() error {
	if err := checkMaxResults(in.MaxResults); err != nil {
		return err
	}
	if in.NextToken != nil && !isRevocationID(*in.NextToken) {
		return invalid("NextToken is not one that was returned.")
	}
	return checkAccount(in.AccountId)
}

func (in *liftRevocationInput) Validate() error {
	if !isRevocationID(in.RevocationId) {
		return invalid("RevocationId is not one that was returned.")
	}
	return checkAccount(in.AccountId)
}

// isRevocationID reports whether s may be the id of a revocation: a kind and a
// target, of lower- and upper-case letters and digits, with a hyphen between them.
func isRevocationID(s string) bool {
	if s == "" || len(s) > maxRevocationID {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-':
		default:
			return false
		}
	}
	return true
}

func checkAccount(id *string) error {
	if id != nil && !identity.ValidAccount(*id) {
		return invalid("AccountId must have 12 digits.")
	}
	return nil
}
