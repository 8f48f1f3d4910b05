// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/isolation"
)

type demoFlags struct {
	data, addr     string
	once, json     bool
	tenants, items int
}

func demoCommand() *cobra.Command {
	var d demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show, on a server started for it, that tenants are kept apart",
		Long: `Show, on a server started for it, that tenants are kept apart.

Many tenants' shipments and employees are put into two tables that all share.
Every tenant gets credentials in three ways: from a role of its own, by a
session policy, by a session tag. With each of them it makes every call on its
own data, which must succeed, and on that of others, which must be denied by
the policy that isolates it while the owner reads what was refused. Two policies
that leak follow, and how they are put right.

Then the server goes on until it is interrupted; with --once the command ends,
with status 1 if anything was not as expected.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return d.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&d.data, "data", "", "data `directory` (default a temporary one, deleted in the end)")
	f.StringVar(&d.addr, "addr", "", "`address` to listen on; port 0 picks one (default 127.0.0.1:4566)")
	f.BoolVar(&d.once, "once", false, "end when all is shown")
	f.BoolVar(&d.json, "json", false, "print one JSON object with every call that was made")
	f.IntVar(&d.tenants, "tenants", isolation.DefaultTenants, "`number` of tenants")
	f.IntVar(&d.items, "items", isolation.DefaultItems, "`number` of items of all tenants")
	return cmd
}

// run keeps the server's data while the server runs, and no longer if it is
// nobody's.
func (d *demoFlags) run(cmd *cobra.Command) (err error) {
	if d.data == "" {
		if d.data, err = os.MkdirTemp("", "bailiwick-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(d.data)) }()
	}
	s, err := bailiwick.Open(bailiwick.Config{
		Data: d.data,
		Addr: cmp.Or(d.addr, os.Getenv("BAILIWICK_ADDR")),
		Log:  slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return d.serve(cmd, s)
}

// serve shows what there is to show while the server serves.
func (d *demoFlags) serve(cmd *cobra.Command, s *bailiwick.Server) error {
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	ready, served := make(chan string, 1), make(chan error, 1)
	go func() {
		served <- s.Serve(ctx, func(endpoint string) { ready <- endpoint })
	}()
	select {
	case err := <-served:
		return err
	case endpoint := <-ready:
		err := d.show(ctx, cmd, endpoint, s.Root())
		if err == nil && !d.once {
			announce(cmd.ErrOrStderr(), endpoint, s.Root())
			fmt.Fprintln(cmd.ErrOrStderr(), "\nserving until interrupted")
			return <-served
		}
		stop()
		return errors.Join(err, <-served)
	}
}

// show runs the demonstration and prints what it saw. It returns errFailed if
// that is not as expected and the command ends with it.
func (d *demoFlags) show(ctx context.Context, cmd *cobra.Command, endpoint string, root bailiwick.RootKey) error {
	creds := credentials.NewStaticCredentialsProvider(root.AccessKeyID, root.SecretAccessKey, "")
	errOut := cmd.ErrOrStderr()
	fmt.Fprintf(errOut, "demonstration on %s, data in %s\n", endpoint, d.data)
	report, err := isolation.Run(ctx, isolation.Config{
		AWS:      client.Config(endpoint, "us-east-1", creds),
		Tenants:  d.tenants,
		Items:    d.items,
		Progress: isolation.NewBar(errOut, isTerminal(errOut)).Update,
	})
	if err != nil {
		return err
	}
	if d.json {
		err = json.NewEncoder(cmd.OutOrStdout()).Encode(report)
	} else {
		err = report.Print(cmd.OutOrStdout())
	}
	if err == nil && d.once && !report.OK {
		return errFailed
	}
	return err
}

// isTerminal reports whether w is a terminal, as far as that can be told.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
