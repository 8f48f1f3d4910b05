// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// maxWrong is how many rows that are not as expected are shown one by one.
const maxWrong = 20

// Print writes the report for a reader: a line for each method and action, the
// rows that are not as expected, the leaks and the figures.
func (r Report) Print(w io.Writer) error {
	out := bufio.NewWriter(w) // which remembers the first error until Flush
	r.printSummary(out)
	r.printWrong(out)
	for _, l := range r.Leaks {
		l.print(out)
	}
	r.Figures.print(out)
	return out.Flush()
}

// A tally counts the rows of one method and action.
type tally struct {
	method        Method
	action        string
	own, answered int // expected to be allowed; of which were
	foreign, kept int // expected to be denied; of which were
}

func (t tally) compare(u tally) int {
	order := append(slices.Clone(methods), strays...)
	return cmp.Or(
		cmp.Compare(slices.Index(order, t.method), slices.Index(order, u.method)),
		cmp.Compare(t.action, u.action),
	)
}

func (t *tally) add(r Row) {
	all, good := &t.foreign, &t.kept
	if r.Expected == Allow {
		all, good = &t.own, &t.answered
	}
	*all++
	if r.OK() {
		*good++
	}
}

func (r Report) tallies() []tally {
	type group struct {
		method Method
		action string
	}
	counted := map[group]*tally{}
	for _, row := range r.Rows {
		g := group{row.Method, row.Action}
		if counted[g] == nil {
			counted[g] = &tally{method: row.Method, action: row.Action}
		}
		counted[g].add(row)
	}
	var ts []tally
	for _, t := range counted {
		ts = append(ts, *t)
	}
	slices.SortFunc(ts, tally.compare)
	return ts
}

func (r Report) printSummary(out *bufio.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "method\taction\town data allowed\tothers' data denied\twrong")
	var sum tally
	for _, t := range r.tallies() {
		t.print(table)
		sum.own, sum.answered = sum.own+t.own, sum.answered+t.answered
		sum.foreign, sum.kept = sum.foreign+t.foreign, sum.kept+t.kept
	}
	sum.method, sum.action = "all", ""
	sum.print(table)
	table.Flush() // to a bufio.Writer
}

func (t tally) print(table io.Writer) {
	of := func(good, all int) string {
		if all == 0 {
			return "-"
		}
		return fmt.Sprintf("%d/%d", good, all)
	}
	fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\n", t.method, t.action, of(t.answered, t.own), of(t.kept, t.foreign), t.own-t.answered+t.foreign-t.kept)
}

func (r Report) printWrong(out *bufio.Writer) {
	shown := 0
	for _, row := range r.Rows {
		if row.OK() {
			continue
		}
		if shown++; shown > maxWrong {
			fmt.Fprintln(out, "... and more")
			return
		}
		fmt.Fprintf(out, "\nWRONG: %s by %s, %s on %s: %s instead of %s\n  %s\n",
			cmp.Or(row.Tenant, "nobody"), row.Method, row.Action, row.Target, row.Got, row.Expected, row.Reason)
	}
}

func (l Leak) print(out *bufio.Writer) {
	fmt.Fprintf(out, "\nLeak: %s\n  %s\n", l.Name, l.Why)
	for _, version := range []struct {
		policy, heading string
		document        json.RawMessage
		good            bool
	}{
		{"document", "the policy that leaks", l.Document, l.Leaked},
		{"fix", "the policy that does not", l.Fix, l.Fixed},
	} {
		var text bytes.Buffer
		if err := json.Indent(&text, version.document, "    ", "  "); err != nil {
			text.WriteString(err.Error())
		}
		fmt.Fprintf(out, "\n  %s:\n    %s\n", version.heading, text.String())
		for _, e := range l.Exchanges {
			if e.Policy == version.policy {
				fmt.Fprintf(out, "  %s: %s\n    -> %s\n", e.Tenant, e.Request, e.Answer)
			}
		}
		if !version.good {
			fmt.Fprintln(out, "  NOT AS EXPECTED")
		}
	}
}

func (f Figures) print(out *bufio.Writer) {
	fmt.Fprintf(out, "\n%d tenants, %d items, %d calls at once\n", f.Tenants, f.Items, f.Concurrency)
	for _, line := range []struct {
		what string
		rate Rate
	}{{"vends", f.Vends}, {"reads", f.Reads}} {
		fmt.Fprintf(out, "%s %8.0f/s   p50 %.1f ms   p99 %.1f ms\n", line.what, line.rate.PerSecond, line.rate.P50, line.rate.P99)
	}
}
