// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Record is one call that was decided: who asked, for what, and what
// settled it. It holds no secret, token or document body.
type Record struct {
	Seq           uint64 // orders records; set by [Entry]
	Time          time.Time
	RequestID     string
	Service       string
	Operation     string
	Region        string
	Principal     string // ARN
	PrincipalID   string // unique id of the user or role
	PrincipalType string
	Account       string
	AccessKeyID   string
	Session       string // id of the session, empty for long-term credentials
	Issued        string // id of the session that the call began, empty if it began none
	Tags          []Tag  // of the principal
	SourceIP      string
	Decision      string // Allow, ImplicitDeny or ExplicitDeny
	Error         string // code with which an allowed call failed, empty if it didn't
	Checks        []Check
}

// A Tag is a tag of the principal.
type Tag struct{ Key, Value string }

// A Check is one permission that the call needed.
type Check struct {
	Action, Resource string
	Decision         string // Allow, ImplicitDeny or ExplicitDeny
	Kind             string // of the policy that settled it, such as "session policy"
	Policy, Version  string // its name, empty if no policy settled it
	Statement        string // its Sid, or its place in the policy, counted from 0
}

// appendJSON appends r as one line of JSON, without the end of the line.
func (r *Record) appendJSON(b []byte) []byte {
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, r.Seq, 10)
	b = append(b, `,"time":"`...)
	b = r.Time.UTC().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	b = append(b, '"')
	b = appendMember(b, "requestId", r.RequestID)
	b = appendMember(b, "service", r.Service)
	b = appendMember(b, "operation", r.Operation)
	b = appendMember(b, "region", r.Region)
	b = appendMember(b, "principal", r.Principal)
	b = appendMember(b, "principalId", r.PrincipalID)
	b = appendMember(b, "principalType", r.PrincipalType)
	b = appendMember(b, "account", r.Account)
	b = appendMember(b, "accessKeyId", r.AccessKeyID)
	if r.Session != "" {
		b = appendMember(b, "session", r.Session)
	}
	if r.Issued != "" {
		b = appendMember(b, "issued", r.Issued)
	}
	b = append(b, `,"tags":{`...)
	for i, t := range r.Tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, t.Key)
		b = append(b, ':')
		b = appendString(b, t.Value)
	}
	b = append(b, '}')
	b = appendMember(b, "sourceIp", r.SourceIP)
	b = appendMember(b, "decision", r.Decision)
	if r.Error != "" {
		b = appendMember(b, "error", r.Error)
	}
	b = append(b, `,"checks":[`...)
	for i := range r.Checks {
		if i > 0 {
			b = append(b, ',')
		}
		b = r.Checks[i].appendJSON(b)
	}
	return append(b, `]}`...)
}

func (c *Check) appendJSON(b []byte) []byte {
	b = append(b, `{"action":`...)
	b = appendString(b, c.Action)
	b = appendMember(b, "resource", c.Resource)
	b = appendMember(b, "decision", c.Decision)
	b = appendMember(b, "kind", c.Kind)
	if c.Policy != "" {
		b = appendMember(b, "policy", c.Policy)
		b = appendMember(b, "version", c.Version)
		b = appendMember(b, "statement", c.Statement)
	}
	return append(b, '}')
}

// appendMember appends a further member of an object.
func appendMember(b []byte, name, value string) []byte {
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return appendString(b, value)
}

// appendString appends s as a JSON string; what isn't UTF-8 is replaced.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			b, _ = jsontext.AppendQuote(b, s) // the error says that s was mended
			return b
		}
	}
	return append(append(append(b, '"'), s...), '"') // as most are, and in a tenth of the time
}
