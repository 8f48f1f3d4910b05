// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick"
)

func TestConnectionsAreConfigured(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bailiwick.yaml")
	if err := os.WriteFile(file, []byte("max_connections: \"100\"\nmax_connections_per_source: \"50\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) string {
		return map[string]string{"BAILIWICK_MAX_CONNECTIONS_PER_SOURCE": "20"}[name]
	}
	c, err := bailiwick.LoadConfig(file, getenv)
	if err != nil || c.MaxConnections != 100 || c.MaxConnectionsPerSource != 20 {
		t.Errorf("got %d and %d, %v", c.MaxConnections, c.MaxConnectionsPerSource, err)
	}
}

// TestNumbersOfTheEnvironmentAreNumbers shows that none is taken for something else.
func TestNumbersOfTheEnvironmentAreNumbers(t *testing.T) {
	for _, name := range []string{
		"BAILIWICK_MAX_CONNECTIONS", "BAILIWICK_MAX_CONNECTIONS_PER_SOURCE",
		"BAILIWICK_MAX_TENANT_SHARE", "BAILIWICK_METRICS_TENANTS",
	} {
		env := func(value string) func(string) string {
			return func(asked string) string { return map[string]string{name: value}[asked] }
		}
		if _, err := bailiwick.LoadConfig("", env("many")); err == nil || !strings.Contains(err.Error(), name+" is not a number") {
			t.Errorf("%s: got %v", name, err)
		}
		if c, err := bailiwick.LoadConfig("", env("20")); err != nil || c.MaxConnections+c.MaxConnectionsPerSource+c.MaxTenantShare+c.MetricsTenants != 20 {
			t.Errorf("%s: got %+v, %v", name, c, err)
		}
	}
}

func TestConnectionsOutOfBoundsAreRefused(t *testing.T) {
	for name, cfg := range map[string]bailiwick.Config{
		"too few":                     {MaxConnections: 15},
		"fewer than none":             {MaxConnections: -1},
		"more than files":             {MaxConnections: 1 << 40},
		"none of a source":            {MaxConnectionsPerSource: -1},
		"more of a source than there": {MaxConnections: 100, MaxConnectionsPerSource: 101},
	} {
		cfg.Data = filepath.Join(t.TempDir(), "data")
		if s, err := bailiwick.Open(cfg); err == nil {
			t.Errorf("%s: the server opens", name)
			s.Close()
		} else if !strings.Contains(err.Error(), "max_connections") {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := os.Stat(cfg.Data); err == nil {
			t.Errorf("%s: the data directory was made", name)
		}
	}
}
