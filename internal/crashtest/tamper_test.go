// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

// wants fails the test unless err says want; an empty want is no error.
func wants(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("got %v, want %q", err, want)
	}
}

// A history with each kind of thing in it: the slot, the policy and the table
// have a change that was not answered.
func sample() history.History {
	h := history.History{}
	for _, e := range []struct{ key, acked, tried string }{
		{"slot", "1", "2"},
		{"group", "4 4 none 4", ""},
		{"table", tableValue([]int{2}), tableValue([]int{2, 2})},
		{"gone", history.None, ""},
		{"going", "5", history.None},
		{"policy", "6", "7"},
	} {
		h.Attempt(e.key, e.acked)
		h.Ack(e.key)
		if e.tried != "" {
			h.Attempt(e.key, e.tried)
		}
	}
	return h
}

func TestTheCheckerSeesWhatACrashMustNotDo(t *testing.T) {
	for _, tc := range []struct{ name, key, value, want string }{
		{"all acknowledged", "", "", ""},
		{"the unanswered is there", "slot", "2", ""},
		{"the unanswered deletion happened", "going", history.None, ""},
		{"the unanswered put into a table is there", "table", tableValue([]int{2, 2}), ""},
		{"an acknowledged item is lost", "slot", history.None, "slot: found none, want the acknowledged 1, or the unanswered 2"},
		{"an older value is back", "slot", "0", "slot: found 0"},
		{"half an item", "slot", (&stored{}).value(), "slot: found half an item"},
		{"half a batch", "group", "4 4 none none", "group: found 4 4 none none"},
		{"half a batch over an older one", "group", "3 4 none 4", "group: found 3 4 none 4"},
		{"an old item in a table made again", "table", tableValue([]int{1, 2}), "table: found table [1 2]"},
		{"a table's acknowledged item is lost", "table", tableValue(nil), "table: found table []"},
		{"an acknowledged table is lost", "table", history.None, "table: found none"},
		{"what was deleted is back", "gone", "3", "gone: found 3, want the acknowledged none"},
		{"an acknowledged policy is lost", "policy", "5", "policy: found 5"},
		{"what nobody wrote is there", "stranger", "1", "stranger: found 1, which was never written"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h, seen := sample(), map[string]string{
				"slot": "1", "group": "4 4 none 4", "table": tableValue([]int{2}), "gone": history.None, "going": "5", "policy": "6",
			}
			if tc.key != "" {
				seen[tc.key] = tc.value
			}
			wants(t, h.Check(seen), tc.want)
		})
	}
}

func TestWhatWasFoundOnceMustStay(t *testing.T) {
	h, seen := sample(), map[string]string{"slot": "2", "group": "4 4 none 4", "table": tableValue([]int{2}), "policy": "7"}
	wants(t, h.Check(seen), "")
	seen["slot"] = "1"
	wants(t, h.Check(seen), "slot: found 1, want the acknowledged 2\n\tattempted 1\n\tacknowledged 1\n\tattempted 2\n\tfound 2")
}

func TestTheCheckerSeesWhatCountersMustNotDo(t *testing.T) {
	for _, tc := range []struct {
		name  string
		acked []int
		read  int
		value int
		want  string
	}{
		{"the unanswered is not counted", []int{11, 12}, 12, 12, ""},
		{"the unanswered is counted", []int{13, 11}, 13, 13, ""},
		{"an acknowledged increment is lost", []int{11, 12}, 0, 11, "found 11, want 12 to 13"},
		{"an increment is counted twice", []int{11, 12}, 0, 14, "found 14, want 12 to 13"},
		{"two increments are one", []int{11, 11}, 0, 12, "answered the same"},
		{"an answer from before the last crash", []int{10, 11}, 0, 12, "increments answered 10 to 11"},
		{"an answer from the future", []int{11, 13}, 0, 12, "increments answered 11 to 13"},
		{"a read from the future", []int{11, 12}, 13, 12, "a read had returned 13"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := counter{base: 10}
			for range 3 { // the third is not answered
				c.attempt()
			}
			for _, v := range tc.acked {
				c.ack(v)
			}
			c.saw(tc.read)
			wants(t, c.check(tc.value), tc.want)
		})
	}
}

func TestTheCheckerSeesWhatClaimsMustNotDo(t *testing.T) {
	type acks map[string]bool // won or refused
	for _, tc := range []struct {
		name        string
		acks        acks
		owner, want string
	}{
		{"won", acks{"ann": true, "bob": false}, "ann", ""},
		{"nobody was answered, and one did it", nil, "cyd", ""},
		{"nobody was answered, and nobody did it", nil, "", ""},
		{"refused because of one who wasn't answered", acks{"ann": false, "bob": false}, "cyd", ""},
		{"lost", acks{"ann": true}, "", `owned by "", but acknowledged to ann`},
		{"taken over", acks{"ann": true}, "cyd", `owned by "cyd"`},
		{"won by two", acks{"ann": true, "bob": true}, "ann", "claimed by each of"},
		{"refused because of what is not there", acks{"ann": false}, "", "somebody was refused because it was"},
		{"owned by one who was refused", acks{"ann": false, "bob": false}, "ann", "who was refused or never tried"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var c claims
			for _, who := range []string{"ann", "bob", "cyd"} {
				c.attempt("claim", who)
			}
			for who, won := range tc.acks {
				c.ack("claim", who, won)
			}
			wants(t, c.check(map[string]string{"claim": tc.owner}), tc.want)
		})
	}
}

func TestTheCheckerSeesWhatTheDecisionLogMustNotDo(t *testing.T) {
	const (
		change  = `{"seq":3,"requestId":"change","decision":"Allow"}` + "\n"
		denial  = `{"seq":5,"requestId":"denial","decision":"ImplicitDeny"}` + "\n"
		another = `{"seq":6,"requestId":"another","decision":"Allow"}` + "\n"
	)
	for _, tc := range []struct{ name, text, want string }{
		{"each once", change + denial + another, ""},
		{"the rest of a line that a crash cut off", change + denial + `{"seq":6,"requ`, ""},
		{"a denial is lost", change + another, "1 of 2 answered requests are not in the decision log, such as denial (ImplicitDeny)"},
		{"a denial is only begun", change + denial[:20], "such as denial"},
		{"a record is shipped twice", change + denial + denial, "record 5 of request denial follows 5"},
		{"a request has two records", change + denial + strings.Replace(denial, "5", "7", 1), "request denial is recorded twice"},
		{"records out of order", denial + change, "record 3 of request change follows 5"},
		{"a denial is recorded as allowed", change + strings.Replace(denial, "ImplicitDeny", "Allow", 1), "recorded as Allow, but the answer was ImplicitDeny"},
		{"a damaged line", change + "{}{\n" + denial, "invalid character"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newAuditor(t.TempDir())
			a.patience = 0
			a.answered("change", "Allow")
			a.answered("denial", "ImplicitDeny")
			if err := os.WriteFile(filepath.Join(a.dir, "audit-1.jsonl"), []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := a.check()
			wants(t, err, tc.want)
		})
	}
}
