// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// A pause holds up a call in the middle, once its needs are known and nothing is
// decided, and lets something else happen there.
type pause struct {
	mu   sync.Mutex
	name string // of the role or user whose next call is held up
	act  func()
}

func (p *pause) at(name string, act func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name, p.act = name, act
}

// finish lets happen what was to happen in the middle of a call if there was none
// that got so far. It reports whether there was one.
func (p *pause) finish() bool {
	p.mu.Lock()
	act := p.act
	p.act = nil
	p.mu.Unlock()
	if act != nil {
		act()
	}
	return act == nil
}

// observe is told what every call needs, each time that it is tried.
func (p *pause) observe(c *awsapi.Call, _ []awsapi.Need) {
	p.mu.Lock()
	act := p.act
	if act == nil || c.Caller.Principal.Name != p.name {
		p.mu.Unlock()
		return
	}
	p.act = nil
	p.mu.Unlock()
	act()
}

// heldUp are the calls that are held up, on an item whose key is $KEY. All but
// the last show what they found.
var heldUp = []struct {
	op, in string
	writes bool
}{
	{"GetItem", `{"TableName":"Ledger","Key":$KEY}`, false},
	{"Query", `{"TableName":"Ledger","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"$ITEM"}}}`, false},
	{"BatchGetItem", `{"RequestItems":{"Ledger":{"Keys":[$KEY]}}}`, false},
	{"UpdateItem", `{"TableName":"Ledger","Key":$KEY,"UpdateExpression":"SET Mark = :m","ExpressionAttributeValues":{":m":{"S":"x"}},"ReturnValues":"ALL_NEW"}`, true},
	{"UpdateItem", `{"TableName":"Ledger","Key":$KEY,"UpdateExpression":"SET Mark = :m","ConditionExpression":"Mark = :m","ReturnValuesOnConditionCheckFailure":"ALL_OLD","ExpressionAttributeValues":{":m":{"S":"x"}}}`, true},
	{"PutItem", `{"TableName":"Ledger","Item":{"TenantID":{"S":"$ITEM"},"Row":{"S":"1"},"Mark":{"S":"x"}},"ReturnValues":"ALL_OLD"}`, true},
	{"DeleteItem", `{"TableName":"Ledger","Key":$KEY,"ReturnValues":"ALL_OLD"}`, true},
	{"BatchWriteItem", `{"RequestItems":{"Ledger":[{"DeleteRequest":{"Key":$KEY}}]}}`, true},
}

// A bar is a way in which a permission is taken and given back. pawn makes who
// it is about.
type bar struct {
	pawn       func(s *siege, name string) aws.Config
	take, give func(s *siege, name string)
}

func pawnRole(s *siege, name string) aws.Config {
	s.role(name, allowAll)
	return s.assume(s.vendor, name, nil)
}

// unlessBarred is allowAll on condition that there is no such tag.
func unlessBarred(tag string) string {
	return strings.Replace(allowAll, `"Resource":"*"`, `"Resource":"*","Condition":{"Null":{"`+tag+`":"true"}}`, 1)
}

// order makes an administrator's call, with the pawn's name for $NAME. It may be
// made from the midst of another call.
func order(svc, op, in string) func(s *siege, name string) {
	return func(s *siege, name string) { s.order(svc, op, strings.ReplaceAll(in, "$NAME", name)) }
}

func (s *siege) order(svc, op, in string) servicetest.Answer {
	s.t.Helper()
	a := s.try(s.root, svc, op, in)
	if !a.OK() {
		s.t.Errorf("%s.%s: got %d %s", svc, op, a.Status, a.Body)
	}
	return a
}

func grants(policy string) func(s *siege, name string) {
	document, _ := json.Marshal(policy)
	return order("iam", "PutRolePolicy", `{"RoleName":"$NAME","PolicyName":"p","PolicyDocument":`+string(document)+`}`)
}

var bars = map[string]bar{
	"policy": {pawnRole, grants(allowNothing), grants(allowAll)},
	"attachment": {
		func(s *siege, name string) aws.Config {
			s.role(name, allowNothing)
			order("iam", "AttachRolePolicy", `{"RoleName":"$NAME","PolicyArn":"arn:aws:iam::000000000000:policy/all"}`)(s, name)
			return s.assume(s.vendor, name, nil)
		},
		order("iam", "DetachRolePolicy", `{"RoleName":"$NAME","PolicyArn":"arn:aws:iam::000000000000:policy/all"}`),
		order("iam", "AttachRolePolicy", `{"RoleName":"$NAME","PolicyArn":"arn:aws:iam::000000000000:policy/all"}`),
	},
	"boundary": {
		pawnRole,
		order("iam", "PutRolePermissionsBoundary", `{"RoleName":"$NAME","PermissionsBoundary":"arn:aws:iam::000000000000:policy/none"}`),
		order("iam", "DeleteRolePermissionsBoundary", `{"RoleName":"$NAME"}`),
	},
	"tags": {
		func(s *siege, name string) aws.Config {
			return s.user(s.root, name, unlessBarred("aws:PrincipalTag/Barred"))
		},
		order("iam", "TagUser", `{"UserName":"$NAME","Tags":[{"Key":"Barred","Value":"yes"}]}`),
		order("iam", "UntagUser", `{"UserName":"$NAME","TagKeys":["Barred"]}`),
	},
	"table": {
		func(s *siege, name string) aws.Config {
			s.role(name, unlessBarred("aws:ResourceTag/Barred"))
			return s.assume(s.vendor, name, nil)
		},
		func(s *siege, _ string) {
			s.order("dynamodb", "DeleteTable", `{"TableName":"Ledger"}`)
			s.order("dynamodb", "CreateTable", strings.Replace(ledger, "{", `{"Tags":[{"Key":"Barred","Value":"yes"}],`, 1))
		},
		func(s *siege, _ string) {
			s.order("dynamodb", "DeleteTable", `{"TableName":"Ledger"}`)
			s.order("dynamodb", "CreateTable", ledger)
		},
	},
	"suspension": {
		pawnRole,
		order("bailiwick", "RevokeSessions", `{"PrincipalArn":"arn:aws:iam::000000000000:role/$NAME"}`),
		func(s *siege, name string) {
			a := s.order("bailiwick", "ListRevocations", `{}`)
			var out struct {
				Revocations []struct{ RevocationId string }
			}
			if err := json.Unmarshal([]byte(a.Body), &out); err != nil || len(out.Revocations) != 1 {
				s.t.Errorf("%v in %s", err, a.Body)
				return
			}
			s.order("bailiwick", "LiftRevocation", `{"RevocationId":"`+out.Revocations[0].RevocationId+`"}`)
		},
	},
}

// TestACallIsDecidedAndDoneInOneState changes the permission, or permission and
// item, in the middle of a call. The order leaves no time at which the secret
// item could be used: who is let see or change it has been decided in another
// state than the one in which it was done.
func TestACallIsDecidedAndDoneInOneState(t *testing.T) {
	p := &pause{}
	cfg := bailiwick.Config{Data: t.TempDir()}
	cfg.Observe(p.observe)
	s := newSiege(t, cfg)
	for name, document := range map[string]string{"all": allowAll, "none": allowNothing} {
		s.must(s.root, "iam", "CreatePolicy", map[string]any{"PolicyName": name, "PolicyDocument": document})
	}
	for name, b := range bars {
		pawn := "pawn-" + name
		who := b.pawn(s, pawn)
		for i, h := range heldUp {
			t.Run(fmt.Sprintf("%s %s %d", name, h.op, i), func(t *testing.T) {
				defer func(outer *testing.T) { s.t = outer }(s.t)
				s.t = t
				r := &raid{siege: s, pause: p, bar: b, pawn: pawn, who: who, item: fmt.Sprintf("%s-%d", pawn, i), op: h.op}
				r.in = strings.NewReplacer("$KEY", keyOf(r.item), "$ITEM", r.item).Replace(h.in)
				if h.writes {
					r.take()
				}
				r.takeAndHide(h.writes)
				r.showAndGive()
			})
		}
	}
}

// A raid is a call of a pawn on an item, to be made again and again.
type raid struct {
	*siege
	*pause
	bar
	pawn, item string
	who        aws.Config
	op, in     string
}

// heldUp makes the call, which has the permission until act happens in its
// middle.
func (r *raid) heldUp(act func()) servicetest.Answer {
	r.t.Helper()
	r.put(r.item, "Open")
	r.do(r.who, "dynamodb", "GetItem", getRow(r.item)) // so that all is cached
	r.at(r.pawn, act)
	a := r.try(r.who, "dynamodb", r.op, r.in)
	if !r.finish() {
		r.t.Fatalf("the call was not held up: %s", a.Body)
	}
	return a
}

// take takes the permission. A write would come after that; a condition that
// failed may have done so before.
func (r *raid) take() {
	r.t.Helper()
	if a := r.heldUp(func() { r.bar.take(r.siege, r.pawn) }); a.OK() {
		r.t.Errorf("the permission was taken, and then it wrote: got %s", a.Body)
	}
	r.give(r.siege, r.pawn)
}

// takeAndHide takes the permission and makes the item secret then.
func (r *raid) takeAndHide(writes bool) {
	r.t.Helper()
	a := r.heldUp(func() { r.bar.take(r.siege, r.pawn); r.put(r.item, "Secret") })
	if writes && a.OK() || strings.Contains(a.Body, "Secret") {
		r.t.Errorf("the permission was taken first, and then the item made secret: got %s", a.Body)
	}
	if a := r.do(r.admin, "dynamodb", "GetItem", getRow(r.item)); !strings.Contains(a.Body, "Secret") || strings.Contains(a.Body, "Mark") {
		r.t.Errorf("the secret item was changed: %s", a.Body)
	}
}

// showAndGive makes the secret item open and gives the permission then. Whom
// a revocation shuts out has no call that could be held up.
func (r *raid) showAndGive() {
	r.t.Helper()
	r.at(r.pawn, func() { r.put(r.item, "Open"); r.give(r.siege, r.pawn) })
	if a := r.try(r.who, "dynamodb", r.op, r.in); strings.Contains(a.Body, "Secret") {
		r.t.Errorf("the item was made open first, and then the permission given: got %s", a.Body)
	}
	r.finish()
}

// put puts the item with one attribute.
func (s *siege) put(item, attribute string) {
	s.t.Helper()
	s.order("dynamodb", "PutItem", `{"TableName":"Ledger","Item":{"TenantID":{"S":"`+item+`"},"Row":{"S":"1"},"`+attribute+`":{"BOOL":true}}}`)
}

// TestARoleIsAssumedInOneState takes away, in the middle of a call that assumes
// a role, what allows it. The session would begin after that, so there must be
// none.
func TestARoleIsAssumedInOneState(t *testing.T) {
	p := &pause{}
	cfg := bailiwick.Config{Data: t.TempDir()}
	cfg.Observe(p.observe)
	s := newSiege(t, cfg)
	trust := func(account string) string {
		return text(t, strings.ReplaceAll(anyPrincipalOfAccount, "$ACCOUNT", account))
	}
	s.account("222222222222")
	for name, take := range map[string]func(s *siege, role string){
		"trust":   order("iam", "UpdateAssumeRolePolicy", `{"RoleName":"$NAME","PolicyDocument":`+trust("222222222222")+`}`),
		"deleted": order("iam", "DeleteRole", `{"RoleName":"$NAME"}`),
		"new": func(s *siege, role string) {
			order("iam", "DeleteRole", `{"RoleName":"$NAME"}`)(s, role)
			order("iam", "CreateRole", `{"RoleName":"$NAME","AssumeRolePolicyDocument":`+trust("222222222222")+`}`)(s, role)
		},
		"policy":     order("iam", "PutUserPolicy", `{"UserName":"$NAME","PolicyName":"p","PolicyDocument":`+text(t, strings.Replace(allowAll, "Allow", "Deny", 1))+`}`),
		"role":       order("bailiwick", "RevokeSessions", `{"PrincipalArn":"arn:aws:iam::000000000000:role/$NAME"}`),
		"suspension": order("bailiwick", "RevokeSessions", `{"TagKey":"TenantID","TagValue":"$NAME"}`),
	} {
		t.Run(name, func(t *testing.T) {
			defer func(outer *testing.T) { s.t = outer }(s.t)
			s.t = t
			role := "ward-" + name
			vendor := s.user(s.root, role, allowAll) // of the same name
			s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": role, "AssumeRolePolicyDocument": s.expand(anyPrincipalOfAccount)})
			in := text(t, assumption(role, map[string]any{"Tags": tenantTag(role)}))
			s.do(vendor, "sts", "AssumeRole", in)
			p.at(role, func() { take(s, role) })
			a := s.try(vendor, "sts", "AssumeRole", in)
			if !p.finish() {
				t.Fatalf("the call was not held up: %s", a.Body)
			}
			if !a.Denied() {
				t.Errorf("got %d %s, want a denial", a.Status, a.Body)
			}
		})
	}
}
