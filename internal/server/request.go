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
// else by the scope that it is signed for. A form that isn't signed can only
// mean the Security Token Service, the one service that proof in a form is
// handed to; so can a query, if it asks for an operation that takes such proof.
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
	svc, ok := s.byName["sts"]
	return svc, ok && (form || proof.Unsigned() && s.presents(svc, r))
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

// presents reports whether r is a query for an operation of svc that takes proof
// in its input.
func (s *Server) presents(svc *awsapi.Service, r *http.Request) bool {
	op, ok := s.ops[svc][r.URL.Query().Get("Action")]
	return ok && op.Auth == awsapi.FromInput && r.Method == http.MethodGet
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
