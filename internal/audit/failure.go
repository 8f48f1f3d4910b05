// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// Of failures to authenticate that are alike, so many have a record each in a
	// window of time, and of all of a class so many. The others are counted.
	listedAlike = 3
	listedInAll = 40
	failWindow  = time.Minute

	// maxFailureKinds bounds how many kinds of a class are told apart in a window.
	// Failures of further kinds are counted by reason alone.
	maxFailureKinds = 128
)

// A Failure is a call whose sender was not known. It names no secret: neither a
// token nor anything else that came instead of an access key id.
type Failure struct {
	Time        time.Time
	RequestID   string
	Service     string
	Reason      string // one of few
	AccessKeyID string // if it has the form of one, else empty
	Known       bool   // there is such an access key, or session
	Source      netip.Addr
	SourceIP    netip.Addr
}

// failures keeps failures for the log, in memory that doesn't grow, and bounds
// what they take of it: about 150 KB a minute. Those of access keys that there are
// have a class of their own, so that strangers can't crowd them out. It is safe
// for concurrent use.
type failures struct {
	mu      sync.Mutex
	since   time.Time
	listed  []Failure // not yet on record
	classes [2]failureClass
}

type failureClass struct {
	kinds  map[failureKind]*failureCount
	others map[string]*failureCount // by reason
	listed int
}

// A failureKind is what failures that are alike have in common.
type failureKind struct {
	reason, accessKeyID string
	source              netip.Addr
}

type failureCount struct {
	n           uint64
	listed      uint64
	first, last time.Time
}

func newFailures(now time.Time) *failures {
	f := &failures{since: now}
	f.reset()
	return f
}

func (f *failures) reset() {
	for i := range f.classes {
		f.classes[i] = failureClass{kinds: map[failureKind]*failureCount{}, others: map[string]*failureCount{}}
	}
}

// Fail takes the record of a call whose sender was not known. It is on disk within
// a second or, of many that are alike, in a count within two minutes; a crash may
// lose the counts of the last minute.
func (l *Log) Fail(r *Failure) { l.failures.add(r) }

func (f *failures) add(r *Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	class := &f.classes[0]
	if r.Known {
		class = &f.classes[1]
	}
	n := class.count(failureKind{r.Reason, r.AccessKeyID, r.Source})
	if n.n++; n.n == 1 {
		n.first = r.Time
	}
	n.last = r.Time
	if n.n <= listedAlike && class.listed < listedInAll {
		class.listed++
		n.listed++
		f.listed = append(f.listed, *r)
	}
}

// count returns the count of the kind; if there are too many, that of all others
// of the reason.
func (c *failureClass) count(k failureKind) *failureCount {
	n, ok := c.kinds[k]
	if ok {
		return n
	}
	if len(c.kinds) < maxFailureKinds {
		n = &failureCount{}
		c.kinds[k] = n
		return n
	}
	if n, ok = c.others[k.reason]; !ok {
		n = &failureCount{}
		c.others[k.reason] = n
	}
	return n
}

// A failureLine is one line for the log: a failure, or the count of several.
type failureLine struct {
	one   *Failure
	kind  failureKind
	count *failureCount
}

// take returns what is to go on record: what is listed and, if the window is over
// or all is wanted, the counts.
func (f *failures) take(now time.Time, all bool) (lines []failureLine) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.listed {
		lines = append(lines, failureLine{one: &f.listed[i]})
	}
	f.listed = nil
	if !all && now.Sub(f.since) < failWindow && !now.Before(f.since) {
		return lines
	}
	for i := range f.classes {
		lines = f.classes[i].counts(lines)
	}
	f.reset()
	f.since = now
	return lines
}

// counts appends what was not listed, in the order of time.
func (c *failureClass) counts(lines []failureLine) []failureLine {
	begin := len(lines)
	for k, n := range c.kinds {
		lines = append(lines, failureLine{kind: k, count: n})
	}
	for reason, n := range c.others {
		lines = append(lines, failureLine{kind: failureKind{reason: reason}, count: n})
	}
	counts := slices.DeleteFunc(lines[begin:], func(l failureLine) bool { return l.count.n == l.count.listed })
	slices.SortFunc(counts, func(a, b failureLine) int { return a.count.first.Compare(b.count.first) })
	return lines[:begin+len(counts)]
}

// appendJSON appends the line as JSON.
func (l *failureLine) appendJSON(b []byte, seq uint64) []byte {
	if r := l.one; r != nil {
		b = appendHead(b, seq, "failure", r.Time)
		b = appendMember(b, "requestId", r.RequestID)
		b = appendMember(b, "service", r.Service)
		b = appendMember(b, "reason", r.Reason)
		b = appendAccessKey(b, r.AccessKeyID)
		b = appendMember(b, "sourceIp", r.SourceIP.String())
		return append(b, '}')
	}
	b = appendHead(b, seq, "failures", l.count.first)
	b = appendTime(b, "until", l.count.last)
	b = appendMember(b, "reason", l.kind.reason)
	b = appendAccessKey(b, l.kind.accessKeyID)
	if l.kind.source.IsValid() {
		b = appendMember(b, "source", l.kind.source.String())
	}
	b = append(b, `,"count":`...)
	b = strconv.AppendUint(b, l.count.n-l.count.listed, 10)
	return append(b, '}')
}

func appendAccessKey(b []byte, id string) []byte {
	if id == "" {
		return b
	}
	return appendMember(b, "accessKeyId", id)
}

// summarise numbers what was counted, and the failures, and has them wait for the
// shipper, whose this is. all has it take what would wait for its time.
func (l *Log) summarise(all bool) {
	now := l.cfg.Now()
	var lines []line
	if l.reads != nil {
		for _, k := range l.reads.take(now, all) {
			seq := l.seq.Add(1)
			lines = append(lines, line{seq, k.appendJSON(nil, seq)})
		}
	}
	for _, f := range l.failures.take(now, all) {
		seq := l.seq.Add(1)
		lines = append(lines, line{seq, f.appendJSON(nil, seq)})
	}
	if len(lines) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending = append(l.pending, lines...)
	for i := range lines {
		l.bytes += len(lines[i].text)
	}
	l.setBytes(l.bytes)
}
