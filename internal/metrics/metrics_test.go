// SPDX-License-Identifier: Apache-2.0

package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/metrics"
)

// scrape returns what the metrics show.
func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %v: %s", w.Code, err, body)
	}
	return string(body)
}

func has(t *testing.T, page string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}

func TestCallsAreCountedByOperationAndCode(t *testing.T) {
	m := metrics.New("v1.2.3")
	get := m.Operation("dynamodb", "GetItem")
	for range 3 {
		m.Begin()
		get.End("", false, 300*time.Microsecond)
	}
	m.Begin()
	get.End("AccessDeniedException", true, 20*time.Second)
	m.Begin()
	m.Stranger("signature")
	has(t, scrape(t, m),
		`bailiwick_info{version="v1.2.3"} 1`,
		`bailiwick_calls_total{code="OK",operation="GetItem",service="dynamodb"} 3`,
		`bailiwick_calls_total{code="AccessDeniedException",operation="GetItem",service="dynamodb"} 1`,
		`bailiwick_denials_total{operation="GetItem",service="dynamodb"} 1`,
		`bailiwick_call_seconds_bucket{operation="GetItem",service="dynamodb",le="0.00025"} 0`,
		`bailiwick_call_seconds_bucket{operation="GetItem",service="dynamodb",le="0.0005"} 3`,
		`bailiwick_call_seconds_count{operation="GetItem",service="dynamodb"} 4`,
		`bailiwick_unverified_total{reason="signature"} 1`,
		`bailiwick_calls_underway 1`,
	)
}

func TestOperationsNobodyCallsHaveNoSeries(t *testing.T) {
	m := metrics.New("")
	m.Operation("dynamodb", "GetItem")
	if page := scrape(t, m); strings.Contains(page, "GetItem") {
		t.Error(page)
	}
}

func TestCodesOfAnOperationAreBounded(t *testing.T) {
	m := metrics.New("")
	o := m.Operation("dynamodb", "GetItem")
	for i := range 1000 {
		o.End(fmt.Sprint("code", i), false, 0)
	}
	page := scrape(t, m)
	if n := strings.Count(page, "bailiwick_calls_total{"); n > 70 {
		t.Errorf("%d series", n)
	}
	has(t, page, `bailiwick_calls_total{code="other",operation="GetItem",service="dynamodb"} 936`)
}

func TestNothingIsMeasuredWithoutMetrics(t *testing.T) {
	var m *metrics.Metrics
	m.Begin()
	m.Stranger("signature")
	m.Operation("dynamodb", "GetItem").End("", false, 0) // nobody panics
}

func TestStatesAreAsTheyAreWhenAsked(t *testing.T) {
	m := metrics.New("")
	n := 0.0
	m.Watch(func() []metrics.State {
		n++
		return []metrics.State{{Name: "store_bytes", Help: "h", Value: n}, {Name: "store_conflicts_total", Help: "h", Value: 2 * n, Total: true}}
	})
	scrape(t, m)
	has(t, scrape(t, m), "# TYPE bailiwick_store_bytes gauge", "bailiwick_store_bytes 3",
		"# TYPE bailiwick_store_conflicts_total counter", "bailiwick_store_conflicts_total 6")
}

func uses(all []metrics.Use, err error) func(context.Context) iter.Seq2[metrics.Use, error] {
	return func(context.Context) iter.Seq2[metrics.Use, error] {
		return func(yield func(metrics.Use, error) bool) {
			for _, u := range all {
				if !yield(u, nil) {
					return
				}
			}
			if err != nil {
				yield(metrics.Use{}, err)
			}
		}
	}
}

func TestTheGreatestTenantsOfEachTableAreNamed(t *testing.T) {
	m := metrics.New("")
	var all []metrics.Use
	for _, table := range []string{"one", "two"} {
		for i := range 10 {
			all = append(all, metrics.Use{
				Account: "000000000000", Region: "us-east-1", Table: table, Tenant: fmt.Sprint("t", i),
				Items: 1, Bytes: 10, ReadUnits: float64(i * 7 % 10), WriteUnits: 0.5,
			})
		}
		all = append(all,
			metrics.Use{Account: "000000000000", Region: "us-east-1", Table: table, Items: 5},
			metrics.Use{Account: "000000000000", Region: "us-east-1", Table: table, Others: true, Items: 100})
	}
	m.Tenants(2, uses(all, nil))
	page := scrape(t, m)
	for _, table := range []string{"one", "two"} {
		label := `{account="000000000000",group="%s",region="us-east-1",table="` + table + `",tenant="%s"} `
		has(t, page,
			"bailiwick_tenant_items"+fmt.Sprintf(label, "tenant", "t7")+"1",
			"bailiwick_tenant_items"+fmt.Sprintf(label, "tenant", "t4")+"1",
			"bailiwick_tenant_items"+fmt.Sprintf(label, "none", "")+"5",
			"bailiwick_tenant_items"+fmt.Sprintf(label, "other", "")+"108",
			"bailiwick_tenant_bytes"+fmt.Sprintf(label, "other", "")+"80",
			"bailiwick_tenant_read_units_total"+fmt.Sprintf(label, "tenant", "t7")+"9",
			"bailiwick_tenant_write_units_total"+fmt.Sprintf(label, "other", "")+"4",
		)
	}
	if n := strings.Count(page, "bailiwick_tenant_items{"); n != 8 {
		t.Errorf("%d series, want 8", n)
	}
}

func TestByDefaultNoTenantIsNamed(t *testing.T) {
	m := metrics.New("")
	m.Tenants(0, uses([]metrics.Use{{Table: "T", Tenant: "yellow", Items: 2}, {Table: "T", Tenant: "blue", Items: 3}}, nil))
	page := scrape(t, m)
	has(t, page, `bailiwick_tenant_items{account="",group="other",region="",table="T",tenant=""} 5`)
	if strings.Contains(page, "yellow") {
		t.Error("a tenant is named")
	}
}

func TestTheRestIsShownThoughTenantsCantBe(t *testing.T) {
	m := metrics.New("")
	m.Operation("s", "o").End("", false, 0)
	m.Tenants(1, uses(nil, errors.New("broken")))
	has(t, scrape(t, m), `bailiwick_calls_total{code="OK",operation="o",service="s"} 1`)
}

// What a call pays for being measured.
func BenchmarkCall(b *testing.B) {
	for name, m := range map[string]*metrics.Metrics{"measured": metrics.New(""), "floor": nil} {
		b.Run(name, func(b *testing.B) {
			o := m.Operation("dynamodb", "GetItem")
			for b.Loop() {
				m.Begin()
				o.End("", false, 123*time.Microsecond)
			}
		})
	}
}
