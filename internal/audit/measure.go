// SPDX-License-Identifier: Apache-2.0

package audit

// Measures are how a log is doing.
type Measures struct {
	Broken  bool   // the files can't be written, and calls fail
	Records uint64 // numbers given to records, in all
	Pending int    // bytes of allowed reads that wait for the shipper
}

// Measure returns how the log is doing.
func (l *Log) Measure() Measures {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Measures{Broken: l.broken != nil, Records: l.seq.Load(), Pending: l.bytes}
}
