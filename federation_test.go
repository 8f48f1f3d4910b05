// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/federation/federationtest"
)

func TestIssuersAreConfiguredWell(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct{ hosts, authorities, want string }{
		"nothing":            {"", "", ""},
		"hosts":              {"idp.internal, Keycloak.local,", "", ""},
		"an authority":       {"", federationtest.New(t).AuthorityFile(), ""},
		"an address":         {"https://idp.internal", "", "is not the name of a host"},
		"a pattern":          {"*.internal", "", "is not the name of a host"},
		"a port":             {"idp.internal:8443", "", "is not the name of a host"},
		"two without comma":  {"a.internal b.internal", "", "is not the name of a host"},
		"no such file":       {"", filepath.Join(dir, "none"), "authorities for OpenID issuers"},
		"no certificate":     {"", file("empty.pem", "-----BEGIN NOTHING-----\n"), "has no certificate in PEM"},
		"a very large file":  {"", file("large.pem", strings.Repeat("\n", 5<<20)), "is larger than"},
		"a folder of others": {"", dir, "authorities for OpenID issuers"},
	} {
		srv, err := bailiwick.Open(bailiwick.Config{Data: t.TempDir(), OIDCPrivateIssuers: c.hosts, OIDCCAFile: c.authorities})
		if err == nil {
			err = srv.Close()
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestIssuersInTheEnvironment(t *testing.T) {
	env := map[string]string{"BAILIWICK_OIDC_PRIVATE_ISSUERS": "idp.internal", "BAILIWICK_OIDC_CA_FILE": "ca.pem"}
	file := filepath.Join(t.TempDir(), "bailiwick.yaml")
	if err := os.WriteFile(file, []byte("oidc_private_issuers: other.internal\noidc_ca_file: other.pem\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		getenv      func(string) string
		hosts, file string
	}{
		"the file":             {func(string) string { return "" }, "other.internal", "other.pem"},
		"the environment's go": {func(name string) string { return env[name] }, "idp.internal", "ca.pem"},
	} {
		cfg, err := bailiwick.LoadConfig(file, c.getenv)
		if err != nil || cfg.OIDCPrivateIssuers != c.hosts || cfg.OIDCCAFile != c.file {
			t.Errorf("%s: got %q and %q, %v", name, cfg.OIDCPrivateIssuers, cfg.OIDCCAFile, err)
		}
	}
}
