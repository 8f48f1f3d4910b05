// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"errors"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

var (
	errBesideWildcard = errors.New(placeholder + " is not kept from a wildcard or policy variable by a character that no tenant id can have, so one tenant's value can match another's")
	errInVariable     = errors.New(placeholder + " stands inside a policy variable, or a variable is not closed")
)

// An element is one thing a policy pattern is made of: a character, or what
// matches text that the pattern does not spell out and has no character.
type element struct {
	char byte
	wild bool
}

// elements reads lit as the policy language does: * and ? match anything,
// ${key} stands for a value somebody else chose, ${*}, ${?} and ${$} are the
// characters themselves.
func elements(lit string) ([]element, error) {
	var es []element
	for i := 0; i < len(lit); i++ {
		switch {
		case lit[i] == '*' || lit[i] == '?':
			es = append(es, element{wild: true})
		case strings.HasPrefix(lit[i:], "${"):
			n := strings.IndexByte(lit[i:], '}')
			// A brace within a quoted default does not close a variable.
			if n < 0 || strings.Count(lit[i:i+n], "'")%2 != 0 {
				return nil, errInVariable
			}
			switch name := lit[i+2 : i+n]; name {
			case "*", "?", "$":
				es = append(es, element{char: name[0]})
			default:
				es = append(es, element{wild: true})
			}
			i += n
		default:
			es = append(es, element{char: lit[i]})
		}
	}
	return es, nil
}

// checkWildcards reports whether some wildcard could make up for what one id
// has more than another. That is so if, going from a placeholder, a wildcard
// comes before any character that cannot be part of an id: {{tenant}}* of acme
// matches acme2, and {{tenant}}-* matches acme-eu where ids may have hyphens.
func (p pattern) checkWildcards(g tenant.Grammar) error {
	for i, lit := range p.literals {
		es, err := elements(lit)
		if err != nil {
			return err
		}
		if i > 0 && meetsWildcard(es, g) {
			return errBesideWildcard
		}
		slices.Reverse(es)
		if i < len(p.literals)-1 && meetsWildcard(es, g) {
			return errBesideWildcard
		}
	}
	return nil
}

// meetsWildcard reports whether es has a wildcard before any character that
// separates.
func meetsWildcard(es []element, g tenant.Grammar) bool {
	for _, e := range es {
		if e.wild {
			return true
		}
		if !g.Allows(e.char) {
			return false
		}
	}
	return false
}

// inResourcePart reports whether every placeholder of p comes after the fifth
// colon that is not part of a variable. Only there do ARN patterns know policy
// variables, and so the escapes of what is filled in.
func (p pattern) inResourcePart() (bool, error) {
	es, err := elements(p.literals[0])
	colons := 0
	for _, e := range es {
		if e.char == ':' {
			colons++
		}
	}
	return colons >= 5, err
}

// escaper spells the characters that mean something in a policy pattern as the
// variables that stand for them.
var escaper = strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}")

// escape makes s match itself and nothing else in a policy of version
// 2012-10-17. No grammar admits a character that needs it; it is there so that
// isolation does not hang on the grammar alone.
func escape(s string) string { return escaper.Replace(s) }
