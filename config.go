// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Config configures a [Server]. The zero Config is usable.
type Config struct {
	// Data is the directory that holds everything the server keeps.
	// Defaults to $XDG_DATA_HOME/bailiwick, or ~/.local/share/bailiwick.
	Data string `yaml:"data"`

	// Addr is the TCP address to listen on; port 0 picks a free one.
	// Defaults to 127.0.0.1:4566.
	Addr string `yaml:"addr"`

	// AccountID is the 12-digit id of the first account, which may manage the
	// others. Defaults to 000000000000.
	AccountID string `yaml:"account_id"`

	// RootAccessKeyID and RootSecretAccessKey are the first account's root
	// access key: both or none. If they are empty, a key is made on first
	// start and kept in the data directory, in a file that only its owner may
	// read. On later starts they must be the same.
	RootAccessKeyID     string `yaml:"root_access_key_id"`
	RootSecretAccessKey string `yaml:"root_secret_access_key"`

	// TLSCert and TLSKey are files with a PEM certificate chain and its key:
	// both or none. Without them the server speaks plain HTTP.
	TLSCert string `yaml:"tls_cert"`
	TLSKey  string `yaml:"tls_key"`

	Log *slog.Logger     `yaml:"-"` // defaults to slog.Default()
	Now func() time.Time `yaml:"-"` // defaults to time.Now

	observe func(*awsapi.Call, []awsapi.Need) // told the needs of every call; nil but in tests
}

// maxConfig is the size of the largest configuration file, in bytes.
const maxConfig = 1 << 20

// LoadConfig reads the configuration file at path, if path isn't empty, and
// puts what the environment says over it. An unknown key in the file is an
// error that names its line.
func LoadConfig(path string, getenv func(string) string) (Config, error) {
	var c Config
	if path != "" {
		if err := c.readFile(path); err != nil {
			return Config{}, err
		}
	}
	for name, field := range map[string]*string{
		"BAILIWICK_DATA":                   &c.Data,
		"BAILIWICK_ADDR":                   &c.Addr,
		"BAILIWICK_ACCOUNT_ID":             &c.AccountID,
		"BAILIWICK_ROOT_ACCESS_KEY_ID":     &c.RootAccessKeyID,
		"BAILIWICK_ROOT_SECRET_ACCESS_KEY": &c.RootSecretAccessKey,
		"BAILIWICK_TLS_CERT":               &c.TLSCert,
		"BAILIWICK_TLS_KEY":                &c.TLSKey,
	} {
		if v := getenv(name); v != "" {
			*field = v
		}
	}
	return c, nil
}

func (c *Config) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	err = yaml.NewDecoder(io.LimitReader(f, maxConfig), yaml.Strict(), yaml.DisallowUnknownField()).Decode(c)
	if err == nil || errors.Is(err, io.EOF) { // an empty file says nothing
		return nil
	}
	// The library's long form shows the lines around the mistake, and one of
	// them may hold a secret.
	if e, ok := errors.AsType[yaml.Error](err); ok {
		return fmt.Errorf("%s:%d: %s", path, e.GetToken().Position.Line, e.GetMessage())
	}
	return fmt.Errorf("%s: not a valid configuration", path)
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
	if c.Addr == "" {
		c.Addr = "127.0.0.1:4566"
	}
	if c.AccountID == "" {
		c.AccountID = "000000000000"
	}
	if len(c.AccountID) != 12 || strings.Trim(c.AccountID, "0123456789") != "" {
		return fmt.Errorf("account id %q is not 12 digits", c.AccountID)
	}
	if (c.RootAccessKeyID == "") != (c.RootSecretAccessKey == "") {
		return errors.New("a root access key needs both its id and its secret")
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("TLS needs both a certificate and a key")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

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
