// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/listen"
)

const (
	headerTime  = 10 * time.Second // for a request to arrive, but for a body that gets more
	idleTime    = 2 * time.Minute  // between requests on a connection
	answerTime  = 3 * time.Minute  // for a request's body and the answer
	drainTime   = 15 * time.Second // for calls under way when the server stops
	maxHeaderKB = 64
	maxFields   = 128 // of a header
)

// Serve reads the TLS certificate, listens on the configured addresses, calls
// ready with the URL of the endpoint and serves until ctx ends. Then it takes no
// more calls, lets those under way finish and returns nil.
func (s *Server) Serve(ctx context.Context, ready func(endpoint string)) error {
	certificates, err := s.cfg.certificates()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", s.cfg.Addr)
	if err != nil {
		return err
	}
	stopMetrics, err := s.serveMetrics()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer stopMetrics()
	hs := &http.Server{
		Handler:        s.Handler(),
		ReadTimeout:    headerTime,
		IdleTimeout:    idleTime,
		WriteTimeout:   answerTime,
		MaxHeaderBytes: maxHeaderKB << 10,
		TLSConfig:      &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12},
	}
	bounded := listen.New(l, listen.Config{
		Connections: s.cfg.MaxConnections,
		PerSource:   s.cfg.MaxConnectionsPerSource,
		Log:         s.cfg.Log,
	})
	bounded.Attach(hs)
	scheme, serve := "http", func() error { return hs.Serve(bounded) }
	if len(certificates) > 0 {
		scheme, serve = "https", func() error { return hs.ServeTLS(bounded, "", "") }
	}
	failed := make(chan error, 1)
	go func() { failed <- serve() }()
	ready(scheme + "://" + reachable(l.Addr()))
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := hs.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("calls under way did not end in time: %w", err), hs.Close())
	}
	return nil
}

// reachable returns where clients on this machine find the listener at a: what
// stands for all of its addresses is none that could be called.
func reachable(a net.Addr) string {
	if t, ok := a.(*net.TCPAddr); ok && t.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(t.Port))
	}
	return a.String()
}

// certificates returns the TLS certificate that is configured, if one is.
func (c *Config) certificates() ([]tls.Certificate, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("TLS certificate %s with key %s: %w", c.TLSCert, c.TLSKey, err)
	}
	return []tls.Certificate{cert}, nil
}

// Handler returns the whole server as an http.Handler. It is no ServeMux: that
// would redirect requests whose path it finds untidy, and clients sign paths.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fields(r.Header) > maxFields {
			w.Header().Set("Connection", "close")
			http.Error(w, http.StatusText(http.StatusRequestHeaderFieldsTooLarge), http.StatusRequestHeaderFieldsTooLarge)
			return
		}
		if r.URL.Path == healthPath && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			s.health(w, r)
			return
		}
		s.api.ServeHTTP(w, r)
	})
}

// fields returns how many fields the header has. Each takes more memory than its
// bytes.
func fields(h http.Header) int {
	n := 0
	for _, values := range h {
		n += len(values)
	}
	return n
}

// Version returns the version of the module that the program was built from,
// or "(devel)".
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
