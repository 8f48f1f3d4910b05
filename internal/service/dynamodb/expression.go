// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// checkClauses refuses placeholders without an expression. Placeholders of
// values need one of takers, which AWS names.
func checkClauses(names map[string]string, values itemInput, takers []clause, others ...clause) error {
	taken := anyGiven(takers)
	if names != nil && !taken && !anyGiven(others) {
		return invalid("ExpressionAttributeNames can only be specified when using expressions")
	}
	if values.Present() && !taken {
		texts := make([]string, len(takers))
		for i, c := range takers {
			texts[i] = c.name
		}
		verb := " is null"
		if len(texts) > 1 {
			verb = " are null"
		}
		return invalid("ExpressionAttributeValues can only be specified when using expressions: %s%s", strings.Join(texts, " and "), verb)
	}
	return nil
}

func anyGiven(clauses []clause) bool {
	for _, c := range clauses {
		if c.text != nil {
			return true
		}
	}
	return false
}

// compile compiles text with f, one of the methods of [expr.Placeholders];
// nil is nil.
func compile[T any](text *string, f func(string) (*T, error)) (*T, error) {
	if text == nil {
		return nil, nil
	}
	out, err := f(*text)
	return out, validation(err)
}

// compileTo is compile, but leaves what to points to as it is if there is no
// text.
func compileTo[T any](to **T, text *string, f func(string) (*T, error)) (err error) {
	if text != nil {
		*to, err = compile(text, f)
	}
	return err
}

// placeholders reads the placeholders of a request's expressions.
func placeholders(names map[string]string, values itemInput) (*expr.Placeholders, error) {
	p, err := expr.NewPlaceholders(names, values.Input)
	return p, validation(err)
}

// compileCondition compiles the one expression of a request that has only a
// condition; nil if it has none.
func compileCondition(text *string, names map[string]string, values itemInput) (*expr.Condition, error) {
	if text == nil { // and so no placeholders
		return nil, nil
	}
	p, err := placeholders(names, values)
	if err != nil {
		return nil, err
	}
	c, err := compile(text, p.Condition)
	if err != nil {
		return nil, err
	}
	return c, validation(p.CheckUnused())
}

// compileProjection compiles the one expression of a request that has only a
// projection; nil if it has none.
func compileProjection(text *string, names map[string]string) (*expr.Projection, error) {
	if text == nil { // and so no placeholders
		return nil, nil
	}
	p, err := placeholders(names, itemInput{})
	if err != nil {
		return nil, err
	}
	c, err := compile(text, p.Projection)
	if err != nil {
		return nil, err
	}
	return c, validation(p.CheckUnused())
}

// maxEffort is how many bytes of items and values the expressions of one call
// that writes may look at: some hundred times the largest item. Texts of a few
// kilobytes can ask for much more, and attributes to update for more than that.
const maxEffort = 128 << 20

// effort returns how many bytes a condition and an update, either of which may
// be nil, look at in the item.
func effort(c *expr.Condition, u *expr.Update, it attr.Item) int {
	size, n := sizeOf(it), 0
	if c != nil {
		n += c.Work(size)
	}
	if u != nil {
		n += u.Work(size)
	}
	return n
}

// checkEffort refuses expressions that look at n bytes if that is too much: while
// they are evaluated, nobody else gets the processor.
func checkEffort(n int) error {
	if n > maxEffort {
		return invalid("The expressions of the request look at too many bytes of items and values; the limit is %d", maxEffort)
	}
	return nil
}

// conditionPaths returns the paths of a condition, which may be nil.
func conditionPaths(c *expr.Condition) expr.Paths {
	if c == nil {
		return nil
	}
	return c.Paths()
}

// projectionPaths returns the paths of a projection, which may be nil.
func projectionPaths(p *expr.Projection) expr.Paths {
	if p == nil {
		return nil
	}
	return p.Paths()
}

// holds reports whether the item meets the condition; no condition is met by
// all.
func holds(c *expr.Condition, it attr.Item) bool { return c == nil || c.Eval(it) }

// project returns what the projection shows of the item; no projection shows
// all.
func project(p *expr.Projection, it attr.Item) attr.Item {
	if p == nil {
		return it
	}
	return p.Project(it)
}

// updatePaths returns the paths of an update, which may be nil.
func updatePaths(u *expr.Update) expr.Paths {
	if u == nil {
		return nil
	}
	return u.Paths()
}

// selectOf returns dynamodb:Select of operations that read items by key.
func selectOf(p *expr.Projection) string {
	if p == nil {
		return selectAll
	}
	return selectSpecific
}
