// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAReportIsAsExpectedOnlyIfAllOfItIs(t *testing.T) {
	good := Row{Method: ByTags, Tenant: "blue", Action: "dynamodb:Scan", Target: "TrackingData"}.denied("identity-based",
		answer("AccessDeniedException", user+"because no identity-based policy allows the dynamodb:Scan action"))
	shown := Leak{Leaked: true, Fixed: true}
	for _, c := range []struct {
		claim  string
		report Report
		ok     bool
	}{
		{"all is well", Report{Rows: []Row{good, good}, Leaks: []Leak{shown}}, true},
		{"a call was answered", Report{Rows: []Row{good, Row{}.denied("session", nil)}}, false},
		{"a call failed", Report{Rows: []Row{good, Row{}.allowed("", errors.New("no connection"))}}, false},
		{"a leak was not there", Report{Rows: []Row{good}, Leaks: []Leak{shown, {Fixed: true}}}, false},
		{"a leak was not fixed", Report{Rows: []Row{good}, Leaks: []Leak{{Leaked: true}}}, false},
		{"nothing was tried", Report{}, false},
	} {
		if got := c.report.asExpected(); got != c.ok {
			t.Errorf("%s: as expected is %t", c.claim, got)
		}
	}
}

func TestRowsNotAsExpectedAreShownAndCounted(t *testing.T) {
	scan := Row{Method: ByTags, Tenant: "blue", Action: "dynamodb:Scan", Target: "TrackingData"}
	report := Report{
		Rows: []Row{
			scan.denied("identity-based", answer("AccessDeniedException", user+"because no identity-based policy allows the dynamodb:Scan action")),
			scan.denied("identity-based", nil),
		},
		Leaks: []Leak{{Name: "one", Document: []byte(`{}`), Fix: []byte(`{}`), Leaked: true}},
	}
	var out bytes.Buffer
	if err := report.Print(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if want := []string{"tags", "dynamodb:Scan", "-", "1/2", "1"}; !slices.Equal(strings.Fields(lines[1]), want) {
		t.Errorf("the first line of the summary is %q, want %q", lines[1], want)
	}
	for _, want := range []string{"WRONG: blue by tags, dynamodb:Scan on TrackingData: allow instead of deny", "NOT AS EXPECTED"} {
		if strings.Count(out.String(), want) != 1 {
			t.Errorf("%q is not there once:\n%s", want, out.String())
		}
	}
}

func TestOnlySomeWrongRowsAreShownOneByOne(t *testing.T) {
	report := Report{Rows: slices.Repeat([]Row{Row{Method: ByRole}.denied("identity-based", nil)}, 1000)}
	var out bytes.Buffer
	if err := report.Print(&out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "WRONG"); n != maxWrong || !strings.Contains(out.String(), "and more") {
		t.Errorf("%d rows are shown, want %d and a note that there are more", n, maxWrong)
	}
}

func TestABarIsALineForEachStageUnlessOnATerminal(t *testing.T) {
	var lines, terminal bytes.Buffer
	for _, b := range []*Bar{NewBar(&lines, false), NewBar(&terminal, true)} {
		for done := range 1001 {
			b.Update("items", done, 1000)
		}
		b.Update("leaks", 0, 2)
	}
	if lines.String() != "items: 1000 done\n" {
		t.Errorf("elsewhere: %q", lines.String())
	}
	if n := strings.Count(terminal.String(), "\r"); n != barWidth+2 {
		t.Errorf("on a terminal, the line was drawn %d times, want once for each step of the bar", n)
	}
}

func TestARateSumsUpCalls(t *testing.T) {
	var took []time.Duration
	for ms := 100; ms > 0; ms-- {
		took = append(took, time.Duration(ms)*time.Millisecond)
	}
	if got, want := rateOf(took, 2*time.Second), (Rate{Count: 100, PerSecond: 50, P50: 50, P99: 99}); got != want {
		t.Errorf("the rate is %+v, want %+v", got, want)
	}
	if got := rateOf(nil, time.Second); got != (Rate{}) {
		t.Errorf("the rate of nothing is %+v", got)
	}
}
