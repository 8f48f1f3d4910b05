// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// catalogue checks that what calls supply is what the catalogue says.
type catalogue struct {
	t       *testing.T
	actions map[string]awsapi.Action
	keys    map[string][]string // condition keys by service, without families
}

func newCatalogue(t *testing.T) *catalogue {
	c := &catalogue{t, map[string]awsapi.Action{}, map[string][]string{}}
	for _, a := range bailiwick.Catalogue() {
		c.actions[a.Name] = a
		svc, _, _ := strings.Cut(a.Name, ":")
		for _, k := range a.Keys {
			if strings.HasPrefix(k.Name, svc+":") && !strings.HasSuffix(k.Name, "/") && !slices.Contains(c.keys[svc], k.Name) {
				c.keys[svc] = append(c.keys[svc], k.Name)
			}
		}
	}
	if len(c.actions) == 0 {
		t.Fatal("the catalogue is empty")
	}
	return c
}

// check may be called by several goroutines at once.
func (c *catalogue) check(call *awsapi.Call, needs []awsapi.Need) {
	for i := range needs {
		n := &needs[i]
		a, ok := c.actions[n.Action]
		if !ok {
			c.t.Errorf("%s needs %s, which is not in the catalogue", call.Operation.Name, n.Action)
			continue
		}
		if kind := resourceType(n); !slices.Contains(a.Resources, kind) && (kind != "" || len(a.Resources) > 0) {
			c.t.Errorf("%s needs %s on a %q; the catalogue has %q", call.Operation.Name, n.Action, kind, a.Resources)
		}
		c.checkKeys(n, a)
	}
}

func (c *catalogue) checkKeys(n *awsapi.Need, a awsapi.Action) {
	svc, _, _ := strings.Cut(a.Name, ":")
	for _, name := range c.keys[svc] {
		present := n.Context != nil && !n.Context.Lookup(strings.ToLower(name)).Absent()
		i := slices.IndexFunc(a.Keys, func(k awsapi.Key) bool { return k.Name == name })
		switch {
		case present && i < 0:
			c.t.Errorf("%s carries %s, which the catalogue doesn't say", a.Name, name)
		case !present && i >= 0 && a.Keys[i].Always:
			c.t.Errorf("%s lacks %s, which the catalogue says is always there", a.Name, name)
		}
	}
}

// resourceType returns the type of the need's resource, "" for "*".
func resourceType(n *awsapi.Need) string {
	if n.Resource.IsZero() {
		return ""
	}
	parts := strings.Split(n.Resource.Resource, "/")
	if parts[0] == "table" && len(parts) > 3 { // what is under a table: an index, a stream, a backup
		return parts[2]
	}
	return parts[0]
}
