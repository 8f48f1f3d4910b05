// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick"
)

func serveCommand() *cobra.Command {
	var file string
	var flags bailiwick.Config
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve AWS's APIs on one endpoint",
		Long: `Serve AWS's APIs on one endpoint.

Flags go before the environment, the environment before the configuration
file. The environment variables are BAILIWICK_DATA, BAILIWICK_ADDR,
BAILIWICK_ROOT_KEY, BAILIWICK_ROOT_KEY_FILE, BAILIWICK_ACCOUNT_ID,
BAILIWICK_ROOT_ACCESS_KEY_ID, BAILIWICK_ROOT_SECRET_ACCESS_KEY,
BAILIWICK_TENANT_TAG, BAILIWICK_TLS_CERT and BAILIWICK_TLS_KEY. The file's keys
are the same without BAILIWICK_, in lower case; digits need quotes:

    addr: 127.0.0.1:4566
    account_id: "111122223333"

The root key, 32 bytes in base64, is what all secrets in the data directory are
sealed under. Give it by a file outside of that directory, which only its owner
may use, or by BAILIWICK_ROOT_KEY, and keep a copy: without it they are lost.
Without one, a root key is made on first start and lies in the data directory.

    head -c 32 /dev/urandom | base64 >/elsewhere/root-key
    chmod 600 /elsewhere/root-key
    bailiwick serve --root-key-file /elsewhere/root-key

The decision log's files are bounded by BAILIWICK_AUDIT_FILE_SIZE and
BAILIWICK_AUDIT_FILE_AGE, such as 64MiB and 24h, and all are kept unless
BAILIWICK_AUDIT_RETENTION_SIZE or BAILIWICK_AUDIT_RETENTION_AGE say otherwise. With
BAILIWICK_AUDIT_READS=count, reads that are allowed are counted, not listed.

When the server is busy, each tenant has an equal share of it. One that calls alone may
use everything, unless BAILIWICK_MAX_TENANT_SHARE, in percent of the processors' time,
keeps the rest free for those who call next.

BAILIWICK_METRICS, such as 127.0.0.1:9464, is where Prometheus finds what the
server measures, at /metrics; it names as many tenants of a table as
BAILIWICK_METRICS_TENANTS says. Nobody is asked there who they are.

Tables are kept here, unless --dynamodb-upstream, BAILIWICK_DYNAMODB_UPSTREAM or
dynamodb.upstream in the file names another server of DynamoDB's API that keeps
them: then calls are decided and recorded here and sent on with this server's own
credentials, which the AWS SDK's default chain finds or
BAILIWICK_DYNAMODB_UPSTREAM_ACCESS_KEY_ID and
BAILIWICK_DYNAMODB_UPSTREAM_SECRET_ACCESS_KEY give. See docs/upstream.md.

Without a root access key from either, one is made on first start, printed once
and kept in the data directory; only sealed, if the root key is kept elsewhere.
On later starts account and keys must be the same, also if the key has been
deleted since.

The server ends when it is interrupted or gets SIGTERM, as soon as the calls under
way have their answers.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := bailiwick.LoadConfig(file, os.Getenv)
			if err != nil {
				return err
			}
			for flag, field := range map[string]struct{ to, from *string }{
				"data":     {&cfg.Data, &flags.Data},
				"addr":     {&cfg.Addr, &flags.Addr},
				"tls-cert": {&cfg.TLSCert, &flags.TLSCert},
				"tls-key":  {&cfg.TLSKey, &flags.TLSKey},

				"dynamodb-upstream": {&cfg.Upstream.URL, &flags.Upstream.URL},
				"metrics":           {&cfg.Metrics, &flags.Metrics},
			} {
				if cmd.Flags().Changed(flag) {
					*field.to = *field.from
				}
			}
			if cmd.Flags().Changed("root-key-file") {
				cfg.RootKey, cfg.RootKeyFile = "", flags.RootKeyFile
			}
			return serve(cmd, cfg)
		},
	}
	f := cmd.Flags()
	f.StringVar(&file, "config", "", "configuration `file` (YAML)")
	f.StringVar(&flags.Data, "data", "", "data `directory` (default $XDG_DATA_HOME/bailiwick)")
	f.StringVar(&flags.Addr, "addr", "", "`address` to listen on; port 0 picks one (default 127.0.0.1:4566)")
	f.StringVar(&flags.RootKeyFile, "root-key-file", "", "`file` with the root key, outside the data directory")
	f.StringVar(&flags.TLSCert, "tls-cert", "", "`file` with a PEM certificate chain")
	f.StringVar(&flags.TLSKey, "tls-key", "", "`file` with the certificate's PEM key")
	f.StringVar(&flags.Metrics, "metrics", "", "`address` of metrics for Prometheus, which anybody who reaches it may read (default none)")
	f.StringVar(&flags.Upstream.URL, "dynamodb-upstream", "", "`URL` of DynamoDB, or a server of its API, that keeps the tables")
	return cmd
}

func serve(cmd *cobra.Command, cfg bailiwick.Config) error {
	cfg.Log = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	if os.Getenv("GOGC") == "" {
		go tuneCollector(cmd.Context())
	}
	s, err := bailiwick.Open(cfg)
	if err != nil {
		return err
	}
	shown := false
	err = s.Serve(cmd.Context(), func(endpoint string) {
		shown = true
		if err := announce(cmd.OutOrStdout(), endpoint, s.Root()); err != nil {
			cfg.Log.Error("standard output can't be written", "err", err)
		}
		if url := s.MetricsURL(); url != "" {
			cfg.Log.Info("metrics are served, to whoever reaches them", "url", url)
		}
	})
	if !shown {
		// The address may be taken. The key has been made, and no later start
		// shows it.
		_, unwritten := io.WriteString(cmd.OutOrStdout(), madeKey(s.Root()))
		err = errors.Join(err, unwritten)
	}
	return errors.Join(err, s.Close())
}

// announce says that the server is ready and how AWS clients reach it. The
// root secret is shown only when it has just been made. All is written at once:
// who has read the first line has the last.
func announce(w io.Writer, endpoint string, root bailiwick.RootKey) error {
	var b strings.Builder
	fmt.Fprintf(&b, "ready\n\nAWS endpoint   %s\nhealth         %s/_bailiwick/health\naccount        %s\n\n", endpoint, endpoint, root.AccountID)
	fmt.Fprintf(&b, "export AWS_ENDPOINT_URL=%s\nexport AWS_REGION=us-east-1\nexport AWS_DEFAULT_REGION=us-east-1\n", endpoint)
	if root.Made {
		b.WriteString(madeKey(root))
	} else if root.File != "" {
		fmt.Fprintf(&b, "export AWS_SHARED_CREDENTIALS_FILE=%s\n", shellQuote(root.File))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// madeKey returns what is said of a root access key that has just been made;
// nothing of another.
func madeKey(root bailiwick.RootKey) string {
	if !root.Made {
		return ""
	}
	kept := "in " + root.File
	if root.File == "" {
		kept = "sealed: \"bailiwick keys root\" prints it again"
	}
	return fmt.Sprintf("export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n\nThis root access key is shown once. It is kept %s.\n",
		root.AccessKeyID, root.SecretAccessKey, kept)
}

// shellQuote returns s as one word of a POSIX shell.
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
