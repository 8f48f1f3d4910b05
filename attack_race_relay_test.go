// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A relay is a tenant's permission that moves from leg to leg. On leg n the
// tenant may work on the item of leg n and close that of leg n-1: so while an
// item may be worked on, nobody may close it, and never again after that. Who
// is let work and is shown a closed item has acted on a permission of another
// state than the one he acted on.
type relay struct {
	*fray
	name string
	who  aws.Credentials
	way  way

	legs    timeline[int] // 0 is no permission at all
	current atomic.Int64

	worked, closed, refused atomic.Int64
}

// A way is how a permission is moved. prepare and clean come before and after;
// take, if there is one, leaves no permission at all.
type way struct {
	prepare, take, give, clean func(leg int)
}

// item is the partition of a leg.
func (r *relay) item(leg int) string { return fmt.Sprintf("%s-%d", r.name, leg) }

const relayPolicy = `{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query","dynamodb:BatchGetItem","dynamodb:UpdateItem"],
  "Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/Ledger",
  "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["$WORK"]},"Null":{"dynamodb:LeadingKeys":"false"}}},
 {"Effect":"Allow","Action":["dynamodb:PutItem","dynamodb:BatchWriteItem"],
  "Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/Ledger",
  "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["$CLOSE"]},"Null":{"dynamodb:LeadingKeys":"false"}}}]}`

func relayText(work, done string) string {
	return strings.NewReplacer("$WORK", work, "$CLOSE", done).Replace(relayPolicy)
}

func (r *relay) policy(leg int) string { return relayText(r.item(leg), r.item(leg-1)) }

// start lets the relay run.
func (r *relay) start() {
	r.legs.now = r.now
	r.move(1)
	r.repeat(2, r.work)
	r.repeat(2, r.close)
	r.repeat(1, func(*rand.Rand) {
		leg := int(r.current.Load())
		worked, closed := r.worked.Load(), r.closed.Load()
		r.wait(pace, func() bool { return r.worked.Load() >= worked+4 })
		r.move(leg + 1)
		r.wait(pace, func() bool { return r.closed.Load() > closed })
		r.current.Store(int64(leg + 1))
	})
}

// move moves the permission to the leg.
func (r *relay) move(leg int) {
	for _, step := range []struct {
		state int
		act   func(int)
	}{{-1, r.way.prepare}, {0, r.way.take}, {leg, r.way.give}, {-1, r.way.clean}} {
		switch {
		case step.act == nil:
		case step.state < 0:
			step.act(leg)
		default:
			r.legs.change(step.state, func() { step.act(leg) })
		}
	}
	if leg == 1 {
		r.current.Store(1)
	}
}

// work works on the item of the current leg, in one of several ways.
func (r *relay) work(rnd *rand.Rand) {
	leg := int(r.current.Load())
	k := r.item(leg)
	key := `"Key":` + keyOf(k)
	const conditional = `,"ConditionExpression":"Worked < :n","ReturnValuesOnConditionCheckFailure":"ALL_OLD"`
	const add = `,"UpdateExpression":"ADD Worked :n","ExpressionAttributeValues":{":n":{"N":"1"}},"ReturnValues":"ALL_NEW"`
	call := [...]struct{ op, in string }{
		{"GetItem", `{"TableName":"Ledger",` + key + `}`},
		{"GetItem", `{"TableName":"Ledger","ConsistentRead":true,` + key + `}`},
		{"Query", `{"TableName":"Ledger","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"` + k + `"}}}`},
		{"BatchGetItem", `{"RequestItems":{"Ledger":{"Keys":[` + absentRows(k) + keyOf(k) + `]}}}`},
		{"UpdateItem", `{"TableName":"Ledger",` + key + add + `}`},
		{"UpdateItem", `{"TableName":"Ledger",` + key + add + `}`},
		{"UpdateItem", `{"TableName":"Ledger",` + key + add + conditional + `}`},
	}[rnd.IntN(7)]
	c := r.dynamo(r.who, call.op, call.in)
	allowed := c.OK() || strings.Contains(c.Body, "ConditionalCheckFailed")
	if allowed && strings.Contains(c.Body, "Closed") {
		r.wrong("%s: %s was allowed on leg %d and shows an item that was closed after it: %s", r.name, call.op, leg, c.Body)
	}
	if r.judge(call.op, c, allowed, leg) {
		r.worked.Add(1)
	}
}

// absentRows is keys of rows that aren't there, each before a comma: looking for
// them takes a while.
func absentRows(tenant string) string {
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, `{"TenantID":{"S":%q},"Row":{"S":"none-%d"}},`, tenant, i)
	}
	return b.String()
}

// close closes the item of the current leg, which is allowed on the next.
func (r *relay) close(rnd *rand.Rand) {
	leg := int(r.current.Load())
	item := `{"TenantID":{"S":"` + r.item(leg) + `"},"Row":{"S":"1"},"Closed":{"BOOL":true}}`
	op, in := "PutItem", `{"TableName":"Ledger","Item":`+item+`}`
	if rnd.IntN(2) == 0 {
		op, in = "BatchWriteItem", `{"RequestItems":{"Ledger":[{"PutRequest":{"Item":`+item+`}}]}}`
	}
	c := r.dynamo(r.who, op, in)
	if r.judge(op, c, c.OK(), leg+1) {
		r.closed.Add(1)
	}
}

// judge checks that the answer is explained by a leg that there was during the
// call, if it is allowed on that leg and no other. It reports whether it was
// allowed.
func (r *relay) judge(op string, c call, allowed bool, on int) bool {
	if !allowed && !c.Denied() {
		r.wrong("%s: %s: %d %s", r.name, op, c.Status, c.Body)
		return false
	}
	if !r.legs.explains(c, func(leg int) bool { return (leg == on) == allowed }) {
		r.wrong("%s: %s, from %d to %d, was answered by what was never so meanwhile: allowed %v, and it is on leg %d",
			r.name, op, c.from, c.to, allowed, on)
	}
	if !allowed {
		r.refused.Add(1)
	}
	return allowed
}

// enough implements contest.
func (r *relay) enough() bool {
	return r.current.Load() > 2 && r.worked.Load() > 3 && r.closed.Load() > 3 && r.refused.Load() > 3
}

// check implements contest: everything was checked as it happened.
func (r *relay) check() {}

// String implements contest.
func (r *relay) String() string {
	return fmt.Sprintf("relay %s: %d legs, on which %d calls worked and %d closed; %d were denied",
		r.name, r.current.Load(), r.worked.Load(), r.closed.Load(), r.refused.Load())
}
