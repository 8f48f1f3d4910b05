// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/base64"
	"math/big"
	"net"
	"strconv"
	"strings"
	"time"
)

// A symbol is a character of a pattern, or one of the two below.
type symbol = rune

const (
	manyRunes symbol = -1
	oneRune   symbol = -2
)

// symbols returns text without variables as a pattern.
func symbols(text string, wildcards bool) []symbol {
	ss := []symbol(text)
	for i, c := range ss {
		if wildcards && c == '*' {
			ss[i] = manyRunes
		} else if wildcards && c == '?' {
			ss[i] = oneRune
		}
	}
	return ss
}

// glob tries everything.
func glob(pattern []symbol, s []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(s) == 0
	case pattern[0] == manyRunes:
		return glob(pattern[1:], s) || len(s) > 0 && glob(pattern, s[1:])
	default:
		return len(s) > 0 && (pattern[0] == oneRune || pattern[0] == s[0]) && glob(pattern[1:], s[1:])
	}
}

// What became of the variables of a pattern.
type expansion int

const (
	hasAll   expansion = iota
	hasEmpty           // one's value is the empty string
	hasNone            // one has no value
)

// expand returns the pattern with its variables replaced by their values.
func (q *question) expand(text string, wildcards, variables bool) ([]symbol, expansion) {
	var ss []symbol
	state := hasAll
	for text != "" {
		end := strings.Index(text, "}")
		if !variables || !strings.HasPrefix(text, "${") || end < 0 {
			c := []rune(text)[0]
			ss = append(ss, symbols(string(c), wildcards)...)
			text = text[len(string(c)):]
			continue
		}
		inner := text[2:end]
		text = text[end+1:]
		if inner == "*" || inner == "?" || inner == "$" {
			ss = append(ss, rune(inner[0]))
			continue
		}
		key, dflt, hasDefault := strings.Cut(inner, ", ")
		v := q.r.Context.Lookup(strings.ToLower(key))
		switch {
		case v.Absent() && hasDefault:
			ss = append(ss, []rune(strings.Trim(dflt, "'"))...)
		case v.Absent() || v.Multi():
			state = hasNone
		default:
			if v.At(0) == "" {
				state = max(state, hasEmpty)
			}
			ss = append(ss, []rune(v.At(0))...)
		}
	}
	return ss, state
}

// splitOutside splits at the first five colons that are in no variable.
func splitOutside(text string, variables bool) []string {
	parts := []string{""}
	inside := false
	for i, c := range text {
		last := &parts[len(parts)-1]
		switch {
		case variables && strings.HasPrefix(text[i:], "${"):
			inside = true
		case c == '}':
			inside = false
		case c == ':' && !inside && len(parts) < 6:
			parts = append(parts, "")
			continue
		}
		*last += string(c)
	}
	return parts
}

func (q *question) conditions(s map[string]any, variables bool) truth {
	all := isTrue
	operators, _ := s["Condition"].(map[string]any)
	for operator, keys := range operators {
		for key, values := range keys.(map[string]any) {
			all = min(all, q.condition(strings.ToLower(operator), strings.ToLower(key), texts(values), variables))
		}
	}
	return all
}

func texts(values any) []string {
	var ss []string
	for _, v := range listOf(values) {
		switch v := v.(type) {
		case string:
			ss = append(ss, v)
		case bool:
			ss = append(ss, strconv.FormatBool(v))
		case float64:
			ss = append(ss, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	return ss
}

// condition follows the table of what absent, single and multivalued keys do.
func (q *question) condition(operator, key string, values []string, variables bool) truth {
	set := ""
	for _, prefix := range []string{"forallvalues:", "foranyvalue:"} {
		if rest, ok := strings.CutPrefix(operator, prefix); ok {
			set, operator = prefix, rest
		}
	}
	operator, ifExists := strings.CutSuffix(operator, "ifexists")
	base := strings.Replace(operator, "not", "", 1)
	v := q.r.Context.Lookup(key)
	compare := func(x string) truth { return q.compareAll(operator, base, x, values, variables) }
	switch {
	case base == "null":
		return q.null(v.Absent(), values)
	case v.Absent() && ifExists:
		return isTrue
	case set == "" && v.Absent():
		return truthOf(base != operator)
	case set == "" && v.Multi():
		return isFalse
	case set == "":
		return compare(v.At(0))
	}
	var elements []string
	for i := range v.Len() {
		elements = append(elements, v.At(i))
	}
	if len(elements) == 1 && elements[0] == "" {
		elements = nil
	}
	all, some := isTrue, isFalse
	for _, x := range elements {
		all, some = min(all, compare(x)), max(some, compare(x))
	}
	if set == "forallvalues:" {
		return all
	}
	return some
}

func (q *question) null(absent bool, values []string) truth {
	found := isFalse
	if len(values) == 0 {
		found = doubtful
	}
	for _, v := range values {
		if b, err := strconv.ParseBool(strings.ToLower(v)); err != nil || len(v) < 4 {
			found = max(found, doubtful)
		} else {
			found = max(found, truthOf(b == absent))
		}
	}
	return found
}

// compareAll is true if one of the values compares, and for a negated operator
// if none does.
func (q *question) compareAll(operator, base, x string, values []string, variables bool) truth {
	found := isFalse
	if len(values) == 0 {
		found = doubtful
	}
	for _, v := range values {
		found = max(found, q.compare(base, x, v, variables))
	}
	if operator != base {
		return not(found)
	}
	return found
}

func (q *question) compare(base, x, v string, variables bool) truth {
	switch base {
	case "stringequals", "stringlike":
		ss, state := q.expand(v, base == "stringlike", variables)
		return truthOf(state != hasNone && glob(ss, []rune(x)))
	case "stringequalsignorecase":
		ss, state := q.expand(v, false, variables)
		return truthOf(state != hasNone && strings.EqualFold(string(ss), x))
	case "arnequals", "arnlike":
		return truthOf(q.compareARN(x, v, variables))
	case "bool":
		return q.compareBool(x, v, variables)
	case "binaryequals":
		raw, err := base64.StdEncoding.DecodeString(v)
		return known(err == nil, string(raw) == x)
	case "ipaddress":
		return compareIP(x, v)
	}
	if order, ok := strings.CutPrefix(base, "numeric"); ok {
		a, okA := readNumber(x)
		b, okB := readNumber(v)
		return known(okA && okB, okA && okB && inOrder(order, a.Cmp(b)))
	}
	order := strings.TrimPrefix(base, "date")
	a, okA := readTime(x)
	b, okB := readTime(v)
	return known(okA && okB, inOrder(order, a.Compare(b)))
}

func known(valid, b bool) truth {
	if !valid {
		return doubtful
	}
	return truthOf(b)
}

func inOrder(order string, c int) bool {
	switch order {
	case "equals":
		return c == 0
	case "lessthan":
		return c < 0
	case "lessthanequals":
		return c <= 0
	case "greaterthan":
		return c > 0
	case "greaterthanequals":
		return c >= 0
	}
	panic("no order " + order)
}

func (q *question) compareARN(x, v string, variables bool) bool {
	asked := strings.SplitN(x, ":", 6)
	if len(asked) != 6 || asked[0] != "arn" {
		return false
	}
	parts := splitOutside(v, variables)
	if len(parts) == 1 && strings.HasPrefix(v, "${") && strings.Index(v, "}") == len(v)-1 {
		parts, asked = []string{v}, []string{x}
	}
	if len(parts) != len(asked) || len(parts) == 6 && parts[0] != "arn" {
		return false
	}
	for i := range parts {
		ss, state := q.expand(parts[i], true, variables)
		if state == hasNone || !glob(ss, []rune(asked[i])) {
			return false
		}
	}
	return true
}

func (q *question) compareBool(x, v string, variables bool) truth {
	boolean := func(s string) bool { return strings.EqualFold(s, "true") || strings.EqualFold(s, "false") }
	escapes := strings.NewReplacer("${*}", "", "${?}", "", "${$}", "")
	if variables && strings.Contains(escapes.Replace(v), "${") {
		ss, state := q.expand(v, false, variables)
		return known(boolean(x), state != hasNone && strings.EqualFold(string(ss), x))
	}
	return known(boolean(x) && boolean(v), strings.EqualFold(x, v))
}

func compareIP(x, v string) truth {
	ip := net.ParseIP(x)
	_, block, err := net.ParseCIDR(v)
	if single := net.ParseIP(v); single != nil {
		return known(ip != nil, single.Equal(ip))
	}
	return known(ip != nil && err == nil, err == nil && block.Contains(ip))
}

func readNumber(s string) (*big.Rat, bool) {
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "+"), "-")
	if s == "" || len(s)-len(digits) > 1 || strings.Trim(digits, "0123456789.") != "" || strings.Count(digits, ".") > 1 || strings.Trim(digits, ".") == "" {
		return nil, false
	}
	if !strings.Contains(digits, ".") {
		digits += "."
	}
	return new(big.Rat).SetString(signOf(s) + "0" + digits + "0")
}

func signOf(s string) string {
	if strings.HasPrefix(s, "-") {
		return "-"
	}
	return ""
}

func readTime(s string) (time.Time, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) != 4 && strings.Trim(s, "0123456789") == "" {
		return time.Unix(n, 0), true
	}
	for _, layout := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
