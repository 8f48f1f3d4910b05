// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"encoding/hex"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// recordSize is more than most records have, in bytes.
const recordSize = 1 << 10

// maxFacts bounds what a record holds of the values of condition keys, in bytes.
const maxFacts = 4 << 10

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
	Issuer        string // ARN of the user who made a federated user's session, if known
	Account       string
	AccessKeyID   string
	Session       string // id of the session, empty for long-term credentials
	Issued        string // id of the session that the call began, empty if it began none
	Tags          []Tag  // of the principal
	SourceIP      string
	Decision      string // Allow, ImplicitDeny or ExplicitDeny; a denial if any check is one
	Error         string // code with which an allowed call failed, empty if it didn't
	Checks        []Check

	documents []*policy.Policy // whose texts go with it
}

// A Tag is a tag of the principal.
type Tag struct{ Key, Value string }

// A Check is one permission that the call needed. Its document and facts, and
// for a denial Refused, say all that the decision depended on: it can be
// explained when the policies have long been changed.
type Check struct {
	Action, Resource string
	Decision         string // Allow, ImplicitDeny or ExplicitDeny
	Kind             string // of the policy that settled it, such as "session policy"
	Policy, Version  string // its name, empty if no policy settled it
	Statement        string // its Sid, or its place in the policy, counted from 0

	Index    int            // the statement's place in the policy
	Document *policy.Policy // that policy; nil if none settled it
	Facts    []policy.Fact  // of an Allow what the statement depends on, of a denial what any could
	Refused  *Refusal       // of a denial
}

// A Refusal is what a denial depended on besides the facts.
type Refusal struct {
	Owner          string // the account that the resource belongs to
	Explicit       bool   // the resource's policy had to grant
	SessionLimited bool   // session policies limited the caller, though there may have been none
	SCPLevels      int    // of the caller's organization; every one had to allow
	Policies       []Involved
}

// An Involved is a policy that applied. Level is that of SCPs and RCPs, counted
// from 1 for the root, else 0.
type Involved struct {
	Policy *policy.Policy
	Level  int
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
	if r.Issuer != "" {
		b = appendMember(b, "issuer", r.Issuer)
	}
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
	room := maxFacts
	for i := range r.Checks {
		if i > 0 {
			b = append(b, ',')
		}
		b, room = r.Checks[i].appendJSON(b, room)
	}
	return append(b, `]}`...)
}

// appendJSON appends c. Its facts take at most room bytes; it returns what is
// left of that.
func (c *Check) appendJSON(b []byte, room int) ([]byte, int) {
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
	if c.Document != nil {
		b = append(b, `,"index":`...)
		b = strconv.AppendInt(b, int64(c.Index), 10)
		b = appendDigest(b, c.Document)
	}
	if len(c.Facts) > 0 {
		b, room = appendFacts(b, c.Facts, room)
	}
	if c.Refused != nil {
		b = c.Refused.appendJSON(b)
	}
	return append(b, '}'), room
}

func (r *Refusal) appendJSON(b []byte) []byte {
	b = appendMember(b, "owner", r.Owner)
	if r.Explicit {
		b = append(b, `,"explicit":true`...)
	}
	if r.SessionLimited {
		b = append(b, `,"sessionLimited":true`...)
	}
	if r.SCPLevels > 0 {
		b = append(b, `,"scpLevels":`...)
		b = strconv.AppendInt(b, int64(r.SCPLevels), 10)
	}
	b = append(b, `,"policies":[`...)
	for i, of := range r.Policies {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"kind":`...)
		b = appendString(b, of.Policy.Type().String())
		if of.Level > 0 {
			b = append(b, `,"level":`...)
			b = strconv.AppendInt(b, int64(of.Level), 10)
		}
		b = appendMember(b, "policy", of.Policy.Name)
		b = appendMember(b, "version", of.Policy.Version)
		b = append(appendDigest(b, of.Policy), '}')
	}
	return append(b, ']')
}

// appendFacts appends a member with the values of condition keys: a string, or a
// list for a key that has several. What takes more than room bytes is left out,
// and that it is said.
func appendFacts(b []byte, facts []policy.Fact, room int) ([]byte, int) {
	b = append(b, `,"context":{`...)
	begin, cut := len(b), false
	for i := range facts {
		before := len(b)
		if before > begin {
			b = append(b, ',')
		}
		b = appendFact(b, &facts[i], room)
		if size := len(b) - before; size <= room {
			room -= size
			continue
		}
		b, cut = b[:before], true
	}
	b = append(b, '}')
	if cut {
		b = append(b, `,"truncated":true`...)
	}
	return b, room
}

// appendFact appends a name and its value. It stops when it has gone beyond room.
func appendFact(b []byte, f *policy.Fact, room int) []byte {
	begin := len(b)
	b = append(appendString(b, f.Key), ':')
	if !f.Value.Multi() {
		return appendString(b, f.Value.At(0))
	}
	b = append(b, '[')
	for i := 0; i < f.Value.Len() && len(b)-begin <= room; i++ {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, f.Value.At(i))
	}
	return append(b, ']')
}

// appendDigest appends the digest of the policy's text, under which the log has
// the text.
func appendDigest(b []byte, p *policy.Policy) []byte {
	b = append(b, `,"digest":"`...)
	digest := p.Digest()
	return append(hex.AppendEncode(b, digest[:]), '"')
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
