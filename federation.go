// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/federation"
)

// maxAuthorities is the size of the largest file of authorities, in bytes.
const maxAuthorities = 4 << 20

// federation returns how tokens of identity providers are verified.
func (c *Config) federation() (*federation.Verifier, error) {
	cfg := federation.Config{Log: c.Log, Now: c.Now, Dial: c.dialIssuer}
	for host := range strings.SplitSeq(c.OIDCPrivateIssuers, ",") {
		if host = strings.TrimSpace(host); host == "" {
			continue
		}
		if strings.ContainsAny(host, "/*:@ ") {
			return nil, fmt.Errorf("private OpenID issuer %q is not the name of a host", host)
		}
		cfg.Private = append(cfg.Private, host)
	}
	if c.OIDCCAFile != "" {
		roots, err := readAuthorities(c.OIDCCAFile)
		if err != nil {
			return nil, fmt.Errorf("authorities for OpenID issuers: %w", err)
		}
		cfg.Roots = roots
	}
	return federation.New(cfg), nil
}

// readAuthorities returns the authorities of the system and those of a file in PEM.
func readAuthorities(name string) (*x509.CertPool, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxAuthorities+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxAuthorities {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, maxAuthorities)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New(name + " has no certificate in PEM")
	}
	return roots, nil
}
