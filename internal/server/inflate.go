// SPDX-License-Identifier: Apache-2.0

package server

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// inflate replaces b by what it stands for, if r says that it is compressed and
// the service takes that. The signature is over what was sent, so it must have
// been verified. As a little may stand for much, it is done in a turn.
func (s *Server) inflate(r *http.Request, c *awsapi.Call, proof *authn.Proof, b *body) error {
	encoding := r.Header["Content-Encoding"]
	if !c.Service.Gzip || len(encoding) != 1 || !strings.EqualFold(encoding[0], "gzip") {
		return nil
	}
	t, err := s.enter(r.Context(), proof)
	if err != nil {
		return err
	}
	defer t.Leave()
	return b.inflate()
}

// inflate replaces b by what it stands for. What comes out has the bounds of size
// and room that b has: it isn't believed to be small because it came small.
func (b *body) inflate() error {
	z, err := gzip.NewReader(bytes.NewReader(b.data))
	if err != nil {
		return notInflated(err)
	}
	deflated := *b
	defer deflated.release()
	b.held = 0
	if err := b.read(z, 0); err != nil {
		return notInflated(err)
	}
	return nil
}

// notInflated is the failure to inflate a body: for want of room, for its
// length, or because it isn't what it is said to be.
func notInflated(err error) error {
	if e, ok := errors.AsType[*awsapi.Error](err); ok {
		return e
	}
	return &awsapi.Error{Kind: awsapi.NotSerialized, Err: err}
}
