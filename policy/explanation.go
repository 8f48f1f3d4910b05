// SPDX-License-Identifier: Apache-2.0

package policy

// An Explanation tells how a decision came about: for every statement of every
// policy whether it applies, and if not, which elements kept it from applying;
// and for a denial, what would have allowed it. It repeats values of the request
// and the policies, cut where they are long, so it is for those who may read the
// policies.
type Explanation struct {
	Decision        string              `json:"decision"`         // a [Kind]
	By              string              `json:"by"`               // a [Type], as in [Decision]
	Reason          string              `json:"reason,omitempty"` // of a denial, as AWS words it
	Note            string              `json:"note,omitempty"`   // if policies did not decide
	Principal       string              `json:"principal"`
	PrincipalType   string              `json:"principalType"`
	Action          string              `json:"action"`
	Resource        string              `json:"resource"` // "*" if the action has none
	ResourceAccount string              `json:"resourceAccount"`
	Missing         []Gap               `json:"missing,omitempty"` // for a denial, all that kept it from being allowed
	Policies        []PolicyExplanation `json:"policies"`
}

// A PolicyExplanation is one policy's part.
type PolicyExplanation struct {
	Type       string                 `json:"type"`
	Level      int                    `json:"level,omitempty"` // of SCPs and RCPs: 1 is the root
	Name       string                 `json:"name,omitempty"`
	Version    string                 `json:"version,omitempty"`
	Statements []StatementExplanation `json:"statements"`
}

// A StatementExplanation is one statement's part.
type StatementExplanation struct {
	Index     int        `json:"index"` // from 0
	Sid       string     `json:"sid,omitempty"`
	Start     Position   `json:"start"` // in the document
	Effect    string     `json:"effect"`
	Applies   bool       `json:"applies"`
	Decides   bool       `json:"decides,omitempty"` // is the one that the decision names
	Grants    string     `json:"grants,omitempty"`  // an Allow that names principals: to whom
	Failed    []Failure  `json:"failed,omitempty"`  // if it does not apply
	Variables []Variable `json:"variables,omitempty"`
}

// A Gap is one thing that kept a request from being allowed. With all of them
// gone, it is.
type Gap struct {
	By    string `json:"by"`              // the [Type] of the policies
	Level int    `json:"level,omitempty"` // of SCPs and RCPs: 1 is the root

	// Deny is set if Deny statements apply: those that Statements names.
	// Otherwise an Allow is missing, and Statements names those about the action
	// that came nearest, which fail in the fewest elements; if there are none, no
	// statement is about the action, or not for this caller.
	Deny       bool           `json:"deny,omitempty"`
	Statements []StatementRef `json:"statements,omitempty"`
}

// A StatementRef names a statement, and for an Allow that did not apply the
// elements for which it did not.
type StatementRef struct {
	Type    string    `json:"type"`
	Name    string    `json:"name,omitempty"`
	Version string    `json:"version,omitempty"`
	Index   int       `json:"index"` // from 0
	Sid     string    `json:"sid,omitempty"`
	Start   Position  `json:"start"`
	Failed  []Failure `json:"failed,omitempty"`
}

// A Failure is an element for which a statement does not apply.
type Failure struct {
	Element  string   `json:"element"`            // as in the document: NotAction, Condition, …
	Operator string   `json:"operator,omitempty"` // of a condition
	Key      string   `json:"key,omitempty"`      // of a condition, in lower case
	Policy   []string `json:"policy,omitempty"`   // what the policy asks for, as written
	Resolved []string `json:"resolved,omitempty"` // Policy with the variables resolved, if there are any
	Absent   bool     `json:"absent,omitempty"`   // the request does not carry the key
	Multi    bool     `json:"multivalued,omitempty"`
	Request  []string `json:"request,omitempty"` // what the request has
	// Uncertain means that the element may or may not match by AWS's
	// documentation, so an Allow does not apply.
	Uncertain bool `json:"uncertain,omitempty"`
}

// A Variable is a policy variable of a statement and what became of it.
type Variable struct {
	Key      string `json:"key"` // in lower case
	Value    string `json:"value"`
	Resolved bool   `json:"resolved"`
	Default  bool   `json:"default,omitempty"` // Value is the default
}
