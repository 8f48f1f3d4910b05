// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// A Use is what a tenant uses of a table.
type Use struct {
	Account, Region, Table string
	Tenant                 string // empty for what is of no tenant, and for others
	Others                 bool   // the use is of all tenants that have no name here

	Items, Bytes          float64
	ReadUnits, WriteUnits float64 // capacity consumed since it is counted
}

// Tenants has scrapes show what the tenants of tables use. uses yields all uses of
// a table one after the other. Of each table the tenants that have consumed the
// most capacity are named, as many as names says; the rest are one series.
func (m *Metrics) Tenants(names int, uses func(context.Context) iter.Seq2[Use, error]) {
	labels := []string{"account", "region", "table", "group", "tenant"}
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc(namespace+"_tenant_"+name, help, labels, nil)
	}
	m.registry.MustRegister(&tenants{
		names: names, uses: uses,
		items:  desc("items", "Items of a tenant in a table."),
		bytes:  desc("bytes", "Size of a tenant's items in a table."),
		reads:  desc("read_units_total", "Read capacity that a tenant has consumed of a table and its indexes."),
		writes: desc("write_units_total", "Write capacity that a tenant has consumed of a table and its indexes."),
	})
}

// tenants is a prometheus.Collector.
type tenants struct {
	names                       int
	uses                        func(context.Context) iter.Seq2[Use, error]
	items, bytes, reads, writes *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (t *tenants) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{t.items, t.bytes, t.reads, t.writes} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (t *tenants) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	var r ranking
	for u, err := range t.uses(ctx) {
		if err != nil {
			to <- prometheus.NewInvalidMetric(t.items, err)
			return
		}
		if !r.of(&u) {
			r.each(func(u *Use) { t.show(to, u) })
			r = ranking{}
		}
		r.add(u, t.names)
	}
	r.each(func(u *Use) { t.show(to, u) })
}

// Values of the label group.
const (
	groupTenant = "tenant"
	groupNone   = "none" // of no tenant
	groupOther  = "other"
)

func (t *tenants) show(to chan<- prometheus.Metric, u *Use) {
	group := groupTenant
	switch {
	case u.Others:
		group = groupOther
	case u.Tenant == "":
		group = groupNone
	}
	labels := []string{u.Account, u.Region, u.Table, group, u.Tenant}
	one := func(d *prometheus.Desc, kind prometheus.ValueType, v float64) {
		m, err := prometheus.NewConstMetric(d, kind, v, labels...)
		if err != nil {
			m = prometheus.NewInvalidMetric(d, err)
		}
		to <- m
	}
	one(t.items, prometheus.GaugeValue, u.Items)
	one(t.bytes, prometheus.GaugeValue, u.Bytes)
	one(t.reads, prometheus.CounterValue, u.ReadUnits)
	one(t.writes, prometheus.CounterValue, u.WriteUnits)
}

// A ranking is the uses of one table: those that consume the most capacity, in
// order, and the sum of the rest.
type ranking struct {
	top  []Use
	none *Use // of no tenant
	rest *Use
}

// of reports whether u is of the same table as what was added before.
func (r *ranking) of(u *Use) bool {
	for _, v := range [...]*Use{r.none, r.rest} {
		if v != nil {
			return v.Account == u.Account && v.Region == u.Region && v.Table == u.Table
		}
	}
	return len(r.top) == 0 || r.top[0].Account == u.Account && r.top[0].Region == u.Region && r.top[0].Table == u.Table
}

// add takes up a use. names is how many tenants have names.
func (r *ranking) add(u Use, names int) {
	switch {
	case u.Others:
		r.drop(u)
		return
	case u.Tenant == "":
		r.none = &u
		return
	}
	i, _ := slices.BinarySearchFunc(r.top, u, func(a, b Use) int {
		return cmp.Or(cmp.Compare(b.units(), a.units()), cmp.Compare(a.Tenant, b.Tenant))
	})
	r.top = slices.Insert(r.top, i, u)
	if len(r.top) > names {
		r.drop(r.top[names])
		r.top = r.top[:names]
	}
}

// drop adds a use to the rest.
func (r *ranking) drop(u Use) {
	if r.rest == nil {
		u.Tenant, u.Others = "", true
		r.rest = &u
		return
	}
	s := r.rest
	s.Items, s.Bytes = s.Items+u.Items, s.Bytes+u.Bytes
	s.ReadUnits, s.WriteUnits = s.ReadUnits+u.ReadUnits, s.WriteUnits+u.WriteUnits
}

func (u *Use) units() float64 { return u.ReadUnits + u.WriteUnits }

// each calls f with every use.
func (r *ranking) each(f func(*Use)) {
	for i := range r.top {
		f(&r.top[i])
	}
	for _, u := range [...]*Use{r.none, r.rest} {
		if u != nil {
			f(u)
		}
	}
}
