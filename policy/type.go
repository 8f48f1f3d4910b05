// SPDX-License-Identifier: Apache-2.0

package policy

// A Type is the role that a policy plays in a decision.
type Type uint8

// The types of policies.
const (
	Identity Type = iota // attached to a user, group or role
	Boundary             // permissions boundary of a user or role
	Session              // passed when a session was made
	Resource             // attached to a resource
	Trust                // a role's: who may assume it
	SCP                  // service control policy, of the caller's organization
	RCP                  // resource control policy, of the resource's organization
)

var typeNames = [...]string{
	Identity: "identity-based policy",
	Boundary: "permissions boundary",
	Session:  "session policy",
	Resource: "resource-based policy",
	Trust:    "role trust policy",
	SCP:      "service control policy",
	RCP:      "resource control policy",
}

// String returns the type's name as AWS's access-denied messages spell it.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown policy type"
}

// hasPrincipal reports whether statements of this type name principals.
func (t Type) hasPrincipal() bool { return t == Resource || t == Trust || t == RCP }

// extendsShortARNs reports whether a resource entry of fewer than six parts
// stands for one whose missing parts are "*".
func (t Type) extendsShortARNs(entry string) bool {
	switch t {
	case Identity, Boundary, Session:
		return true
	case Resource:
		return hasWildcard(entry)
	case SCP:
		return entry != "" && entry[len(entry)-1] == '*'
	default:
		return false
	}
}
