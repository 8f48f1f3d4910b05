// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick/client"
)

func accountCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "account",
		Short: "Create, list and close accounts on a running server",
		Long: `Create, list and close accounts on a running server.

Accounts are AWS's 12-digit namespaces: nothing in one can reach another unless
both say so. The commands call the server at --endpoint-url with the
credentials that AWS clients use (environment, profile or shared files), which
must be those of the first account.`,
	}, accountCreateCommand(), accountListCommand(), accountCloseCommand())
}

func accountCreateCommand() *cobra.Command {
	var target target
	cmd := &cobra.Command{
		Use:   "create ACCOUNT-ID",
		Short: "Create an account and print its root access key, once",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := target.config(cmd.Context())
			if err != nil {
				return err
			}
			a, err := client.NewAdmin(cfg).CreateAccount(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "account %s\n\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n",
				a.AccountID, a.RootAccessKeyID, a.RootSecretAccessKey)
			return err // the secret may be lost
		},
	}
	target.flags(cmd)
	return cmd
}

func accountListCommand() *cobra.Command {
	var target target
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the accounts, with those that are closed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := target.config(cmd.Context())
			if err != nil {
				return err
			}
			accounts, err := client.NewAdmin(cfg).ListAccounts(cmd.Context())
			if err != nil {
				return err
			}
			for _, a := range accounts {
				state := ""
				if a.State != "ACTIVE" {
					state = "\t" + a.State
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s%s\n", a.AccountID, a.CreateDate.UTC().Format("2006-01-02T15:04:05Z"), state)
			}
			return nil
		},
	}
	target.flags(cmd)
	return cmd
}

func accountCloseCommand() *cobra.Command {
	var target target
	cmd := &cobra.Command{
		Use:   "close ACCOUNT-ID",
		Short: "Close an account and remove everything in it, for good",
		Long: `Close an account and remove everything in it, for good.

From the next call on nobody gets in: users, root users and open sessions are
refused, and so are sessions in other accounts that come from them. Users, roles,
policies, keys, and tables with their items are then removed; the command waits
for that. If it is cut short, or the server is, the server goes on with it.

There is no way back, and the account's id is never given again. What the
decision log says of the account stays.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := target.config(cmd.Context())
			if err != nil {
				return err
			}
			if err := closeAccount(cmd.Context(), organizations.NewFromConfig(cfg), args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "account %s is closed\n", args[0])
			return nil
		},
	}
	target.flags(cmd)
	return cmd
}

// closePoll is how often an account that is being closed is looked at.
const closePoll = 200 * time.Millisecond

// closeAccount closes the account and waits until nothing is left of it.
func closeAccount(ctx context.Context, api *organizations.Client, id string) error {
	if _, err := api.CloseAccount(ctx, &organizations.CloseAccountInput{AccountId: &id}); err != nil {
		return err
	}
	for {
		out, err := api.DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: &id})
		if err != nil {
			return err
		}
		if out.Account.State == types.AccountStateClosed {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(closePoll):
		}
	}
}
