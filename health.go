// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"encoding/json"
	"errors"
	"net/http"
	"syscall"
)

const healthPath = "/_bailiwick/health"

// A health is what the server says of itself to whoever asks.
type health struct {
	Status  string  `json:"status"`
	Reason  string  `json:"reason,omitempty"` // why it isn't ok, in one word
	Version string  `json:"version"`
	Uptime  float64 `json:"uptime"` // seconds
}

// The reasons for which a server can't serve all calls.
const (
	diskFails  = "disk" // it can't be written, or doesn't answer
	diskIsFull = "full"
	logFails   = "log"
)

var failing = map[string]string{
	diskFails:  "failing: the disk can't be written",
	diskIsFull: "failing: the disk is nearly full",
	logFails:   "failing: the decision log can't be written",
}

// health says whether the server can serve calls. It asks the disk nothing, so that it
// answers also when that hangs.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	answer := health{Status: "ok", Version: Version(), Uptime: s.cfg.Now().Sub(s.started).Seconds()}
	code := http.StatusOK
	if reason := s.reason(); reason != "" {
		answer.Status, answer.Reason, code = failing[reason], reason, http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.cfg.Log.Debug("health not sent", "err", err)
	}
}

// reason returns why the server can't serve all calls, or nothing. A disk that fails
// or is full is also why the decision log can't be written.
func (s *Server) reason() string {
	err := s.db.Err()
	switch {
	case err != nil && errors.Is(err, syscall.ENOSPC):
		return diskIsFull
	case err != nil:
		return diskFails
	case s.audit.Err() != nil:
		return logFails
	}
	return ""
}
