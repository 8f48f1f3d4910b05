// SPDX-License-Identifier: Apache-2.0

package server

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

const (
	// maxBody is the largest request body, in bytes.
	maxBody = 16 << 20

	// A body must arrive within bodyTime, and a second more for every
	// bodyRate bytes of it, so that slow clients don't hold what others need.
	bodyTime = 30 * time.Second
	bodyRate = 256 << 10
)

// route finds the service that r is for: by its X-Amz-Target if it has one,
// else by the scope that it is signed for. A form that isn't signed can only
// mean the Security Token Service, the one service that proof in a form is
// handed to.
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
	return svc, ok && form
}

// describe fills in what c says of its origin.
func describe(c *awsapi.Call, r *http.Request) error {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return err
	}
	c.SourceIP = peer.Addr().Unmap().WithZone("") // as policies write addresses
	c.UserAgent = r.UserAgent()
	c.Referer = r.Referer()
	c.Secure = r.TLS != nil
	return nil
}

// readBody reads the whole body of r, within its bounds of size and time.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, &awsapi.Error{Kind: awsapi.TooLarge}
	}
	rc := http.NewResponseController(w)
	if r.Body == http.NoBody {
		return nil, rc.SetReadDeadline(time.Time{})
	}
	expected := max(r.ContentLength, 0)
	limit := bodyTime + time.Duration(expected/bodyRate)*time.Second
	if err := rc.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return nil, err
	}
	body, err := readAll(r.Body, expected)
	if err != nil {
		return nil, err
	}
	// What follows is bounded by itself, and the next request on the connection
	// has its own time.
	return body, rc.SetReadDeadline(time.Time{})
}

// readAll reads r up to maxBody bytes, of which expected are announced; 0 if
// that isn't known.
func readAll(r io.Reader, expected int64) ([]byte, error) {
	// A claim of length is only a claim: what isn't there yet takes no memory.
	body := make([]byte, 0, min(max(expected, 512), 64<<10)+1) // one more, to see the end without growing
	for {
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case errors.Is(err, io.EOF):
			return body, nil
		case err != nil:
			return nil, &awsapi.Error{Kind: awsapi.Invalid, Message: "The request body could not be read.", Err: err}
		case len(body) > maxBody:
			return nil, &awsapi.Error{Kind: awsapi.TooLarge}
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}
