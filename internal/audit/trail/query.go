// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"time"
)

// maxLineage bounds how many sessions a query follows that come from one.
const maxLineage = 100_000

// ErrLineage means that too many sessions come from the one that is asked for.
var ErrLineage = errors.New("trail: too many sessions come from that one")

// A Query says which records are wanted: those that fit all that isn't empty.
// Texts are compared as they are; none is a pattern.
type Query struct {
	Tenant     string // value of the tag TenantKey
	TenantKey  string // whatever its case
	Principal  string // ARN, or what it begins with
	Action     string // that a check is of, or an operation's name
	Decision   string // Allow, ImplicitDeny, ExplicitDeny, or Deny for both
	From, To   time.Time
	RequestID  string
	Account    string
	Session    string // its issuing, its calls, and those of sessions that come from it
	AccessKey  string
	SourceIP   string
	OnlyFailed bool // calls whose sender was not known
}

// A Matcher goes through the records of a log, in their order, with a query. It
// belongs to one goroutine.
type Matcher struct {
	q        Query
	literals [][]byte        // which every line that fits holds
	sessions map[string]bool // of the lineage asked for
}

// NewMatcher returns a Matcher for q.
func NewMatcher(q Query) *Matcher {
	m := &Matcher{q: q}
	if q.Session != "" { // others say what comes from it
		m.sessions = map[string]bool{q.Session: true}
		return m
	}
	for _, s := range []string{q.Tenant, q.Principal, q.Action, q.RequestID, q.Account, q.AccessKey, q.SourceIP} {
		if s != "" && plain(s) {
			m.literals = append(m.literals, []byte(s))
		}
	}
	if q.Decision != "" && plain(q.Decision) {
		m.literals = append(m.literals, []byte(q.Decision+`"`))
	}
	return m
}

// plain reports whether s stands in JSON as it is.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r >= 0x7f || r == '"' || r == '\\' || r == '<' || r == '>' || r == '&'
	})
}

// Match returns the record that the line holds if it fits, else nil. Lines that
// are no records fit no query. It fails with [ErrLineage].
func (m *Matcher) Match(line []byte) (*Record, error) {
	for _, l := range m.literals {
		if !bytes.Contains(line, l) {
			return nil, nil
		}
	}
	r, err := ParseRecord(line)
	if err != nil || r.Kind == KindPolicy {
		return nil, nil // who wants to know what is wrong with a line verifies the log
	}
	if m.sessions != nil {
		if in, err := m.follow(r); err != nil || !in {
			return nil, err
		}
	}
	if !m.q.fits(r) {
		return nil, nil
	}
	return r, nil
}

// follow reports whether r is of the lineage asked for, and extends that.
func (m *Matcher) follow(r *Record) (bool, error) {
	used, issued := m.sessions[r.Session], m.sessions[r.Issued]
	if used && r.Issued != "" && !issued {
		if len(m.sessions) >= maxLineage {
			return false, ErrLineage
		}
		m.sessions[r.Issued] = true
	}
	return used || issued, nil
}

func (q *Query) fits(r *Record) bool {
	return fits(q.RequestID, r.RequestID) && fits(q.Account, r.Account) && fits(q.AccessKey, r.AccessKeyID) && fits(q.SourceIP, r.SourceIP) &&
		strings.HasPrefix(r.Principal, q.Principal) && q.inTime(r) && q.ofTenant(r) && q.ofAction(r) && q.decided(r) &&
		(!q.OnlyFailed || r.Kind == KindFailure || r.Kind == KindFailures)
}

func fits(want, got string) bool { return want == "" || want == got }

// inTime reports whether the record is of the time, or a part of what it counts
// may be.
func (q *Query) inTime(r *Record) bool {
	until := r.Time
	if !r.Until.IsZero() {
		until = r.Until
	}
	return (q.From.IsZero() || !until.Before(q.From)) && (q.To.IsZero() || r.Time.Before(q.To))
}

func (q *Query) ofTenant(r *Record) bool {
	if q.Tenant == "" {
		return true
	}
	for k, v := range r.Tags {
		if v == q.Tenant && strings.EqualFold(k, q.TenantKey) {
			return true
		}
	}
	return false
}

func (q *Query) ofAction(r *Record) bool {
	return q.Action == "" || q.Action == r.Operation ||
		slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Action == q.Action })
}

func (q *Query) decided(r *Record) bool {
	if q.Decision == "Deny" {
		return r.Decision == "ImplicitDeny" || r.Decision == "ExplicitDeny"
	}
	return fits(q.Decision, r.Decision)
}
