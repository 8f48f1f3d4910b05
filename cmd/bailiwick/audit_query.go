// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

func auditTailCommand() *cobra.Command {
	var dir logDir
	var follow bool
	var n int
	var format string
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Print the newest records",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if n < 0 {
				return errors.New("--lines can't be negative")
			}
			path, err := dir.path()
			if err != nil {
				return err
			}
			p, err := newPrinter(cmd.OutOrStdout(), format)
			if err != nil {
				return err
			}
			wanted := func(text []byte) bool {
				r, err := trail.ParseRecord(text)
				return err == nil && r.Kind != trail.KindPolicy
			}
			err = trail.Tail(cmd.Context(), path, n, follow, wanted, func(text []byte) error {
				r, err := trail.ParseRecord(text)
				if err != nil {
					return err
				}
				if err := p.print(r, text); err != nil || !follow {
					return err
				}
				return p.flush()
			})
			if follow && errors.Is(err, context.Canceled) {
				err = nil // as it ends
			}
			return errors.Join(err, p.flush())
		},
	}
	dir.flags(cmd)
	f := cmd.Flags()
	f.BoolVarP(&follow, "follow", "f", false, "go on as the log grows")
	f.IntVarP(&n, "lines", "n", 10, "how many records")
	f.StringVar(&format, "format", "text", "text, json or csv")
	return cmd
}

func auditQueryCommand() *cobra.Command {
	var dir logDir
	var q trail.Query
	var from, to, format string
	var limit int
	cmd := &cobra.Command{
		Use:   "query",
		Short: "Print the records that fit",
		Long: `Print the records that fit all flags, the oldest first.

    bailiwick audit query --tenant yellow --decision Deny --from 2026-01-31
    bailiwick audit query --session 0123456789abcdef0123456789abcdef --format csv

--session finds who got the session, what was done with it, and the same of the
sessions that come from it. Times are RFC 3339, a date, or a duration before now,
such as 30m or 720h. JSON is the log's own lines; they can be verified as they are
in the files only.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if limit < 0 {
				return errors.New("--limit can't be negative")
			}
			now := time.Now()
			if q.From, err = parseTime("--from", from, now); err != nil {
				return err
			}
			if q.To, err = parseTime("--to", to, now); err != nil {
				return err
			}
			if err := checkDecision(q.Decision); err != nil {
				return err
			}
			path, err := dir.path()
			if err != nil {
				return err
			}
			return runQuery(cmd.Context(), cmd.OutOrStdout(), path, &q, format, limit)
		},
	}
	dir.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&q.Tenant, "tenant", "", "`value` of the principal's tag that names its tenant")
	f.StringVar(&q.TenantKey, "tag-key", "TenantID", "`key` of that tag")
	f.StringVar(&q.Principal, "principal", "", "`ARN` of the principal, or what it begins with")
	f.StringVar(&q.Action, "action", "", "`action`, such as dynamodb:GetItem, or operation, such as GetItem")
	f.StringVar(&q.Decision, "decision", "", "Allow, ImplicitDeny, ExplicitDeny, or Deny for both")
	f.StringVar(&from, "from", "", "`time` from which on")
	f.StringVar(&to, "to", "", "`time` before which")
	f.StringVar(&q.RequestID, "request-id", "", "`id` of the request")
	f.StringVar(&q.Account, "account", "", "`id` of the principal's account")
	f.StringVar(&q.Session, "session", "", "`id` of a session")
	f.StringVar(&q.AccessKey, "access-key-id", "", "`id` of an access key")
	f.StringVar(&q.SourceIP, "source-ip", "", "`address` that the call came from")
	f.BoolVar(&q.OnlyFailed, "failures", false, "calls whose sender was not known")
	f.StringVar(&format, "format", "text", "text, json or csv")
	f.IntVar(&limit, "limit", 0, "print so many at most (default all)")
	return cmd
}

// errEnough ends a reading.
var errEnough = errors.New("enough")

func runQuery(ctx context.Context, w io.Writer, dir string, q *trail.Query, format string, limit int) error {
	p, err := newPrinter(w, format)
	if err != nil {
		return err
	}
	m, n := trail.NewMatcher(*q), 0
	err = trail.Read(ctx, dir, false, func(text []byte) error {
		r, err := m.Match(text)
		if err != nil || r == nil {
			return err
		}
		if n++; limit > 0 && n > limit {
			return errEnough
		}
		return p.print(r, text)
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return errors.Join(err, p.flush())
}

func checkDecision(d string) error {
	switch d {
	case "", "Allow", "Deny", "ImplicitDeny", "ExplicitDeny":
		return nil
	}
	return fmt.Errorf("--decision %q is not Allow, ImplicitDeny, ExplicitDeny or Deny", d)
}

// parseTime reads a time: RFC 3339, a date, or a duration before now. It is zero
// if s is empty.
func parseTime(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return time.Time{}, fmt.Errorf("%s %q is not a time, a date or a duration", flag, s)
}

// newPrinter returns what prints records in the format.
func newPrinter(w io.Writer, format string) (printer, error) {
	b := bufio.NewWriter(w)
	switch format {
	case "json":
		return &jsonPrinter{b}, nil
	case "text":
		return &textPrinter{b}, nil
	case "csv":
		return newCSVPrinter(b)
	}
	return nil, fmt.Errorf("--format %q is not text, json or csv", format)
}
