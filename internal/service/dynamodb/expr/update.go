// SPDX-License-Identifier: Apache-2.0

package expr

import "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"

// An Update is a compiled UpdateExpression.
type Update struct {
	set     *trie // of the targets' paths
	targets []target
	paths   Paths
	effort  effort
	actions []action
	source  *Placeholders // of the actions; nil if they have none
}

// A target is a path that an update writes to.
type target struct {
	path   Path
	static attr.Type // of the value that it will have, if known without an item, or 0
	effect effect
}

// An effort is what the right-hand sides of an update look at.
type effort struct {
	reads    int // paths looked up, and values made of others, of an item's size
	literals int // bytes
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
	return p.update(actions, errUpdateType)
}

func (p *Placeholders) update(actions []action, mismatch error) (*Update, error) {
	c := &updateCompiler{resolver: resolver{kind: updateKind, p: p}, mismatch: mismatch}
	if err := c.resolve(actions); err != nil {
		return nil, err
	}
	set, err := newTrie(updateKind, c.targets)
	if err != nil {
		return nil, err
	}
	u := &Update{set: set, paths: c.paths, actions: actions, source: p}
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
	mismatch error // of an attribute that is added to or deleted from
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
		t := target{path: c.targets[i]}
		switch a.section {
		case "REMOVE":
			t.effect = func(attr.Item) (outcome, error) { return outcome{removed: true}, nil }
		case "SET":
			x, err := c.expression(a.value)
			if err != nil {
				return err
			}
			u.effort.of(c, a.value)
			t.static, t.effect = x.static, assign(x)
		default:
			t = c.combine(a.section, t.path, c.literals[a.value])
			u.effort.of(c, a.value)
			u.effort.reads += 2
		}
		u.targets = append(u.targets, t)
	}
	return nil
}

// of adds what n and all below it look at: literals what they are, and paths and
// functions up to an item each.
func (e *effort) of(c *updateCompiler, n *node) {
	if n.kind == valueNode {
		e.literals += len(c.literals[n].Stored())
	} else {
		e.reads++
	}
	for _, a := range n.args {
		e.of(c, a)
	}
}

// combine makes the target of a section that makes of what is there and v what
// will be there.
func (c *updateCompiler) combine(section string, p Path, v attr.Value) target {
	t := target{path: p, static: v.Type()}
	switch section {
	case "ADD":
		t.effect = merged(p, v, c.mismatch, add)
	case "APPEND":
		t.effect = merged(p, v, c.mismatch, appendLists)
	default:
		t.static, t.effect = 0, subtract(p, v, c.mismatch)
	}
	return t
}

// longTypeNames are what the errors of ADD and DELETE call the data types.
var longTypeNames = map[attr.Type]string{
	attr.TypeS: "STRING", attr.TypeN: "NUMBER", attr.TypeB: "BINARY", attr.TypeNULL: "NULL",
	attr.TypeBOOL: "BOOLEAN", attr.TypeL: "LIST", attr.TypeM: "MAP",
}

func (c *updateCompiler) checkAddDelete(a action) error {
	t := c.literals[a.value].Type()
	var ok bool
	switch a.section {
	case "ADD":
		ok = t.IsSet() || t == attr.TypeN
	case "DELETE":
		ok = t.IsSet()
	case "APPEND":
		ok = t == attr.TypeL
	default:
		return nil
	}
	if ok {
		return nil
	}
	return updateKind.error("Incorrect operand type for operator or function; operator: " + a.section +
		", operand type: " + longTypeNames[t])
}

// Paths returns all document paths in the expression, read and written; they
// must not be changed.
func (u *Update) Paths() Paths { return u.paths }

// Work returns how many bytes Apply may look at for an item of that size before
// it writes the new one: what Condition.Work is for conditions.
func (u *Update) Work(size int) int { return u.effort.literals + u.effort.reads*size }

// CheckKeys returns the ValidationError of an update of the table's key.
func (u *Update) CheckKeys(table attr.Schema) error {
	for _, t := range u.targets {
		if _, ok := table.Find(t.path.Attribute()); ok && len(t.path) == 1 {
			return invalid(attr.InvalidParameters + "Cannot update attribute " + t.path.Attribute() +
				". This attribute is part of the key")
		}
	}
	return nil
}

// CheckIndexKeys returns the ValidationError of an update that gives an
// attribute of the index's key a value that is seen to be of another type
// before an item is. What is seen later, only the result tells.
func (u *Update) CheckIndexKeys(index attr.Schema, name string) error {
	for _, t := range u.targets {
		k, ok := index.Find(t.path.Attribute())
		if ok && len(t.path) == 1 && t.static != 0 && t.static != k.Type {
			return invalid(attr.InvalidParameters + "Type mismatch for Index Key " + k.Name + " Expected: " + k.Type.String() +
				" Actual: " + t.static.String() + " IndexName: " + name)
		}
	}
	return nil
}

// Updated returns what the update's targets lead to in an item: ReturnValues
// UPDATED_OLD of the item before the update, and UPDATED_NEW of the item after.
// Indexes are taken as they are written, in both.
func (u *Update) Updated(it attr.Item) attr.Item { return u.set.project(it) }
