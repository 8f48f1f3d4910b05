// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"strings"
)

// A collision is a wildcard that makes texts of different tenants match one
// pattern.
type collision struct {
	at        int    // index of the wildcard
	separator string // what is between it and the tenant's text; ids may have it
	after     bool   // the wildcard comes after the tenant's text
	one       bool   // it stands for one character
	literal   bool   // the tenant's text is written out
}

// findCollision returns the first wildcard that no separator keeps from a
// tenant's text. Behind a hyphen a ? is none: it is how the random end of a
// secret's name is written.
func findCollision(ts []token) (collision, bool) {
	for i, t := range ts {
		if t.kind != anyRun && t.kind != anyOne {
			continue
		}
		one := t.kind == anyOne
		if sep, j := between(ts, i, -1); j >= 0 && ts[j].isTenant() && (sep == "" || !one) {
			return collision{at: i, separator: sep, after: true, one: one}, true
		}
		if sep, j := between(ts, i, +1); j >= 0 && ts[j].isTenant() && (sep == "" || !one) {
			return collision{at: i, separator: sep, one: one}, true
		}
	}
	return collision{}, false
}

// between returns the index of the next token in a direction, past one of text
// that ids may have; -1 if there is none.
func between(ts []token, i, step int) (string, int) {
	text := ""
	i += step
	if 0 <= i && i < len(ts) && ts[i].kind == literal && !strings.ContainsFunc(ts[i].text, isSeparator) {
		text = ts[i].text
		i += step
	}
	if i >= len(ts) {
		i = -1
	}
	return text, i
}

// isSeparator reports whether tenant ids don't have r.
func isSeparator(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_' && r != '.'
}

// literalCollision returns a * at the end of a text that ends in what ids may
// have.
func literalCollision(ts []token) (collision, bool) {
	last := len(ts) - 1
	if last != 1 || ts[last].kind != anyRun || ts[0].kind != literal {
		return collision{}, false
	}
	r := []rune(ts[0].text)
	return collision{at: last, after: true, literal: true}, len(r) > 0 && !isSeparator(r[len(r)-1])
}

// collisions reports what a pattern of the statement has in common for several
// tenants.
func (c *checker) collisions(s *statement) {
	if !s.notResource {
		for _, n := range s.resource.scalars() {
			ts := c.d.pattern(n)
			if x, ok := findCollision(ts); ok {
				c.resourceCollision(s, n, ts, x)
			} else if x, ok := bucketCollision(ts); ok {
				c.resourceCollision(s, n, ts, x)
			}
		}
	}
	for i := range s.conditions {
		cond := &s.conditions[i]
		if !cond.negated {
			c.barePrefixes(s, cond)
		}
		if cond.negated || !cond.likes() {
			continue
		}
		for _, n := range cond.values {
			ts := c.d.pattern(n)
			x, ok := findCollision(ts)
			if !ok && (isPartitionKey(cond.key.text) || strings.EqualFold(cond.key.text, "s3:prefix")) {
				x, ok = literalCollision(ts)
			}
			if ok {
				c.valueCollision(s, cond, n, ts, x)
			}
		}
	}
}

// bucketCollision returns a * in the name of an S3 bucket, or at the end of a
// database user's name.
func bucketCollision(ts []token) (collision, bool) {
	if len(ts) < 2 || ts[0].kind != literal || ts[1].kind != anyRun {
		return collision{}, false
	}
	bucket, ok := strings.CutPrefix(ts[0].text, "arn:aws:s3:::")
	if ok && bucket != "" && !strings.Contains(bucket, "/") {
		return collision{at: 1, after: true, literal: true}, true
	}
	last := len(ts) - 1
	if strings.HasPrefix(ts[0].text, "arn:aws:rds-db:") && ts[last].kind == anyRun && ts[last-1].kind == literal &&
		!strings.HasSuffix(ts[last-1].text, "/") && strings.Contains(ts[last-1].text, "/") {
		return collision{at: last, after: true, literal: true}, true
	}
	return collision{}, false
}

func (c *checker) resourceCollision(s *statement, n *node, ts []token, x collision) {
	if c.full() {
		return
	}
	b := c.builder(s)
	is := c.collision(s, n, ts, x)
	for _, a := range b.actions(8, func(*action) bool { return false }) {
		r := b.request(aim{
			note: x.note(ts), action: a, resource: b.instantiateAt(ts, "x", x.at, x.others()),
		})
		is.candidates = append(is.candidates, candidate{Request: r, severity: is.severity})
	}
	if fixed, ok := x.mend(ts, "/"); ok {
		is.plans = []plan{{"separate the tenant from what follows", []edit{{n.span, quote(write(fixed))}}}}
		for _, a := range b.actions(8, func(*action) bool { return false }) {
			is.controls = append(is.controls, b.request(aim{action: a, resource: b.instantiate(fixed, "x")}))
		}
	}
	c.add(is)
}

func (c *checker) valueCollision(s *statement, cond *condition, n *node, ts []token, x collision) {
	if c.full() {
		return
	}
	b := c.builder(s)
	is := c.collision(s, n, ts, x)
	value := func(ts []token, at int) any {
		text := b.instantiateAt(ts, "x", at, x.others())
		if !strings.HasPrefix(cond.base, "arn") {
			text = instantiateText(ts, at, x.others())
		}
		if cond.set != "" {
			return []string{text}
		}
		return text
	}
	separator := "/"
	if isPartitionKey(cond.key.text) {
		separator = "#"
	}
	fixed, mended := x.mend(ts, separator)
	for _, a := range b.actions(8, func(*action) bool { return false }) {
		r := b.request(aim{note: x.note(ts), action: a, set: map[string]any{cond.key.text: value(ts, x.at)}})
		is.candidates = append(is.candidates, candidate{Request: r, severity: is.severity})
		if mended {
			is.controls = append(is.controls, b.request(aim{action: a, set: map[string]any{cond.key.text: value(fixed, -1)}}))
		}
	}
	if mended {
		is.plans = []plan{{"separate the tenant from what follows", []edit{{n.span, quote(write(fixed))}}}}
	}
	c.add(is)
}

// instantiateText is instantiate with another text for the token at index at.
func instantiateText(ts []token, at int, text string) string {
	var b strings.Builder
	for i, t := range ts {
		if i == at {
			b.WriteString(text)
			continue
		}
		b.WriteString(instantiate([]token{t}, own, "x"))
	}
	return b.String()
}

func (c *checker) collision(s *statement, n *node, ts []token, x collision) issue {
	is := issue{rule: prefixRule, severity: Error, at: n.span, statement: s}
	switch {
	case x.literal:
		is.severity = Warning
		is.message = fmt.Sprintf("%q also matches names that go on without a separator, so one that begins with another is taken for it", n.text)
	case x.separator != "":
		is.severity = Warning
		is.message = fmt.Sprintf("%q keeps tenants apart with %q only, which tenant ids may have, too", n.text, x.separator)
	case x.after:
		is.message = fmt.Sprintf("a wildcard follows %s without a separator, so a tenant reaches what belongs to those whose names begin with its own", ts[x.at-1].raw)
	default:
		is.message = fmt.Sprintf("a wildcard comes before %s without a separator, so a tenant reaches what belongs to those whose names end with its own", ts[x.at+1].raw)
	}
	return is
}

// others returns what, in the wildcard's place, makes another tenant's name of
// that of own.
func (x collision) others() string {
	switch {
	case !x.after && x.one:
		return "b"
	case !x.after:
		return "big"
	case x.separator != "":
		return "eu"
	default:
		return "2"
	}
}

func (x collision) note(ts []token) string {
	victim := own + x.separator + x.others()
	switch {
	case x.literal:
		return "another's name begins with the one that is written here"
	case !x.after:
		victim = x.others() + x.separator + own
	}
	return fmt.Sprintf("the tenant %s reaches what is the tenant %s's", own, victim)
}

// mend returns the pattern with a separator where there is none. A separator
// that ids may have can't be replaced without renaming what is there.
func (x collision) mend(ts []token, separator string) ([]token, bool) {
	if !x.after || x.separator != "" {
		return nil, false
	}
	fixed := append([]token{}, ts[:x.at]...)
	next := ""
	if x.at+1 < len(ts) {
		next = ts[x.at+1].text
	}
	service := strings.Split(ts[0].text+"::", ":")[2]
	switch {
	case service == "rds-db" || next != "" && isSeparator([]rune(next)[0]):
		return append(fixed, ts[x.at+1:]...), true // the wildcard was not needed
	default:
		fixed = append(fixed, token{kind: literal, text: separator, raw: separator})
		return append(fixed, ts[x.at:]...), true
	}
}
