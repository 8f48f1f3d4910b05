// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A builder makes requests of a tenant called [own] for which a statement
// applies. Whether it does is for the engine to say.
type builder struct {
	c *catalogue
	d *document
	s *statement
}

// An aim is what a request is to show. Keys of set that are nil are not in the
// request; the statement's conditions decide about those that are not in set.
type aim struct {
	note     string
	action   string
	resource string // "": the first that the statement names
	set      map[string]any
}

// A keys is a context that is being made: names as written, by name in lower
// case.
type keys map[string]contextKey

type contextKey struct {
	name   string
	value  any // string or []string, nil: not in the request
	pinned bool
}

func (k keys) set(name string, value any, pinned bool) {
	low := strings.ToLower(name)
	if !k[low].pinned {
		k[low] = contextKey{name, value, pinned}
	}
}

func (b *builder) request(a aim) *Request {
	ctx := keys{}
	for name, v := range a.set {
		ctx.set(name, v, true)
	}
	if a.resource == "" {
		a.resource = b.resource(b.firstResource(), a.action)
	}
	b.setVariables(ctx, b.resourceVariables())
	for i := range b.s.conditions {
		b.satisfy(ctx, &b.s.conditions[i])
	}
	for _, key := range b.d.precautions() {
		ctx.set(key, "true", false)
	}
	r := &Request{Note: a.note, Action: a.action, Resource: a.resource, Context: map[string]any{}}
	r.Principal = b.principal(ctx)
	for _, k := range ctx {
		if k.value != nil && (k.pinned || !b.c.lacks(a.action, k.name)) {
			r.Context[k.name] = k.value
		}
	}
	return r
}

// precautions returns the keys that are true of a careful caller, and without
// which the document denies much.
func (d *document) precautions() []string {
	var names []string
	for i := range d.statements {
		for _, c := range d.statements[i].conditions {
			key := c.key.text
			if !d.statements[i].allow && (strings.EqualFold(key, "aws:SecureTransport") || strings.EqualFold(key, "aws:MultiFactorAuthPresent")) {
				names = append(names, key)
			}
		}
	}
	return names
}

func (b *builder) firstResource() *node {
	if b.s.notResource || b.s.resource == nil {
		return nil
	}
	if all := b.s.resource.scalars(); len(all) > 0 {
		return all[0]
	}
	return nil
}

// resourceVariables returns the variables of the statement's resources.
func (b *builder) resourceVariables() []token {
	if b.s.variables == nil {
		b.s.variables = []token{}
		for _, n := range b.s.resource.scalars() {
			for _, t := range b.d.pattern(n) {
				if t.kind == variable && !slices.ContainsFunc(b.s.variables, func(v token) bool { return v.key == t.key && v.dflt == t.dflt }) {
					b.s.variables = append(b.s.variables, t)
				}
			}
		}
	}
	return b.s.variables
}

// setVariables gives the pattern's variables a value.
func (b *builder) setVariables(ctx keys, ts []token) {
	for _, t := range ts {
		if t.kind == variable && !t.dflt {
			ctx.set(t.key, ownValue(t.key), false)
		}
	}
}

// ownValue returns what a key says of the tenant that asks.
func ownValue(key string) string {
	switch strings.ToLower(key) {
	case "aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount":
		return account
	case "aws:userid":
		return "AROAEXAMPLEEXAMPLE22:" + own
	default:
		return own
	}
}

// satisfy sets the condition's key so that it holds.
func (b *builder) satisfy(ctx keys, c *condition) {
	if len(c.values) == 0 {
		return
	}
	first := c.values[0]
	ts := b.d.pattern(first)
	b.setVariables(ctx, ts)
	if c.base == "null" {
		if first.text == "true" {
			ctx.set(c.key.text, nil, true)
		} else if _, ok := ctx[strings.ToLower(c.key.text)]; !ok {
			ctx.set(c.key.text, ownValue(c.key.text), false)
		}
		return
	}
	value := b.value(c, ts)
	if c.negated {
		value = "another"
	}
	if c.set != "" {
		ctx.set(c.key.text, []string{value}, false)
		return
	}
	ctx.set(c.key.text, value, false)
}

// value returns one that compares well with the condition's first.
func (b *builder) value(c *condition, ts []token) string {
	text := c.values[0].text
	switch {
	case strings.HasPrefix(c.base, "numeric"):
		return nextNumber(c.base, text)
	case strings.HasPrefix(c.base, "date"):
		return nextDate(c.base, text)
	case c.base == "bool":
		return text
	case c.base == "ipaddress":
		address, _, _ := strings.Cut(text, "/")
		return address
	case c.base == "binaryequals":
		raw, _ := base64.StdEncoding.DecodeString(text) // the engine sees what is wrong
		return string(raw)
	case strings.HasPrefix(c.base, "arn"):
		return b.instantiate(ts, "x")
	default:
		return instantiate(ts, ownValue(c.key.text), "x")
	}
}

func nextNumber(base, text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return text
	case strings.Contains(base, "less"):
		n--
	case strings.Contains(base, "greater"):
		n++
	}
	return strconv.FormatInt(n, 10)
}

func nextDate(base, text string) string {
	t, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return text
	case strings.Contains(base, "less"):
		t = t.Add(-time.Hour)
	case strings.Contains(base, "greater"):
		t = t.Add(time.Hour)
	}
	return t.Format(time.RFC3339)
}

// resource returns one that the entry matches: a name that the action takes, if
// the entry does not say more.
func (b *builder) resource(entry *node, name string) string {
	a := b.c.action(name)
	if a != nil && a.untyped {
		return "*"
	}
	if entry == nil || entry.text == "*" {
		return b.sample(a)
	}
	return b.instantiate(b.d.pattern(entry), "x")
}

// sample returns a resource of the type that the action takes.
func (b *builder) sample(a *action) string {
	switch {
	case b.d.isTrust():
		return "arn:aws:iam::" + b.account() + ":role/Target"
	case a == nil || len(a.types) == 0:
		return "*"
	}
	form := b.c.service(a.name).forms[a.types[0]]
	if form == "" {
		return "*"
	}
	return b.instantiate(parsePattern(strings.ReplaceAll(form, "+", "*"), false), "Data")
}

// instantiate returns an ARN that the pattern matches, with run where it
// matters little what stands there.
func (b *builder) instantiate(ts []token, run string) string {
	return b.instantiateAt(ts, run, -1, "")
}

// instantiateAt is instantiate with another text for the token at index at.
func (b *builder) instantiateAt(ts []token, run string, at int, text string) string {
	var out strings.Builder
	part := 0
	for i, t := range ts {
		switch {
		case i == at:
			out.WriteString(text)
		case t.kind == variable:
			out.WriteString(ownValue(t.key))
		case t.kind == anyRun && part < 5:
			out.WriteString([...]string{"arn", "aws", "x", region, b.account()}[part])
		case t.kind == anyRun:
			out.WriteString(run)
		case t.kind == anyOne:
			out.WriteString("x")
		default:
			out.WriteString(t.text)
			part += strings.Count(t.text, ":")
		}
	}
	if missing := 5 - strings.Count(out.String(), ":"); missing > 0 {
		out.WriteString(strings.Repeat(":", missing) + run)
	}
	return out.String()
}

// account returns the first that the document names, so that examples stay in
// one account.
func (b *builder) account() string {
	if b.d.owner == "" {
		b.d.owner = b.d.findAccount()
	}
	return b.d.owner
}

func (d *document) findAccount() string {
	for i := range d.statements {
		s := &d.statements[i]
		for _, n := range append(s.resource.scalars(), principals(s)...) {
			for _, part := range strings.Split(fill(n.text, own), ":") {
				if len(part) == len(account) && strings.Trim(part, "0123456789") == "" {
					return part
				}
			}
		}
	}
	return account
}

// principals returns the entries of the statement's principal element that name
// users, roles and accounts.
func principals(s *statement) []*node {
	if s.principal == nil {
		return nil
	}
	if s.principal.kind == '"' {
		return []*node{s.principal}
	}
	var all []*node
	for _, m := range s.principal.members {
		if m.name.text == "AWS" {
			all = append(all, m.value.scalars()...)
		}
	}
	return all
}

// federated returns the identity providers that the statement names.
func federated(s *statement) []*node {
	var all []*node
	if s.principal != nil {
		for _, m := range s.principal.members {
			if m.name.text == "Federated" {
				all = append(all, m.value.scalars()...)
			}
		}
	}
	return all
}

// principal returns who the request is from: one whom the statement names, or
// anybody of the account.
func (b *builder) principal(ctx keys) string {
	session := "arn:aws:sts::" + b.account() + ":assumed-role/" + roleName + "/" + own
	if all := principals(b.s); len(all) > 0 && !b.s.notPrincipal {
		return callerOf(fill(all[0].text, own), session)
	}
	if all := federated(b.s); len(all) > 0 {
		return fill(all[0].text, own)
	}
	if _, ok := ctx["aws:username"]; ok {
		return "arn:aws:iam::" + b.account() + ":user/" + own
	}
	return session
}

// callerOf returns a caller that the entry names; anybody if that may be
// anybody of an account.
func callerOf(entry, anybody string) string {
	prefix, name, ok := strings.Cut(entry, ":role/")
	if ok {
		id := prefix[strings.LastIndexByte(prefix, ':')+1:]
		return "arn:aws:sts::" + id + ":assumed-role/" + name[strings.LastIndexByte(name, '/')+1:] + "/" + own
	}
	if strings.Contains(entry, ":user/") || strings.Contains(entry, ":assumed-role/") {
		return entry
	}
	return anybody
}

// actions returns the names of actions that the statement is about, at most
// max, those first for which first is true, and then those that data leak by
// most often.
func (b *builder) actions(limit int, first func(*action) bool) []string {
	var all []*action
	if b.s.notAction || b.s.action == nil {
		return nil
	}
	for _, n := range b.s.action.scalars() {
		if known := b.c.matching(n.text); len(known) > 0 {
			all = append(all, known...)
		} else if !strings.ContainsAny(n.text, "*?") && b.c.service(n.text) == nil {
			all = append(all, &action{name: n.text})
		}
	}
	slices.SortStableFunc(all, func(x, y *action) int {
		return cmp.Or(boolCompare(first(x), first(y)), boolCompare(isTelling(x.name), isTelling(y.name)))
	})
	var names []string
	for _, a := range all[:min(limit, len(all))] {
		names = append(names, a.name)
	}
	return names
}

// boolCompare sorts true before false.
func boolCompare(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	default:
		return 1
	}
}

// isTelling reports whether everybody knows what the action does.
func isTelling(name string) bool {
	switch name {
	case "dynamodb:Scan", "dynamodb:PartiQLSelect", "dynamodb:GetItem", "s3:GetObject", "s3:ListBucket", "sts:AssumeRole", "kms:Decrypt":
		return true
	}
	return false
}

// sortedKeys returns the names of the context in order.
func (r *Request) sortedKeys() []string { return slices.Sorted(maps.Keys(r.Context)) }
