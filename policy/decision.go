// SPDX-License-Identifier: Apache-2.0

package policy

// A Kind is the outcome of a decision. The zero value is a denial.
type Kind uint8

// The outcomes.
const (
	ImplicitDeny Kind = iota // nothing allows
	ExplicitDeny             // a Deny statement applies
	Allow
)

var kindNames = [...]string{ImplicitDeny: "ImplicitDeny", ExplicitDeny: "ExplicitDeny", Allow: "Allow"}

// String returns ImplicitDeny, ExplicitDeny or Allow.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "Unknown"
}

// A Decision is the answer to a [Request]. The zero Decision denies.
type Decision struct {
	Kind Kind
	// By is the type of policy that allowed or denied, or, if nothing did, of
	// the first one that had to allow and did not.
	By Type
	// Policy and Statement say which statement allowed or denied. Policy is nil
	// if none did: for an implicit denial, for the root user's own rights, and
	// for the actions that need no permission.
	Policy    *Policy
	Statement int
}

// Allowed reports whether the request may go ahead.
func (d Decision) Allowed() bool { return d.Kind == Allow }

// Reason returns the end of AWS's access-denied message for a denial of the
// action, such as "because no identity-based policy allows the s3:GetObject
// action", or "" if the decision is to allow.
func (d Decision) Reason(action string) string {
	switch d.Kind {
	case Allow:
		return ""
	case ExplicitDeny:
		return "with an explicit deny in " + d.By.article() + d.By.String()
	default:
		return "because no " + d.By.String() + " allows the " + action + " action"
	}
}

func (t Type) article() string {
	switch t {
	case Identity:
		return "an "
	case Trust:
		return "the "
	default:
		return "a "
	}
}
