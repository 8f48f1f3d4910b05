// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

// placeholder is what stands for the tenant id in role ARNs, session names and
// the string values of policy templates.
const placeholder = "{{tenant}}"

var (
	errUnknownPlaceholder = errors.New("the only placeholder is " + placeholder)
	errStrayBrace         = errors.New(placeholder + " stands directly beside a brace or a dollar sign")
)

// A pattern is text in which placeholders are to be filled: the literals in
// order, with an id between each two. One literal means no placeholder.
type pattern struct {
	literals []string
}

// parsePattern splits s at its placeholders. Any other double brace is refused,
// and so is what would close up with a placeholder into something else, such as
// ${{{tenant}}}.
func parsePattern(s string) (pattern, error) {
	p := pattern{strings.Split(s, placeholder)}
	for i, lit := range p.literals {
		if strings.Contains(lit, "{{") || strings.Contains(lit, "}}") {
			return pattern{}, errUnknownPlaceholder
		}
		if i > 0 && (strings.HasPrefix(lit, "}") || strings.HasPrefix(lit, "{")) ||
			i < len(p.literals)-1 && (strings.HasSuffix(lit, "{") || strings.HasSuffix(lit, "$")) {
			return pattern{}, errStrayBrace
		}
	}
	return p, nil
}

// hasTenant reports whether there is a placeholder to fill.
func (p pattern) hasTenant() bool { return len(p.literals) > 1 }

// fill puts id, as it is, in place of every placeholder.
func (p pattern) fill(id string) string { return strings.Join(p.literals, id) }

// checkName reports whether every id of g fills p to a name as IAM and STS take
// them: lo to hi characters of [\w+=,.@-]. Ids consist of such characters by
// their grammar.
func (p pattern) checkName(g tenant.Grammar, lo, hi int) error {
	fixed := 0
	for _, lit := range p.literals {
		fixed += len(lit)
		if i := strings.IndexFunc(lit, func(c rune) bool { return !nameCharacter(c) }); i >= 0 {
			return fmt.Errorf("%q has characters other than letters, digits and _+=,.@-", lit)
		}
	}
	n := len(p.literals) - 1
	if shortest, longest := fixed+n*g.MinLen(), fixed+n*g.MaxLen(); shortest < lo || longest > hi {
		return fmt.Errorf("%q can be %d to %d characters long, not %d to %d", p.fill(placeholder), shortest, longest, lo, hi)
	}
	return nil
}

func nameCharacter(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("_+=,.@-", c)
}

// parseName parses s as a name that may have placeholders.
func parseName(s string, g tenant.Grammar, lo, hi int) (pattern, error) {
	p, err := parsePattern(s)
	if err != nil {
		return pattern{}, err
	}
	return p, p.checkName(g, lo, hi)
}
