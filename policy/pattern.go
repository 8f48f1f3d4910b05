// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"strings"
)

// A pattern is text with wildcards and variables, compiled to tokens.
type pattern struct {
	tokens []token
	vars   int // number of variables; variable i of the tokens has slot i
}

// A token is one step of a pattern.
type token struct {
	kind tokenKind
	text string // literal: the text; variable: its default
	key  string // variable: the condition key, in lower case
	slot int    // variable: where its value stands
	dflt bool   // variable: has a default
}

type tokenKind uint8

const (
	literal  tokenKind = iota
	anyRun             // *
	anyOne             // ?
	variable           // ${key} or ${key, 'default'}
)

var errVariable = errors.New("malformed policy variable")

// A syntax says what is special in a text.
type syntax struct {
	wildcards bool // * and ?
	variables bool // ${…}
}

// compilePattern compiles text. It fails on a malformed variable only.
func compilePattern(text string, sx syntax) (pattern, error) {
	c := patternCompiler{}
	for text != "" {
		switch {
		case sx.wildcards && text[0] == '*':
			c.wildcard(anyRun)
			text = text[1:]
		case sx.wildcards && text[0] == '?':
			c.wildcard(anyOne)
			text = text[1:]
		case sx.variables && strings.HasPrefix(text, "${"):
			n, err := c.variable(text)
			if err != nil {
				return pattern{}, err
			}
			text = text[n:]
		default:
			n := plainLen(text)
			c.lit.WriteString(text[:n])
			text = text[n:]
		}
	}
	c.flush()
	return c.p, nil
}

// plainLen returns the length of the text up to the next byte that may be
// special; at least 1.
func plainLen(text string) int {
	if n := strings.IndexAny(text[1:], "*?$"); n >= 0 {
		return n + 1
	}
	return len(text)
}

type patternCompiler struct {
	p   pattern
	lit strings.Builder // of the literal being read
}

func (c *patternCompiler) flush() {
	if c.lit.Len() > 0 {
		c.p.tokens = append(c.p.tokens, token{kind: literal, text: c.lit.String()})
		c.lit.Reset()
	}
}

func (c *patternCompiler) wildcard(k tokenKind) {
	c.flush()
	if n := len(c.p.tokens); k == anyRun && n > 0 && c.p.tokens[n-1].kind == anyRun {
		return
	}
	c.p.tokens = append(c.p.tokens, token{kind: k})
}

// variable reads the variable that text begins with and returns its length.
func (c *patternCompiler) variable(text string) (int, error) {
	n, err := variableLen(text)
	if err != nil {
		return 0, err
	}
	inner := text[len("${") : n-len("}")]
	if inner == "*" || inner == "?" || inner == "$" {
		c.lit.WriteString(inner)
		return n, nil
	}
	key, dflt, ok := strings.Cut(inner, ",")
	if ok {
		dflt = dflt[len(" '") : len(dflt)-len("'")]
	}
	c.flush()
	c.p.tokens = append(c.p.tokens, token{kind: variable, key: strings.ToLower(key), text: dflt, dflt: ok, slot: c.p.vars})
	c.p.vars++
	return n, nil
}

// variableLen returns the length of the variable that text, which begins with
// "${", begins with.
func variableLen(text string) (int, error) {
	end := strings.IndexAny(text, ",}")
	if end <= len("${") {
		return 0, errVariable
	}
	if strings.ContainsAny(text[len("${"):end], "${'") && text[:end] != "${$" {
		return 0, errVariable
	}
	if text[end] == '}' {
		return end + 1, nil
	}
	if !strings.HasPrefix(text[end:], ", '") {
		return 0, errVariable
	}
	start := end + len(", '")
	n := strings.IndexByte(text[start:], '\'')
	if n < 0 || !strings.HasPrefix(text[start+n:], "'}") {
		return 0, errVariable
	}
	return start + n + len("'}"), nil
}

func hasWildcard(s string) bool { return strings.ContainsAny(s, "*?") }

// leading returns the literal text that everything the pattern matches begins
// with.
func (p *pattern) leading() string {
	if len(p.tokens) > 0 && p.tokens[0].kind == literal {
		return p.tokens[0].text
	}
	return ""
}

// A resolution says what became of a pattern's variables.
type resolution uint8

const (
	resolved   resolution = iota
	empty                 // all have a value, but one is the empty string
	unresolved            // one has no value
)

// resolve looks every variable up once and appends the values to buf.
func (p *pattern) resolve(ctx Context, buf []string) ([]string, resolution) {
	if p.vars == 0 {
		return buf, resolved
	}
	res := resolved
	for i := range p.tokens {
		t := &p.tokens[i]
		if t.kind != variable {
			continue
		}
		v, r := t.resolve(ctx)
		res = max(res, r)
		buf = append(buf, v)
	}
	return buf, res
}

// resolve returns the variable's value. A multivalued key has none, and then a
// default does not help, as the key is not absent.
func (t *token) resolve(ctx Context) (string, resolution) {
	switch v := ctx.Lookup(t.key); {
	case v.Absent() && t.dflt:
		return t.text, resolved
	case v.Absent() || v.Multi():
		return "", unresolved
	case v.one == "":
		return "", empty
	default:
		return v.one, resolved
	}
}
