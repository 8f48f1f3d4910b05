// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick/client"
)

func sessionCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "session",
		Short: "Revoke sessions, and list and lift revocations, on a running server",
		Long: `Revoke sessions, and list and lift revocations, on a running server.

A revocation holds from the next request on, on every service and for open
presigned URLs, and takes along whatever sessions were chained from what it
revokes. The commands call the server at --endpoint-url with the credentials
that AWS clients use (environment, profile or shared files).`,
	}, sessionRevokeCommand(), sessionListCommand(), sessionLiftCommand())
}

func sessionRevokeCommand() *cobra.Command {
	var target target
	var in client.RevokeInput
	var tag string
	cmd := &cobra.Command{
		Use:   "revoke --tag KEY=VALUE | --role ARN | --principal ARN | --session ID",
		Short: "Take credentials that were given out out of use",
		Long: `Take credentials that were given out out of use.

  --tag KEY=VALUE   everybody in the account who has the tag, such as a tenant
                    that is suspended: no more sessions are issued until the
                    revocation is lifted
  --role ARN        the sessions of a role that were issued until now
  --principal ARN   a user with its access keys and the sessions it began, or
                    all sessions of a role, until the revocation is lifted
  --session ID      one session, by its id in the decision log`,
		Example: `  bailiwick session revoke --tag TenantID=blue --reason "unpaid"`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("tag") {
				key, value, ok := strings.Cut(tag, "=")
				if !ok {
					return errors.New("--tag must be of the form KEY=VALUE")
				}
				in.TagKey, in.TagValue = key, &value
			}
			cfg, err := target.config(cmd.Context())
			if err != nil {
				return err
			}
			r, err := client.NewAdmin(cfg).Revoke(cmd.Context(), in)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "revocation %s\n", r.ID)
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&tag, "tag", "", "tag of a session or a user, as `KEY=VALUE`")
	f.StringVar(&in.RoleArn, "role", "", "`ARN` of a role")
	f.StringVar(&in.PrincipalArn, "principal", "", "`ARN` of a user or a role")
	f.StringVar(&in.SessionId, "session", "", "`ID` of a session")
	f.StringVar(&in.AccountId, "account", "", "`ID` of the account (default that of the ARN, or one's own)")
	f.StringVar(&in.Reason, "reason", "", "`text` to keep with the revocation")
	cmd.MarkFlagsOneRequired("tag", "role", "principal", "session")
	cmd.MarkFlagsMutuallyExclusive("tag", "role", "principal", "session")
	target.flags(cmd)
	return cmd
}

func sessionListCommand() *cobra.Command {
	var target target
	var account string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the revocations in force",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := target.config(cmd.Context())
			if err != nil {
				return err
			}
			revocations, err := client.NewAdmin(cfg).ListRevocations(cmd.Context(), account)
			if err != nil {
				return err
			}
			for _, r := range revocations {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\t%s\t%s\n", r.ID, about(&r), r.CreateDate.UTC().Format("2006-01-02T15:04:05Z"), r.Reason)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&account, "account", "", "`ID` of the account (default one's own)")
	target.flags(cmd)
	return cmd
}

// about returns what r is about, as on the command line.
func about(r *client.Revocation) string {
	switch r.Kind {
	case "tag":
		return r.TagKey + "=" + r.TagValue
	case "session":
		return r.SessionID
	}
	return r.PrincipalARN
}

func sessionLiftCommand() *cobra.Command {
	var target target
	var account string
	cmd := &cobra.Command{
		Use:   "lift REVOCATION-ID",
		Short: "End a revocation",
		Long: `End a revocation. What it took out of use is good again, unless it has ended
otherwise.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := target.config(cmd.Context())
			if err != nil {
				return err
			}
			return client.NewAdmin(cfg).Lift(cmd.Context(), account, args[0])
		},
	}
	cmd.Flags().StringVar(&account, "account", "", "`ID` of the account (default one's own)")
	target.flags(cmd)
	return cmd
}
