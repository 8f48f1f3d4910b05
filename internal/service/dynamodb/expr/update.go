// SPDX-License-Identifier: Apache-2.0

package expr

import "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"

// An Update is a compiled UpdateExpression.
type Update struct {
	set     *trie    // of the targets
	targets []Path   // that the update writes to
	effects []effect // of the targets
	paths   Paths
}

// An effect computes what becomes of a target, from the item before the update.
type effect func(old attr.Item) (outcome, error)

// An outcome is a target's new value, or that it goes, or, if it is zero, that
// it stays as it is.
type outcome struct {
	value   attr.Value
	removed bool
}

// Update compiles an UpdateExpression.
func (p *Placeholders) Update(text string) (*Update, error) {
	actions, repeated, err := parseUpdate(text)
	if err != nil {
		return nil, err
	}
	if err := checkUpdate(actions, repeated); err != nil {
		return nil, err
	}
	c := &updateCompiler{resolver: resolver{kind: updateKind, p: p}}
	if err := c.resolve(actions); err != nil {
		return nil, err
	}
	set, err := newTrie(updateKind, c.targets)
	if err != nil {
		return nil, err
	}
	u := &Update{set: set, paths: c.paths}
	return u, c.compile(actions, u)
}

// updateFunctions are the functions of updates and how many operands each takes.
var updateFunctions = map[string]int{"if_not_exists": 2, "list_append": 2}

// checkUpdate makes the checks that need no placeholders.
func checkUpdate(actions []action, repeated string) error {
	for _, a := range actions {
		for _, n := range a.nodes() {
			if err := updateKind.checkReserved(n); err != nil {
				return err
			}
		}
	}
	for _, a := range actions {
		for _, n := range a.nodes() {
			if err := updateKind.checkFunctions(n, updateFunctions); err != nil {
				return err
			}
		}
	}
	if repeated != "" {
		return updateKind.error(`The "` + repeated + `" section can only be used once in an update expression;`)
	}
	return nil
}

// nodes returns the target and, if there is one, the value.
func (a action) nodes() []*node {
	if a.value == nil {
		return []*node{a.path}
	}
	return []*node{a.path, a.value}
}

// An updateCompiler puts placeholders in place. All names are looked at before
// any value, so what was found is kept by node.
type updateCompiler struct {
	resolver
	targets  []Path
	resolved map[*node]Path
	literals map[*node]attr.Value
}

func (c *updateCompiler) resolve(actions []action) error {
	c.resolved, c.literals = map[*node]Path{}, map[*node]attr.Value{}
	for _, a := range actions {
		for _, n := range a.nodes() {
			if err := n.walk(c.resolvePath); err != nil {
				return err
			}
		}
		c.targets = append(c.targets, c.resolved[a.path])
	}
	for _, a := range actions {
		if a.value == nil {
			continue
		}
		if err := a.value.walk(c.resolveValue); err != nil {
			return err
		}
	}
	return nil
}

func (c *updateCompiler) resolvePath(n *node) (err error) {
	if n.kind == pathNode {
		c.resolved[n], err = c.path(n)
	}
	return err
}

func (c *updateCompiler) resolveValue(n *node) (err error) {
	if n.kind == valueNode {
		c.literals[n], err = c.value(n)
	}
	return err
}

// compile checks the operands and makes the effects. Those of ADD and DELETE
// are checked first, as AWS does.
func (c *updateCompiler) compile(actions []action, u *Update) error {
	for _, a := range actions {
		if err := c.checkAddDelete(a); err != nil {
			return err
		}
	}
	for i, a := range actions {
		var e effect
		switch a.section {
		case "REMOVE":
			e = func(attr.Item) (outcome, error) { return outcome{removed: true}, nil }
		case "ADD":
			e = add(c.targets[i], c.literals[a.value])
		case "DELETE":
			e = subtract(c.targets[i], c.literals[a.value])
		default:
			x, err := c.expression(a.value)
			if err != nil {
				return err
			}
			e = assign(x)
		}
		u.targets = append(u.targets, c.targets[i])
		u.effects = append(u.effects, e)
	}
	return nil
}

// longTypeNames are what the errors of ADD and DELETE call the data types.
var longTypeNames = map[attr.Type]string{
	attr.TypeS: "STRING", attr.TypeN: "NUMBER", attr.TypeB: "BINARY", attr.TypeNULL: "NULL",
	attr.TypeBOOL: "BOOLEAN", attr.TypeL: "LIST", attr.TypeM: "MAP",
}

func (c *updateCompiler) checkAddDelete(a action) error {
	if a.section != "ADD" && a.section != "DELETE" {
		return nil
	}
	t := c.literals[a.value].Type()
	if t.IsSet() || (t == attr.TypeN && a.section == "ADD") {
		return nil
	}
	return updateKind.error("Incorrect operand type for operator or function; operator: " + a.section +
		", operand type: " + longTypeNames[t])
}

// Paths returns all document paths in the expression, read and written; they
// must not be changed.
func (u *Update) Paths() Paths { return u.paths }

// CheckKeys returns the ValidationError of an update of the table's key.
func (u *Update) CheckKeys(table attr.Schema) error {
	for _, t := range u.targets {
		if _, ok := table.Find(t.Attribute()); ok && len(t) == 1 {
			return invalid(attr.InvalidParameters + "Cannot update attribute " + t.Attribute() +
				". This attribute is part of the key")
		}
	}
	return nil
}

// UpdatedOld returns what the update's targets lead to in the item before the
// update, as ReturnValues UPDATED_OLD does.
func (u *Update) UpdatedOld(old attr.Item) attr.Item { return u.set.project(old) }
