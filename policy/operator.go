// SPDX-License-Identifier: Apache-2.0

package policy

import "strings"

// An operator is a condition operator without its prefix and suffix.
type operator struct {
	name    string
	base    comparison
	negated bool // the comparison must hold for none of the values
}

// A comparison is how one value of a request and one of a policy compare.
type comparison uint8

const (
	compareNull comparison = iota
	compareString
	compareStringFold
	compareGlob
	compareNumber
	compareDate
	compareBool
	compareBinary
	compareIP
	compareARN
)

// An order is which outcomes of comparing numbers or dates satisfy an
// operator.
type order uint8

const (
	less order = 1 << iota
	equal
	greater
)

// has reports whether o contains the sign of c.
func (o order) has(c int) bool {
	switch {
	case c < 0:
		return o&less != 0
	case c > 0:
		return o&greater != 0
	default:
		return o&equal != 0
	}
}

// plainOperators are those that compare for more than order.
var plainOperators = [...]operator{
	{"Null", compareNull, false},
	{"StringEquals", compareString, false},
	{"StringNotEquals", compareString, true},
	{"StringEqualsIgnoreCase", compareStringFold, false},
	{"StringNotEqualsIgnoreCase", compareStringFold, true},
	{"StringLike", compareGlob, false},
	{"StringNotLike", compareGlob, true},
	{"Bool", compareBool, false},
	{"BinaryEquals", compareBinary, false},
	{"IpAddress", compareIP, false},
	{"NotIpAddress", compareIP, true},
	{"ArnEquals", compareARN, false},
	{"ArnLike", compareARN, false},
	{"ArnNotEquals", compareARN, true},
	{"ArnNotLike", compareARN, true},
}

// orderedOperators are the suffixes of the Numeric and Date operators.
var orderedOperators = [...]struct {
	name    string
	order   order
	negated bool
}{
	{"Equals", equal, false},
	{"NotEquals", equal, true},
	{"LessThan", less, false},
	{"LessThanEquals", less | equal, false},
	{"GreaterThan", greater, false},
	{"GreaterThanEquals", greater | equal, false},
}

// A quantifier is the prefix of a condition operator.
type quantifier uint8

const (
	plain quantifier = iota
	forAllValues
	forAnyValue
)

var quantifierNames = [...]string{plain: "", forAllValues: "ForAllValues:", forAnyValue: "ForAnyValue:"}

const ifExistsSuffix = "IfExists"

// A test is a condition operator as written, taken apart.
type test struct {
	name     string // canonical, with prefix and suffix
	op       operator
	order    order // of numbers and dates
	set      quantifier
	ifExists bool
}

// parseTest takes apart the name of a condition operator, in any case. Null
// takes neither prefix nor suffix.
func parseTest(name string) (test, bool) {
	var t test
	rest := name
	for q := forAllValues; q <= forAnyValue; q++ {
		if r, ok := cutPrefixFold(rest, quantifierNames[q]); ok {
			t.set, rest = q, r
			break
		}
	}
	if n := len(rest) - len(ifExistsSuffix); n >= 0 && strings.EqualFold(rest[n:], ifExistsSuffix) {
		t.ifExists, rest = true, rest[:n]
	}
	if !t.setOperator(rest) {
		return test{}, false
	}
	if t.op.base == compareNull && (t.set != plain || t.ifExists) {
		return test{}, false
	}
	t.name = quantifierNames[t.set] + t.op.name
	if t.ifExists {
		t.name += ifExistsSuffix
	}
	return t, true
}

// setOperator finds the operator of this name without prefix and suffix.
func (t *test) setOperator(name string) bool {
	for _, op := range plainOperators {
		if strings.EqualFold(name, op.name) {
			t.op = op
			return true
		}
	}
	for _, family := range [...]operator{{"Numeric", compareNumber, false}, {"Date", compareDate, false}} {
		suffix, ok := cutPrefixFold(name, family.name)
		if !ok {
			continue
		}
		for _, o := range orderedOperators {
			if strings.EqualFold(suffix, o.name) {
				t.op = operator{family.name + o.name, family.base, o.negated}
				t.order = o.order
				return true
			}
		}
	}
	return false
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
