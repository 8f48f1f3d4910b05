// SPDX-License-Identifier: Apache-2.0

package policy

import "slices"

// Keys returns the condition keys on which it depends whether statement i
// applies: those of its conditions and its variables, in lower case, sorted,
// each once. The result must not be changed.
func (p *Policy) Keys(i int) []string { return p.statements[i].keys }

// Keys returns the condition keys on which the decision of r may depend: those
// of every statement that may be about the action. They are in lower case,
// sorted, each once. With a context of these keys alone, [Policies.Evaluate]
// and [Policies.Explain] answer as with the whole.
func (p *Policies) Keys(r *Request) []string {
	var e evaluation
	if !e.begin(p, r) {
		return nil
	}
	var keys []string
	for of := range p.All {
		for i := range of.statements {
			if s := &of.statements[i]; s.matchAction(&e) != no {
				keys = append(keys, s.keys...)
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// A Fact is a condition key, in lower case, with the value that a request
// carries for it.
type Fact struct {
	Key   string
	Value Value
}

// Facts returns what ctx carries of the keys of statement i: see [Policy.Keys].
func (p *Policy) Facts(i int, ctx Context) []Fact {
	if ctx == nil {
		return nil
	}
	return facts(p.Keys(i), ctx)
}

// Facts returns what the request carries of the keys on which its decision may
// depend: see [Policies.Keys].
func (p *Policies) Facts(r *Request) []Fact {
	if r.Context == nil {
		return nil
	}
	return facts(p.Keys(r), r.Context)
}

func facts(keys []string, ctx Context) []Fact {
	if len(keys) == 0 {
		return nil
	}
	out := make([]Fact, 0, len(keys))
	for _, key := range keys {
		if v := ctx.Lookup(key); !v.Absent() {
			out = append(out, Fact{key, v})
		}
	}
	return out
}

// All yields every policy with the level of SCPs and RCPs, counted from 1 for
// the root, or 0.
func (p *Policies) All(yield func(of *Policy, level int) bool) {
	for _, levels := range [...][][]*Policy{p.RCPs, p.SCPs} {
		for i, level := range levels {
			for _, of := range level {
				if !yield(of, i+1) {
					return
				}
			}
		}
	}
	for _, policies := range [...][]*Policy{p.Resource, p.Identity, p.Boundary, p.Session} {
		for _, of := range policies {
			if !yield(of, 0) {
				return
			}
		}
	}
}

// keysUsed returns the keys of the statement's conditions and variables.
func (s *statement) keysUsed() []string {
	var keys []string
	s.eachVariable(func(t *token) { keys = append(keys, t.key) })
	for i := range s.conditions {
		keys = append(keys, s.conditions[i].key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// eachVariable calls f with every variable of the statement's resources and
// conditions, in order, as often as it is there.
func (s *statement) eachVariable(f func(*token)) {
	for i := range s.resources {
		r := &s.resources[i]
		r.rest.eachVariable(f)
		if r.loose != nil {
			r.loose.eachVariable(f)
		}
	}
	for i := range s.conditions {
		for j := range s.conditions[i].values {
			v := &s.conditions[i].values[j]
			v.glob.eachVariable(f)
			if v.arn == nil {
				continue
			}
			for k := range v.arn.parts {
				v.arn.parts[k].eachVariable(f)
			}
		}
	}
}

func (p *pattern) eachVariable(f func(*token)) {
	for i := range p.tokens {
		if p.tokens[i].kind == variable {
			f(&p.tokens[i])
		}
	}
}
