// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/lint"
)

var policyTypes = map[string]policy.Type{
	"identity": policy.Identity,
	"boundary": policy.Boundary,
	"session":  policy.Session,
	"resource": policy.Resource,
	"trust":    policy.Trust,
	"scp":      policy.SCP,
	"rcp":      policy.RCP,
}

type checkFlags struct {
	kind, format, failOn, tag string
	ignore                    []string
}

func policyCheckCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Find what AWS would not save, and what lets tenants reach each other's data",
		Long: `Find what AWS would not save in policy documents, and what lets one tenant reach
another's data. Each finding has its place, a request that the document allows
and should not, and the edit that mends it; both have been tried out. A FILE of
- is standard input. Documents may be templates, with placeholders such as
{{tenant}} and <region>.

` + ruleList() + `
The exit status is 0 if there are no findings, 1 if there are some at or above
--fail-on, and 2 if a file can't be read.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error { return f.run(cmd, files) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.kind, "type", "", "what the documents are: identity, boundary, session, resource, trust, scp or rcp (default: by what is in them)")
	fs.StringVar(&f.format, "format", "text", "text, json or sarif")
	fs.StringVar(&f.failOn, "fail-on", "warning", "note, warning or error")
	fs.StringArrayVar(&f.ignore, "ignore", nil, "`rule` that is not reported")
	fs.StringVar(&f.tag, "tenant-tag", "TenantID", "`key` of the tag that says whose a session or a resource is")
	return cmd
}

// ruleList returns a line for each rule.
func ruleList() string {
	text := ""
	for _, r := range lint.Rules() {
		text += fmt.Sprintf("  %s  %s\n", r.ID, r.Short)
	}
	return text
}

func (f *checkFlags) run(cmd *cobra.Command, names []string) error {
	write, err := f.writer()
	if err != nil {
		return statusError{err, 2}
	}
	failOn, err := lint.ParseSeverity(f.failOn)
	if err != nil {
		return statusError{fmt.Errorf("--fail-on: %w", err), 2}
	}
	if err := f.checkNames(); err != nil {
		return statusError{err, 2}
	}
	files, err := f.check(names, cmd.InOrStdin())
	if writeErr := write(cmd.OutOrStdout(), files); writeErr != nil {
		return statusError{errors.Join(err, writeErr), 2}
	}
	if err != nil {
		return statusError{err, 2}
	}
	for _, file := range files {
		if slices.ContainsFunc(file.Findings, func(x lint.Finding) bool { return x.Severity >= failOn }) {
			return errFailed
		}
	}
	return nil
}

// checkNames refuses types and rules that there are not.
func (f *checkFlags) checkNames() error {
	if _, ok := policyTypes[f.kind]; !ok && f.kind != "" {
		return fmt.Errorf("--type %q is not identity, boundary, session, resource, trust, scp or rcp", f.kind)
	}
	for _, id := range f.ignore {
		if !slices.ContainsFunc(lint.Rules(), func(r lint.Rule) bool { return r.ID == id }) {
			return fmt.Errorf("--ignore %q is not a rule", id)
		}
	}
	return nil
}

func (f *checkFlags) writer() (func(io.Writer, []lint.File) error, error) {
	switch f.format {
	case "text":
		return writeText, nil
	case "json":
		return lint.WriteJSON, nil
	case "sarif":
		return func(w io.Writer, files []lint.File) error {
			return lint.WriteSARIF(w, bailiwick.Version(), files)
		}, nil
	default:
		return nil, fmt.Errorf("--format %q is not text, json or sarif", f.format)
	}
}

// writeText also says which files are in order.
func writeText(w io.Writer, files []lint.File) error {
	for _, file := range files {
		if len(file.Findings) > 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s: no findings\n", file.Name); err != nil {
			return err
		}
	}
	return lint.WriteText(w, files)
}

// check reads and checks the files that it can read, and returns what went
// wrong with the others.
func (f *checkFlags) check(names []string, stdin io.Reader) ([]lint.File, error) {
	linter := lint.New(lint.Config{Actions: catalogue(), TenantTag: f.tag})
	var files []lint.File
	var errs []error
	for _, name := range names {
		text, err := readInput(name, stdin, maxDocument)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		t, ok := policyTypes[f.kind]
		if !ok {
			t = lint.GuessType(text)
		}
		r := linter.Check(text, t)
		r.Findings = slices.DeleteFunc(r.Findings, func(x lint.Finding) bool { return slices.Contains(f.ignore, x.Rule) })
		files = append(files, lint.File{Name: name, Report: r})
	}
	return files, errors.Join(errs...)
}

// catalogue returns what the services declare of their actions.
func catalogue() []lint.Action {
	var all []lint.Action
	for _, a := range bailiwick.Catalogue() {
		x := lint.Action{Name: a.Name, Resources: a.Resources}
		for _, k := range a.Keys {
			x.Keys = append(x.Keys, lint.Key(k))
		}
		all = append(all, x)
	}
	return all
}
