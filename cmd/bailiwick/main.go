// SPDX-License-Identifier: Apache-2.0

// Bailiwick keeps the tenants of a SaaS product apart, and proves it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals) // before the command ends: who asks again needn't wait for that
		cancel()
	}()
	os.Exit(run(ctx, os.Args[1:]))
}

// errFailed ends a command with status 1 that has said itself what is wrong.
var errFailed = errors.New("failed")

// A statusError ends a command with a status other than 1.
type statusError struct {
	error
	status int
}

// Unwrap returns what went wrong.
func (e statusError) Unwrap() error { return e.error }

// group makes cmd the parent of others. By itself it does nothing, and what is
// none of its commands is a mistake, which must not look like success.
func group(cmd *cobra.Command, commands ...*cobra.Command) *cobra.Command {
	cmd.Args = cobra.NoArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(commands...)
	return cmd
}

func run(ctx context.Context, args []string) int {
	root := &cobra.Command{
		Use:           "bailiwick",
		Short:         "Keeps the tenants of a SaaS product apart, and proves it",
		Version:       bailiwick.Version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(serveCommand(), demoCommand(), accountCommand(), guardrailCommand(), keysCommand(), sessionCommand(), vendCommand(), policyCommand(), auditCommand(), dynamodbCommand())
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errFailed):
		fmt.Fprintln(os.Stderr, "bailiwick:", err)
	}
	if s := (statusError{}); errors.As(err, &s) {
		return s.status
	}
	return 1
}
