// SPDX-License-Identifier: Apache-2.0

package server

import (
	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/listen"
)

// noteStranger has the decision log take note of a call that failed with e, if it
// is open who sent it.
func (s *Server) noteStranger(c *awsapi.Call, proof *authn.Proof, e *awsapi.Error) {
	if !refused(e.Kind) && !unproved(c, e) {
		return
	}
	reason := authn.Reason(e)
	s.cfg.Metrics.Stranger(reason)
	id, known := proof.AccessKeyID()
	s.cfg.Audit.Fail(&audit.Failure{
		Time: c.Time, RequestID: c.RequestID, Service: c.Service.Name, Reason: reason,
		AccessKeyID: id, Known: known, Source: listen.Source(c.SourceIP), SourceIP: c.SourceIP,
	})
}

// unproved reports whether the input of c had to say who calls, and did not prove
// it.
func unproved(c *awsapi.Call, e *awsapi.Error) bool {
	return c.Operation != nil && c.Operation.Auth == awsapi.FromInput && c.Caller == nil &&
		e.Kind == awsapi.Invalid && e.Code != "ValidationError"
}
