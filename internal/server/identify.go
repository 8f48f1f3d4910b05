// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// verify checks the signature over head and body. If there is none, it is open who
// sent them until [Server.identify].
func (s *Server) verify(w http.ResponseWriter, proof *authn.Proof, b *body) error {
	if err := proof.Verify(b.data); err != nil || proof.Unsigned() {
		return err
	}
	return b.verified(w)
}

// input reads the message and lets the input check itself. What is more than small
// may take long to read, so that is done in a turn.
func (s *Server) input(r *http.Request, c *awsapi.Call, proof *authn.Proof, b *body) (any, error) {
	if len(b.data) > smallBody {
		t, err := s.enter(r.Context(), proof)
		if err != nil {
			return nil, err
		}
		defer t.Leave()
	}
	msg, err := s.open(r, c, proof, b)
	if err != nil {
		return nil, err
	}
	in := c.Operation.NewIn()
	if err := msg.Decode(in); err != nil {
		return nil, err
	}
	if v, ok := in.(awsapi.Validator); ok {
		if err := v.Validate(); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// open reads the message and finds the operation that it asks for. Without a
// signature there is nothing to be had, nor to be learnt, but operations that take
// proof of who calls in their input.
func (s *Server) open(r *http.Request, c *awsapi.Call, proof *authn.Proof, b *body) (awsapi.Message, error) {
	msg, err := c.Service.Protocol.Open(r, b.data)
	var op *awsapi.Operation
	if err == nil {
		op = s.ops[c.Service][msg.Operation()]
	}
	switch {
	case proof.Unsigned() && (op == nil || op.Auth != awsapi.FromInput):
		return nil, proof.Refusal()
	case err != nil:
		return nil, err
	case op == nil:
		if err := msg.Decode(new(struct{})); err != nil { // what can't be read at all is told first
			return nil, err
		}
		return nil, awsapi.Errorf(awsapi.NoOperation, "", "Could not find operation %.64s", msg.Operation())
	}
	c.Operation = op
	return msg, nil
}

// identify returns the proof of who calls: the signature, or what the input
// presents of an operation that takes such proof. A signature beside that proves
// nothing of who calls then.
func (s *Server) identify(w http.ResponseWriter, r *http.Request, c *awsapi.Call, proof *authn.Proof, b *body, in any) (awsapi.Proof, error) {
	if c.Operation.Auth != awsapi.FromInput {
		return proof, nil
	}
	who, err := s.cfg.Authn.Identify(r.Context(), c.Operation.Presents(in), c.Time)
	if err != nil {
		return nil, err
	}
	return who, b.verified(w)
}
