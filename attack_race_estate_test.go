// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// An estate is a table that one tenant owns after the other, as its tag says:
// each time it is deleted and made anew, under the same name. The heirs use it
// all the time. Each may find what it wrote in its own time, and nothing that
// was written before the table was last made.
type estate struct {
	*fray
	owners timeline[string] // "" while there is no table
	heirs  []*heir
}

const noTable = ""

// An heir is a tenant that owns the estate now and then.
type heir struct {
	*estate
	name string
	who  aws.Credentials

	found, refused atomic.Int64
}

const ownedTables = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*",
 "Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/Estate",
 "Condition":{"StringEquals":{"aws:ResourceTag/Owner":"${aws:PrincipalTag/TenantID}"}}}]}`

func (f *fray) newEstate() *estate {
	e := &estate{fray: f, owners: timeline[string]{now: f.now}}
	f.role("heir", ownedTables)
	for _, name := range []string{"cain", "abel"} {
		cfg := f.assume(f.vendor, "heir", map[string]any{"Tags": tenantTag(name)})
		e.heirs = append(e.heirs, &heir{estate: e, name: name, who: keysOf(f.t, cfg)})
	}
	return e
}

// start lets the heirs use the estate, which goes from one to the next.
func (e *estate) start() {
	e.owners.change(noTable, func() {})
	n := 0
	for _, h := range e.heirs {
		for range 2 {
			n++
			r := &row{heir: h, key: strconv.Itoa(n), ended: map[int]int64{}}
			e.repeat(1, r.use)
		}
	}
	life := 0
	e.repeat(1, func(*rand.Rand) {
		owner := e.heirs[life%len(e.heirs)]
		life++
		found := owner.found.Load()
		e.owners.change(owner.name, func() {
			var in map[string]any
			_ = json.Unmarshal([]byte(ledger), &in)
			in["TableName"], in["Tags"] = "Estate", []any{map[string]any{"Key": "Owner", "Value": owner.name}}
			e.change("dynamodb", "CreateTable", in)
		})
		e.wait(pace, func() bool { return owner.found.Load() >= found+4 })
		e.owners.change(noTable, func() { e.change("dynamodb", "DeleteTable", map[string]any{"TableName": "Estate"}) })
	})
}

// A row is an item of the estate that one goroutine writes and reads.
type row struct {
	*heir
	key     string
	written int
	ended   map[int]int64 // when it was surely written, by what was written
}

// use writes the row or reads it.
func (r *row) use(rnd *rand.Rand) {
	key := `{"TenantID":{"S":"all"},"Row":{"S":"` + r.key + `"}}`
	switch rnd.IntN(5) {
	case 0, 1:
		r.written++
		c := r.dynamo(r.who, "PutItem", fmt.Sprintf(`{"TableName":"Estate","Item":{"TenantID":{"S":"all"},"Row":{"S":%q},"Owner":{"S":%q},"N":{"N":"%d"}}}`, r.key, r.name, r.written))
		r.ended[r.written] = c.to
		r.judge("PutItem", c)
	case 2:
		r.read("GetItem", `{"TableName":"Estate","ConsistentRead":true,"Key":`+key+`}`)
	case 3:
		r.read("Query", `{"TableName":"Estate","KeyConditionExpression":"TenantID = :all","ExpressionAttributeValues":{":all":{"S":"all"}}}`)
	case 4:
		r.read("Scan", `{"TableName":"Estate"}`)
	}
}

// read reads items and looks at who wrote them, and at what this row was.
func (r *row) read(op, in string) {
	c := r.dynamo(r.who, op, in)
	if !r.judge(op, c) {
		return
	}
	type item struct {
		Row, Owner struct{ S string }
		N          struct {
			N int `json:",string"`
		}
	}
	var out struct {
		Item  *item
		Items []item
	}
	if err := json.Unmarshal([]byte(c.Body), &out); err != nil {
		r.wrong("%s: %v in %s", op, err, c.Body)
		return
	}
	if out.Item != nil {
		out.Items = append(out.Items, *out.Item)
	}
	for _, it := range out.Items {
		if it.Owner.S != r.name {
			r.wrong("%s by %s shows what %s wrote: %s", op, r.name, it.Owner.S, c.Body)
		}
		isGone := func(owner string) bool { return owner == noTable }
		if it.Row.S == r.key && r.owners.within(r.ended[it.N.N], c.from, isGone) {
			r.wrong("%s by %s shows what went with its table: %s", op, r.name, c.Body)
		}
	}
	r.found.Add(int64(len(out.Items)))
}

// judge checks that the answer is explained by who owned the estate. It reports
// whether the call was allowed.
func (h *heir) judge(op string, c call) bool {
	allowed := c.OK()
	if !allowed && !c.Denied() {
		h.wrong("%s by %s: %d %s", op, h.name, c.Status, c.Body)
		return false
	}
	if !h.owners.explains(c, func(owner string) bool { return (owner == h.name) == allowed }) {
		h.wrong("%s by %s, from %d to %d, was answered by what was never so meanwhile: allowed %v", op, h.name, c.from, c.to, allowed)
	}
	if !allowed {
		h.refused.Add(1)
	}
	return allowed
}

// enough implements contest.
func (e *estate) enough() bool {
	for _, h := range e.heirs {
		if h.found.Load() < 8 || h.refused.Load() == 0 {
			return false
		}
	}
	return true
}

// check implements contest: everything was checked as it happened.
func (e *estate) check() {}

// String implements contest.
func (e *estate) String() string {
	s := "estate:"
	for _, h := range e.heirs {
		s += fmt.Sprintf(" %s found %d items and was denied %d times;", h.name, h.found.Load(), h.refused.Load())
	}
	return s
}
