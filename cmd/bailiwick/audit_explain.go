// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick/internal/audit/inquest"
)

func auditExplainCommand() *cobra.Command {
	var dir logDir
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain REQUEST-ID",
		Short: "Say why a call was allowed or denied",
		Long: `Say why a call was allowed or denied, as the decision log has it: which statement
settled it, what its variables stood for, which conditions failed, and what would
have allowed it. The policies are those of the time of the call: it makes no
difference whether they have been changed or deleted since.

The request id is in the answer's header X-Amzn-Requestid, and the AWS SDKs and the
CLI show it with the error. Calls that were only counted, not listed, can't be
explained one by one.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := dir.path()
			if err != nil {
				return err
			}
			r, err := inquest.Explain(cmd.Context(), path, args[0])
			if err != nil {
				return err
			}
			if !asJSON {
				_, err = fmt.Fprint(cmd.OutOrStdout(), r)
				return err
			}
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			return enc.Encode(r)
		},
	}
	dir.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
