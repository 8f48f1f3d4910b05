// SPDX-License-Identifier: Apache-2.0

// Package metrics counts and times what the server does, and shows it in the
// text format of Prometheus.
//
// What is shown is for operators: names of services, operations and error
// codes, and, where tables have them counted, names of tables and tenants. No
// label holds anything else that a client has sent. The number of series is
// bounded by what the server knows, never by what it is asked.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	namespace = "bailiwick"

	// maxScrapes is how many scrapes may be under way, and scrapeTime how long
	// one may take.
	maxScrapes = 3
	scrapeTime = 10 * time.Second
)

// buckets are the upper bounds of the times of calls, in seconds.
var buckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 10}

// Metrics is what is measured of one server. It is safe for concurrent use. A nil
// *Metrics measures nothing, at no cost.
type Metrics struct {
	registry  *prometheus.Registry
	calls     *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	denials   *prometheus.CounterVec
	strangers *prometheus.CounterVec
	underway  prometheus.Gauge
}

// New returns Metrics of a server of that version: of its process, and of the
// calls that it is told of.
func New(version string) *Metrics {
	operation := []string{"service", "operation"}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "calls_total",
			Help: "Calls that were answered, by the code of their error, which is OK for none.",
		}, append(operation, "code")),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "call_seconds", Buckets: buckets,
			Help: "Time from a request's head to the end of its answer.",
		}, operation),
		denials: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "denials_total",
			Help: "Calls of verified callers that were not allowed.",
		}, operation),
		strangers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "unverified_total",
			Help: "Requests of which it is open who sent them, by what was wrong with their proof.",
		}, []string{"reason"}),
		underway: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Name: "calls_underway", Help: "Calls that are being served.",
		}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	m.registry.MustRegister(m.calls, m.seconds, m.denials, m.strangers, m.underway, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Begin says that a call has begun. [Operation.End] says that it has ended.
func (m *Metrics) Begin() {
	if m != nil {
		m.underway.Inc()
	}
}

// Stranger counts a request of which it is open who sent it. reason must be one
// of few.
func (m *Metrics) Stranger(reason string) {
	if m != nil {
		m.strangers.WithLabelValues(reason).Inc()
	}
}

// Handler returns what answers scrapes. It asks nobody who they are: it belongs on
// a listener of its own, which only operators reach.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: maxScrapes,
		Timeout:             scrapeTime,
	})
}
