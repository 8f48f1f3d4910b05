// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/policy/lint"
)

// A sarifLog is what SARIF 2.1.0 requires of what is used of it. Members that
// are not here must not be written.
type sarifLog struct {
	Schema  string `json:"$schema"`
	Version string
	Runs    []struct {
		Tool struct {
			Driver struct {
				Name, Version string
				Rules         []struct {
					ID, Name         string
					ShortDescription struct{ Text string }
					Help             struct{ Text string }
				}
			}
		}
		ColumnKind string
		Results    []struct {
			RuleID    string
			RuleIndex int
			Level     string
			Message   struct{ Text string }
			Locations []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           sarifRegion
				}
			}
			Fixes []struct {
				Description     struct{ Text string }
				ArtifactChanges []struct {
					ArtifactLocation struct{ URI string }
					Replacements     []struct {
						DeletedRegion   sarifRegion
						InsertedContent struct{ Text string }
					}
				}
			}
			Properties map[string]any
		}
	}
}

type sarifRegion struct{ StartLine, StartColumn, EndLine, EndColumn int }

func writeSARIF(t *testing.T, files []lint.File) *sarifLog {
	t.Helper()
	var b bytes.Buffer
	if err := lint.WriteSARIF(&b, "1.2.3", files); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	dec := json.NewDecoder(&b)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || !strings.HasSuffix(log.Schema, "sarif-schema-2.1.0.json") || len(log.Runs) != 1 {
		t.Fatalf("%+v", log)
	}
	return &log
}

func TestSARIFIsWhole(t *testing.T) {
	names, err := filepath.Glob("testdata/printed/*")
	if err != nil {
		t.Fatal(err)
	}
	var files []lint.File
	findings := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := linter().Check(text, lint.GuessType(text))
		findings += len(r.Findings)
		files = append(files, lint.File{Name: name, Report: r})
	}
	run := writeSARIF(t, files).Runs[0]
	if d := run.Tool.Driver; d.Name != "bailiwick" || d.Version != "1.2.3" || len(d.Rules) != len(lint.Rules()) {
		t.Errorf("tool %+v", d)
	}
	for _, r := range run.Tool.Driver.Rules {
		if r.ID == "" || r.Name == "" || r.ShortDescription.Text == "" || r.Help.Text == "" {
			t.Errorf("rule %+v", r)
		}
	}
	if run.ColumnKind != "unicodeCodePoints" || len(run.Results) != findings || findings < 20 {
		t.Errorf("columns %q, %d results of %d findings", run.ColumnKind, len(run.Results), findings)
	}
	for _, r := range run.Results {
		if r.RuleIndex < 0 || run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" {
			t.Errorf("result %+v", r)
		}
		if !slices.Contains([]string{"note", "warning", "error"}, r.Level) || len(r.Locations) != 1 {
			t.Errorf("level %q at %+v", r.Level, r.Locations)
		}
		at := r.Locations[0].PhysicalLocation
		if g := at.Region; g.StartLine < 1 || g.StartColumn < 1 || g.EndLine < g.StartLine || g.EndLine == g.StartLine && g.EndColumn < g.StartColumn {
			t.Errorf("region %+v", g)
		}
		if !slices.Contains(names, at.ArtifactLocation.URI) {
			t.Errorf("of %q", at.ArtifactLocation.URI)
		}
	}
}

// TestSARIFFixesAreThoseOfTheFinding applies them by line and column, as an
// editor does.
func TestSARIFFixesAreThoseOfTheFinding(t *testing.T) {
	text := read(t, "p03.json")
	r := linter().Check(text, lint.GuessType(text))
	run := writeSARIF(t, []lint.File{{Name: "a b:c.json", Report: r}}).Runs[0]
	fixes := run.Results[0].Fixes
	if len(fixes) != 1 || len(fixes[0].ArtifactChanges) != 1 || fixes[0].ArtifactChanges[0].ArtifactLocation.URI != "./a%20b:c.json" {
		t.Fatalf("fixes %+v", fixes)
	}
	lines := strings.SplitAfter(string(text), "\n")
	offset := func(line, column int) int {
		n := len(strings.Join(lines[:line-1], ""))
		return n + len(string([]rune(lines[line-1])[:column-1]))
	}
	var out []byte
	done := 0
	for _, e := range fixes[0].ArtifactChanges[0].Replacements {
		g := e.DeletedRegion
		out = append(append(out, text[done:offset(g.StartLine, g.StartColumn)]...), e.InsertedContent.Text...)
		done = offset(g.EndLine, g.EndColumn)
	}
	out = append(out, text[done:]...)
	if want := lint.Apply(text, r.Findings[0].Fix.Edits); string(out) != string(want) {
		t.Errorf("by line and column:\n%s\nby offset:\n%s", out, want)
	}
}
