// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/policytest"
)

// maxDocument is the size of the largest policy file, in bytes.
const maxDocument = 1 << 20

func policyCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "policy",
		Short: "Check, explain and test IAM policies",
	}, policyCheckCommand(), policyExplainCommand(), policyTestCommand())
}

func policyTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test FILE...",
		Short: "Run decision and validation vectors",
		Long: `Run decision and validation vectors. Each mismatch is printed with the reason for
the decision, and last how many passed and failed. The exit status is 1 if any
failed.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			passed, failed := 0, 0
			for _, name := range files {
				text, err := readInput(name, cmd.InOrStdin(), policytest.MaxFile)
				if err != nil {
					return err
				}
				v, err := policytest.LoadVectors(text)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				r := policytest.RunVectors(v)
				for _, m := range r.Mismatches {
					fmt.Fprintf(cmd.OutOrStdout(), "%s: %s (%s): got %s, want %s\n", name, m.ID, m.Description, m.Got, m.Want)
					if m.Explanation != "" {
						fmt.Fprintf(cmd.OutOrStdout(), "    %s\n", strings.ReplaceAll(strings.TrimSpace(m.Explanation), "\n", "\n    "))
					}
				}
				failed += len(r.Mismatches)
				passed += r.Decisions + r.Validations - len(r.Mismatches)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d passed, %d failed\n", passed, failed)
			if failed > 0 {
				return errFailed
			}
			return nil
		},
	}
}

type explainFlags struct {
	identity, boundary, session, resource, trust, scp, rcp []string // files

	principal, action, on, account string
	context                        []string
	json                           bool
}

func policyExplainCommand() *cobra.Command {
	var e explainFlags
	cmd := &cobra.Command{
		Use:   "explain",
		Short: "Say how policies decide a request, and why",
		Long: `Say how policies decide a request, and why: which statement settled it, what
its variables resolved to, and which condition failed.

    bailiwick policy explain --identity access.json \
        --principal arn:aws:sts::111122223333:assumed-role/TrackingAccess/yellow \
        --action dynamodb:GetItem \
        --resource arn:aws:dynamodb:us-east-1:111122223333:table/TrackingData \
        --context aws:PrincipalTag/TenantID=yellow \
        --context 'dynamodb:LeadingKeys=["blue"]'

A context value that is a JSON array makes the key multivalued. Flags that take
files may be repeated; service control and resource control policies are taken
as one level each.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return e.run(cmd) },
	}
	f := cmd.Flags()
	f.StringArrayVar(&e.identity, "identity", nil, "`file` with an identity-based policy")
	f.StringArrayVar(&e.boundary, "boundary", nil, "`file` with a permissions boundary")
	f.StringArrayVar(&e.session, "session", nil, "`file` with a session policy")
	f.StringArrayVar(&e.resource, "resource-policy", nil, "`file` with the resource's own policy")
	f.StringArrayVar(&e.trust, "trust", nil, "`file` with the trust policy of the role that is assumed")
	f.StringArrayVar(&e.scp, "scp", nil, "`file` with a service control policy")
	f.StringArrayVar(&e.rcp, "rcp", nil, "`file` with a resource control policy")
	f.StringVar(&e.principal, "principal", "", "`ARN` of the caller, a service's name, or anonymous")
	f.StringVar(&e.action, "action", "", "`action`, such as dynamodb:GetItem")
	f.StringVar(&e.on, "resource", "*", "`ARN` of the resource, or *")
	f.StringVar(&e.account, "resource-account", "", "`id` of the account that the resource belongs to (default the ARN's, else the caller's)")
	f.StringArrayVar(&e.context, "context", nil, "condition key of the request, as `KEY=VALUE`")
	f.BoolVar(&e.json, "json", false, "print JSON")
	for _, required := range []string{"principal", "action"} {
		if err := cmd.MarkFlagRequired(required); err != nil {
			panic(err)
		}
	}
	return cmd
}

func (e *explainFlags) run(cmd *cobra.Command) error {
	set, err := e.policies(cmd.InOrStdin())
	if err != nil {
		return err
	}
	r, err := e.request()
	if err != nil {
		return err
	}
	x := set.Explain(r)
	if e.json {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(x)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSpace(x.String()))
	return err
}

func (e *explainFlags) policies(stdin io.Reader) (*policy.Policies, error) {
	set := &policy.Policies{Explicit: len(e.trust) > 0}
	var scps, rcps []*policy.Policy
	for _, group := range []struct {
		files []string
		kind  policy.Type
		to    *[]*policy.Policy
	}{
		{e.identity, policy.Identity, &set.Identity},
		{e.boundary, policy.Boundary, &set.Boundary},
		{e.session, policy.Session, &set.Session},
		{e.resource, policy.Resource, &set.Resource},
		{e.trust, policy.Trust, &set.Resource},
		{e.scp, policy.SCP, &scps},
		{e.rcp, policy.RCP, &rcps},
	} {
		for _, name := range group.files {
			text, err := readInput(name, stdin, maxDocument)
			if err != nil {
				return nil, err
			}
			p, err := policy.Parse(text, group.kind)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			p.Name = name
			*group.to = append(*group.to, p)
		}
	}
	for _, p := range scps {
		set.SCPs = append(set.SCPs, []*policy.Policy{p})
	}
	for _, p := range rcps {
		set.RCPs = append(set.RCPs, []*policy.Policy{p})
	}
	return set, nil
}

func (e *explainFlags) request() (*policy.Request, error) {
	p, err := policy.ParsePrincipal(e.principal)
	if err != nil {
		return nil, err
	}
	r := &policy.Request{Principal: &p, Action: e.action, ResourceAccount: cmp.Or(e.account, p.Account)}
	if e.on != "*" {
		if r.Resource, err = arn.Parse(e.on); err != nil {
			return nil, err
		}
		r.ResourceAccount = cmp.Or(e.account, r.Resource.Account, p.Account)
	}
	keys := map[string]any{}
	for _, kv := range e.context {
		key, value, ok := strings.Cut(kv, "=")
		if !ok {
			return nil, fmt.Errorf("--context %q is not KEY=VALUE", kv)
		}
		if _, ok := keys[key]; ok {
			return nil, fmt.Errorf("--context %s is given twice; several values are a JSON array", key)
		}
		if keys[key], err = contextValue(value); err != nil {
			return nil, fmt.Errorf("--context %s: %w", key, err)
		}
	}
	r.Context, err = policy.MapOf(keys)
	return r, err
}

// contextValue returns what s stands for: several values if it is a JSON array,
// else itself.
func contextValue(s string) (any, error) {
	if !strings.HasPrefix(s, "[") {
		return s, nil
	}
	var values []any
	err := json.Unmarshal([]byte(s), &values)
	return values, err
}
