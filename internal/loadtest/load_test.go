// SPDX-License-Identifier: Apache-2.0

//go:build linux

// Package loadtest measures how fast the server answers. The server is a
// process of its own on one core; this process, on another, sends it signed
// requests over keep-alive connections. Beside it, in the same run, stands the
// floor: a bare net/http handler that reads the same requests and answers the
// same bytes. It consists of tests only.
//
// Without flags it does very little of everything, so that it still works when
// somebody wants figures; scripts/bench.sh has the flags for those.
package loadtest

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	runs     = flag.Int("runs", 1, "how often each scenario is measured")
	period   = flag.Duration("time", 20*time.Millisecond, "how long each measurement takes, after a warm-up of a quarter of that")
	items    = flag.Int("items", 1000, "how many items are in the table, all tenants together")
	indexes  = flag.Int("indexes", 0, "how many global secondary indexes of whole items the table has")
	zipf     = flag.Float64("zipf", 0, "exponent, above 1, of Zipf's law by which items are picked; 0 picks all as often")
	data     = flag.String("data", "", "`directory` of the server's data, which is left for other runs with as many items, roles and indexes; what they write stays")
	roles    = flag.Int("roles", 1, "how many roles the account has")
	only     = flag.String("only", "", "measure only the scenarios whose names match this `pattern`")
	dynalite = flag.String("dynalite", "", "`directory` into which npm has installed dynalite, to be measured too")
	profiles = flag.String("profiles", "", "write profiles of the server into this `directory`")
	binary   = flag.String("binary", "", "the `file` of the server to be measured; if empty, it is the same code in this test's binary, and only that writes profiles")
	procs    = flag.Int("procs", 0, "GOMAXPROCS of the server; 0 leaves it to the server")
	settle   = flag.Duration("settle", 0, "time at rest before memory at rest is measured")
)

func TestLoad(t *testing.T) {
	if *runs < 1 || *period <= 0 || *items < least || *roles < 1 {
		t.Fatalf("runs, time and roles must be positive, items at least %d", least)
	}
	if *indexes < 0 || *indexes > mostIndexes || *zipf != 0 && *zipf <= 1 {
		t.Fatalf("there may be 0 to %d indexes, and the exponent must be above 1", mostIndexes)
	}
	if *binary != "" && *profiles != "" {
		t.Fatal("the binary doesn't write profiles")
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		t.Fatal(err)
	}
	picked := "all picked as often"
	if *zipf != 0 {
		picked = fmt.Sprintf("picked by Zipf's law with the exponent %v", *zipf)
	}
	fmt.Printf("%s; %d runs of %v; %d items, %s; %d indexes, %d roles\n", pin(), *runs, *period, *items, picked, *indexes, *roles)
	w, err := newWorld(t)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(w.story)
	var table strings.Builder
	table.WriteString(header)
	for _, s := range scenarios() {
		if !pattern.MatchString(s.name) {
			continue
		}
		m, err := w.measure(t, s)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		table.WriteString(m.rows(s))
		others := m.others()
		fmt.Fprintf(os.Stderr, "measured: %s; others had %.0f %% of the machine (%.0f–%.0f %%)\n", s.name, others.mid, others.low, others.high)
	}
	fmt.Print("\n", table.String(), "\n")
	fmt.Printf("Memory of the server: %s.\n", w.memory())
}
