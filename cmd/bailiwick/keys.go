// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/client"
)

func keysCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "keys",
		Short: "Rotate the keys that seal sessions and secrets",
		Long: `Rotate the keys that seal sessions and secrets.

The server seals session tokens and stored secrets with keys of its own. These
are kept in its data directory, wrapped with the root key, which is best kept
elsewhere (see "bailiwick serve").

rotate and list call a running server, as "bailiwick account" does. rewrap and
root work on the data directory of a server that doesn't run.`,
	}, keysRotateCommand(), keysListCommand(), keysRewrapCommand(), keysRootCommand())
}

func keysRotateCommand() *cobra.Command {
	var target target
	var emergency bool
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Make a new key and print its id",
		Long: `Make a new key and print its id.

What the keys before have sealed stays good: sessions go on until they end, and
secrets are sealed anew in the background. A key that nothing needs any more is
dropped.

With --emergency every session of every account ends at once. Do that if a key
or the root key may be in wrong hands; in the latter case change the root key
first ("bailiwick keys rewrap").`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := target.config(cmd.Context())
			if err != nil {
				return err
			}
			id, err := client.NewAdmin(cfg).RotateKeys(cmd.Context(), emergency)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), id)
			return err
		},
	}
	target.flags(cmd)
	cmd.Flags().BoolVar(&emergency, "emergency", false, "end every session of every account")
	return cmd
}

func keysListCommand() *cobra.Command {
	var target target
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the keys, the current one last",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := target.config(cmd.Context())
			if err != nil {
				return err
			}
			keys, err := client.NewAdmin(cfg).ListKeys(cmd.Context())
			if err != nil {
				return err
			}
			for _, k := range keys {
				printKey(cmd.OutOrStdout(), &k)
			}
			return nil
		},
	}
	target.flags(cmd)
	return cmd
}

func printKey(w io.Writer, k *client.Key) {
	const layout = "2006-01-02T15:04:05Z"
	fmt.Fprintf(w, "%s\t%s\t%s", k.ID, k.CreateDate.Format(layout), k.State)
	if !k.EndDate.IsZero() {
		fmt.Fprintf(w, "\tuntil %s", k.EndDate.Format(layout))
	}
	fmt.Fprintln(w)
}

// local is what the commands need that work on a data directory.
type local struct {
	file, data, keyFile string
}

func (l *local) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.file, "config", "", "configuration `file` (YAML)")
	f.StringVar(&l.data, "data", "", "data `directory` (default $XDG_DATA_HOME/bailiwick)")
	f.StringVar(&l.keyFile, "root-key-file", "", "`file` with the root key")
}

// config returns the configuration that a server would have.
func (l *local) config(cmd *cobra.Command) (bailiwick.Config, error) {
	cfg, err := bailiwick.LoadConfig(l.file, os.Getenv)
	if err != nil {
		return cfg, err
	}
	if cmd.Flags().Changed("data") {
		cfg.Data = l.data
	}
	if cmd.Flags().Changed("root-key-file") {
		cfg.RootKey, cfg.RootKeyFile = "", l.keyFile
	}
	cfg.Log = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelError}))
	return cfg, nil
}

func keysRewrapCommand() *cobra.Command {
	var local local
	var from string
	cmd := &cobra.Command{
		Use:   "rewrap",
		Short: "Wrap the keys with another root key, kept outside the data directory",
		Long: `Wrap the keys with another root key, kept outside the data directory.

The new root key is given as to "bailiwick serve": by --root-key-file, the
environment or the configuration file. The old one is the one in the data
directory, or in the file given by --from. The server must not run.

What lies in clear in the data directory, the root key and the root access key,
is removed; "bailiwick keys root" shows the root access key again. Removed files
may still be found on the disk: rotate the keys afterwards, in doubt with
--emergency.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := local.config(cmd)
			if err != nil {
				return err
			}
			return bailiwick.Rewrap(cmd.Context(), cfg, from)
		},
	}
	local.flags(cmd)
	cmd.Flags().StringVar(&from, "from", "", "`file` with the root key so far (default the one in the data directory)")
	return cmd
}

func keysRootCommand() *cobra.Command {
	var local local
	cmd := &cobra.Command{
		Use:   "root",
		Short: "Print the root access key of the first account",
		Long: `Print the root access key of the first account.

It takes what the server needs: the data directory, which it must not have open,
and the root key.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := local.config(cmd)
			if err != nil {
				return err
			}
			k, err := bailiwick.ReadRoot(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", k.AccessKeyID, k.SecretAccessKey)
			return err
		},
	}
	local.flags(cmd)
	return cmd
}
