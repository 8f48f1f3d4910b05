// SPDX-License-Identifier: Apache-2.0

package bank

import (
	"fmt"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
)

// twoAccounts is a bank after one transfer of 5 from account 0 to account 1.
func twoAccounts() (*Bank, [tables]map[string]object) {
	tl := &teller{name: "t", acked: map[string]receipt{"t-1": {from: 0, to: 1, amount: 5}}}
	all := [tables]map[string]object{{}, {}, {}}
	for i := range accounts {
		it := newAccount(i)
		all[i%tables][keyOf(it)] = it
	}
	setBalance(all, 0, deposit-5)
	setBalance(all, 1, deposit+5)
	note := tl.note("t-1", tl.acked["t-1"])
	all[2][keyOf(note)] = note
	return &Bank{tellers: []*teller{tl}}, all
}

func setBalance(all [tables]map[string]object, account, n int) {
	all[account%tables][keyOf(accountKey(account))]["n"] = object{"N": fmt.Sprint(n)}
}

func TestTheCheckerSeesWhatNoBankMayBe(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(b *Bank, all [tables]map[string]object)
		sound bool
	}{
		"nothing is wrong": {func(*Bank, [tables]map[string]object) {}, true},
		"half a transfer":  {func(_ *Bank, all [tables]map[string]object) { setBalance(all, 1, deposit) }, false},
		"a transfer made twice": {func(_ *Bank, all [tables]map[string]object) {
			setBalance(all, 0, deposit-10)
			setBalance(all, 1, deposit+10)
		}, false},
		"a receipt is lost":          {func(_ *Bank, all [tables]map[string]object) { clear(all[2]) }, false},
		"a transfer without receipt": {func(_ *Bank, all [tables]map[string]object) { delete(all[2], "receipt/t-1") }, false},
		"a receipt of nothing":       {func(b *Bank, _ [tables]map[string]object) { clear(b.tellers[0].acked) }, false},
		"a receipt of something else": {func(_ *Bank, all [tables]map[string]object) {
			all[2]["receipt/t-1"]["n"] = object{"N": "6"}
			setBalance(all, 0, deposit-6)
			setBalance(all, 1, deposit+6)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b, all := twoAccounts()
			tc.spoil(b, all)
			if _, err := b.audit(all); (err == nil) != tc.sound {
				t.Errorf("the checker says %v", err)
			}
		})
	}
}

func TestTheCheckerSeesWhatNoIndexMayBe(t *testing.T) {
	in := client.PrimaryKey("a", "1")
	in["g"], in["n"], in["l"], in["x"] = object{"S": "g"}, object{"N": "1"}, object{"S": "l"}, object{"S": "x"}
	out := client.PrimaryKey("a", "2")
	out["n"] = object{"N": "2"}
	items := map[string]object{"a/1": in, "a/2": out}
	entry := client.PrimaryKey("a", "1")
	entry["g"], entry["n"], entry["x"] = in["g"], in["n"], in["x"]
	stale := client.PrimaryKey("a", "1")
	stale["g"], stale["n"] = in["g"], in["n"]
	for name, tc := range map[string]struct {
		found map[string]object
		sound bool
	}{
		"nothing is wrong":      {map[string]object{"a/1": entry}, true},
		"an entry is missing":   {map[string]object{}, false},
		"an entry is too much":  {map[string]object{"a/1": entry, "a/2": out}, false},
		"an entry is of before": {map[string]object{"a/1": stale}, false},
		"it projects too much":  {map[string]object{"a/1": in}, false},
	} {
		if err := same("the index", tc.found, projection("global", items)); (err == nil) != tc.sound {
			t.Errorf("%s: the checker says %v", name, err)
		}
	}
	const size = 2*(2+1+2+1) + (1 + 1) + 2*(1+2) + (1 + 1) + (1 + 1) // two keys, g, two n, l and x
	for _, tc := range []struct {
		count, size int
		sound       bool
	}{{2, size, true}, {1, size, false}, {2, size - 1, false}} {
		if err := counted("the table", items, tc.count, tc.size); (err == nil) != tc.sound {
			t.Errorf("%d items of %d bytes: the checker says %v", tc.count, tc.size, err)
		}
	}
}

func TestTheCheckerSeesWhatNoStreamMayTell(t *testing.T) {
	item := func(n, exp string) object {
		it := client.PrimaryKey("a", "1")
		it["n"] = object{"N": n}
		if exp != "" {
			it["exp"] = object{"N": exp}
		}
		return it
	}
	service := &streamIdentity{PrincipalID: "dynamodb.amazonaws.com", Type: "Service"}
	for name, tc := range map[string]struct {
		is, old, new object
		event        string
		by           *streamIdentity
		sound        bool
	}{
		"an insert":                   {nil, nil, item("1", ""), "INSERT", nil, true},
		"a change":                    {item("1", ""), item("1", ""), item("2", ""), "MODIFY", nil, true},
		"a deletion":                  {item("1", ""), item("1", ""), nil, "REMOVE", nil, true},
		"an item expires":             {item("1", "1"), item("1", "1"), nil, "REMOVE", service, true},
		"a change that isn't told":    {item("2", ""), item("1", ""), item("3", ""), "MODIFY", nil, false},
		"an insert of what is there":  {item("1", ""), nil, item("2", ""), "INSERT", nil, false},
		"a deletion of nothing":       {nil, item("1", ""), nil, "REMOVE", nil, false},
		"a change called an insert":   {item("1", ""), item("1", ""), item("2", ""), "INSERT", nil, false},
		"an item expires by somebody": {item("1", "1"), item("1", "1"), nil, "REMOVE", nil, false},
		"the service deletes another": {item("1", ""), item("1", ""), nil, "REMOVE", service, false},
	} {
		b := &table{replay: map[string]object{}}
		if tc.is != nil {
			b.replay["a/1"] = tc.is
		}
		r := &streamRecord{EventName: tc.event, UserIdentity: tc.by}
		r.Dynamodb.Keys, r.Dynamodb.OldImage, r.Dynamodb.NewImage = client.PrimaryKey("a", "1"), tc.old, tc.new
		if err := b.apply(r); (err == nil) != tc.sound {
			t.Errorf("%s: the checker says %v", name, err)
		}
	}
}
