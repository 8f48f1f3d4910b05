// SPDX-License-Identifier: Apache-2.0

// Package federationtest runs OpenID Connect issuers inside a test, on an Internet
// of their own: real HTTPS servers, which are found by name.
package federationtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A Net is an Internet. Its methods may be called by several goroutines at once.
type Net struct {
	// Authority certifies all servers.
	Authority *x509.Certificate

	tb     testing.TB
	key    *ecdsa.PrivateKey // of the authority
	server *httptest.Server

	mu    sync.Mutex
	hosts map[string]http.Handler
	certs map[string]*tls.Certificate
}

// New returns an Internet without hosts, which lasts until the test ends.
func New(tb testing.TB) *Net {
	tb.Helper()
	n := &Net{tb: tb, hosts: map[string]http.Handler{}, certs: map[string]*tls.Certificate{}}
	n.key = newKey(tb)
	n.Authority = certify(tb, &x509.Certificate{
		Subject: pkix.Name{CommonName: "federationtest"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, &n.key.PublicKey, n.key)
	n.server = httptest.NewUnstartedServer(http.HandlerFunc(n.serve))
	n.server.TLS = &tls.Config{GetCertificate: n.certificate}
	n.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	n.server.StartTLS()
	tb.Cleanup(n.server.Close)
	return n
}

// Handle has the host answer as h.
func (n *Net) Handle(host string, h http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[host] = h
}

// Certify has the host show a certificate that signs itself, and returns it.
func (n *Net) Certify(host string) *x509.Certificate {
	key := newKey(n.tb)
	cert := certify(n.tb, &x509.Certificate{
		DNSNames: []string{host}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}, nil, &key.PublicKey, key)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.certs[host] = &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
	return cert
}

// Swap has the host show the certificate of the other.
func (n *Net) Swap(host, other string) {
	c, err := n.certificate(&tls.ClientHelloInfo{ServerName: other})
	if err != nil {
		n.tb.Fatal(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.certs[host] = c
}

// Dial connects to the host of addr, if it is one of n's.
func (n *Net) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	_, ok := n.hosts[host]
	n.mu.Unlock()
	if !ok || port != "443" {
		return nil, fmt.Errorf("federationtest: nobody is at %s", addr)
	}
	return new(net.Dialer).DialContext(ctx, network, n.server.Listener.Addr().String())
}

// Local returns the host and port by which servers on this machine reach n without
// its Dial. An issuer whose URL begins with it is found there.
func (n *Net) Local() string {
	_, port, err := net.SplitHostPort(n.server.Listener.Addr().String())
	if err != nil {
		n.tb.Fatal(err)
	}
	return net.JoinHostPort("localhost", port)
}

// Roots returns a pool of the authority alone.
func (n *Net) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(n.Authority)
	return pool
}

// AuthorityFile returns the name of a file with the authority in PEM.
func (n *Net) AuthorityFile() string {
	n.tb.Helper()
	name := filepath.Join(n.tb.TempDir(), "authority.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: n.Authority.Raw})
	if err := os.WriteFile(name, text, 0o600); err != nil {
		n.tb.Fatal(err)
	}
	return name
}

func (n *Net) serve(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	h, ok := n.hosts[r.Host]
	n.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	h.ServeHTTP(w, r)
}

// certificate returns the certificate of the host that a client asks for.
func (n *Net) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c, ok := n.certs[hello.ServerName]; ok {
		return c, nil
	}
	key := newKey(n.tb)
	cert := certify(n.tb, &x509.Certificate{DNSNames: []string{hello.ServerName}}, n.Authority, &key.PublicKey, n.key)
	c := &tls.Certificate{Certificate: [][]byte{cert.Raw, n.Authority.Raw}, PrivateKey: key}
	n.certs[hello.ServerName] = c
	return c, nil
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// certify completes a certificate, which signs itself if parent is nil.
func certify(tb testing.TB, c, parent *x509.Certificate, public *ecdsa.PublicKey, signer *ecdsa.PrivateKey) *x509.Certificate {
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, signer)
	if err != nil {
		tb.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}
