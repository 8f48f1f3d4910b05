// SPDX-License-Identifier: Apache-2.0

// Package defence takes the server's defences away, one at a time, and requires
// that a test notices: a check that can be removed without a test failing is not
// proven. It consists of tests only, and of the list of what is taken away, a
// row each; to add one, write what it is, where it is, what takes its place and
// which test must fail.
//
// Run alone it checks that every row fits the tree and tries a few; with -mutate
// it tries them all, which takes a while:
//
//	go test ./internal/defence -mutate -timeout 2h
//
// The sources stay as they are: the compiler is given an overlay.
package defence

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var mutate = flag.Bool("mutate", false, "take every defence away, not only a few")

// A mutation is a defence and how to remove it.
type mutation struct {
	defence  string // what no longer holds
	file     string // where it is, from the top of the tree
	old, new string // old is in the file exactly once
	pkg      string // folder of the tests, from the top of the tree
	tests    string // that must each fail, separated by blanks; subtests after a slash
}

// top is the top of the tree.
const top = "../.."

// all is the list.
var all = slices.Concat(
	signatures, forms, callers, tokens, decisions, lines, shares, bodies, evaluations, spans, caches, commits, sessions, revocations, items, records, keys, disks, strangers, states,
	memberships, managed, userSessions, federations, assertions, guardrails, trails, explanations, lints,
	indexes, bounds, chores, expiries, efforts, statements, tablePolicies, uses, streams, transactions, upstreams,
)

// samples are tried in every run of the tests.
var samples = []string{
	"a key in the cache is of the owner's epoch",
	"a span that was opened for reading is not written",
	"an explicit Deny wins",
}

func TestEveryRowFitsTheTree(t *testing.T) {
	seen, tests := map[string]bool{}, map[string]map[string]bool{}
	for _, m := range all {
		if seen[m.defence] {
			t.Errorf("%q is there twice", m.defence)
		}
		seen[m.defence] = true
		text, err := os.ReadFile(filepath.Join(top, m.file))
		if err != nil {
			t.Errorf("%s: %v", m.defence, err)
			continue
		}
		if n := strings.Count(string(text), m.old); n != 1 {
			t.Errorf("%s: what is to be removed is in %s %d times, want once: %s", m.defence, m.file, n, m.old)
		}
		if tests[m.pkg] == nil {
			tests[m.pkg] = testsOf(t, m.pkg)
		}
		names := strings.Fields(m.tests)
		if len(names) == 0 || m.old == m.new {
			t.Errorf("%s: nothing is removed, or nothing must fail", m.defence)
		}
		for _, name := range names {
			if name, _, _ = strings.Cut(name, "/"); !tests[m.pkg][name] {
				t.Errorf("%s: there is no test %s in %s", m.defence, name, m.pkg)
			}
		}
	}
	for _, name := range samples {
		if !seen[name] {
			t.Errorf("sample %q is not in the list", name)
		}
	}
}

var testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(\w+ \*testing\.[TF]\)`)

// testsOf returns the names of the tests in a folder.
func testsOf(t *testing.T, pkg string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(top, pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testFunc.FindAllSubmatch(text, -1) {
			names[string(m[1])] = true
		}
	}
	return names
}

// TestRemovedDefencesAreMissed takes defences away.
func TestRemovedDefencesAreMissed(t *testing.T) {
	begin := time.Now()
	byPackage := map[string][]int{}
	for i, m := range all {
		if *mutate || slices.Contains(samples, m.defence) {
			byPackage[m.pkg] = append(byPackage[m.pkg], i)
		}
	}
	t.Run("tests", func(t *testing.T) {
		for pkg, numbers := range byPackage {
			t.Run("of "+pkg, func(t *testing.T) { t.Parallel(); tryAll(t, pkg, numbers) })
		}
	})
	t.Logf("%v", time.Since(begin).Round(time.Second))
}

// tryAll tries the mutations of those numbers, whose tests are in one package.
func tryAll(t *testing.T, pkg string, numbers []int) {
	o, alone := together(t, numbers)
	p := build(t, pkg, o)
	t.Run("nothing is removed", func(t *testing.T) { p.passes(t, testsNamed(numbers)) })
	for _, i := range numbers {
		t.Run(all[i].defence, func(t *testing.T) {
			t.Parallel()
			if slices.Contains(alone, i) {
				build(t, pkg, all[i].single(t)).fails(t, i)
				return
			}
			p.fails(t, i)
		})
	}
}

// testsNamed returns the names of the mutations' tests, each once.
func testsNamed(numbers []int) (names []string) {
	for _, i := range numbers {
		for name := range strings.FieldsSeq(all[i].tests) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
