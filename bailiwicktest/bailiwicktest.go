// SPDX-License-Identifier: Apache-2.0

// Package bailiwicktest runs a real server inside a test.
package bailiwicktest

import (
	"context"
	"log/slog"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/client"
)

// A Server is a server that runs until its test ends.
type Server struct {
	// Endpoint is the URL of the server, on the loopback interface.
	Endpoint string
	// Root is the root access key of the first account.
	Root bailiwick.RootKey
}

// New starts a server with an empty data directory, on a free port. What it
// logs goes to the test's log.
func New(tb testing.TB) *Server {
	tb.Helper()
	return Start(tb, bailiwick.Config{Data: tb.TempDir()})
}

// Start starts a server with the configuration, on a free port unless cfg says
// otherwise, and stops it when the test ends.
func Start(tb testing.TB, cfg bailiwick.Config) *Server {
	tb.Helper()
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(tb.Output(), nil))
	}
	s, err := bailiwick.Open(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready := make(chan string, 1)
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, func(endpoint string) { ready <- endpoint }) }()
	tb.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			tb.Error(err)
		}
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	select {
	case endpoint := <-ready:
		return &Server{endpoint, s.Root()}
	case err := <-done:
		done <- nil
		tb.Fatal(err)
		return nil
	}
}

// Config returns an AWS configuration for the server, in us-east-1, with the
// root access key of the first account.
func (s *Server) Config() aws.Config {
	return s.As(s.Root.AccessKeyID, s.Root.SecretAccessKey, "")
}

// As returns an AWS configuration for the server with other credentials.
func (s *Server) As(accessKeyID, secretAccessKey, sessionToken string) aws.Config {
	return client.Config(s.Endpoint, "us-east-1", credentials.NewStaticCredentialsProvider(accessKeyID, secretAccessKey, sessionToken))
}
