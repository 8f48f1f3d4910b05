// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// AuditConfig configures the decision log, which is kept in the data directory's
// folder audit.
type AuditConfig struct {
	// FileSize and FileAge say from when on a file of the log is followed by a new
	// one: at least 64 KiB and a second. Default to 64 MiB and a day.
	FileSize Size `yaml:"audit_file_size"`
	FileAge  Age  `yaml:"audit_file_age"`

	// RetentionAge is how long files are kept after they were written last, and
	// RetentionSize what all of them may take together. Files that are over are
	// removed, the oldest first, and the log says so. By default all are kept.
	RetentionAge  Age  `yaml:"audit_retention_age"`
	RetentionSize Size `yaml:"audit_retention_size"`

	// Reads says how reads that are allowed go on record: "list" each, or "count"
	// those that are alike, by principal, tenant, operation, action and resource.
	// Defaults to list.
	Reads string `yaml:"audit_reads"`
}

// The least that may be configured: each file costs two signatures.
const (
	minAuditFile = 64 << 10
	minAuditAge  = time.Second
)

// A Size is a number of bytes. As a text it may end in KiB, MiB, GiB or TiB.
type Size int64

// UnmarshalText reads a size such as 64MiB.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := scaled(string(text), []unit{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}, {"", 1}})
	if err != nil {
		return errors.New("not a size such as 64MiB")
	}
	*s = Size(n)
	return nil
}

// An Age is a length of time. As a text it is a number and a unit: d, h, m or s.
type Age time.Duration

// UnmarshalText reads a length of time such as 90d.
func (a *Age) UnmarshalText(text []byte) error {
	day := int64(24 * time.Hour)
	n, err := scaled(string(text), []unit{{"d", day}, {"h", int64(time.Hour)}, {"m", int64(time.Minute)}, {"s", int64(time.Second)}})
	if err != nil {
		return errors.New("not a length of time such as 90d or 24h")
	}
	*a = Age(n)
	return nil
}

type unit struct {
	name string
	size int64
}

// scaled returns the whole number that s begins with, times the unit that it ends
// in, which is the first of units that fits.
func scaled(s string, units []unit) (int64, error) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 63)
		if err != nil {
			return 0, err
		}
		if int64(n) > math.MaxInt64/u.size {
			return 0, strconv.ErrRange
		}
		return int64(n) * u.size, nil
	}
	return 0, strconv.ErrSyntax
}

// read reads what the environment says of the log.
func (c *AuditConfig) read(getenv func(string) string) error {
	for name, field := range map[string]interface{ UnmarshalText([]byte) error }{
		"BAILIWICK_AUDIT_FILE_SIZE":      &c.FileSize,
		"BAILIWICK_AUDIT_FILE_AGE":       &c.FileAge,
		"BAILIWICK_AUDIT_RETENTION_AGE":  &c.RetentionAge,
		"BAILIWICK_AUDIT_RETENTION_SIZE": &c.RetentionSize,
	} {
		if v := getenv(name); v != "" {
			if err := field.UnmarshalText([]byte(v)); err != nil {
				return fmt.Errorf("environment: %s is %w", name, err)
			}
		}
	}
	if v := getenv("BAILIWICK_AUDIT_READS"); v != "" {
		c.Reads = v
	}
	return nil
}

// resolve fills in the defaults and checks what was given.
func (c *AuditConfig) resolve() error {
	if c.FileSize != 0 && c.FileSize < minAuditFile {
		return fmt.Errorf("audit_file_size must be at least %d bytes", minAuditFile)
	}
	if c.FileAge != 0 && time.Duration(c.FileAge) < minAuditAge {
		return fmt.Errorf("audit_file_age must be at least %v", minAuditAge)
	}
	if c.RetentionAge < 0 || c.RetentionSize < 0 {
		return errors.New("audit_retention_age and audit_retention_size can't be negative")
	}
	switch c.Reads {
	case "":
		c.Reads = "list"
	case "list", "count":
	default:
		return fmt.Errorf("audit_reads is %q, not list or count", c.Reads)
	}
	return nil
}

// AuditDir returns the folder of the decision log's files.
func (c Config) AuditDir() (string, error) {
	err := c.resolve()
	return filepath.Join(c.Data, "audit"), err
}

// auditLog returns the configuration of the decision log.
func (c *Config) auditLog(db *storage.DB, ring *keyring.Ring) audit.Config {
	return audit.Config{
		DB: db, Ring: ring, Dir: filepath.Join(c.Data, "audit"), Log: c.Log, Now: c.Now,
		FileSize: int64(c.Audit.FileSize), FileAge: time.Duration(c.Audit.FileAge),
		RetainAge: time.Duration(c.Audit.RetentionAge), RetainSize: int64(c.Audit.RetentionSize),
		CountReads: c.Audit.Reads == "count", TenantTag: c.TenantTag,
	}
}

// An AuditState is what the store of a data directory knows of the decision log.
type AuditState struct {
	Lines uint64   // that were in its files
	Chain [32]byte // what their chain came to
	Key   ed25519.PublicKey
}

// ReadAudit returns where the decision log in the data directory ended, which no
// server may have open, and with which key it is signed.
func ReadAudit(cfg Config) (s AuditState, err error) {
	db, err := openExisting(&cfg)
	if err != nil {
		return AuditState{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	head, key, err := audit.Known(db)
	return AuditState{head.Lines, head.Chain, key}, err
}
