// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// maxKeyFile is the size of the largest file with a public key, in bytes.
const maxKeyFile = 4 << 10

func auditCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "audit",
		Short: "Read and verify the decision log",
		Long: `Read and verify the decision log.

The log is the files in the folder audit of the server's data directory, or a
copy of them: give it by --dir. They can be read while the server runs.

Every line has a chain value, the SHA-256 of the one before and of the line, and
at least every minute the server signs what that comes to. So whoever changes,
removes or inserts a line is found, but for who has the server's key.`,
	}, auditTailCommand(), auditQueryCommand(), auditExplainCommand(), auditVerifyCommand(), auditKeyCommand())
}

// logDir is where the log to read is.
type logDir struct {
	file, data, dir string
}

func (l *logDir) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.file, "config", "", "configuration `file` (YAML) of the server")
	f.StringVar(&l.data, "data", "", "data `directory` of the server (default $XDG_DATA_HOME/bailiwick)")
	f.StringVar(&l.dir, "dir", "", "`directory` of the log (default the folder audit of the data directory)")
}

// path returns the directory of the log.
func (l *logDir) path() (string, error) {
	if l.dir != "" {
		return l.dir, nil
	}
	cfg, err := l.config()
	if err != nil {
		return "", err
	}
	return cfg.AuditDir()
}

// config returns the configuration of the server.
func (l *logDir) config() (bailiwick.Config, error) {
	cfg, err := bailiwick.LoadConfig(l.file, os.Getenv)
	if l.data != "" {
		cfg.Data = l.data
	}
	cfg.Log = slog.New(slog.DiscardHandler)
	return cfg, err
}

func auditVerifyCommand() *cobra.Command {
	var dir logDir
	var keyFile, since string
	var store bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Verify that the log is as it was written",
		Long: `Verify that the log is as it was written.

The exit status is 1, and the first bad place named, if a line was changed,
removed, inserted or moved, if a file is missing, or if a signature is not right.

A log that somebody has made anew as a whole is only found with the server's
public key, which "bailiwick audit key" prints: get it once, keep it elsewhere and
give it by --key. After a change of the key the log says what followed it.

That the newest lines were removed, only the server can tell: it knows where its
files ended, and shows it in them at its next start, or within seconds if it runs.
With --store, this command asks the store of a server that doesn't run, also for the
key. To see it without the server, keep the "head" that is printed here and give it by
--since the next time: the log must have grown from there.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := dir.path()
			if err != nil {
				return err
			}
			o := trail.Options{}
			if o.Key, err = readKey(keyFile, cmd.InOrStdin()); err != nil {
				return err
			}
			if o.Since, err = parseHead(since); err != nil {
				return err
			}
			if store {
				if err := askStore(&dir, &o); err != nil {
					return err
				}
			}
			return verifyLog(cmd.OutOrStdout(), path, o)
		},
	}
	dir.flags(cmd)
	cmd.Flags().StringVar(&keyFile, "key", "", "`file` with a public key, in PEM, that must have signed the log")
	cmd.Flags().StringVar(&since, "since", "", "`head` that was printed before, of which the log must be a continuation")
	cmd.Flags().BoolVar(&store, "store", false, "ask the server's store, which nobody may have open")
	cmd.MarkFlagsMutuallyExclusive("store", "key")
	cmd.MarkFlagsMutuallyExclusive("store", "since")
	return cmd
}

// askStore fills in o what the server's store knows of its log.
func askStore(dir *logDir, o *trail.Options) error {
	cfg, err := dir.config()
	if err != nil {
		return err
	}
	s, err := bailiwick.ReadAudit(cfg)
	o.Key, o.Since = s.Key, trail.Head{Lines: s.Lines, Chain: s.Chain}
	return err
}

// verifyLog verifies the log in dir and says how it is.
func verifyLog(w io.Writer, dir string, o trail.Options) error {
	r, err := trail.Verify(dir, o)
	if fault, ok := errors.AsType[*trail.Fault](err); ok {
		fmt.Fprintf(w, "BAD     %v\n", fault)
		return errFailed
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "good    %d records in %d files\n", r.Records, r.Files)
	if r.Retired > 0 {
		fmt.Fprintf(w, "retired %d lines before them, as the log says\n", r.Retired)
	}
	if r.Unsigned > 0 {
		fmt.Fprintf(w, "UNSIGNED the last %d lines, after %s\n", r.Unsigned, r.Signed.Format(textTime))
	}
	for _, k := range r.Keys {
		fmt.Fprintf(w, "key     %s\n", base64.StdEncoding.EncodeToString(k))
	}
	if o.Key == nil {
		fmt.Fprintln(w, "        which only the log itself vouches for: give the server's by --key")
	}
	fmt.Fprintf(w, "head    %d:%s\n", r.Head.Lines, r.Head.Chain)
	return nil
}

// readKey reads the public key in a file; there is none if name is empty.
func readKey(name string, stdin io.Reader) (ed25519.PublicKey, error) {
	if name == "" {
		return nil, nil
	}
	text, err := readInput(name, stdin, maxKeyFile)
	if err != nil {
		return nil, err
	}
	key, err := trail.ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}

// parseHead reads a head as verifying prints it; none if s is empty.
func parseHead(s string) (h trail.Head, err error) {
	if s == "" {
		return h, nil
	}
	lines, value, ok := strings.Cut(s, ":")
	if !ok {
		return h, fmt.Errorf("--since %q is not a head such as %q prints", s, "bailiwick audit verify")
	}
	if h.Lines, err = strconv.ParseUint(lines, 10, 64); err == nil && h.Lines > 0 {
		err = h.Chain.UnmarshalText([]byte(value))
	} else {
		err = trail.ErrLine
	}
	if err != nil {
		return h, fmt.Errorf("--since %q is not a head such as %q prints", s, "bailiwick audit verify")
	}
	return h, nil
}

func auditKeyCommand() *cobra.Command {
	var dir logDir
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Print the public key that the log is signed with, in PEM",
		Long: `Print the public key that the log is signed with, in PEM.

It is read from the log itself. Do that on the server when it is set up, and keep
it where whoever may change the log can't: "bailiwick audit verify --key" needs it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := dir.path()
			if err != nil {
				return err
			}
			key, err := trail.CurrentKey(path)
			if err != nil {
				return err
			}
			text, err := trail.EncodeKey(key)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	dir.flags(cmd)
	return cmd
}
