// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick/client"
)

func accountCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "account",
		Short: "Create and list accounts on a running server",
		Long: `Create and list accounts on a running server.

Accounts are AWS's 12-digit namespaces: nothing in one can reach another unless
both say so. The commands call the server at --endpoint-url with the
credentials that AWS clients use (environment, profile or shared files), which
must be those of the first account.`,
	}, accountCreateCommand(), accountListCommand())
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
		Short: "List the accounts",
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
				fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", a.AccountID, a.CreateDate.UTC().Format("2006-01-02T15:04:05Z"))
			}
			return nil
		},
	}
	target.flags(cmd)
	return cmd
}
