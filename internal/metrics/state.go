// SPDX-License-Identifier: Apache-2.0

package metrics

import "github.com/prometheus/client_golang/prometheus"

// A State is what a part of the server says of itself at a moment.
type State struct {
	Name  string // without the namespace
	Help  string
	Value float64
	Total bool // it only rises, until the server starts anew
}

// Watch has scrapes show what the function returns then: states of always the
// same names. Nothing else may watch them.
func (m *Metrics) Watch(states func() []State) {
	m.registry.MustRegister(watched(states))
}

// watched is a prometheus.Collector.
type watched func() []State

func (s State) desc() *prometheus.Desc {
	return prometheus.NewDesc(namespace+"_"+s.Name, s.Help, nil, nil)
}

// Describe implements prometheus.Collector.
func (w watched) Describe(to chan<- *prometheus.Desc) {
	for _, s := range w() {
		to <- s.desc()
	}
}

// Collect implements prometheus.Collector.
func (w watched) Collect(to chan<- prometheus.Metric) {
	for _, s := range w() {
		kind := prometheus.GaugeValue
		if s.Total {
			kind = prometheus.CounterValue
		}
		to <- prometheus.MustNewConstMetric(s.desc(), kind, s.Value)
	}
}
