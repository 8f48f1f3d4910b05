// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
)

// A File is a document of some name with what the linter says of it.
type File struct {
	Name string // a path, or "-"
	*Report
}

// WriteSARIF writes the findings as a SARIF 2.1.0 log, which code hosts and
// editors show in the place that they are about. version is the tool's.
func WriteSARIF(w io.Writer, version string, files []File) error {
	run := sarifRun{Results: []sarifResult{}, ColumnKind: "unicodeCodePoints"}
	run.Tool.Driver = sarifDriver{Name: "bailiwick", Version: version}
	for _, r := range rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: r.ID, Name: r.Name, Short: sarifText{r.Short}, Help: sarifText{r.Help},
		})
	}
	for _, f := range files {
		for i := range f.Findings {
			run.Results = append(run.Results, f.Findings[i].sarif(f.Name))
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

func (f *Finding) sarif(name string) sarifResult {
	file := sarifFile{URI: (&url.URL{Path: filepath.ToSlash(name)}).String()}
	r := sarifResult{
		RuleID: f.Rule, RuleIndex: ruleIndex(f.Rule), Level: f.Severity.String(), Message: sarifText{f.Message},
		Locations: []sarifLocation{{sarifPhysical{file, f.Range.sarif()}}},
	}
	if f.Example != nil {
		r.Properties = &sarifProperties{f.Example}
	}
	if f.Fix != nil {
		change := sarifChange{File: file}
		for _, e := range f.Fix.Edits {
			change.Replacements = append(change.Replacements, sarifReplacement{e.Range.sarif(), sarifText{e.New}})
		}
		r.Fixes = []sarifFix{{sarifText{f.Fix.Description}, []sarifChange{change}}}
	}
	return r
}

func ruleIndex(id string) int {
	for i := range rules {
		if rules[i].ID == id {
			return i
		}
	}
	return -1
}

func (r Range) sarif() sarifRegion {
	return sarifRegion{r.Start.Line, r.Start.Column, r.End.Line, r.End.Column}
}

// What follows are the parts of SARIF 2.1.0 that are used here.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Short sarifText `json:"shortDescription"`
	Help  sarifText `json:"help"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID     string           `json:"ruleId"`
	RuleIndex  int              `json:"ruleIndex"`
	Level      string           `json:"level"`
	Message    sarifText        `json:"message"`
	Locations  []sarifLocation  `json:"locations"`
	Fixes      []sarifFix       `json:"fixes,omitempty"`
	Properties *sarifProperties `json:"properties,omitempty"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	File   sarifFile   `json:"artifactLocation"`
	Region sarifRegion `json:"region"`
}

type sarifFile struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

type sarifFix struct {
	Description sarifText     `json:"description"`
	Changes     []sarifChange `json:"artifactChanges"`
}

type sarifChange struct {
	File         sarifFile          `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	Deleted  sarifRegion `json:"deletedRegion"`
	Inserted sarifText   `json:"insertedContent"`
}

type sarifProperties struct {
	Example *Request `json:"example"`
}
