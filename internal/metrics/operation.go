// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// ok is the code of calls that did not fail.
	ok = "OK"
	// maxCodes bounds the codes of one operation that are told apart; otherCode is
	// that of all more.
	maxCodes  = 64
	otherCode = "other"
)

// An Operation is what is measured of one operation. Its series are there from
// its first call on. A nil *Operation measures nothing.
type Operation struct {
	m             *Metrics
	service, name string

	begin   sync.Once
	ok      prometheus.Counter
	seconds prometheus.Observer
	denials prometheus.Counter

	failed sync.Map     // prometheus.Counter by code
	codes  atomic.Int32 // in failed
}

// Operation returns what is measured of the operation. Operations are asked for
// once, when the server starts.
func (m *Metrics) Operation(service, name string) *Operation {
	if m == nil {
		return nil
	}
	return &Operation{m: m, service: service, name: name}
}

// End says that a call of the operation has ended, after that time: with the error
// of that code, none if it is empty.
func (o *Operation) End(code string, denied bool, took time.Duration) {
	if o == nil {
		return
	}
	o.begin.Do(o.start)
	o.m.underway.Dec()
	o.seconds.Observe(took.Seconds())
	if denied {
		o.denials.Inc()
	}
	if code == "" {
		o.ok.Inc()
		return
	}
	o.failure(code).Inc()
}

// start makes the series of the operation.
func (o *Operation) start() {
	o.ok = o.m.calls.WithLabelValues(o.service, o.name, ok)
	o.seconds = o.m.seconds.WithLabelValues(o.service, o.name)
	o.denials = o.m.denials.WithLabelValues(o.service, o.name)
}

// failure returns the counter of failures with the code.
func (o *Operation) failure(code string) prometheus.Counter {
	if c, ok := o.failed.Load(code); ok {
		return c.(prometheus.Counter)
	}
	if o.codes.Add(1) > maxCodes {
		return o.m.calls.WithLabelValues(o.service, o.name, otherCode)
	}
	c := o.m.calls.WithLabelValues(o.service, o.name, code)
	o.failed.Store(code, c)
	return c
}
