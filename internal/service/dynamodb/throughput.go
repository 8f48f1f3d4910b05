// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"time"
)

const (
	// freeDecreases is how often throughput may be decreased within a day, in UTC;
	// more often it may be decreased once in decreasePause.
	freeDecreases = 4
	decreasePause = time.Hour

	// noLimit is what takes a limit on demand away.
	noLimit = -1

	moreOnLimits = "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
)

// A throughputRecord is what is kept of the throughput of a table or of a global
// index besides its provisioned units. Nothing is throttled by it.
type throughputRecord struct {
	Increased time.Time `json:",omitzero"`
	Decreased time.Time `json:",omitzero"`
	Decreases int64     `json:",omitzero"` // on the day of Decreased, in UTC

	MaxReads  int64 `json:",omitzero"` // on demand; 0 for no limit
	MaxWrites int64 `json:",omitzero"`

	WarmReads  int64 `json:",omitzero"` // as asked for; 0 for what comes by itself
	WarmWrites int64 `json:",omitzero"`
}

// limit sets the limits that are given.
func (r *throughputRecord) limit(o *onDemandThroughput) {
	if o == nil {
		return
	}
	for _, l := range []struct {
		given *int64
		kept  *int64
	}{{o.MaxReadRequestUnits, &r.MaxReads}, {o.MaxWriteRequestUnits, &r.MaxWrites}} {
		switch {
		case l.given == nil:
		case *l.given == noLimit:
			*l.kept = 0
		default:
			*l.kept = *l.given
		}
	}
}

// warm sets the warm throughput that is given.
func (r *throughputRecord) warm(w *warmThroughput) {
	if w == nil {
		return
	}
	if w.ReadUnitsPerSecond != nil {
		r.WarmReads = *w.ReadUnitsPerSecond
	}
	if w.WriteUnitsPerSecond != nil {
		r.WarmWrites = *w.WriteUnitsPerSecond
	}
}

// warmed reports whether warm throughput was asked for.
func (r *throughputRecord) warmed() bool { return r.WarmReads != 0 || r.WarmWrites != 0 }

// decreasesOn returns how often the throughput was decreased on the day of now.
func (r *throughputRecord) decreasesOn(now time.Time) int64 {
	y, m, d := r.Decreased.UTC().Date()
	if ny, nm, nd := now.UTC().Date(); y != ny || m != nm || d != nd {
		return 0
	}
	return r.Decreases
}

// limits describes the limits on demand; nil if there are none.
func (r *throughputRecord) limits() *onDemandThroughput {
	if r.MaxReads == 0 && r.MaxWrites == 0 {
		return nil
	}
	limit := func(n int64) *int64 {
		if n == 0 {
			n = noLimit
		}
		return &n
	}
	return &onDemandThroughput{limit(r.MaxReads), limit(r.MaxWrites)}
}

// warmth describes what a table or an index can take at once: what was asked
// for, or what its billing mode and its units give it.
func (r *throughputRecord) warmth(mode string, reads, writes int64) *warmThroughputDescription {
	if mode == payPerRequest {
		reads, writes = warmReads, warmWrites
	}
	return &warmThroughputDescription{new(max(reads, r.WarmReads)), new(max(writes, r.WarmWrites)), new(statusActive)}
}

// describe describes provisioned units.
func (r *throughputRecord) describe(reads, writes int64, now time.Time) *provisionedThroughputDescription {
	d := &provisionedThroughputDescription{
		NumberOfDecreasesToday: new(r.decreasesOn(now)),
		ReadCapacityUnits:      &reads,
		WriteCapacityUnits:     &writes,
	}
	if !r.Increased.IsZero() {
		d.LastIncreaseDateTime = &r.Increased
	}
	if !r.Decreased.IsZero() {
		d.LastDecreaseDateTime = &r.Decreased
	}
	return d
}
