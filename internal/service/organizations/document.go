// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"encoding/json"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// maxDocument is the length of the longest document, in bytes, white space
// included, as AWS counts what comes by its API.
const maxDocument = 5120

// checkDocument checks the document of a policy of the type.
func checkDocument(text string, t identity.GuardrailType) error {
	if len(text) > maxDocument {
		return violation("POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum policy size. The maximum policy size is 5120 bytes.")
	}
	if policy.Validate([]byte(text), t.PolicyType()) != nil {
		return malformedDocument()
	}
	if t == identity.ResourceControl && !isResourceControl(text) {
		return malformedDocument()
	}
	return nil
}

// isResourceControl reports whether the document, which is valid otherwise, keeps
// to what AWS takes in the resource control policies of customers: statements that
// deny, to everybody, actions of services that are named.
func isResourceControl(text string) bool {
	var doc struct{ Statement oneOrMore[statement] }
	if json.Unmarshal([]byte(text), &doc) != nil {
		return false
	}
	for _, s := range doc.Statement {
		if s.Effect != "Deny" || s.NotAction != nil {
			return false
		}
		for _, a := range s.Action {
			if a == "*" {
				return false
			}
		}
	}
	return true
}

// A statement is as much of a statement as is looked at.
type statement struct {
	Effect    string
	Action    oneOrMore[string]
	NotAction json.RawMessage
}

// oneOrMore is a list that may be written as its only member.
type oneOrMore[T any] []T

// UnmarshalJSON implements [json.Unmarshaler].
func (l *oneOrMore[T]) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]T)(l))
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*l = oneOrMore[T]{one}
	return nil
}
