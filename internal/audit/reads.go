// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"encoding/binary"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// countFor is how long reads are counted before the counts go on record, so
	// that a crash loses no more than it does of reads that are listed.
	countFor = 500 * time.Millisecond

	// maxReadKinds and maxReadBytes bound what is counted at a time; reads of
	// further kinds are listed. maxReadKind is the size of the largest kind.
	maxReadKinds = 4096
	maxReadBytes = 4 << 20
	maxReadKind  = 4 << 10
)

// readCounts counts allowed reads of the same kind: of a principal and tenant, an
// operation, and the actions and resources that it took. It is safe for concurrent
// use.
type readCounts struct {
	tenantTag string

	mu    sync.Mutex
	since time.Time
	kinds map[string]*readCount
	bytes int
	key   []byte // scratch
}

type readCount struct {
	like  Record // the first, without what is its alone
	n     uint64
	until time.Time // of the last
}

func newReadCounts(tenantTag string, now time.Time) *readCounts {
	return &readCounts{tenantTag: tenantTag, since: now, kinds: map[string]*readCount{}}
}

// add counts r and reports whether it did. What failed isn't counted.
func (c *readCounts) add(r *Record) bool {
	if r.Error != "" || r.Decision != "Allow" {
		return false
	}
	tenant, tagged := c.tenant(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.key = appendKind(c.key[:0], r, tenant, tagged)
	k, ok := c.kinds[string(c.key)]
	if !ok {
		if len(c.key) > maxReadKind || len(c.kinds) >= maxReadKinds || c.bytes+len(c.key) > maxReadBytes {
			return false
		}
		k = &readCount{like: common(r, tenant, tagged)}
		c.kinds[string(c.key)] = k
		c.bytes += len(c.key)
	}
	k.n++
	k.until = r.Time
	return true
}

// tenant returns the tag of r that names its tenant.
func (c *readCounts) tenant(r *Record) (Tag, bool) {
	for _, t := range r.Tags {
		if strings.EqualFold(t.Key, c.tenantTag) {
			return t, true
		}
	}
	return Tag{}, false
}

// common returns what r has in common with others of its kind.
func common(r *Record, tenant Tag, tagged bool) Record {
	like := Record{
		Time: r.Time, Service: r.Service, Operation: r.Operation, Region: r.Region,
		Principal: r.Principal, PrincipalID: r.PrincipalID, PrincipalType: r.PrincipalType, Account: r.Account,
		Decision: r.Decision,
	}
	if tagged {
		like.Tags = []Tag{tenant}
	}
	for i := range r.Checks {
		like.Checks = append(like.Checks, Check{Action: r.Checks[i].Action, Resource: r.Checks[i].Resource})
	}
	return like
}

// appendKind appends what the kind of r is known by. No two kinds share it.
func appendKind(b []byte, r *Record, tenant Tag, tagged bool) []byte {
	for _, part := range []string{r.Service, r.Operation, r.Region, r.Principal, r.PrincipalID, tenant.Key, tenant.Value} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	if tagged {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	for i := range r.Checks {
		for _, part := range []string{r.Checks[i].Action, r.Checks[i].Resource} {
			b = binary.AppendUvarint(b, uint64(len(part)))
			b = append(b, part...)
		}
	}
	return b
}

// take returns the counts, if it is time or all are wanted, and begins anew.
func (c *readCounts) take(now time.Time, all bool) map[string]*readCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !all && now.Sub(c.since) < countFor && now.After(c.since) {
		return nil
	}
	kinds := c.kinds
	c.kinds, c.bytes, c.since = make(map[string]*readCount, len(kinds)), 0, now
	return kinds
}

// appendJSON appends the record of a count as one line of JSON.
func (k *readCount) appendJSON(b []byte, seq uint64) []byte {
	b = appendHead(b, seq, "reads", k.like.Time)
	b = appendTime(b, "until", k.until)
	b = appendMember(b, "service", k.like.Service)
	b = appendMember(b, "operation", k.like.Operation)
	b = appendMember(b, "region", k.like.Region)
	b = appendMember(b, "principal", k.like.Principal)
	b = appendMember(b, "principalId", k.like.PrincipalID)
	b = appendMember(b, "principalType", k.like.PrincipalType)
	b = appendMember(b, "account", k.like.Account)
	b = append(b, `,"tags":{`...)
	for _, t := range k.like.Tags {
		b = appendString(b, t.Key)
		b = append(b, ':')
		b = appendString(b, t.Value)
	}
	b = append(b, '}')
	b = appendMember(b, "decision", k.like.Decision)
	b = append(b, `,"checks":[`...)
	for i := range k.like.Checks {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"action":`...)
		b = appendString(b, k.like.Checks[i].Action)
		b = appendMember(b, "resource", k.like.Checks[i].Resource)
		b = append(b, '}')
	}
	b = append(b, `],"count":`...)
	b = strconv.AppendUint(b, k.n, 10)
	return append(b, '}')
}

// timeLayout is how the log writes times, which are UTC.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// appendHead appends the first members of a record of the kind.
func appendHead(b []byte, seq uint64, kind string, at time.Time) []byte {
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = appendMember(b, "kind", kind)
	return appendTime(b, "time", at)
}

func appendTime(b []byte, name string, at time.Time) []byte {
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, `":"`...)
	b = at.UTC().AppendFormat(b, timeLayout)
	return append(b, '"')
}
