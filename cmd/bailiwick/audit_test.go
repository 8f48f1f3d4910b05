// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// TestNoCellIsAFormula has a tenant choose what a spreadsheet would compute.
func TestNoCellIsAFormula(t *testing.T) {
	for _, evil := range []string{`=cmd|' /C calc'!A0`, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|x", `=HYPERLINK("http://x","y"),z`} {
		var b bytes.Buffer
		p, err := newCSVPrinter(bufio.NewWriter(&b))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.print(&trail.Record{Principal: evil, Operation: evil, Error: evil}, nil); err != nil {
			t.Fatal(err)
		}
		if err := p.flush(); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != len(columns) {
			t.Fatalf("got %q, %v", rows, err)
		}
		found := 0
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsRune("=+-@\t\r|", rune(cell[0])) {
				t.Errorf("a cell is %q", cell)
			}
			if strings.HasPrefix(cell, "'") {
				found++
			}
		}
		if found != 3 {
			t.Errorf("%q is in %d of 3 cells", evil, found)
		}
	}
}

// TestALineShowsNothingButText has a caller choose what a terminal would obey.
func TestALineShowsNothingButText(t *testing.T) {
	var b bytes.Buffer
	p := &textPrinter{bufio.NewWriter(&b)}
	if err := p.print(&trail.Record{Principal: "a\x1b[2J\nb\u202e", Tags: map[string]string{"k\r": "v\x07"}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.flush(); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); strings.ContainsAny(strings.TrimSuffix(got, "\n"), "\x1b\n\r\x07\u202e") || !strings.Contains(got, `a\x1b[2J\nb\u202e`) {
		t.Errorf("got %q", got)
	}
}

func TestTimesAreReadAsTheyAreWritten(t *testing.T) {
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	for s, want := range map[string]time.Time{
		"":                          {},
		"2026-01-02":                time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC),
		"2026-01-02T03:04:05Z":      time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		"2026-01-02T03:04:05+02:00": time.Date(2026, 1, 2, 1, 4, 5, 0, time.UTC),
		"90m":                       now.Add(-90 * time.Minute),
	} {
		if got, err := parseTime("--from", s, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: got %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"-5m", "x", "2026-13-01", "12"} {
		if _, err := parseTime("--from", s, now); err == nil {
			t.Errorf("%q is a time", s)
		}
	}
}
