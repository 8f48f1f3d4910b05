// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

// A gaze is a session that makes calls while there is something that it may not
// know of, and while there is not: all answers are to be the same.
type gaze struct {
	*reading
	as aws.Config
}

// newGaze returns one whose policy lets it make all calls on items, under a
// condition.
func newGaze(t *testing.T, condition string) *gaze {
	t.Helper()
	s := newSiege(t, bailiwick.Config{})
	s.do(s.admin, "dynamodb", "CreateTable", strings.ReplaceAll(wares, "<T>", "Wares"))
	s.do(s.admin, "dynamodb", "CreateTable", strings.ReplaceAll(wares, "<T>", "Beside"))
	document := guideDocument(`{"Effect":"Allow","Action":["dynamodb:*Item","dynamodb:TransactGetItems","dynamodb:Query","dynamodb:Scan","dynamodb:PartiQL*"],
		"Resource":["<table>","<table>/index/*"],"Condition":` + condition + `}`)
	s.grant("tenant", document)
	r := &reading{siege: s, published: published{document: document, table: "Wares", tag: "TenantID"}, stream: strings.NewReplacer()}
	return &gaze{r, r.tagged("yellow")}
}

// fill makes the table what it is before each call: partitions of four rows, with
// the attributes that are given of each.
func (g *gaze) fill(more map[string]string) {
	g.t.Helper()
	var writes []string
	for _, partition := range []string{"yellow", "blue"} {
		for _, row := range "1234567890" {
			key := strings.ReplaceAll(g.expandCall("<A1>", partition, partition), `"1"`, `"`+string(row)+`"`)
			if attributes, ok := more[partition]; ok && strings.ContainsRune("1257", row) {
				writes = append(writes, `{"PutRequest":{"Item":{`+key+`,"Note":{"S":"note of `+partition+`"},"Day":{"S":"mon"}`+attributes+`}}}`)
			} else {
				writes = append(writes, `{"DeleteRequest":{"Key":{`+key+`}}}`)
			}
		}
	}
	g.do(g.admin, "dynamodb", "BatchWriteItem", `{"RequestItems":{"Wares":[`+strings.Join(writes, ",")+`]}}`)
}

// answers makes each call for the session's own partition, for another and for
// both, and returns what it got.
func (g *gaze) answers(more map[string]string) map[string]string {
	g.t.Helper()
	g.fill(more)
	got := map[string]string{}
	for _, c := range slices.Concat(reaches, whispers) {
		for _, of := range [][2]string{{"yellow", "yellow"}, {"yellow", "blue"}, {"blue", "yellow"}, {"blue", "blue"}} {
			in := g.expandCall(c.in, of[0], of[1])
			if _, ok := got[c.op+in]; ok || c.service() != "dynamodb" {
				continue
			}
			a := g.try(g.as, c.service(), c.op, in)
			got[c.op+in] = a.Body
			if a.OK() {
				g.fill(more)
			}
		}
	}
	return got
}

// compare has the session make all calls in several states of the table. The
// answers differ in nothing but for the calls that tells chooses, each of which
// does tell.
func (g *gaze) compare(states []map[string]string, tells func(call string) bool) {
	g.t.Helper()
	first := g.answers(states[0])
	done, told := 0, map[string]bool{}
	for _, more := range states[1:] {
		for call, body := range g.answers(more) {
			switch {
			case first[call] != body && !tells(call):
				g.t.Errorf("%s tells what there is:\n%s\n%s", call, first[call], body)
			case first[call] != body:
				told[call] = true
			}
		}
	}
	for call, body := range first {
		if codeOf(body) == "" {
			done++
		}
		if tells(call) && codeOf(body) == "" && !told[call] {
			g.t.Errorf("%s doesn't tell any more", call)
		}
	}
	if done < 50 {
		g.t.Errorf("only %d calls were done", done)
	}
}

// TestAnswersTellNothingOfOtherTenants has a tenant make calls, its own and those
// for what is another's, with the other's items there, larger, and gone.
func TestAnswersTellNothingOfOtherTenants(t *testing.T) {
	g := newGaze(t, `{"Null":{"dynamodb:LeadingKeys":"false"},"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["<tenant>"]}}`)
	const own = `,"Secret":{"S":"secret of yellow"}`
	g.compare([]map[string]string{
		{"yellow": own},
		{"yellow": own, "blue": `,"Secret":{"S":"x"}`},
		{"yellow": own, "blue": `,"Secret":{"S":"` + strings.Repeat("x", 9000) + `"}`},
	}, func(string) bool { return false })
}

// TestAnswersTellNothingOfHiddenAttributes has who may see some attributes make
// calls, with another attribute of each kind and without it. What statements take
// tells how large it is: they have no condition key for that.
func TestAnswersTellNothingOfHiddenAttributes(t *testing.T) {
	g := newGaze(t, `{"ForAllValues:StringEquals":{"dynamodb:Attributes":["TenantID","Row","Note","Day"]},
		"StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES","dynamodb:ReturnValues":["NONE","UPDATED_OLD","UPDATED_NEW"],"dynamodb:ReturnConsumedCapacity":"NONE"}}`)
	states := []map[string]string{{"yellow": "", "blue": ""}}
	for _, secret := range []string{
		`{"S":"x"}`, `{"N":"5"}`, `{"L":[{"S":"x"}]}`, `{"M":{"x":{"S":"x"},"Note":{"S":"x"}}}`, `{"S":"` + strings.Repeat("x", 9000) + `"}`,
	} {
		more := `,"Secret":` + secret
		states = append(states, map[string]string{"yellow": more, "blue": more})
	}
	g.compare(states, func(call string) bool {
		done := strings.Contains(call, `"Statement":"UPDATE`) || strings.HasPrefix(call, "BatchExecuteStatement")
		return done && strings.Contains(call, "ReturnConsumedCapacity")
	})
}

// TestAnswersTellNothingOfTables has a session without a tag make all calls, and
// some for keys that are none, on a table that is there and on one that isn't.
func TestAnswersTellNothingOfTables(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.do(s.admin, "dynamodb", "CreateTable", strings.ReplaceAll(wares, "<T>", "Wares"))
	s.do(s.admin, "dynamodb", "CreateTable", strings.ReplaceAll(wares, "<T>", "Beside"))
	s.grant("tenant", guideDocument(`{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{
		"Null":{"dynamodb:LeadingKeys":"false"},"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["<tenant>"]}}}`))
	nobody := s.session(s.vendor)
	there := &reading{siege: s, published: published{table: "Wares"}, stream: strings.NewReplacer()}
	gone := &reading{siege: s, published: published{table: "Swear"}, stream: strings.NewReplacer()}
	calls := append(slices.Concat(reaches, whispers), noKeys...)
	for _, c := range calls {
		a := s.try(nobody, c.service(), c.op, there.expandCall(c.in, "yellow", "blue"))
		b := s.try(nobody, c.service(), c.op, gone.expandCall(c.in, "yellow", "blue"))
		if a.OK() && !a.PartlyDenied() || a.Status != b.Status || strings.ReplaceAll(a.Body, "Wares", "$") != strings.ReplaceAll(b.Body, "Swear", "$") {
			t.Errorf("%s %s tells whether there is a table:\n%s\n%s", c.op, c.in, a.Body, b.Body)
		}
	}
}
