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
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// errFailed ends a command with status 1 that has said itself what is wrong.
var errFailed = errors.New("failed")

func run(ctx context.Context, args []string) int {
	root := &cobra.Command{
		Use:           "bailiwick",
		Short:         "Keeps the tenants of a SaaS product apart, and proves it",
		Version:       bailiwick.Version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(serveCommand(), demoCommand(), accountCommand(), vendCommand(), policyCommand())
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errFailed):
		fmt.Fprintln(os.Stderr, "bailiwick:", err)
	}
	return 1
}
