// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// textTime is how times are printed; they are UTC.
const textTime = "2006-01-02T15:04:05.000Z"

// A printer prints records; line is the record as it is in the log.
type printer interface {
	print(r *trail.Record, line []byte) error
	flush() error
}

type jsonPrinter struct{ w *bufio.Writer }

func (p *jsonPrinter) print(_ *trail.Record, line []byte) error {
	if _, err := p.w.Write(line); err != nil {
		return err
	}
	return p.w.WriteByte('\n')
}

func (p *jsonPrinter) flush() error { return p.w.Flush() }

// A textPrinter prints a line for each record: when, how it was decided, what, on
// what, and by whom.
type textPrinter struct{ w *bufio.Writer }

func (p *textPrinter) print(r *trail.Record, _ []byte) error {
	fmt.Fprintf(p.w, "%s  %-12s  %s", r.Time.Format(textTime), verdictOf(r), clean(what(r)))
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(p.w, "  %s %s", name, clean(value))
		}
	}
	field("on", resources(r))
	field("by", r.Principal)
	field("tags", tags(r))
	field("key", r.AccessKeyID)
	field("session", r.Session)
	field("issued", r.Issued)
	field("policy", decidedBy(r))
	field("error", r.Error)
	field("reason", r.Reason)
	if r.Count > 0 {
		field("count", strconv.FormatUint(r.Count, 10))
	}
	field("from", r.SourceIP+r.Source)
	field("request", r.RequestID)
	return p.w.WriteByte('\n')
}

func (p *textPrinter) flush() error { return p.w.Flush() }

// verdictOf says in a word what became of the call.
func verdictOf(r *trail.Record) string {
	switch r.Kind {
	case trail.KindFailure, trail.KindFailures:
		return "Unknown"
	}
	return r.Decision
}

func what(r *trail.Record) string {
	if r.Operation == "" {
		return r.Service + ":*"
	}
	return r.Service + ":" + r.Operation
}

// resources returns the resources of the checks, each once.
func resources(r *trail.Record) string {
	var all []string
	for _, c := range r.Checks {
		if !slices.Contains(all, c.Resource) {
			all = append(all, c.Resource)
		}
	}
	return strings.Join(all, " ")
}

func actions(r *trail.Record) string {
	var all []string
	for _, c := range r.Checks {
		if !slices.Contains(all, c.Action) {
			all = append(all, c.Action)
		}
	}
	return strings.Join(all, " ")
}

// decidedBy returns the policies that settled the checks.
func decidedBy(r *trail.Record) string {
	var all []string
	for _, c := range r.Checks {
		s := c.Kind
		if c.Policy != "" {
			s = c.Policy + "/" + c.Statement
		}
		if s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return strings.Join(all, " ")
}

func tags(r *trail.Record) string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(r.Tags)) {
		all = append(all, k+"="+r.Tags[k])
	}
	return strings.Join(all, " ")
}

// clean returns s, quoted if it holds what a terminal might take for more than
// text.
func clean(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.QuoteToASCII(s)
	}
	return s
}

// columns are those of the CSV form.
var columns = []string{
	"seq", "time", "until", "kind", "decision", "service", "operation", "actions", "resources", "policies", "principal", "principalId",
	"account", "tags", "accessKeyId", "session", "issued", "sourceIp", "error", "reason", "count", "requestId",
}

// A csvPrinter prints RFC 4180's form, with a head.
type csvPrinter struct{ w *csv.Writer }

func newCSVPrinter(w *bufio.Writer) (*csvPrinter, error) {
	p := &csvPrinter{csv.NewWriter(w)}
	return p, p.w.Write(columns)
}

func (p *csvPrinter) print(r *trail.Record, _ []byte) error {
	count, until := "", ""
	if r.Count > 0 {
		count = strconv.FormatUint(r.Count, 10)
	}
	if !r.Until.IsZero() {
		until = r.Until.Format(time.RFC3339Nano)
	}
	cells := []string{
		strconv.FormatUint(r.Seq, 10), r.Time.Format(time.RFC3339Nano), until, r.Kind, r.Decision, r.Service, r.Operation, actions(r), resources(r),
		decidedBy(r), r.Principal, r.PrincipalID, r.Account, tags(r), r.AccessKeyID, r.Session, r.Issued, r.SourceIP + r.Source, r.Error, r.Reason, count,
		r.RequestID,
	}
	for i := range cells {
		cells[i] = inert(cells[i])
	}
	return p.w.Write(cells)
}

func (p *csvPrinter) flush() error {
	p.w.Flush()
	return p.w.Error()
}

// inert returns a cell that no spreadsheet takes for a formula: what would begin
// one has a quote before it.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
