// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"encoding/base64"
	"net/netip"
	"strings"
)

// A condition is one key under one operator of a Condition element.
type condition struct {
	test   test
	key    string // in lower case
	values []conditionValue
}

// A conditionValue is one value of a policy, compiled for its operator.
type conditionValue struct {
	text   string // as written
	glob   pattern
	arn    *arnPattern
	number number
	date   instant
	prefix netip.Prefix
	bytes  string
	isTrue bool
	valid  bool // text is a value of the operator's type
}

// compileCondition compiles the values for the test. It fails on a malformed
// variable only; a value of the wrong type compares as unknown.
func compileCondition(t test, key string, texts []string, variables bool) (condition, error) {
	c := condition{test: t, key: strings.ToLower(key), values: make([]conditionValue, len(texts))}
	for i, text := range texts {
		v := &c.values[i]
		v.text = text
		if err := v.compile(t.op.base, variables); err != nil {
			return condition{}, err
		}
	}
	return c, nil
}

func (v *conditionValue) compile(base comparison, variables bool) (err error) {
	v.valid = true
	switch base {
	case compareString, compareStringFold:
		v.glob, err = compilePattern(v.text, syntax{variables: variables})
	case compareGlob:
		v.glob, err = compilePattern(v.text, syntax{wildcards: true, variables: variables})
	case compareARN:
		v.arn, err = compileARNPattern(v.text, variables)
	case compareBool:
		v.isTrue, v.valid = parseBool(v.text)
		v.glob, err = compilePattern(v.text, syntax{variables: variables})
	case compareNull:
		v.isTrue, v.valid = parseBool(v.text)
	case compareNumber:
		v.number, v.valid = parseNumber(v.text)
	case compareDate:
		v.date, v.valid = parseInstant(v.text)
	case compareIP:
		v.prefix, v.valid = parseCIDR(v.text)
	case compareBinary:
		b, decErr := base64.StdEncoding.DecodeString(v.text)
		v.bytes, v.valid = string(b), decErr == nil
	}
	return err
}

// match evaluates the condition, for keys that are absent, single-valued and
// multivalued as the IAM user guide describes them. A multivalued key without
// a set operator never matches.
func (c *condition) match(ctx Context) answer {
	x := ctx.Lookup(c.key)
	t := &c.test
	switch {
	case t.op.base == compareNull:
		return c.matchNull(x)
	case x.Absent():
		return answerOf(t.ifExists || t.set == forAllValues || t.set == plain && t.op.negated)
	case t.set == plain && x.Multi():
		return no
	case t.set == plain:
		return c.matchOne(ctx, x.one)
	case x.isNullSet():
		return answerOf(t.set == forAllValues)
	}
	ans := answerOf(t.set == forAllValues)
	for i := range x.Len() {
		a := c.matchOne(ctx, x.At(i))
		if t.set == forAllValues {
			ans = min(ans, a)
		} else {
			ans = max(ans, a)
		}
	}
	return ans
}

func (c *condition) matchNull(x Value) answer {
	ans := c.ofNone()
	for i := range c.values {
		v := &c.values[i]
		if !v.valid {
			ans = max(ans, unknown)
			continue
		}
		ans = max(ans, answerOf(v.isTrue == x.Absent()))
	}
	return ans
}

// matchOne compares one value of the request with all of the policy's: one
// must match, or with a negated operator none may.
func (c *condition) matchOne(ctx Context, x string) answer {
	ans := c.ofNone()
	for i := 0; i < len(c.values) && ans != yes; i++ {
		ans = max(ans, c.values[i].match(&c.test, ctx, x))
	}
	if c.test.op.negated {
		return ans.not()
	}
	return ans
}

// ofNone is the answer of comparing with no value at all, about which AWS says
// nothing if there is none in the policy.
func (c *condition) ofNone() answer {
	if len(c.values) == 0 {
		return unknown
	}
	return no
}

func (v *conditionValue) match(t *test, ctx Context, x string) answer {
	switch t.op.base {
	case compareString, compareGlob:
		return v.glob.equals(ctx, x, exact)
	case compareStringFold:
		return v.glob.equals(ctx, x, foldUnicode)
	case compareARN:
		return v.arn.match(ctx, x)
	case compareBool:
		return v.matchBool(ctx, x)
	case compareBinary:
		return v.sure(true, v.bytes == x)
	case compareNumber:
		n, ok := parseNumber(x)
		return v.sure(ok, t.order.has(n.compare(v.number)))
	case compareDate:
		d, ok := parseInstant(x)
		return v.sure(ok, t.order.has(d.compare(v.date)))
	default: // compareIP
		a, err := netip.ParseAddr(x)
		return v.sure(err == nil && a.Zone() == "", v.prefix.Contains(a))
	}
}

// sure returns the answer of a comparison for which both sides must be valid.
func (v *conditionValue) sure(valid, equal bool) answer {
	if !valid || !v.valid {
		return unknown
	}
	return answerOf(equal)
}

func (v *conditionValue) matchBool(ctx Context, x string) answer {
	b, ok := parseBool(x)
	if v.glob.vars == 0 || !ok {
		return v.sure(ok, b == v.isTrue)
	}
	return v.glob.equals(ctx, x, foldUnicode)
}

// equals matches x. Nothing equals an unresolvable variable; an empty value is
// a value.
func (p *pattern) equals(ctx Context, x string, f fold) answer {
	if len(p.tokens) == 1 && p.vars == 1 && f == exact { // by far the most common
		v, res := p.tokens[0].resolve(ctx)
		return answerOf(res != unresolved && v == x)
	}
	var buf [8]string
	vals, res := p.resolve(ctx, buf[:0])
	return answerOf(res != unresolved && p.match(vals, x, f))
}

func parseBool(s string) (value, ok bool) {
	if strings.EqualFold(s, "true") {
		return true, true
	}
	return false, strings.EqualFold(s, "false")
}

// parseCIDR reads a block of addresses; a bare address is a block of one.
func parseCIDR(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err == nil
}
