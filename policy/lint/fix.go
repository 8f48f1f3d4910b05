// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"bytes"
	"slices"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// fixes returns the fix of each issue, nil if none could be shown to work: the
// finding is gone and none as bad has come, what a control request may do it may
// still do, and the example is denied: by the fix alone, or together with those
// of the rule's other findings.
func (l *Linter) fixes(d *document, issues []issue) []*Fix {
	fixes := make([]*Fix, len(issues))
	open := map[string]bool{} // rules with a fix that does not yet suffice
	var lacking []int
	for i := range issues {
		for _, p := range issues[i].plans {
			fix, suffices := l.try(d, issues, &issues[i], p)
			if fix == nil {
				continue
			}
			if fixes[i] = fix; !suffices {
				open[issues[i].rule] = true
				lacking = append(lacking, i)
			}
			break
		}
	}
	for rule := range open {
		l.tryTogether(d, issues, fixes, lacking, rule)
	}
	return fixes
}

// try applies the plan. suffices is false if the example is still allowed.
func (l *Linter) try(d *document, issues []issue, is *issue, p plan) (fix *Fix, suffices bool) {
	fixed := d.edited(p.edits)
	if fixed == nil {
		return nil, false
	}
	after, _ := l.issues(fixed, true)
	if count(after, is) >= count(issues, is) || !isLess(weigh(after), weigh(issues)) || isWorse(d, fixed) {
		return nil, false
	}
	fix = &Fix{Description: p.description}
	for _, e := range inOrder(p.edits) {
		fix.Edits = append(fix.Edits, Edit{rangeOf(d.text, e.span), e.text})
	}
	now, then := d.usual(), fixed.usual()
	for _, r := range is.controls {
		if now == nil || !now.allows(r) {
			continue
		}
		if then == nil || !then.allows(r) {
			return nil, false
		}
		fix.Control = r
	}
	return fix, is.example == nil || !fixed.allows(is)
}

// tryTogether drops the fixes of the rule for which all of them are not enough.
func (l *Linter) tryTogether(d *document, issues []issue, fixes []*Fix, lacking []int, rule string) {
	var edits []edit
	for i, f := range fixes {
		if f == nil || issues[i].rule != rule {
			continue
		}
		for _, e := range f.Edits {
			edits = append(edits, edit{span{e.Range.Start.Offset, e.Range.End.Offset}, e.New})
		}
	}
	fixed := d.edited(edits)
	for _, i := range lacking {
		if issues[i].rule == rule && (fixed == nil || fixed.allows(&issues[i])) {
			fixes[i] = nil
		}
	}
}

// allows reports whether the document allows the issue's example.
func (d *document) allows(is *issue) bool {
	j := d.usual()
	for _, c := range is.candidates {
		if c.paste != "" && c.Action == is.example.Action && is.example.Policy != "" {
			j = d.judge(c.paste, true)
			break
		}
	}
	return j != nil && j.allows(is.example)
}

// edited returns the document with the edits made, or nil if it is JSON no
// more or the edits overlap.
func (d *document) edited(edits []edit) *document {
	edits = inOrder(edits)
	done := 0
	for _, e := range edits {
		if e.start < done {
			return nil
		}
		done = e.end
	}
	if done > len(d.text) || len(edits) == 0 {
		return nil
	}
	var out []byte
	done = 0
	for _, e := range edits {
		out = append(append(out, d.text[done:e.start]...), e.text...)
		done = e.end
	}
	fixed := parseDocument(append(out, d.text[done:]...))
	fixed.kind = d.kind
	if fixed.root == nil && d.root != nil {
		return nil
	}
	return fixed
}

// inOrder returns the edits in the order of the text.
func inOrder(edits []edit) []edit {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(x, y edit) int { return x.start - y.start })
	return edits
}

// isWorse reports whether AWS would save d, but not what became of it.
func isWorse(d, fixed *document) bool {
	return fixed.fault() != nil && d.fault() == nil
}

// fault returns why AWS would not save the document, filled in.
func (d *document) fault() error {
	if d.root == nil {
		return policy.Validate(d.clean, d.kind)
	}
	return policy.Validate(fillText(d.clean, d.root, own, false), d.kind)
}

// weigh returns how many issues there are of each severity, the worst first.
func weigh(issues []issue) [Error + 1]int {
	var n [Error + 1]int
	for i := range issues {
		n[Error-issues[i].severity]++
	}
	return n
}

func isLess(a, b [Error + 1]int) bool { return slices.Compare(a[:], b[:]) < 0 }

func count(issues []issue, like *issue) int {
	n := 0
	for i := range issues {
		if issues[i].rule == like.rule && issues[i].aspect == like.aspect {
			n++
		}
	}
	return n
}

// addCondition returns the edit that adds a key to the statement's conditions,
// and false if the operator has the key already.
func (d *document) addCondition(s *statement, operator, key, value string) (edit, bool) {
	member := quote(key) + ": " + value
	whole := quote(operator) + ": {" + member + "}"
	if s.condition == nil || s.condition.kind != '{' {
		if s.condition != nil || len(s.members) == 0 {
			return edit{}, false
		}
		at := s.members[len(s.members)-1].value.end
		return edit{span{at, at}, "," + d.gap(s.node) + `"Condition": {` + whole + "}"}, true
	}
	for _, op := range s.condition.members {
		if op.name.text != operator {
			continue
		}
		for _, k := range op.value.members {
			if k.name.text == key {
				return edit{}, false
			}
		}
		return d.addMember(op.value, member), true
	}
	return d.addMember(s.condition, whole), true
}

// addMember returns the edit that adds a member at the beginning of an object.
func (d *document) addMember(n *node, text string) edit {
	if len(n.members) == 0 {
		return edit{span{n.start + 1, n.start + 1}, text}
	}
	at := n.members[0].name.start
	gap := d.gap(n)
	if gap == "" {
		gap = " "
	}
	return edit{span{at, at}, text + "," + gap}
}

// gap returns the white space before the first member of an object or element
// of a list, in the place of which others can stand.
func (d *document) gap(n *node) string {
	first := n.end - 1
	switch {
	case len(n.members) > 0:
		first = n.members[0].name.start
	case len(n.elements) > 0:
		first = n.elements[0].start
	}
	return string(bytes.TrimLeft(d.clean[n.start:first], "{["))
}

// removeElement returns the edit that takes an element out of a list, and false
// if it is the only one.
func removeElement(list, e *node) (edit, bool) {
	i := slices.Index(list.elements, e)
	switch {
	case i < 0 || len(list.elements) == 1:
		return edit{}, false
	case i == 0:
		return edit{span: span{e.start, list.elements[1].start}}, true
	default:
		return edit{span: span{list.elements[i-1].end, e.end}}, true
	}
}

// addStatement returns the edits that put another statement after s.
func (d *document) addStatement(s *statement, text string) []edit {
	for _, m := range d.root.members {
		if m.name.text != "Statement" {
			continue
		}
		if m.value.kind == '[' {
			return []edit{{span{s.end, s.end}, "," + d.gap(m.value) + text}}
		}
		return []edit{{span{s.start, s.start}, "["}, {span{s.end, s.end}, ", " + text + "]"}}
	}
	return nil
}
