// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A teller makes transactions that add one to an item, at any time and as
// anybody.
type teller struct {
	t   *testing.T
	db  *storage.DB
	svc *awsapi.Service
	tab *table
}

func newTeller(t *testing.T) *teller {
	db := memory(t)
	return &teller{t: t, db: db, svc: New(), tab: made(t, db, "Docs")}
}

// call calls the operation within what its needs open.
func (l *teller) call(name, input string, change func(*awsapi.Call)) error {
	op := operation(l.svc, name)
	in := decode(l.t, l.svc, op, input)
	return l.db.Update(l.t.Context(), func(tx *storage.Tx) error {
		c := newCall(tx.Metadata())
		change(c)
		needs, err := op.Needs(l.t.Context(), c, in)
		if err != nil {
			return err
		}
		var spans []storage.Span
		for i := range needs {
			spans = append(spans, needs[i].Spans...)
		}
		c.Tx = tx.Only(spans)
		_, err = op.Handle(l.t.Context(), c, in)
		return err
	})
}

const addOne = `{"ClientRequestToken":"t","TransactItems":[{"Update":{"TableName":"Docs","Key":{"pk":{"S":"a"},"sk":{"S":"1"}},
	"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}}}}]}`

// add adds one under the token t and returns what it has become.
func (l *teller) add(change func(*awsapi.Call)) string {
	l.t.Helper()
	if err := l.call("TransactWriteItems", addOne, change); err != nil {
		l.t.Fatal(err)
	}
	var b attr.Builder
	b.Name("pk")
	b.Str("a")
	b.Name("sk")
	b.Str("1")
	key, err := b.Item()
	if err != nil {
		l.t.Fatal(err)
	}
	var n attr.Value
	err = l.db.View(l.t.Context(), func(tx *storage.Tx) error {
		it, err := load(tx, l.tab.key(key))
		n, _ = it.Get("n")
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return n.Number().String()
}

func at(t time.Time) func(*awsapi.Call) { return func(c *awsapi.Call) { c.Time = t } }

func TestATokenStandsForTenMinutes(t *testing.T) {
	start := time.Unix(1_800_000_000, 0) // the first second of a window
	for _, first := range []time.Time{start, start.Add(5 * time.Minute), start.Add(tokenLife - time.Second)} {
		l := newTeller(t)
		for _, step := range []struct {
			after time.Duration
			want  string
		}{
			{0, "1"},
			{-time.Second, "1"}, // a call that arrived before, and took longer
			{time.Second, "1"},
			{tokenLife - time.Second, "1"},
			{tokenLife, "2"},
			{2*tokenLife - time.Second, "2"},
			{4 * tokenLife, "3"},
		} {
			if got := l.add(at(first.Add(step.after))); got != step.want {
				t.Errorf("%v after %v: %s, want %s", step.after, first, got, step.want)
			}
		}
	}
}

func TestATokenIsKnownToWhoUsedItOnly(t *testing.T) {
	l := newTeller(t)
	tenant := func(session, tag string) func(*awsapi.Call) {
		return func(c *awsapi.Call) {
			c.Caller.Principal.ID, c.Caller.Principal.Session = "AROA", session
			c.Caller.Principal.ARN = "arn:aws:sts::111122223333:assumed-role/Tenant/" + session
			c.Caller.Tags = []awsapi.Tag{{Key: "TenantID", Value: tag}, {Key: "a", Value: "b"}}
		}
	}
	within := func(table, subject string, methods ...string) func(*awsapi.Call) {
		p, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"`+table+`"}}`), policy.Session)
		if err != nil {
			t.Fatal(err)
		}
		return func(c *awsapi.Call) {
			tenant("job", "yellow")(c)
			c.Caller.Session = &awsapi.Session{Policies: []*policy.Policy{p}, Claims: []awsapi.Claim{
				{Key: "idp:sub", Values: []string{subject}}, {Key: "idp:amr", Values: methods, Many: true},
			}}
		}
	}
	if got := l.add(func(*awsapi.Call) {}); got != "1" {
		t.Fatalf("the first: %s", got)
	}
	for _, step := range []struct {
		who  string
		as   func(*awsapi.Call)
		want string
	}{
		{"a session", tenant("job", "yellow"), "2"},
		{"the same", tenant("job", "yellow"), "2"},
		{"of another name", tenant("job2", "yellow"), "3"},
		{"of another tenant", tenant("job", "blue"), "4"},
		{"without tags", func(c *awsapi.Call) { tenant("job", "")(c); c.Caller.Tags = nil }, "5"},
		{"in another order of tags", func(c *awsapi.Call) {
			tenant("job", "blue")(c)
			c.Caller.Tags[0], c.Caller.Tags[1] = c.Caller.Tags[1], c.Caller.Tags[0]
		}, "5"},
		{"the first again", func(*awsapi.Call) {}, "5"},
		{"of another role of the same name", func(c *awsapi.Call) { tenant("job", "yellow")(c); c.Caller.Principal.ID = "AROB" }, "6"},
		{"with a policy", within("yellow", "ann"), "7"},
		{"the same again", within("yellow", "ann", "otp"), "7"},
		{"with another policy", within("blue", "ann"), "8"},
		{"for another subject", within("yellow", "bob"), "9"},
	} {
		if got := l.add(step.as); got != step.want {
			t.Errorf("%s: %s, want %s", step.who, got, step.want)
		}
	}
}

func TestATokenIsOfItsRegionAndOperation(t *testing.T) {
	name := func(region, operation string) string {
		c := newCall(nil)
		c.Region = region
		return useToken(c, operation, "t", [sha256.Size]byte{}, nil).name
	}
	first := name("us-east-1", "TransactWriteItems")
	if first != name("us-east-1", "TransactWriteItems") {
		t.Error("a token is not its own")
	}
	if first == name("eu-west-1", "TransactWriteItems") || first == name("us-east-1", "ExecuteTransaction") {
		t.Error("a token is that of another region or operation")
	}
}

// windows returns how many windows of tokens there are.
func (l *teller) windows() int {
	found := map[string]bool{}
	err := l.db.View(l.t.Context(), func(tx *storage.Tx) error {
		c := tx.Scan(storage.Range{Lo: tokens.Key(), Hi: storage.PrefixEnd(tokens.Key())})
		for c.Next() {
			account, rest, err := storage.DecodeString(c.Key()[len(tokens.Key()):])
			if err != nil {
				return err
			}
			window, _, err := storage.DecodeString(rest)
			if err != nil {
				return err
			}
			found[account+window] = true
		}
		return c.Close()
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return len(found)
}

func TestExpiredTokensAreThrownAway(t *testing.T) {
	l := newTeller(t)
	start := time.Unix(1_800_000_000, 0)
	const accounts, each = 3, 40
	for i := range accounts {
		for j := range each {
			u := &tokenUse{account: string(rune('a' + i)), window: tokenWindow(start) + int64(j), name: "n"}
			if err := l.db.Update(t.Context(), u.keep); err != nil {
				t.Fatal(err)
			}
		}
	}
	now := start
	st := &awsapi.Station{
		Now:    func() time.Time { return now },
		View:   l.db.View,
		Update: l.db.Update,
	}
	for _, step := range []struct {
		after time.Duration
		want  int // of each account
	}{
		{0, each}, {2*tokenLife + tokenLife - 1, each}, {3 * tokenLife, each - 1}, {30 * tokenLife, each - 28}, {100 * tokenLife, 0},
	} {
		now = start.Add(step.after)
		if err := (&service{}).sweepTokens(t.Context(), st); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(time.Minute) // for the trash to be emptied
		for l.windows() != accounts*step.want && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		if got := l.windows(); got != accounts*step.want {
			t.Errorf("after %v there are %d windows, want %d", step.after, got, accounts*step.want)
		}
	}
}

// TestWhatIsOnlyCheckedCantBeWritten looks at the spans of the one need that opens
// a transaction's storage.
func TestWhatIsOnlyCheckedCantBeWritten(t *testing.T) {
	l := newTeller(t)
	op := operation(l.svc, "TransactWriteItems")
	in := decode(t, l.svc, op, `{"TransactItems":[
		{"ConditionCheck":{"TableName":"Docs","Key":{"pk":{"S":"a"},"sk":{"S":"1"}},"ConditionExpression":"attribute_exists(pk)"}},
		{"Delete":{"TableName":"Docs","Key":{"pk":{"S":"a"},"sk":{"S":"2"}}}}]}`).(*transactWriteItemsInput)
	err := l.db.Update(t.Context(), func(tx *storage.Tx) error {
		needs, err := op.Needs(context.Background(), newCall(tx.Metadata()), in)
		if err != nil {
			return err
		}
		checked, deleted := in.tx.actions[0].at, in.tx.actions[1].at
		within := tx.Only(needs[0].Spans)
		if _, err := load(within, checked); err != nil {
			t.Errorf("the checked item can't be read: %v", err)
		}
		if err := within.Delete(deleted); err != nil {
			t.Errorf("the item can't be deleted: %v", err)
		}
		if err := within.Delete(checked); err == nil {
			t.Error("the checked item can be deleted")
		}
		if spans := needs[1].Spans; spans != nil {
			t.Errorf("the second need opens %v", spans)
		}
		return nil
	})
	if err == nil {
		t.Error("a write outside of the spans has not failed its transaction")
	}
}
