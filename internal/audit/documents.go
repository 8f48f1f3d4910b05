// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"sync"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// maxKnown bounds how many texts are remembered to be in the log.
const maxKnown = 16384

// documents is which policies' texts the newest file has, or will have. Records
// name policies by digest, and the log holds every text that they name, about once
// for each of its files: with the files alone a decision can be explained when its
// policies are long gone.
type documents struct {
	mu sync.Mutex
	// known is true for a text that is committed: it outlives the server. One that
	// came with an allowed read is only as safe as that is.
	known map[[sha256.Size]byte]bool
}

// lacking returns the policies that r names and whose texts must go with it,
// nil if there are none. If committed is set, texts that a crash could take back
// don't count as being there.
func (d *documents) lacking(r *Record, committed bool) []*policy.Policy {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*policy.Policy
	need := func(p *policy.Policy) {
		safe, ok := d.known[p.Digest()]
		if !ok || committed && !safe {
			out = append(out, p)
		}
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Document != nil && (i == 0 || c.Document != r.Checks[i-1].Document) {
			need(c.Document)
		}
		if c.Refused != nil {
			for _, of := range c.Refused.Policies {
				need(of.Policy)
			}
		}
	}
	if out == nil {
		return nil
	}
	slices.SortFunc(out, func(a, b *policy.Policy) int {
		x, y := a.Digest(), b.Digest()
		return slices.Compare(x[:], y[:])
	})
	return slices.CompactFunc(out, func(a, b *policy.Policy) bool { return a.Digest() == b.Digest() })
}

// note remembers that the texts are in the log.
func (d *documents) note(ps []*policy.Policy, committed bool) {
	if len(ps) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil || len(d.known)+len(ps) > maxKnown {
		d.known = make(map[[sha256.Size]byte]bool)
	}
	for _, p := range ps {
		d.known[p.Digest()] = d.known[p.Digest()] || committed
	}
}

// forget has every text that is named from now on written again: a new file is to
// hold those that it needs.
func (d *documents) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known = nil
}

// appendDocument appends the line that holds the text of p.
func appendDocument(b []byte, seq uint64, p *policy.Policy) []byte {
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = appendMember(b, "kind", trail.KindPolicy)
	b = appendDigest(b, p)
	return append(appendMember(b, "text", p.Text()), '}')
}
