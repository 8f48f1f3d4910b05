// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Prefixes of unique ids, as in the IAM user guide, "IAM identifiers".
const (
	userPrefix      = "AIDA"
	rolePrefix      = "AROA"
	groupPrefix     = "AGPA"
	policyPrefix    = "ANPA"
	longTermPrefix  = "AKIA"
	temporaryPrefix = "ASIA"
)

const (
	uniqueIDSize    = 21 // characters of a principal's, a group's or a policy's, the prefix included
	accessKeyIDSize = 20
	accountIDSize   = 12 // digits
)

// ids encodes in upper-case letters and the digits 2 to 7.
var ids = base32.StdEncoding.WithPadding(base32.NoPadding)

// newUniqueID returns an id that is never given again: the prefix, 4 characters for
// what has policies, and 17 that are random.
func newUniqueID(prefix string) string {
	var b [11]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + ids.EncodeToString(b[:])[:17]
}

// NewUserID returns the unique id of a new user.
func NewUserID() string { return newUniqueID(userPrefix) }

// NewRoleID returns the unique id of a new role.
func NewRoleID() string { return newUniqueID(rolePrefix) }

// NewGroupID returns the unique id of a new group.
func NewGroupID() string { return newUniqueID(groupPrefix) }

// NewPolicyID returns the unique id of a new managed policy.
func NewPolicyID() string { return newUniqueID(policyPrefix) }

// isPrincipalID reports whether s has the form of a user's or role's unique id.
func isPrincipalID(s string) bool {
	return len(s) == uniqueIDSize && (s[:4] == userPrefix || s[:4] == rolePrefix)
}

// ValidAccount reports whether s is an account id: 12 digits.
func ValidAccount(s string) bool {
	if len(s) != accountIDSize {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// NewAccessKeyID returns the id of a new long-term access key of the account,
// which must be valid. Half of the 16 characters after the prefix are the
// account, so that a key can be looked up without a search over all accounts;
// the others are random.
func NewAccessKeyID(account string) string { return newAccessKeyID(longTermPrefix, account) }

func newAccessKeyID(prefix, account string) string {
	n, err := strconv.ParseUint(account, 10, 64)
	if err != nil || len(account) != accountIDSize {
		panic(fmt.Sprintf("identity: %q is no account", account))
	}
	var b [10]byte
	binary.BigEndian.PutUint64(b[:8], n<<24) // 40 bits hold 12 digits
	_, _ = rand.Read(b[5:])                  // never fails
	return prefix + ids.EncodeToString(b[:])
}

// validChosenID reports whether an operator may choose s as the id of a
// long-term access key: 16 to 128 ASCII letters, digits and underscores, and
// not the form of a session's.
func validChosenID(s string) bool {
	if len(s) < 16 || len(s) > 128 || strings.HasPrefix(s, temporaryPrefix) {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
		default:
			return false
		}
	}
	return true
}

// parseAccessKeyID returns the prefix and the account of an access key id, and
// whether it has the form of one.
func parseAccessKeyID(id string) (prefix, account string, ok bool) {
	if len(id) != accessKeyIDSize {
		return "", "", false
	}
	prefix = id[:4]
	if prefix != longTermPrefix && prefix != temporaryPrefix {
		return "", "", false
	}
	var b [10]byte
	// The decoder skips line breaks: a shorter result had some.
	if n, err := ids.Decode(b[:], []byte(id[4:])); err != nil || n != len(b) {
		return "", "", false
	}
	n := binary.BigEndian.Uint64(b[:8]) >> 24
	if n >= 1_000_000_000_000 {
		return "", "", false
	}
	return prefix, fmt.Sprintf("%0*d", accountIDSize, n), true
}

// NewSecret returns a new secret access key: 40 characters.
func NewSecret() string {
	var b [30]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}
