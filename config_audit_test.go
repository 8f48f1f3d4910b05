// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
)

func TestTheDecisionLogIsConfigured(t *testing.T) {
	load := func(text string, env map[string]string) (bailiwick.AuditConfig, error) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := bailiwick.LoadConfig(file, func(name string) string { return env[name] })
		return c.Audit, err
	}
	file := "audit_file_size: 1GiB\naudit_file_age: 12h\naudit_retention_age: 90d\naudit_retention_size: \"1000000\"\naudit_reads: count\n"
	want := bailiwick.AuditConfig{
		FileSize: 1 << 30, FileAge: bailiwick.Age(12 * time.Hour), RetentionAge: bailiwick.Age(90 * 24 * time.Hour), RetentionSize: 1_000_000, Reads: "count",
	}
	if got, err := load(file, nil); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	want.FileSize, want.RetentionAge, want.Reads = 3<<20, bailiwick.Age(time.Minute), "list"
	env := map[string]string{"BAILIWICK_AUDIT_FILE_SIZE": "3MiB", "BAILIWICK_AUDIT_RETENTION_AGE": "1m", "BAILIWICK_AUDIT_READS": "list"}
	if got, err := load(file, env); err != nil || got != want {
		t.Errorf("with an environment: got %+v, %v", got, err)
	}
	for _, text := range []string{"audit_file_size: 1.5GiB", "audit_file_size: -1", "audit_file_size: 1 GiB", "audit_file_size: 9999999TiB", "audit_file_age: 90", "audit_file_age: 1w", "audit_size: 1MiB"} {
		if _, err := load(text, nil); err == nil {
			t.Errorf("%s is accepted", text)
		}
	}
	if _, err := load("", map[string]string{"BAILIWICK_AUDIT_FILE_AGE": "soon"}); err == nil || !strings.Contains(err.Error(), "BAILIWICK_AUDIT_FILE_AGE") {
		t.Errorf("in the environment: %v", err)
	}
}

func TestADecisionLogThatCannotBeIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  bailiwick.AuditConfig
		want string
	}{
		"tiny files":      {bailiwick.AuditConfig{FileSize: 100}, "audit_file_size"},
		"hasty files":     {bailiwick.AuditConfig{FileAge: 1}, "audit_file_age"},
		"negative age":    {bailiwick.AuditConfig{RetentionAge: -1}, "audit_retention_age"},
		"another reading": {bailiwick.AuditConfig{Reads: "none"}, "audit_reads"},
	} {
		_, err := bailiwick.Open(bailiwick.Config{Data: t.TempDir(), Audit: c.cfg})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
