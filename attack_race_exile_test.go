// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// An exile is a tenant that is suspended now and then. While it is, its item is
// secret: whoever is let see that has acted on a session of another state than
// the one he acted on.
type exile struct {
	*fray
	who       aws.Credentials
	suspended timeline[bool]

	times, worked, refused, issued, unissued atomic.Int64
}

const exiled = "exile"

func (f *fray) newExile() *exile {
	cfg := f.assume(f.vendor, "tenant", map[string]any{"Tags": tenantTag(exiled)})
	return &exile{fray: f, who: keysOf(f.t, cfg), suspended: timeline[bool]{now: f.now}}
}

func (e *exile) start() {
	e.suspended.change(false, func() {})
	vendor := keysOf(e.t, e.vendor)
	e.repeat(2, e.work)
	e.repeat(1, func(*rand.Rand) { e.enter(vendor) })
	e.repeat(1, func(*rand.Rand) { e.suspend() })
}

// suspend suspends the tenant for a while.
func (e *exile) suspend() {
	worked, refused := e.worked.Load(), e.refused.Load()
	e.wait(pace, func() bool { return e.worked.Load() >= worked+4 })
	var out struct{ Revocation struct{ RevocationId string } }
	e.suspended.change(true, func() {
		a := e.change("bailiwick", "RevokeSessions", map[string]any{"TagKey": "TenantID", "TagValue": exiled})
		if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
			e.wrong("%v in %s", err, a.Body)
		}
	})
	e.put(exiled, "Secret")
	e.wait(pace, func() bool { return e.refused.Load() >= refused+4 })
	e.put(exiled, "Open")
	e.suspended.change(false, func() {
		e.change("bailiwick", "LiftRevocation", map[string]any{"RevocationId": out.Revocation.RevocationId})
	})
	e.times.Add(1)
}

// work uses a session that was issued before.
func (e *exile) work(rnd *rand.Rand) {
	op, in := "GetItem", getRow(exiled)
	if rnd.IntN(2) == 0 {
		op, in = "UpdateItem", `{"TableName":"Ledger","Key":`+keyOf(exiled)+`,"UpdateExpression":"ADD Worked :n","ExpressionAttributeValues":{":n":{"N":"1"}},"ReturnValues":"ALL_NEW"}`
	}
	c := e.dynamo(e.who, op, in)
	if !c.OK() && !strings.Contains(c.Body, "security token included in the request is invalid") {
		e.wrong("%s: %d %s", op, c.Status, c.Body)
		return
	}
	if c.OK() && strings.Contains(c.Body, "Secret") {
		e.wrong("%s of a suspended tenant shows what it never may: %s", op, c.Body)
	}
	e.judge(op, c, &e.worked, &e.refused)
}

// enter asks for a new session.
func (e *exile) enter(vendor aws.Credentials) {
	c := e.sts(vendor, "AssumeRole", "RoleArn", roleARN("tenant"), "RoleSessionName", "fray",
		"Tags.member.1.Key", "TenantID", "Tags.member.1.Value", exiled)
	if !c.OK() && !c.Denied() {
		e.wrong("AssumeRole: %d %s", c.Status, c.Body)
		return
	}
	e.judge("AssumeRole", c, &e.issued, &e.unissued)
}

func (e *exile) judge(op string, c call, yes, no *atomic.Int64) {
	if !e.suspended.explains(c, func(suspended bool) bool { return suspended != c.OK() }) {
		e.wrong("%s, from %d to %d, was answered by what was never so meanwhile: allowed %v", op, c.from, c.to, c.OK())
	}
	if c.OK() {
		yes.Add(1)
	} else {
		no.Add(1)
	}
}

// enough implements contest.
func (e *exile) enough() bool {
	return e.times.Load() > 2 && e.worked.Load() > 3 && e.refused.Load() > 3 && e.issued.Load() > 0 && e.unissued.Load() > 0
}

// check implements contest: everything was checked as it happened.
func (e *exile) check() {}

// String implements contest.
func (e *exile) String() string {
	return fmt.Sprintf("exile: suspended %d times; %d calls worked and %d were refused; %d sessions were issued and %d refused",
		e.times.Load(), e.worked.Load(), e.refused.Load(), e.issued.Load(), e.unissued.Load())
}

// A rotation gives the server new root keys, one after the other. No call may
// notice.
type rotation struct {
	*fray
	keys atomic.Int64
}

const (
	mostRotations = 100
	betweenKeys   = 100 * time.Millisecond
)

func (r *rotation) start() {
	r.all.Go(func() {
		for r.over.Err() == nil && r.keys.Load() < mostRotations {
			r.change("bailiwick", "RotateKeys", map[string]any{})
			r.keys.Add(1)
			r.wait(betweenKeys, func() bool { return false })
		}
	})
}

// enough implements contest.
func (r *rotation) enough() bool { return r.keys.Load() > 2 }

// check implements contest: the calls of the others were checked.
func (r *rotation) check() {}

// String implements contest.
func (r *rotation) String() string { return fmt.Sprintf("rotation: %d keys", r.keys.Load()) }
