// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// What follows is the evaluation of the IAM user guide written down a second
// time, plainly: it decodes documents into any, takes every statement of every
// policy in turn, and has nothing in common with the engine but the types of
// requests and of policies. TestReferenceAgrees holds the two together.

// A truth is no, doubtful or yes. What AWS does not document is doubtful.
type truth int

const (
	isFalse truth = iota
	doubtful
	isTrue
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

func not(t truth) truth { return isTrue - t }

// reference decides requests by documents.
type reference struct {
	identity, boundary, session, resource []string
	scps, rcps                            [][]string

	resourceType      policy.Type
	explicit, limited bool
}

// How a Principal element names the caller, from the weakest on.
const (
	unnamed = iota
	byAccount
	byRole
	directly
)

// decide is the flow of the section on policy evaluation.
func (ref *reference) decide(t testing.TB, r *policy.Request) policy.Kind {
	if r.Principal == nil || !isActionName(r.Action) {
		return policy.ImplicitDeny
	}
	if r.Principal.Type != policy.Anonymous && strings.EqualFold(r.Action, "sts:GetCallerIdentity") {
		return policy.Allow
	}
	q := &question{t: t, r: r, bounded: len(ref.boundary) > 0}
	if ref.denied(q) {
		return policy.ExplicitDeny
	}
	for _, level := range ref.scps {
		if q.best(level, policy.SCP, "Allow") == unnamed {
			return policy.ImplicitDeny
		}
	}
	if ref.permitted(q) {
		return policy.Allow
	}
	return policy.ImplicitDeny
}

func (ref *reference) denied(q *question) bool {
	for _, level := range ref.rcps {
		if q.best(level, policy.RCP, "Deny") != unnamed {
			return true
		}
	}
	for _, level := range ref.scps {
		if q.best(level, policy.SCP, "Deny") != unnamed {
			return true
		}
	}
	return q.best(ref.resource, ref.resourceType, "Deny") != unnamed ||
		q.best(ref.identity, policy.Identity, "Deny") != unnamed ||
		q.best(ref.boundary, policy.Boundary, "Deny") != unnamed ||
		q.best(ref.session, policy.Session, "Deny") != unnamed
}

func (ref *reference) permitted(q *question) bool {
	p := q.r.Principal
	granted := q.best(ref.resource, ref.resourceType, "Allow")
	switch p.Type {
	case policy.Anonymous, policy.Service, policy.FederatedProvider:
		return granted == directly
	}
	within := (len(ref.boundary) == 0 || q.best(ref.boundary, policy.Boundary, "Allow") != unnamed) && ref.inSession(q)
	own := p.Type == policy.Account || q.best(ref.identity, policy.Identity, "Allow") != unnamed
	if p.Account != q.r.ResourceAccount || p.Account == "" {
		return own && within && granted != unnamed
	}
	switch granted {
	case directly:
		return true
	case byRole:
		return within
	default:
		return own && within && (granted == byAccount || !ref.explicit)
	}
}

func (ref *reference) inSession(q *question) bool {
	if len(ref.session) == 0 && !ref.limited && q.r.Principal.Type != policy.FederatedUser {
		return true
	}
	return q.best(ref.session, policy.Session, "Allow") != unnamed
}

func isActionName(s string) bool {
	service, name, ok := strings.Cut(s, ":")
	if !ok || service == "" || name == "" || len(s) > 128 {
		return false
	}
	for _, c := range service {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", c) {
			return false
		}
	}
	for _, c := range name {
		if c <= ' ' || c > '~' || c == '*' || c == '?' || c == ':' {
			return false
		}
	}
	return true
}

// A question is a request that documents are asked about.
type question struct {
	t       testing.TB
	r       *policy.Request
	bounded bool
}

// best returns the strongest way in which a statement of this effect names the
// caller, of those that apply.
func (q *question) best(documents []string, typ policy.Type, effect string) int {
	best := unnamed
	for _, text := range documents {
		var d map[string]any
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			q.t.Fatalf("%v", err)
		}
		for _, s := range listOf(d["Statement"]) {
			s := s.(map[string]any)
			if s["Effect"] == effect {
				best = max(best, q.applies(s, typ, d["Version"] == "2012-10-17"))
			}
		}
	}
	return best
}

// applies returns how the statement names the caller if it applies.
func (q *question) applies(s map[string]any, typ policy.Type, variables bool) int {
	deny := s["Effect"] == "Deny"
	named := q.names(s, typ, deny)
	all := min(q.action(s), q.resource(s, typ, variables, deny), q.conditions(s, variables))
	if all == isTrue || deny && all == doubtful {
		return named
	}
	return unnamed
}

func (q *question) names(s map[string]any, typ policy.Type, deny bool) int {
	element, negated := s["Principal"], false
	if n, ok := s["NotPrincipal"]; ok {
		element, negated = n, true
	}
	switch typ {
	case policy.Identity, policy.Boundary, policy.Session, policy.SCP:
		return directly
	}
	best, dubious := unnamed, false
	members, _ := element.(map[string]any)
	if element == "*" {
		best = directly
	}
	for kind, entries := range members {
		for _, e := range listOf(entries) {
			how, ok := q.name(kind, e.(string))
			best, dubious = max(best, how), dubious || !ok
		}
	}
	if !negated {
		return best
	}
	if deny && (best == unnamed || q.bounded) || !deny && best == unnamed && !dubious {
		return directly
	}
	return unnamed
}

// name returns how one entry names the caller; ok is false if it can't name
// anybody.
func (q *question) name(kind, entry string) (how int, ok bool) {
	p := q.r.Principal
	yes := func(b bool, how int) (int, bool) {
		if b {
			return how, true
		}
		return unnamed, true
	}
	switch {
	case kind == "AWS" && entry == "*":
		return directly, true
	case kind == "Service":
		return yes(p.Type == policy.Service && p.Name == entry, directly)
	case kind == "Federated":
		return yes(p.Type == policy.FederatedProvider && p.Name == entry, directly)
	case kind != "AWS":
		return unnamed, false
	case len(entry) == 12 && strings.Trim(entry, "0123456789") == "":
		return yes(p.Account == entry, byAccount)
	case strings.HasPrefix(entry, "AIDA"), strings.HasPrefix(entry, "AROA"):
		switch p.Type {
		case policy.User:
			return yes(p.ID == entry, directly)
		case policy.AssumedRole, policy.FederatedUser:
			return yes(p.ID == entry, byRole)
		}
		return unnamed, true
	}
	return q.nameByARN(strings.SplitN(entry, ":", 6), entry)
}

func (q *question) nameByARN(a []string, entry string) (how int, ok bool) {
	p := q.r.Principal
	caller := strings.SplitN(p.ARN, ":", 6)
	if len(a) != 6 || a[0] != "arn" || strings.ContainsAny(entry, "*?") {
		return unnamed, false
	}
	here := len(caller) == 6 && caller[1] == a[1] && p.Account == a[4]
	path := strings.Split(a[5], "/")
	switch {
	case a[2] == "iam" && a[5] == "root":
		if here {
			return byAccount, true
		}
	case a[2] == "iam" && path[0] == "user":
		if p.Type == policy.User && p.ARN == entry {
			return directly, true
		}
		if p.Type == policy.FederatedUser && p.Issuer == entry {
			return byRole, true
		}
	case a[2] == "iam" && path[0] == "role":
		if here && p.Type == policy.AssumedRole && p.Name == path[len(path)-1] {
			return byRole, true
		}
	case a[2] == "sts" && (path[0] == "assumed-role" || path[0] == "federated-user"):
		if (p.Type == policy.AssumedRole || p.Type == policy.FederatedUser) && p.ARN == entry {
			return directly, true
		}
	default:
		return unnamed, false
	}
	return unnamed, true
}

func (q *question) action(s map[string]any) truth {
	element, negated := s["Action"], false
	if n, ok := s["NotAction"]; ok {
		element, negated = n, true
	}
	found := isFalse
	for _, e := range listOf(element) {
		found = max(found, matchAction(strings.ToLower(e.(string)), strings.ToLower(q.r.Action)))
	}
	if negated {
		return not(found)
	}
	return found
}

func matchAction(entry, action string) truth {
	if entry == "*" {
		return isTrue
	}
	service, name, ok := strings.Cut(entry, ":")
	wellFormed := ok && service != "" && name != "" && !strings.ContainsAny(service, "*?") && !strings.Contains(name, ":")
	if matches := glob(symbols(entry, true), []rune(action)); !matches {
		return isFalse
	} else if !wellFormed {
		return doubtful // a wildcard in the service's name
	}
	return isTrue
}

// listOf returns the elements of a list, or the value that stands for a list of
// one.
func listOf(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

func (q *question) resource(s map[string]any, typ policy.Type, variables, deny bool) truth {
	if typ == policy.Trust {
		return isTrue
	}
	element, negated := s["Resource"], false
	if n, ok := s["NotResource"]; ok {
		element, negated = n, true
	}
	if element == nil {
		return doubtful // some services imply it
	}
	found := isFalse
	for _, e := range listOf(element) {
		found = max(found, q.matchResource(e.(string), typ, variables, negated))
	}
	if negated {
		return not(found)
	}
	return found
}

func (q *question) matchResource(entry string, typ policy.Type, variables, negated bool) truth {
	if entry == "*" {
		return isTrue
	}
	if q.r.Resource.IsZero() {
		return isFalse
	}
	asked := q.r.Resource.String()
	parts := splitOutside(entry, variables)
	if parts[0] == "arn" && len(parts) < 6 && !mayBeShort(entry, typ) {
		return isFalse
	}
	found := isFalse
	if parts[0] == "arn" && len(parts) > 2 && !strings.ContainsAny(parts[2], "*?") {
		found = q.matchParts(parts, strings.SplitN(asked, ":", 6), variables, negated)
	}
	// An asterisk might also run on across colons, if there are some to spare.
	runsOn := len(parts) < 6 || parts[0] != "arn" || strings.ContainsAny(parts[2], "*?") ||
		strings.Count(asked, ":") > 5 && slices.ContainsFunc(parts[1:5], func(p string) bool { return strings.HasSuffix(p, "*") })
	if found == isFalse && runsOn && strings.ContainsAny(entry, "*?") {
		found = min(doubtful, q.matchText(entry, asked, variables, negated))
	}
	return found
}

func mayBeShort(entry string, typ policy.Type) bool {
	switch typ {
	case policy.Identity, policy.Boundary, policy.Session:
		return true
	case policy.Resource:
		return strings.ContainsAny(entry, "*?")
	case policy.SCP:
		return strings.HasSuffix(entry, "*")
	}
	return false
}

func (q *question) matchParts(parts, asked []string, variables, negated bool) truth {
	for len(parts) < 6 {
		parts = append(parts, "*")
	}
	for i := 1; i < 5; i++ {
		if !glob(symbols(strings.ToLower(parts[i]), true), []rune(strings.ToLower(asked[i]))) {
			return isFalse
		}
	}
	return q.matchText(parts[5], asked[5], variables, negated)
}

func (q *question) matchText(pattern, s string, variables, negated bool) truth {
	ss, state := q.expand(pattern, true, variables)
	switch {
	case state == hasAll:
		return truthOf(glob(ss, []rune(s)))
	case negated:
		return doubtful
	case state == hasEmpty && glob(ss, []rune(s)):
		return doubtful
	default:
		return isFalse
	}
}
