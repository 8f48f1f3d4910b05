// SPDX-License-Identifier: Apache-2.0

package policy

import "strings"

// An arnPattern is a value of the Arn operators: six patterns, each for one
// part, so that a wildcard never crosses the first five colons.
type arnPattern struct {
	parts []pattern // six, or one variable for the whole, or none: matches nothing
}

func compileARNPattern(text string, variables bool) (*arnPattern, error) {
	sx := syntax{wildcards: true, variables: variables}
	parts, err := splitARN(text, variables)
	if err != nil {
		return nil, err
	}
	var a arnPattern
	for _, part := range parts {
		p, err := compilePattern(part, sx)
		if err != nil {
			return nil, err
		}
		a.parts = append(a.parts, p)
	}
	isVariable := len(a.parts) == 1 && len(a.parts[0].tokens) == 1 && a.parts[0].vars == 1
	if !isVariable && (len(parts) != 6 || parts[0] != "arn") {
		a.parts = nil
	}
	return &a, nil
}

// match compares x, which must be an ARN. A variable's value stays within the
// part it is written in.
func (a *arnPattern) match(ctx Context, x string) answer {
	if !strings.HasPrefix(x, "arn:") || strings.Count(x, ":") < 5 || len(a.parts) == 0 {
		return no
	}
	rest := x
	for i := range a.parts {
		part := rest
		if i < len(a.parts)-1 {
			part, rest, _ = strings.Cut(rest, ":")
		}
		if a.parts[i].equals(ctx, part, exact) != yes {
			return no
		}
	}
	return yes
}
