// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// route finds the service that r is for: by its X-Amz-Target if it has one,
// else by the scope that it is signed for. A form or a query for an operation
// whose signature says nothing of a service can only mean the Security Token
// Service: it is the one service that proof in the input is handed to, and answers
// as all of that protocol do.
func (s *Server) route(r *http.Request, proof *authn.Proof) (*awsapi.Service, bool) {
	if targets := r.Header["X-Amz-Target"]; len(targets) == 1 {
		prefix, _, _ := strings.Cut(targets[0], ".")
		if svc, ok := s.byTarget[prefix]; ok {
			return svc, true
		}
	}
	if svc, ok := s.byName[proof.Service()]; ok {
		return svc, true
	}
	form := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	query := r.Method == http.MethodGet && r.URL.Query().Has("Action")
	svc, ok := s.byName["sts"]
	return svc, ok && (form || query)
}

// stray answers a request that names no service.
func (s *Server) stray(w http.ResponseWriter, r *http.Request, requestID string) {
	if preflight(w, r, requestID) {
		return
	}
	for _, svc := range s.cfg.Services {
		if p, ok := svc.Protocol.(awsapi.Receptionist); ok && p.Stray(w, r, requestID) {
			return
		}
	}
	w.Header().Set("X-Amzn-Requestid", requestID)
	http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
}

// describe fills in what c says of its origin.
func describe(c *awsapi.Call, r *http.Request) error {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return err
	}
	c.SourceIP = peer.Addr().Unmap().WithZone("") // as policies write addresses
	c.Host = r.Host
	c.UserAgent = r.UserAgent()
	c.Referer = r.Referer()
	c.Secure = r.TLS != nil
	return nil
}
