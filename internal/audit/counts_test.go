// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// TestStrangersCannotFillTheFiles has calls of unknown senders come in numbers.
func TestStrangersCannotFillTheFiles(t *testing.T) {
	db, dir, c := newDB(t), t.TempDir(), newClock()
	l := openWith(t, db, audit.Config{Dir: dir, Now: c.now})
	reasons := []string{"signature", "unknown key", "malformed"}
	const n = 100_000
	for i := range n {
		source := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		l.Fail(&audit.Failure{
			Time: c.now(), RequestID: strings.Repeat("R", 52), Service: "dynamodb", Reason: reasons[i%len(reasons)],
			AccessKeyID: "AKIA" + fmt.Sprintf("%016d", i), Source: source, SourceIP: source,
		})
	}
	// One of a key that there is, when strangers have taken all that they can.
	l.Fail(&audit.Failure{Time: c.now(), RequestID: "known", Reason: "signature", AccessKeyID: "AKIAKNOWN", Known: true})
	for range 10 {
		l.Fail(&audit.Failure{Time: c.now(), RequestID: "again", Reason: "clock", AccessKeyID: "AKIAKNOWN", Known: true})
	}
	c.forward(time.Minute)
	closeLog(t, l)
	good(t, dir)
	if size := len(all(t, dir)); size > 150<<10 {
		t.Errorf("%d failures take %d bytes", n, size)
	}
	count, listed, known := 0, 0, 0
	for _, r := range read(t, dir) {
		switch r.Kind {
		case "failure":
			listed++
			if r.RequestID == "known" || r.RequestID == "again" {
				known++
			}
		case "failures":
			count += r.Count
		default:
			t.Errorf("got %+v", r)
		}
	}
	if count+listed != n+11 {
		t.Errorf("%d are listed and %d counted of %d", listed, count, n+11)
	}
	if listed < 40 || listed > 80 || known != 4 {
		t.Errorf("%d are listed, %d of a key that there is", listed, known)
	}
}

// TestReadsCanBeCounted has reads of two tenants, and one that failed.
func TestReadsCanBeCounted(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openWith(t, db, audit.Config{Dir: dir, CountReads: true, TenantTag: "TenantID"})
	record := func(tenant, resource string, change func(*audit.Record)) {
		r := &audit.Record{
			Time: time.Now(), RequestID: "r", Principal: "arn", Decision: "Allow", Session: "s",
			Tags:   []audit.Tag{{Key: "Other", Value: "x"}, {Key: "tenantid", Value: tenant}},
			Checks: []audit.Check{{Action: "dynamodb:GetItem", Resource: resource, Decision: "Allow"}},
		}
		if change != nil {
			change(r)
		}
		e := l.Begin()
		check(t, e.Allow(r))
		e.Done()
	}
	for range 1000 {
		record("yellow", "table", nil)
		record("blue", "table", nil)
		record("blue", "other", nil)
	}
	record("yellow", "table", func(r *audit.Record) { r.Error = "ValidationException" })
	e := l.Begin()
	check(t, e.Deny(t.Context(), &audit.Record{RequestID: "denied", Decision: "ImplicitDeny"}))
	e.Done()
	began := time.Now()
	until(t, "the counts are there", func() bool { return bytes.Count(all(t, dir), []byte(`"count"`)) >= 3 })
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("the counts took %v", d)
	}
	closeLog(t, l)
	counts := map[string]uint64{}
	lines, others := 0, 0
	check(t, trail.Read(t.Context(), dir, false, func(text []byte) error {
		r, err := trail.ParseRecord(text)
		switch {
		case err != nil:
		case r.Kind == trail.KindReads:
			lines++
			counts[r.Tags["tenantid"]+" "+r.Checks[0].Resource] += r.Count
		default:
			others++
		}
		return nil
	}))
	want := map[string]uint64{"yellow table": 1000, "blue table": 1000, "blue other": 1000}
	if fmt.Sprint(counts) != fmt.Sprint(want) || lines > 12 || others != 2 {
		t.Errorf("got %v in %d lines, and %d others", counts, lines, others)
	}
	good(t, dir)
}

// TestReadsOfTooManyKindsAreListed counts more kinds than there is room for.
func TestReadsOfTooManyKindsAreListed(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openWith(t, db, audit.Config{Dir: dir, CountReads: true, TenantTag: "TenantID", Now: newClock().now})
	const n = 10_000
	for i := range n {
		e := l.Begin()
		check(t, e.Allow(&audit.Record{Principal: fmt.Sprint(i), Decision: "Allow"}))
		e.Done()
	}
	closeLog(t, l)
	counted, listed := 0, 0
	for _, r := range read(t, dir) {
		if r.Kind == "reads" {
			counted += r.Count
		} else {
			listed++
		}
	}
	if counted+listed != n || listed == 0 || counted == 0 {
		t.Errorf("%d are counted and %d listed of %d", counted, listed, n)
	}
}
