// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// Config configures a [Server]. The zero Config is usable.
type Config struct {
	// Data is the directory that holds everything the server keeps.
	// Defaults to $XDG_DATA_HOME/bailiwick, or ~/.local/share/bailiwick.
	Data string `yaml:"data"`

	// Addr is the TCP address to listen on; port 0 picks a free one.
	// Defaults to 127.0.0.1:4566.
	Addr string `yaml:"addr"`

	// RootKey is 32 bytes in base64, RootKeyFile a file with the same that only
	// its owner may use and that isn't in Data: at most one of them. What is kept
	// in Data is of no use without it, and it must be the same on later starts.
	// If both are empty, a root key is made on first start and kept in Data, in a
	// file that only its owner may read.
	RootKey     string `yaml:"root_key"`
	RootKeyFile string `yaml:"root_key_file"`

	// AccountID is the 12-digit id of the first account, which may manage the
	// others. Defaults to 000000000000.
	AccountID string `yaml:"account_id"`

	// RootAccessKeyID and RootSecretAccessKey are the first account's root
	// access key: both or none. If they are empty, a key is made on first
	// start and kept in the data directory: in a file that only its owner may
	// read, or, if the root key is kept elsewhere, only sealed. On later starts
	// they must be the same.
	RootAccessKeyID     string `yaml:"root_access_key_id"`
	RootSecretAccessKey string `yaml:"root_secret_access_key"`

	// TLSCert and TLSKey are files with a PEM certificate chain and its key:
	// both or none. Without them the server speaks plain HTTP.
	TLSCert string `yaml:"tls_cert"`
	TLSKey  string `yaml:"tls_key"`

	// MaxConnections is how many connections there may be at a time, and
	// MaxConnectionsPerSource how many from one source: an IPv4 address or an IPv6
	// network of 64 bits. A quarter of each is for connections on which no call
	// has verified yet; those can't have more, and the others can't lose theirs to
	// them. Default to 10000, or half of the files that the process may open if
	// that is less, and to three quarters of it.
	MaxConnections          int `yaml:"max_connections"`
	MaxConnectionsPerSource int `yaml:"max_connections_per_source"`

	// TenantTag is the key of the session tag that names a tenant, whatever its
	// case. Each tenant, and each role that serves no tenant, has an equal share
	// of the server when it is busy. It decides nothing else. Defaults to
	// TenantID.
	TenantTag string `yaml:"tenant_tag"`

	// MaxTenantShare is how much of the processors' time a tenant may use, and a role
	// that serves no tenant, in percent. Its calls wait when it has used more, even if
	// nobody else calls: others find the server as if it were that much less busy.
	// Defaults to 100: a tenant that calls alone may use everything, and only waits
	// for its turn when others call.
	MaxTenantShare int `yaml:"max_tenant_share"`

	// OIDCPrivateIssuers are hosts of OpenID Connect issuers, with commas between
	// them, that may have addresses that aren't public. All others that an account
	// registers must be on the public Internet, at port 443: nobody who may register
	// one can have the server ask what only it can reach.
	OIDCPrivateIssuers string `yaml:"oidc_private_issuers"`

	// OIDCCAFile is a file of PEM certificates of authorities that may certify
	// issuers' servers, besides those of the system.
	OIDCCAFile string `yaml:"oidc_ca_file"`

	// Metrics is the TCP address where Prometheus finds what the server measures,
	// at /metrics; empty for nowhere. Nobody is asked there who they are, and what
	// is shown is not secret but not for everybody either: it names tables, and
	// says how much they are used. Only operators should reach it.
	Metrics string `yaml:"metrics"`

	// MetricsTenants is how many tenants of a table metrics name, those that use
	// it most; the rest are one. Defaults to none.
	MetricsTenants int `yaml:"metrics_tenants"`

	// Audit configures the decision log.
	Audit AuditConfig `yaml:",inline"`

	// Upstream configures where tables are, if they aren't kept here.
	Upstream UpstreamConfig `yaml:",inline"`

	Log *slog.Logger     `yaml:"-"` // defaults to slog.Default()
	Now func() time.Time `yaml:"-"` // defaults to time.Now

	observe    func(*awsapi.Call, []awsapi.Need)                                 // told the needs of every call; nil but in tests
	dialIssuer func(ctx context.Context, network, addr string) (net.Conn, error) // connects to OpenID issuers; nil but in tests

	permits int // to work, that calls share; one for each processor but in tests

	openDriver func(dir string) (driver.DB, error) // opens the store; nil but in tests, for Pebble on the disk
}

// maxConfig is the size of the largest configuration file, in bytes.
const maxConfig = 1 << 20

// errTwoRootKeys refuses two sources of the root key.
var errTwoRootKeys = errors.New("a root key is given by itself or by its file, not by both")

// errHalfKey refuses an access key of which half is missing.
var errHalfKey = errors.New("a root access key needs both its id and its secret")

// LoadConfig reads the configuration file at path, if path isn't empty, and
// puts what the environment says over it. An unknown key in the file is an
// error that names its line, and half a root access key in the environment is
// one too: it must not be made whole by half of the file's.
func LoadConfig(path string, getenv func(string) string) (Config, error) {
	var c Config
	if path != "" {
		if err := c.readFile(path); err != nil {
			return Config{}, err
		}
	}
	if (getenv("BAILIWICK_ROOT_ACCESS_KEY_ID") == "") != (getenv("BAILIWICK_ROOT_SECRET_ACCESS_KEY") == "") {
		return Config{}, fmt.Errorf("environment: %w", errHalfKey)
	}
	if getenv("BAILIWICK_ROOT_KEY")+getenv("BAILIWICK_ROOT_KEY_FILE") != "" {
		c.RootKey, c.RootKeyFile = "", "" // the environment's source goes before the file's, whichever it is
	}
	for name, field := range map[string]*string{
		"BAILIWICK_ROOT_KEY":               &c.RootKey,
		"BAILIWICK_ROOT_KEY_FILE":          &c.RootKeyFile,
		"BAILIWICK_DATA":                   &c.Data,
		"BAILIWICK_ADDR":                   &c.Addr,
		"BAILIWICK_ACCOUNT_ID":             &c.AccountID,
		"BAILIWICK_ROOT_ACCESS_KEY_ID":     &c.RootAccessKeyID,
		"BAILIWICK_ROOT_SECRET_ACCESS_KEY": &c.RootSecretAccessKey,
		"BAILIWICK_TLS_CERT":               &c.TLSCert,
		"BAILIWICK_TLS_KEY":                &c.TLSKey,
		"BAILIWICK_TENANT_TAG":             &c.TenantTag,
		"BAILIWICK_OIDC_PRIVATE_ISSUERS":   &c.OIDCPrivateIssuers,
		"BAILIWICK_OIDC_CA_FILE":           &c.OIDCCAFile,
		"BAILIWICK_METRICS":                &c.Metrics,
	} {
		if v := getenv(name); v != "" {
			*field = v
		}
	}
	if err := c.readNumbers(getenv); err != nil {
		return Config{}, err
	}
	if err := c.Audit.read(getenv); err != nil {
		return Config{}, err
	}
	if err := c.Upstream.read(getenv); err != nil {
		return Config{}, err
	}
	return c, nil
}

// readNumbers reads what the environment says in numbers.
func (c *Config) readNumbers(getenv func(string) string) error {
	for name, field := range map[string]*int{
		"BAILIWICK_MAX_CONNECTIONS":            &c.MaxConnections,
		"BAILIWICK_MAX_CONNECTIONS_PER_SOURCE": &c.MaxConnectionsPerSource,
		"BAILIWICK_MAX_TENANT_SHARE":           &c.MaxTenantShare,
		"BAILIWICK_METRICS_TENANTS":            &c.MetricsTenants,
	} {
		if v := getenv(name); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil {
				return fmt.Errorf("environment: %s is not a number", name)
			}
			*field = n
		}
	}
	return nil
}

func (c *Config) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return err
	}
	if len(text) > maxConfig {
		return fmt.Errorf("%s is larger than %d bytes", path, maxConfig)
	}
	if err := c.decode(text); err != nil {
		return fmt.Errorf("%s%w", path, err)
	}
	return nil
}

// decode reads a configuration file's text. Its errors begin with what follows
// the file's name.
func (c *Config) decode(text []byte) error {
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		return atLine(err)
	}
	if len(f.Docs) > 1 {
		return errors.New(": more than one document")
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil || f.Docs[0].Body.Type() == ast.CommentType {
		return nil // says nothing
	}
	body := f.Docs[0].Body
	if m, ok := body.(*ast.MappingNode); ok {
		if body, err = spread(m); err != nil {
			return err
		}
	}
	if m, ok := body.(ast.MapNode); ok {
		for i := m.MapRange(); i.Next(); {
			// Digits that aren't quoted would be a number, and that a number's
			// usual form: 17 for the account 000000000017, or another secret.
			if t := i.Value().Type(); t != ast.StringType && t != ast.LiteralType && t != ast.NullType {
				return fmt.Errorf(":%d: the value must be a string; digits need quotes", i.Value().GetToken().Position.Line)
			}
		}
	}
	return atLine(yaml.NodeToValue(body, c, yaml.Strict()))
}

// atLine returns a YAML error with its line, and without the library's long
// form: that shows the lines around the mistake, and one may hold a secret.
func atLine(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil {
		return fmt.Errorf(":%d: %s", e.GetToken().Position.Line, e.GetMessage())
	}
	return errors.New(": not a valid configuration")
}

// resolve fills in the defaults and checks what was given.
func (c *Config) resolve() error {
	if c.Data == "" {
		dir, err := dataHome()
		if err != nil {
			return err
		}
		c.Data = filepath.Join(dir, "bailiwick")
	}
	data, err := filepath.Abs(c.Data) // what is said of it holds in any directory
	if err != nil {
		return err
	}
	c.Data = data
	if c.Addr == "" {
		c.Addr = "127.0.0.1:4566"
	}
	if c.AccountID == "" {
		c.AccountID = "000000000000"
	}
	if !isAccountID(c.AccountID) {
		return fmt.Errorf("account id %q is not 12 digits", c.AccountID)
	}
	if (c.RootAccessKeyID == "") != (c.RootSecretAccessKey == "") {
		return errHalfKey
	}
	if c.RootKey != "" && c.RootKeyFile != "" {
		return errTwoRootKeys
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("TLS needs both a certificate and a key")
	}
	if err := c.resolveConnections(); err != nil {
		return err
	}
	if err := c.resolveMetrics(); err != nil {
		return err
	}
	if err := c.Audit.resolve(); err != nil {
		return err
	}
	if err := c.Upstream.resolve(c.AccountID); err != nil {
		return err
	}
	if c.TenantTag == "" {
		c.TenantTag = "TenantID"
	}
	if err := c.resolveShare(); err != nil {
		return err
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

func isAccountID(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

// dataHome returns the XDG base directory for data.
func dataHome() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no data directory given, and %w", err)
	}
	return filepath.Join(home, ".local", "share"), nil
}
