// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/spf13/cobra"
)

func guardrailCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "guardrail",
		Short: "Limit what accounts can do at most, whatever their own policies say",
		Long: `Limit what accounts can do at most, whatever their own policies say.

A guardrail is a service control policy, which limits everybody in an account, its
root user included, or a resource control policy, which limits everybody who uses
what the account owns. The first account is limited by none.

The commands call the AWS Organizations API of the server at --endpoint-url with
the credentials that AWS clients use, which must be those of the first account.`,
	}, guardrailPutCommand(), guardrailListCommand(), guardrailShowCommand(), guardrailDeleteCommand())
}

// rails is a client of the organization's policies.
type rails struct {
	*organizations.Client
	root string // the root's id
}

// rails returns a client for the target.
func (t *target) rails(ctx context.Context) (*rails, error) {
	cfg, err := t.config(ctx)
	if err != nil {
		return nil, err
	}
	api := organizations.NewFromConfig(cfg)
	out, err := api.ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		return nil, err
	}
	if len(out.Roots) != 1 {
		return nil, fmt.Errorf("the organization has %d roots", len(out.Roots))
	}
	return &rails{api, *out.Roots[0].Id}, nil
}

func guardrailPutCommand() *cobra.Command {
	var target target
	var accounts []string
	var all bool
	cmd := &cobra.Command{
		Use:   "put NAME FILE (--account ID... | --all)",
		Short: "Put a policy on accounts, in the place of the one of that name",
		Long: `Put a policy on accounts, in the place of the one of that name.

FILE holds the policy document. With a Principal it is a resource control policy,
else a service control policy. It is in force with the next call. If a policy of
the name and type is there, its document is replaced; accounts that it limits
already go on being limited.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(accounts) > 0) {
				return errors.New("give either --account or --all")
			}
			text, err := os.ReadFile(args[1])
			if err != nil {
				return err
			}
			api, err := target.rails(cmd.Context())
			if err != nil {
				return err
			}
			if all {
				accounts = []string{api.root}
			}
			id, err := api.put(cmd.Context(), args[0], string(text), accounts)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), id)
			return nil
		},
	}
	target.flags(cmd)
	cmd.Flags().StringSliceVar(&accounts, "account", nil, "`ID` of an account, or of a unit; may be given several times")
	cmd.Flags().BoolVar(&all, "all", false, "all accounts, and those to come")
	return cmd
}

// put creates or replaces the policy and attaches it.
func (r *rails) put(ctx context.Context, name, text string, targets []string) (id string, err error) {
	t := types.PolicyTypeServiceControlPolicy
	if strings.Contains(text, `"Principal"`) {
		t = types.PolicyTypeResourceControlPolicy
	}
	for _, target := range targets { // before anything is changed
		if _, err := r.ListPoliciesForTarget(ctx, &organizations.ListPoliciesForTargetInput{TargetId: &target, Filter: t}); err != nil {
			return "", fmt.Errorf("%s: %w", target, err)
		}
	}
	known, err := r.named(ctx, name, t)
	switch {
	case err != nil:
		return "", err
	case known != nil:
		id = *known.Id
		_, err = r.UpdatePolicy(ctx, &organizations.UpdatePolicyInput{PolicyId: &id, Content: &text})
	default:
		var out *organizations.CreatePolicyOutput
		out, err = r.CreatePolicy(ctx, &organizations.CreatePolicyInput{Name: &name, Type: t, Content: &text, Description: new(string)})
		if err == nil {
			id = *out.Policy.PolicySummary.Id
		}
	}
	if err != nil {
		return "", err
	}
	_, err = r.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: &r.root, PolicyType: t})
	if _, already := errors.AsType[*types.PolicyTypeAlreadyEnabledException](err); err != nil && !already {
		return "", err
	}
	for _, target := range targets {
		_, err := r.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: &id, TargetId: &target})
		if _, already := errors.AsType[*types.DuplicatePolicyAttachmentException](err); err != nil && !already {
			return "", err
		}
	}
	return id, nil
}

// railTypes are the types of guardrails.
var railTypes = []types.PolicyType{types.PolicyTypeServiceControlPolicy, types.PolicyTypeResourceControlPolicy}

// named returns the policy of that name and type, or nil.
func (r *rails) named(ctx context.Context, name string, t types.PolicyType) (*types.PolicySummary, error) {
	all, err := r.policies(ctx, t)
	for i := range all {
		if *all[i].Name == name {
			return &all[i], nil
		}
	}
	return nil, err
}

// policies returns all policies of the type.
func (r *rails) policies(ctx context.Context, t types.PolicyType) (all []types.PolicySummary, err error) {
	pages := organizations.NewListPoliciesPaginator(r, &organizations.ListPoliciesInput{Filter: t})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, out.Policies...)
	}
	return all, nil
}

// targets returns the ids of what the policy is attached to.
func (r *rails) targets(ctx context.Context, id string) (all []string, err error) {
	pages := organizations.NewListTargetsForPolicyPaginator(r, &organizations.ListTargetsForPolicyInput{PolicyId: &id})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, t := range out.Targets {
			all = append(all, *t.TargetId)
		}
	}
	return all, nil
}

func guardrailListCommand() *cobra.Command {
	var target target
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the guardrails, and the accounts that each is on",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			api, err := target.rails(cmd.Context())
			if err != nil {
				return err
			}
			for _, t := range railTypes {
				all, err := api.policies(cmd.Context(), t)
				if err != nil {
					return err
				}
				for _, p := range all {
					if p.AwsManaged {
						continue
					}
					on, err := api.targets(cmd.Context(), *p.Id)
					if err != nil {
						return err
					}
					fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\t%s\t%s\n", *p.Id, p.Type, *p.Name, api.show(on))
				}
			}
			return nil
		},
	}
	target.flags(cmd)
	return cmd
}

// show returns targets as they are printed.
func (r *rails) show(targets []string) string {
	for i, t := range targets {
		if t == r.root {
			targets[i] = "all"
		}
	}
	if len(targets) == 0 {
		return "none"
	}
	return strings.Join(targets, ",")
}

func guardrailShowCommand() *cobra.Command {
	var target target
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Print a guardrail's document",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, p, err := target.guardrail(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			out, err := api.DescribePolicy(cmd.Context(), &organizations.DescribePolicyInput{PolicyId: p.Id})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.TrimRight(*out.Policy.Content, "\n"))
			return err
		},
	}
	target.flags(cmd)
	return cmd
}

// guardrail returns the one guardrail of the server that has the name or the id.
func (t *target) guardrail(ctx context.Context, name string) (*rails, *types.PolicySummary, error) {
	api, err := t.rails(ctx)
	if err != nil {
		return nil, nil, err
	}
	p, err := api.find(ctx, name)
	return api, p, err
}

// find returns the one policy that has the name or the id.
func (r *rails) find(ctx context.Context, name string) (found *types.PolicySummary, err error) {
	for _, t := range railTypes {
		all, err := r.policies(ctx, t)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if *all[i].Id == name {
				return &all[i], nil
			}
			if *all[i].Name != name {
				continue
			}
			if found != nil {
				return nil, fmt.Errorf("there are two guardrails named %s: give the id, %s or %s", name, *found.Id, *all[i].Id)
			}
			found = &all[i]
		}
	}
	if found == nil {
		return nil, fmt.Errorf("there is no guardrail %s", name)
	}
	return found, nil
}

func guardrailDeleteCommand() *cobra.Command {
	var target target
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Take a guardrail off all accounts and delete it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, p, err := target.guardrail(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			on, err := api.targets(cmd.Context(), *p.Id)
			if err != nil {
				return err
			}
			for _, target := range on {
				_, err := api.DetachPolicy(cmd.Context(), &organizations.DetachPolicyInput{PolicyId: p.Id, TargetId: &target})
				if err != nil {
					return err
				}
			}
			_, err = api.DeletePolicy(cmd.Context(), &organizations.DeletePolicyInput{PolicyId: p.Id})
			return err
		},
	}
	target.flags(cmd)
	return cmd
}
