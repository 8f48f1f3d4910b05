// SPDX-License-Identifier: Apache-2.0

package server

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/metrics"
)

// measured is what is measured of each operation, and of requests that name none.
type measured struct {
	ops  map[*awsapi.Operation]*metrics.Operation
	none map[*awsapi.Service]*metrics.Operation
}

func newMeasured(cfg *Config) measured {
	m := measured{map[*awsapi.Operation]*metrics.Operation{}, map[*awsapi.Service]*metrics.Operation{}}
	for _, svc := range cfg.Services {
		m.none[svc] = cfg.Metrics.Operation(svc.Name, "none")
		for i := range svc.Operations {
			op := &svc.Operations[i]
			m.ops[op] = cfg.Metrics.Operation(svc.Name, op.Name)
		}
	}
	return m
}

// measure measures a call that has been answered: with e, or with a result if e is nil.
func (s *Server) measure(c *awsapi.Call, e *awsapi.Error) {
	op := s.measured.ops[c.Operation]
	if c.Operation == nil {
		op = s.measured.none[c.Service]
	}
	code := ""
	if e != nil {
		code = codeOf(e)
	}
	op.End(code, e != nil && e.Kind == awsapi.Denied || c.PartlyDenied(), s.cfg.Now().Sub(c.Time))
}

// codeOf returns the code of an error, or a name of its kind if what its code is
// depends on the protocol.
func codeOf(e *awsapi.Error) string {
	if e.Code != "" {
		return e.Code
	}
	return kindNames[e.Kind]
}

// kindNames are the names of kinds in what is measured.
var kindNames = [...]string{
	awsapi.Internal:         "InternalFailure",
	awsapi.Unavailable:      "ServiceUnavailable",
	awsapi.Invalid:          "ValidationError",
	awsapi.Denied:           "AccessDenied",
	awsapi.NotFound:         "NotFound",
	awsapi.Conflict:         "Conflict",
	awsapi.Throttled:        "Throttling",
	awsapi.TooLarge:         "RequestTooLarge",
	awsapi.NotSerialized:    "SerializationException",
	awsapi.NoOperation:      "UnknownOperation",
	awsapi.NoToken:          "MissingAuthenticationToken",
	awsapi.BadAuthHeader:    "IncompleteSignature",
	awsapi.UnknownKey:       "UnrecognizedClient",
	awsapi.ExpiredToken:     "ExpiredToken",
	awsapi.BadSignature:     "InvalidSignature",
	awsapi.UnsignedHeaders:  "UnsignedHeaders",
	awsapi.InactiveIdentity: "InvalidClientTokenId",
}
