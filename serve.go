// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"
)

const (
	headerTime  = 10 * time.Second // for a request's head to arrive
	idleTime    = 2 * time.Minute  // between requests on a connection
	answerTime  = 3 * time.Minute  // for a request's body and the answer
	drainTime   = 15 * time.Second // for calls under way when the server stops
	maxHeaderKB = 64
)

// Serve listens on the configured address, calls ready with the URL of the
// endpoint and serves until ctx ends. Then it takes no more calls, lets those
// under way finish and returns nil.
func (s *Server) Serve(ctx context.Context, ready func(endpoint string)) error {
	l, err := net.Listen("tcp", s.cfg.Addr)
	if err != nil {
		return err
	}
	hs := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		WriteTimeout:      answerTime,
		MaxHeaderBytes:    maxHeaderKB << 10,
	}
	scheme, serve := "http", func() error { return hs.Serve(l) }
	if s.cfg.TLSCert != "" {
		scheme, serve = "https", func() error { return hs.ServeTLS(l, s.cfg.TLSCert, s.cfg.TLSKey) }
	}
	failed := make(chan error, 1)
	go func() { failed <- serve() }()
	ready(scheme + "://" + l.Addr().String())
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

// Handler returns the whole server as an http.Handler.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_bailiwick/health", s.health)
	mux.Handle("/", s.api)
	return mux
}

// health says whether the server can serve calls.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	answer := struct {
		Status  string  `json:"status"`
		Version string  `json:"version"`
		Uptime  float64 `json:"uptime"` // seconds
	}{"ok", Version(), s.cfg.Now().Sub(s.started).Seconds()}
	code := http.StatusOK
	if s.audit.Err() != nil {
		answer.Status, code = "failing: the decision log can't be written", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.cfg.Log.Debug("health not sent", "err", err)
	}
}

// Version returns the version of the module that the program was built from,
// or "(devel)".
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
