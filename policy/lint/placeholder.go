// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// What examples are made of: the tenant who asks, and whose data it gets.
const (
	own      = "acme"
	other    = "globex"
	account  = "111122223333"
	region   = "us-east-1"
	roleName = "App"
)

// A placeholder is text that a template's user replaces.
type placeholder struct {
	span         // in the string
	text  string // as written
	fixed bool   // replaced once, when the policy is deployed; else with a tenant's own text
}

// placeholders finds {{name}}, {name}, [[name]], @@name@@, __NAME__, %(name)s, %s
// and ${name} without a colon, which stand for text of each tenant, and <name>,
// which stands for a fixed one. $name is none: ARNs have $LATEST and $aws.
func placeholders(s string) []placeholder {
	var all []placeholder
	for i := 0; i < len(s); {
		n, fixed := placeholderLen(s[i:])
		if n == 0 {
			i += max(1, variableLen(s[i:]))
			continue
		}
		all = append(all, placeholder{span{i, i + n}, s[i : i+n], fixed})
		i += n
	}
	return all
}

// maxPlaceholder is the length of the longest name of a placeholder, in bytes.
const maxPlaceholder = 64

// placeholderLen returns the length of the placeholder that s begins with, or
// 0.
func placeholderLen(s string) (n int, fixed bool) {
	for _, form := range [...]struct {
		open, end string
		fixed     bool
	}{
		{"{{{", "}}}", false},
		{"{{", "}}", false},
		{"${", "}", false},
		{"{", "}", false},
		{"<", ">", true},
		{"[[", "]]", false},
		{"@@", "@@", false},
		{"__", "__", false},
		{"%(", ")s", false},
	} {
		inner, ok := strings.CutPrefix(s, form.open)
		if !ok {
			continue
		}
		end := strings.Index(inner[:min(maxPlaceholder+len(form.end), len(inner))], form.end)
		if end < 1 || strings.ContainsAny(inner[:end], `:"'*?$<{/`) || form.open == "__" && !isLoud(inner[:end]) {
			continue
		}
		return len(form.open) + end + len(form.end), form.fixed
	}
	if strings.HasPrefix(s, "%s") || strings.HasPrefix(s, "%v") {
		return 2, false
	}
	return 0, false
}

// isLoud reports whether s is in capitals: other text may well have two underscores
// in a row, twice.
func isLoud(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' })
}

// sample returns what an example puts in the placeholder's stead.
func (p placeholder) sample(tenant string) string {
	if !p.fixed {
		return tenant
	}
	name := strings.Trim(p.text, "<>")
	switch {
	case strings.Contains(strings.ToLower(name), "region"):
		return region
	case strings.Contains(strings.ToLower(name), "account"):
		return account
	default:
		return strings.ReplaceAll(name, " ", "")
	}
}

// fill returns s with its placeholders replaced.
func fill(s, tenant string) string {
	var b strings.Builder
	done := 0
	for _, p := range placeholders(s) {
		b.WriteString(s[done:p.start] + p.sample(tenant))
		done = p.end
	}
	return b.String() + s[done:]
}

// fillText returns the document with the placeholders in all its values
// replaced. With paste, the tenant's text goes in as it is, as a template
// engine that knows nothing of JSON and of policies would do it.
func fillText(text []byte, root *node, tenant string, paste bool) []byte {
	var out []byte
	done := 0
	root.walk(func(n *node) {
		if n.kind != '"' || len(placeholders(n.text)) == 0 {
			return
		}
		out = append(out, text[done:n.start]...)
		if paste {
			out = append(out, fill(string(text[n.start:n.end]), tenant)...)
		} else {
			out = append(out, quote(fill(n.text, tenant))...)
		}
		done = n.end
	})
	return append(out, text[done:]...)
}

// walk calls f for every value, but not for the names of members.
func (n *node) walk(f func(*node)) {
	f(n)
	for _, m := range n.members {
		m.value.walk(f)
	}
	for _, e := range n.elements {
		e.walk(f)
	}
}

// quote returns s as a JSON string.
func quote(s string) string {
	b, err := jsontext.AppendQuote(nil, s)
	if err != nil {
		return `""` // not UTF-8, which no text from a document is
	}
	return string(b)
}
