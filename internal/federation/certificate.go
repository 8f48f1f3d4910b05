// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
)

// errCertificate means that a server's certificate is not to be believed.
var errCertificate = errors.New("federation: certificate of an identity provider is not trusted")

// tlsConfig returns what a provider's servers must satisfy. As with AWS, a chain
// to a known authority is good; one that has none must have a certificate in it
// whose thumbprint is registered, and lead there.
func tlsConfig(roots *x509.CertPool, thumbprints []string, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		Time:       now,
		// VerifyConnection does what this leaves out, and takes either way.
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			return verifyChain(s.PeerCertificates, s.ServerName, roots, thumbprints, now())
		},
	}
}

// verifyChain returns errCertificate unless chain, which begins with the server's
// own certificate, is good for host.
func verifyChain(chain []*x509.Certificate, host string, roots *x509.CertPool, thumbprints []string, now time.Time) error {
	if len(chain) == 0 || host == "" {
		return errCertificate
	}
	opts := x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: x509.NewCertPool(), CurrentTime: now}
	for _, c := range chain[1:] {
		opts.Intermediates.AddCert(c)
	}
	if _, err := chain[0].Verify(opts); err == nil {
		return nil
	}
	for _, c := range chain {
		if !slices.ContainsFunc(thumbprints, func(t string) bool { return strings.EqualFold(t, thumbprint(c)) }) {
			continue
		}
		opts.Roots = x509.NewCertPool()
		opts.Roots.AddCert(c)
		if _, err := chain[0].Verify(opts); err == nil {
			return nil
		}
	}
	return errCertificate
}

// thumbprint returns the SHA-1 of a certificate, which is how AWS names them. To
// make another with the same takes a second preimage.
func thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw)
	return hex.EncodeToString(sum[:])
}
