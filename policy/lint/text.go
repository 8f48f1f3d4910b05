// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteText writes the findings for people: the place, the rule and what is
// wrong, then the request that shows it and the edits that mend it.
func WriteText(w io.Writer, files []File) error {
	var b strings.Builder
	for _, f := range files {
		for i := range f.Findings {
			f.Findings[i].write(&b, f.Name)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f *Finding) write(b *strings.Builder, name string) {
	fmt.Fprintf(b, "%s:%d:%d: %s %s: %s\n", name, f.Range.Start.Line, f.Range.Start.Column, f.Rule, f.Severity, f.Message)
	if r := f.Example; r != nil {
		fmt.Fprintf(b, "    allowed: %s\n        %s\n        %s on %s\n", r.Note, r.Principal, r.Action, r.Resource)
		for _, key := range r.sortedKeys() {
			value := r.Context[key]
			if many, ok := value.([]string); ok {
				value = list(many)
			}
			fmt.Fprintf(b, "        %s=%v\n", key, value)
		}
	}
	if f.Fix == nil {
		return
	}
	fmt.Fprintf(b, "    fix: %s\n", f.Fix.Description)
	for _, e := range f.Fix.Edits {
		fmt.Fprintf(b, "        %d:%d-%d:%d %s\n", e.Range.Start.Line, e.Range.Start.Column, e.Range.End.Line, e.Range.End.Column, e.what())
	}
}

// what returns what the edit does, in one line.
func (e Edit) what() string {
	text := strings.Join(strings.Fields(e.New), " ")
	switch {
	case e.New == "":
		return "delete"
	case e.Range.Start == e.Range.End:
		return "insert " + text
	default:
		return "replace by " + text
	}
}

// WriteJSON writes a list with one object for each file: file, type and
// findings.
func WriteJSON(w io.Writer, files []File) error {
	type fileText struct {
		File     string    `json:"file"`
		Type     string    `json:"type"`
		Findings []Finding `json:"findings"`
	}
	all := []fileText{}
	for _, f := range files {
		x := fileText{f.Name, f.Type.String(), f.Findings}
		if x.Findings == nil {
			x.Findings = []Finding{}
		}
		all = append(all, x)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(all)
}
