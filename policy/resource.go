// SPDX-License-Identifier: Apache-2.0

package policy

import "strings"

// A resourceEntry is one entry of Resource or NotResource.
//
// In the six parts of an ARN a * does not cross a colon, but for one that ends
// a short ARN. AWS also lets a * at the end of any other part run across the
// colons that follow, and some entries that AWS would not save could match
// something too. That is uncertain, and kept apart in loose.
type resourceEntry struct {
	all      bool // "*"
	strict   bool // parts and rest are set
	parts    [4]part
	rest     pattern  // the sixth part
	loose    *pattern // the whole entry, if somebody might match more than parts and rest say
	crossing bool     // … but not resources without a colon in the sixth part
}

// A part is one of an entry's partition, service, region and account.
type part struct {
	text string
	glob *pattern // if it has wildcards
}

// compileResource compiles an entry of a policy of type t. It fails on a
// malformed variable only.
func compileResource(entry string, t Type, variables bool) (resourceEntry, error) {
	if entry == "*" {
		return resourceEntry{all: true}, nil
	}
	sx := syntax{wildcards: true, variables: variables}
	parts, err := splitARN(entry, variables)
	if err != nil {
		return resourceEntry{}, err
	}
	whole, err := compilePattern(entry, sx)
	if err != nil {
		return resourceEntry{}, err
	}
	n, isARN := len(parts), parts[0] == "arn"
	if isARN && n < 6 && !t.extendsShortARNs(entry) {
		return resourceEntry{}, nil
	}
	service := isARN && n > 2 && !hasWildcard(parts[2])
	r := resourceEntry{crossing: service && n == 6}
	if r.crossing && runsOn(parts[1:5]) || !r.crossing && hasWildcard(entry) {
		r.loose = &whole
	}
	if !service {
		return r, nil
	}
	for len(parts) < 6 {
		parts = append(parts, "*")
	}
	r.strict = true
	for i := range r.parts {
		r.parts[i] = compilePart(parts[i+1])
	}
	r.rest, err = compilePattern(parts[5], sx)
	return r, err
}

// runsOn reports whether a * at the end of a part might cross a colon.
func runsOn(parts []string) bool {
	for _, p := range parts {
		if strings.HasSuffix(p, "*") {
			return true
		}
	}
	return false
}

func compilePart(text string) part {
	if !hasWildcard(text) {
		return part{text: text}
	}
	p := wildcardPattern(text)
	return part{text: text, glob: &p}
}

// splitARN splits an entry at its first five colons, but not inside of a
// variable.
func splitARN(entry string, variables bool) ([]string, error) {
	parts := make([]string, 0, 6)
	start := 0
	for i := 0; i < len(entry) && len(parts) < 5; {
		switch {
		case entry[i] == ':':
			parts = append(parts, entry[start:i])
			i++
			start = i
		case variables && strings.HasPrefix(entry[i:], "${"):
			n, err := variableLen(entry[i:])
			if err != nil {
				return nil, err
			}
			i += n
		default:
			i++
		}
	}
	return append(parts, entry[start:]), nil
}

// match compares the entry with a concrete resource. An unresolvable variable
// makes it match nothing. What that means in NotResource (negated) AWS does not
// say, so there the answer is unknown. Whether a variable with an empty value
// is unresolvable AWS does not say either.
func (r *resourceEntry) match(e *evaluation, deny, negated bool) answer {
	if r.all {
		return yes
	}
	a := &e.req.Resource
	if a.IsZero() {
		return no
	}
	ans := no
	if r.strict && r.parts[0].match(a.Partition) && r.parts[1].match(a.Service) &&
		r.parts[2].match(a.Region) && r.parts[3].match(a.Account) {
		ans = matchResolved(&r.rest, e.ctx, a.Resource, negated)
	}
	if ans == no && r.matters(deny, negated) && (!r.crossing || strings.Contains(a.Resource, ":")) {
		ans = min(unknown, matchResolved(r.loose, e.ctx, e.resourceText(), negated))
	}
	return ans
}

// matters reports whether it makes a difference what loose matches: to an
// Allow with Resource, unknown is no.
func (r *resourceEntry) matters(deny, negated bool) bool { return r.loose != nil && (deny || negated) }

func matchResolved(p *pattern, ctx Context, s string, negated bool) answer {
	var buf [8]string
	vals, res := p.resolve(ctx, buf[:0])
	switch {
	case res == resolved:
		return answerOf(p.match(vals, s, exact))
	case negated, res == empty && p.match(vals, s, exact):
		return unknown
	default:
		return no
	}
}

func (p *part) match(s string) bool {
	if p.glob == nil {
		return p.text == s || len(p.text) == len(s) && equalASCII(p.text, s)
	}
	return p.glob.match(nil, s, foldASCII)
}

// prefix returns literal text that the sixth part begins with of every
// resource for which match, not negated, may answer what makes a difference.
func (r *resourceEntry) prefix(deny bool) string {
	if r.all || r.matters(deny, false) {
		return ""
	}
	return r.rest.leading()
}
