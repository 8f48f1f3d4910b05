// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"crypto/sha256"
	"fmt"
)

// A Policy is a compiled document. But for Name and Version, which whoever
// loads it sets before it is shared, it does not change and is safe for
// concurrent use.
type Policy struct {
	Name    string // for explanations and audit: an ARN, or an inline policy's name
	Version string // of the policy, not of the language: "v3"

	kind       Type
	text       string
	digest     [sha256.Size]byte
	statements []statement
	allows     index
	denies     index
}

// Parse compiles a document that plays the role t. It takes what may have been
// stored, such as the older language version or actions that name no service,
// and leaves the finer checks to [Validate]. But what it cannot understand it
// refuses as a whole: unknown or duplicate elements, unknown operators, types
// of principals and versions, elements that a policy of type t does not take,
// malformed variables, and documents longer than [MaxDocument]. Errors do not
// repeat what the document says, but for the name of an element.
func Parse(text []byte, t Type) (*Policy, error) {
	d, err := parseDocument(text)
	if err != nil {
		return nil, err
	}
	p := &Policy{
		kind: t, text: string(text), digest: sha256.Sum256(text),
		statements: make([]statement, len(d.statements)),
	}
	for i := range d.statements {
		p.statements[i], err = compileStatement(&d.statements[i], t, d.version == version2012)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i, err)
		}
	}
	p.allows = newIndex(p.statements, false)
	p.denies = newIndex(p.statements, true)
	return p, nil
}

// Type returns the role that the policy was compiled for.
func (p *Policy) Type() Type { return p.kind }

// Len returns the number of statements.
func (p *Policy) Len() int { return len(p.statements) }

// Text returns the document as it was parsed.
func (p *Policy) Text() string { return p.text }

// Digest returns the SHA-256 digest of the text, by which records of decisions
// name exactly what decided.
func (p *Policy) Digest() [sha256.Size]byte { return p.digest }

// Sid returns the id of statement i, counted from 0, or "" if it has none.
func (p *Policy) Sid(i int) string { return p.statements[i].sid }
