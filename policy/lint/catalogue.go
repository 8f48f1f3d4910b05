// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"maps"
	"slices"
	"strings"
)

// An Action is what a service declares of one of its actions.
type Action struct {
	Name      string   // such as "dynamodb:GetItem"
	Resources []string // types, such as "table"; empty if it has no resources
	Keys      []Key    // the service's own condition keys that requests carry
}

// A Key is a condition key. A name that ends in "/" is a family, such as
// "aws:RequestTag/".
type Key struct {
	Name   string
	Always bool // in every request; else sometimes
}

// A catalogue knows actions and condition keys, by AWS's documentation and by
// what services declare.
type catalogue struct {
	services map[string]*service
	global   []string // condition keys

	known map[string][]*action // what matching has returned for entries with wildcards
}

// remembering returns a catalogue for one goroutine, which looks up no entry of
// Action twice.
func (c *catalogue) remembering() *catalogue {
	return &catalogue{c.services, c.global, map[string][]*action{}}
}

// A service is known with all its actions.
type service struct {
	actions map[string]*action // by name in lower case
	names   []string           // of the actions, sorted
	forms   map[string]string  // of ARNs, by type of resource
	keys    []string
	carried []string // keys of which every action is known that carries them
}

type action struct {
	name    string
	types   []string // of resources
	untyped bool     // has no resources
	always  []string // condition keys in every request
	may     []string // condition keys in some
}

func newCatalogue(declared []Action) *catalogue {
	c := &catalogue{services: map[string]*service{}, global: strings.Fields(awsKeys)}
	for i := range awsServices {
		c.addAWS(&awsServices[i])
	}
	for _, a := range declared {
		c.declare(a)
	}
	for _, s := range c.services {
		for _, a := range s.actions {
			s.names = append(s.names, a.name)
		}
		slices.Sort(s.names)
	}
	return c
}

func (c *catalogue) addAWS(x *awsService) {
	s := &service{actions: map[string]*action{}, forms: x.forms, keys: strings.Fields(x.keys)}
	for types, names := range x.actions {
		for _, name := range strings.Fields(names) {
			a := &action{name: x.prefix + ":" + name, untyped: types == "*"}
			if types != "*" && types != "?" {
				a.types = strings.Fields(types)
			}
			s.actions[strings.ToLower(a.name)] = a
		}
	}
	for key, names := range x.carried {
		s.carried = append(s.carried, key)
		for _, name := range strings.Fields(names) {
			name, sometimes := strings.CutSuffix(name, "?")
			a := s.actions[strings.ToLower(x.prefix+":"+name)]
			if sometimes {
				a.may = append(a.may, key)
				continue
			}
			a.always = append(a.always, key)
		}
	}
	c.services[x.prefix] = s
}

// declare adds what a service says of an action. What AWS documents of it
// stays.
func (c *catalogue) declare(d Action) {
	prefix, _, _ := strings.Cut(d.Name, ":")
	s := c.services[prefix]
	if s == nil {
		s = &service{actions: map[string]*action{}}
		c.services[prefix] = s
	}
	a := s.actions[strings.ToLower(d.Name)]
	if a == nil {
		a = &action{name: d.Name, types: d.Resources, untyped: len(d.Resources) == 0}
		s.actions[strings.ToLower(d.Name)] = a
	}
	for _, k := range d.Keys {
		if !k.Always {
			a.may = append(a.may, k.Name)
		} else if !slices.Contains(a.always, k.Name) {
			a.always = append(a.always, k.Name)
		}
		if strings.HasPrefix(k.Name, prefix+":") && !slices.Contains(s.keys, k.Name) {
			s.keys = append(s.keys, k.Name)
		}
	}
}

// service returns the service of an action or a condition key, or nil if it is
// not known.
func (c *catalogue) service(name string) *service {
	prefix, _, _ := strings.Cut(name, ":")
	return c.services[strings.ToLower(strings.TrimSpace(prefix))]
}

// action returns the action of this name in any case, or nil.
func (c *catalogue) action(name string) *action {
	s := c.service(name)
	if s == nil {
		return nil
	}
	return s.actions[strings.ToLower(name)]
}

// matching returns the known actions that an entry of Action stands for.
func (c *catalogue) matching(entry string) []*action {
	if !strings.ContainsAny(entry, "*?") {
		if a := c.action(entry); a != nil {
			return []*action{a}
		}
		return nil
	}
	all, ok := c.known[entry]
	if !ok {
		all = c.match(entry)
		c.known[entry] = all
	}
	return all
}

// match is matching for an entry with wildcards.
func (c *catalogue) match(entry string) []*action {
	prefixes := slices.Sorted(maps.Keys(c.services))
	if prefix, _, ok := strings.Cut(strings.ToLower(entry), ":"); ok && !strings.ContainsAny(prefix, "*?") {
		prefixes = []string{prefix}
	}
	pattern := stepsOf(parsePattern(strings.ToLower(entry), false))
	var all []*action
	for _, prefix := range prefixes {
		s := c.services[prefix]
		if s == nil {
			continue
		}
		for _, name := range s.names {
			if low := strings.ToLower(name); meet(pattern, stepsOf([]token{{text: low}})) {
				all = append(all, s.actions[low])
			}
		}
	}
	return all
}

// carries reports whether every request for the action carries the key.
func (a *action) carries(key string) bool {
	return slices.ContainsFunc(a.always, func(k string) bool { return strings.EqualFold(k, key) })
}

// lacks reports whether no request for the action carries the key.
func (c *catalogue) lacks(name, key string) bool {
	s, a := c.service(key), c.action(name)
	is := func(k string) bool { return strings.EqualFold(k, key) }
	return s != nil && slices.ContainsFunc(s.carried, is) && (a == nil || !a.carries(key) && !slices.ContainsFunc(a.may, is))
}

// key returns how the catalogue spells a condition key; known is false if the
// key is of a service that it knows, and not among its keys, or of none.
func (c *catalogue) key(key string) (spelling string, known bool) {
	names := c.keysLike(key)
	if names == nil {
		return "", strings.Contains(key, ":") // of a service that is not known
	}
	for _, name := range names {
		family := strings.HasSuffix(name, "/") || strings.HasSuffix(name, ":")
		switch {
		case family && len(key) > len(name) && strings.EqualFold(key[:len(name)], name):
			return name + key[len(name):], true
		case strings.EqualFold(key, name):
			return name, true
		}
	}
	return "", false
}

// keysLike returns the keys of the same service; nil if it is not known.
func (c *catalogue) keysLike(key string) []string {
	prefix, _, ok := strings.Cut(key, ":")
	if ok && strings.EqualFold(strings.TrimSpace(prefix), "aws") {
		return c.global
	}
	if s := c.service(key); ok && s != nil && len(s.keys) > 0 {
		return s.keys
	}
	return nil
}
