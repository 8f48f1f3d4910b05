// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/http"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/listen"
	"github.com/bailiwick-dev/bailiwick/internal/metrics"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	metricsPath = "/metrics"

	maxMetricsTenants     = 1000
	maxMetricsConnections = 64
	maxMetricsHeader      = 8 << 10
)

// resolveMetrics checks what was given of metrics.
func (c *Config) resolveMetrics() error {
	if c.MetricsTenants < 0 || c.MetricsTenants > maxMetricsTenants {
		return fmt.Errorf("metrics_tenants must be 0 to %d", maxMetricsTenants)
	}
	if c.Metrics == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.Metrics); err != nil {
		return fmt.Errorf("metrics is not an address to listen on: %w", err)
	}
	return nil
}

// newMetrics returns what is measured of the server; nil if it is not to be.
func (s *Server) newMetrics() *metrics.Metrics {
	if s.cfg.Metrics == "" {
		return nil
	}
	m := metrics.New(Version())
	m.Watch(func() []metrics.State { return append(storeStates(s.db), logStates(s.audit)...) })
	m.Tenants(s.cfg.MetricsTenants, func(ctx context.Context) iter.Seq2[metrics.Use, error] { return tenantUses(ctx, s.db) })
	return m
}

// tenantUses yields what the tenants of all tables use.
func tenantUses(ctx context.Context, db *storage.DB) iter.Seq2[metrics.Use, error] {
	return func(yield func(metrics.Use, error) bool) {
		for u, err := range dynamodb.TenantUses(ctx, db.View) {
			if !yield(metrics.Use{
				Account: u.Account, Region: u.Region, Table: u.Table, Tenant: u.Tenant, Others: u.Others,
				Items: float64(u.Items), Bytes: float64(u.Bytes), ReadUnits: u.ReadUnits, WriteUnits: u.WriteUnits,
			}, err) {
				return
			}
		}
	}
}

// storeStates returns how the store is doing.
func storeStates(db *storage.DB) []metrics.State {
	m, ok := db.Measure()
	if !ok {
		return nil
	}
	return []metrics.State{
		{Name: "store_broken", Help: "1 while changes are refused because the disk fails.", Value: one(m.Broken)},
		{Name: "store_disk_bytes", Help: "Size of the store's files.", Value: float64(m.DiskBytes)},
		{Name: "store_log_bytes", Help: "Size of the store's write-ahead log.", Value: float64(m.LogBytes)},
		{Name: "store_memory_bytes", Help: "Recent writes in memory.", Value: float64(m.MemoryBytes)},
		{Name: "store_cache_bytes", Help: "Blocks in memory.", Value: float64(m.CacheBytes)},
		{Name: "store_debt_bytes", Help: "What is to be rewritten in the background.", Value: float64(m.Debt)},
		{Name: "store_cache_hits_total", Help: "Blocks that were found in memory.", Value: float64(m.CacheHits), Total: true},
		{Name: "store_cache_misses_total", Help: "Blocks that were not.", Value: float64(m.CacheMisses), Total: true},
		{Name: "store_commits_total", Help: "Transactions that changed something.", Value: float64(m.Commits), Total: true},
		{Name: "store_reruns_total", Help: "Transactions that ran again because of others.", Value: float64(m.Reruns), Total: true},
		{Name: "store_sync_waiting", Help: "Transactions that wait for the disk.", Value: float64(m.Waiting)},
		{Name: "store_sync_wait_seconds_total", Help: "Time that transactions have waited for the disk, all together.", Value: m.SyncWaits.Seconds(), Total: true},
	}
}

// logStates returns how the decision log is doing.
func logStates(l *audit.Log) []metrics.State {
	m := l.Measure()
	return []metrics.State{
		{Name: "log_broken", Help: "1 while calls are refused because the decision log can't be written.", Value: one(m.Broken)},
		{Name: "log_records_total", Help: "Records of the decision log.", Value: float64(m.Records), Total: true},
		{Name: "log_pending_bytes", Help: "Records of reads that are not in the files yet.", Value: float64(m.Pending)},
	}
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// serveMetrics listens on the address for metrics, if there is one, and serves
// them until stop is called.
func (s *Server) serveMetrics() (stop func(), err error) {
	if s.metrics == nil {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", s.cfg.Metrics)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	scrape := s.metrics.Handler()
	hs := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != metricsPath || r.Method != http.MethodGet && r.Method != http.MethodHead {
				http.NotFound(w, r)
				return
			}
			scrape.ServeHTTP(w, r)
		}),
		ReadTimeout:    headerTime,
		WriteTimeout:   time.Minute,
		IdleTimeout:    idleTime,
		MaxHeaderBytes: maxMetricsHeader,
	}
	bounded := listen.New(l, listen.Config{Connections: maxMetricsConnections, PerSource: maxMetricsConnections, Log: s.cfg.Log})
	bounded.Attach(hs)
	failed := make(chan struct{})
	go func() {
		defer close(failed)
		if err := hs.Serve(bounded); !errors.Is(err, http.ErrServerClosed) {
			s.cfg.Log.Error("metrics are not served any more", "err", err)
		}
	}()
	s.metricsURL = "http://" + l.Addr().String() + metricsPath
	return func() {
		_ = hs.Close() // nobody waits for them
		<-failed
	}, nil
}

// MetricsURL returns where metrics are while the server serves: empty if nowhere.
// It is settled when Serve calls ready.
func (s *Server) MetricsURL() string { return s.metricsURL }
