// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// decided starts a server whose one operation, Do, has the needs, and returns a
// function that calls it: it reports how it was answered and whether it was done.
func decided(t *testing.T) func(needs ...awsapi.Need) (status int, done bool) {
	var needs []awsapi.Need
	var done bool
	l := newLab(t, operation("Do", awsapi.Write,
		func(*awsapi.Call) ([]awsapi.Need, error) { return needs, nil },
		func(*awsapi.Call) (string, error) { done = true; return "", nil }))
	return func(n ...awsapi.Need) (int, bool) {
		t.Helper()
		needs, done = n, false
		status, _ := l.call("Do")
		return status, done
	}
}

func TestACallWithoutNeedsIsRefused(t *testing.T) {
	try := decided(t)
	if status, done := try(); status != http.StatusInternalServerError || done {
		t.Errorf("without needs: got %d, and it was done: %v", status, done)
	}
	if status, done := try(need(ours)); status != http.StatusOK || !done {
		t.Errorf("with one: got %d, and it was done: %v", status, done)
	}
}

// TestANeedWithoutAnOwnerIsRefused: a policy that lets everybody in doesn't make
// up for it.
func TestANeedWithoutAnOwnerIsRefused(t *testing.T) {
	try := decided(t)
	open := resourcePolicy(t, "")
	for name, owner := range map[string]string{"own": ours, "another's": theirs} {
		n := need(owner)
		n.Policy = open
		if status, done := try(n); status != http.StatusOK || !done {
			t.Errorf("%s: got %d, and it was done: %v", name, status, done)
		}
		n.Owner = ""
		for _, needs := range [][]awsapi.Need{{n}, {need(ours), n}, {n, need(ours)}} {
			if status, done := try(needs...); status != http.StatusInternalServerError || done {
				t.Errorf("%s, without its owner: got %d, and it was done: %v", name, status, done)
			}
		}
	}
}

func TestEveryNeedIsDecided(t *testing.T) {
	try := decided(t)
	if status, done := try(need(ours), need(ours), need(ours)); status != http.StatusOK || !done {
		t.Errorf("three of one's own: got %d, and it was done: %v", status, done)
	}
	for i := range 3 {
		needs := []awsapi.Need{need(ours), need(ours), need(ours)}
		needs[i] = need(theirs)
		if status, done := try(needs...); status != http.StatusForbidden || done {
			t.Errorf("need %d of another account: got %d, and it was done: %v", i, status, done)
		}
	}
}

// TestANeedDoesNotInheritAPolicy: what one resource's policy allows says nothing
// of the next resource.
func TestANeedDoesNotInheritAPolicy(t *testing.T) {
	try := decided(t)
	open := need(theirs)
	open.Policy = resourcePolicy(t, "")
	if status, done := try(open, open); status != http.StatusOK || !done {
		t.Errorf("each with its policy: got %d, and it was done: %v", status, done)
	}
	if status, done := try(open, need(theirs)); status != http.StatusForbidden || done {
		t.Errorf("the second without: got %d, and it was done: %v", status, done)
	}
	explicit := need(ours)
	explicit.Explicit = true
	if status, done := try(explicit); status != http.StatusForbidden || done {
		t.Errorf("one's own that must be granted: got %d, and it was done: %v", status, done)
	}
	if status, done := try(open, explicit); status != http.StatusForbidden || done {
		t.Errorf("one's own that must be granted after another's: got %d, and it was done: %v", status, done)
	}
}

// claims answers for every key.
type claims string

func (c claims) Lookup(string) policy.Value { return policy.One(string(c)) }

// TestNoServiceClaimsAGlobalKey has a service state values for keys of AWS's:
// they count no more than if it didn't.
func TestNoServiceClaimsAGlobalKey(t *testing.T) {
	try := decided(t)
	with := func(key, value string, ctx policy.Context) awsapi.Need {
		n := need(ours)
		n.Explicit, n.Context = true, ctx
		n.Policy = resourcePolicy(t, `,"Condition":{"StringLike":{"`+key+`":"`+value+`"}}`)
		return n
	}
	if status, done := try(with("lab:Color", "claimed", claims("claimed"))); status != http.StatusOK || !done {
		t.Errorf("a key of its own: got %d, and it was done: %v", status, done)
	}
	if status, done := try(with("aws:PrincipalAccount", ours, claims("claimed"))); status != http.StatusOK || !done {
		t.Errorf("a key of AWS's as it is: got %d, and it was done: %v", status, done)
	}
	for _, key := range []string{
		"aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalTag/Tenant", "aws:ResourceTag/Tenant", "aws:RequestTag/Tenant", "aws:TagKeys",
		"aws:SourceIp", "aws:SecureTransport", "aws:userid", "aws:username", "aws:PrincipalOrgID", "aws:SourceVpc", "aws:CalledVia",
		"aws:MultiFactorAuthPresent", "aws:TokenIssueTime", "aws:ResourceAccount", "AWS:principalaccount", "aws:Nothing",
	} {
		if status, done := try(with(key, "claimed", claims("claimed"))); status != http.StatusForbidden || done {
			t.Errorf("%s: got %d, and it was done: %v", key, status, done)
		}
	}
}

// TestATagInTwoCasesIsNone: what is said of a tag must not depend on which of
// two is found first.
func TestATagInTwoCasesIsNone(t *testing.T) {
	try := decided(t)
	tagged := func(tags ...awsapi.Tag) awsapi.Need {
		n := need(ours)
		n.Explicit, n.ResourceTags = true, tags
		n.Policy = resourcePolicy(t, `,"Condition":{"StringEquals":{"aws:ResourceTag/Tenant":"blue"}}`)
		return n
	}
	for _, key := range []string{"Tenant", "tenant", "TENANT"} {
		if status, _ := try(tagged(awsapi.Tag{Key: key, Value: "blue"})); status != http.StatusOK {
			t.Errorf("%s alone: got %d", key, status)
		}
		for _, tags := range [][]awsapi.Tag{{{Key: key, Value: "blue"}, {Key: "tENANT", Value: "yellow"}}, {{Key: "tENANT", Value: "yellow"}, {Key: key, Value: "blue"}}} {
			if status, done := try(tagged(tags...)); status != http.StatusForbidden || done {
				t.Errorf("%v: got %d, and it was done: %v", tags, status, done)
			}
		}
	}
}

// TestAChangeEndsTheCachesOfTheOwner changes a record of another account, which
// lets the caller, and reads it through a cache of that account.
func TestAChangeEndsTheCachesOfTheOwner(t *testing.T) {
	fills := 0
	cache := storage.NewCache[string](100)
	open := resourcePolicy(t, "")
	allowed := func(spans ...storage.Span) awsapi.Need {
		n := need(theirs, spans...)
		n.Policy = open
		return n
	}
	value := ""
	l := newLab(t,
		operation("Get", awsapi.Read, func(c *awsapi.Call) (_ []awsapi.Need, err error) {
			value, err = cache.Get(c.Tx, theirs, "mine", func(tx *storage.Tx) (string, error) {
				fills++
				return notes.Get(tx, theirs, "mine")
			})
			return []awsapi.Need{allowed()}, err
		}, func(*awsapi.Call) (string, error) { return value, nil }),
		operation("Put", awsapi.Control, stated(need(ours), allowed(notes.One(true, theirs, "mine"))),
			func(c *awsapi.Call) (string, error) { return "", notes.Put(c.Tx, "after", theirs, "mine") }),
	)
	l.expect("Get", http.StatusOK)
	if body := l.expect("Get", http.StatusOK); !strings.Contains(body, "before") || fills != 1 {
		t.Fatalf("got %s after %d fills: nothing is cached", body, fills)
	}
	l.expect("Put", http.StatusOK)
	if body := l.expect("Get", http.StatusOK); !strings.Contains(body, "after") {
		t.Errorf("got %s", body)
	}
}

// TestAnOperationWithoutNeedsCannotBeMade leaves parts of an operation out.
func TestAnOperationWithoutNeedsCannotBeMade(t *testing.T) {
	needs := func(context.Context, *awsapi.Call, *input) ([]awsapi.Need, error) { return nil, nil }
	handle := func(context.Context, *awsapi.Call, *input) (*output, error) { return nil, nil }
	whole := awsapi.Operation{Name: "Do", Sample: `{}`}
	with := func(change func(*awsapi.Operation)) awsapi.Operation { o := whole; change(&o); return o }
	for name, made := range map[string]struct {
		make func()
		fine bool
	}{
		"whole":            {func() { awsapi.Op(whole, needs, handle) }, true},
		"without needs":    {func() { awsapi.Op[input, output](whole, nil, handle) }, false},
		"without handler":  {func() { awsapi.Op[input, output](whole, needs, nil) }, false},
		"without a sample": {func() { awsapi.Op(with(func(o *awsapi.Operation) { o.Sample = "" }), needs, handle) }, false},
		"without a name":   {func() { awsapi.Op(with(func(o *awsapi.Operation) { o.Name = "" }), needs, handle) }, false},
		"for everybody":    {func() { awsapi.Op(with(func(o *awsapi.Operation) { o.Guard = awsapi.None }), nil, handle) }, true},
		"of two minds":     {func() { awsapi.Op(with(func(o *awsapi.Operation) { o.Guard = awsapi.None }), needs, handle) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if p := recover(); (p == nil) != made.fine {
					t.Errorf("it panicked with %v", p)
				}
			}()
			made.make()
		})
	}
}
