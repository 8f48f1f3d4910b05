// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// TestTheDataIsTheServersAlone looks at who may enter and read what the server
// keeps, in a directory that was there before and that everybody may enter.
func TestTheDataIsTheServersAlone(t *testing.T) {
	data := t.TempDir()
	if err := os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	s := newSiege(t, bailiwick.Config{Data: data})
	s.until("the log is written", func() bool { names, _ := filepath.Glob(data + "/audit/*"); return len(names) > 0 })
	entries, err := os.ReadDir(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		err := filepath.WalkDir(filepath.Join(data, e.Name()), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			if open := info.Mode().Perm() & 0o077; open != 0 {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
			if d.IsDir() {
				return fs.SkipDir // nobody gets in
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSessionsThatAreIssuedCanBeUsed asks for sessions with as many tags as a
// role may have and ever more besides, until they are refused.
func TestSessionsThatAreIssuedCanBeUsed(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.role("power", allowAll)
	var roleTags []any
	for i := range 50 {
		roleTags = append(roleTags, map[string]any{"Key": fmt.Sprintf("%s%03d", strings.Repeat("r", 125), i), "Value": strings.Repeat("v", 256)})
	}
	s.must(s.root, "iam", "TagRole", map[string]any{"RoleName": "power", "Tags": roleTags})
	refused := false
	for _, n := range []int{0, 1, 2, 3, 5, 50} {
		tags := []any{}
		for i := range n {
			tags = append(tags, map[string]any{"Key": fmt.Sprintf("%s%03d", strings.Repeat("s", 125), i), "Value": strings.Repeat("v", 256)})
		}
		in := assumption("power", map[string]any{"Tags": tags, "Policy": allowAll})
		a := s.try(s.vendor, "sts", "AssumeRole", text(t, in))
		if refused = !a.OK(); refused {
			if codeOf(a.Body) != "PackedPolicyTooLarge" {
				t.Errorf("%d tags: got %d %s", n, a.Status, a.Body)
			}
			continue
		}
		cfg := s.credentials(a)
		if got := s.try(cfg, "dynamodb", "GetItem", getRow("blue")); !got.OK() {
			t.Errorf("%d tags, a token of %d bytes: got %d %s", n, len(keysOf(t, cfg).SessionToken), got.Status, got.Body)
		}
	}
	if !refused {
		t.Error("a session of 100 tags of the greatest length was not refused")
	}
}

// TestPatternsTakeNoTime matches patterns of many stars with a long value: a
// caller may choose both.
func TestPatternsTakeNoTime(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	pattern := strings.Repeat("*a", 900) + "b"
	s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "admin", "PolicyName": "p", "PolicyDocument": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:UserAgent":"` + pattern + `"}}}]}`})
	start := time.Now()
	status, body := s.attack("dynamodb", getRow("blue"), func(shot *shot) {
		target("GetItem")(shot)
		shot.header.Set("User-Agent", strings.Repeat("a", 48<<10))
	})
	if took := time.Since(start); codeOf(body) != "AccessDeniedException" || took > 2*time.Second {
		t.Errorf("got %d %s after %v", status, body, took)
	}
	t.Log(time.Since(start))
}

// TestTLSIsSeenByPolicies speaks TLS, to a user who may use nothing else.
func TestTLSIsSeenByPolicies(t *testing.T) {
	cert, key, trust := certificate(t)
	srv := bailiwicktest.Start(t, bailiwick.Config{Data: t.TempDir(), TLSCert: cert, TLSKey: key})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	for name, tt := range map[string]struct {
		alter  func(*http.Request)
		status int
	}{
		"well signed":          {func(*http.Request) {}, http.StatusOK},
		"another host":         {func(r *http.Request) { r.Host = "elsewhere" }, http.StatusBadRequest},
		"a header of AWS more": {func(r *http.Request) { r.Header.Set("X-Amz-More", "1") }, http.StatusBadRequest},
		"another body":         {anyForm[4].alter, http.StatusBadRequest},
	} {
		r := newShot(srv.Endpoint, "dynamodb", keysOf(t, srv.Config()), time.Now()).signed(t)
		tt.alter(r)
		resp, err := client.Do(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		resp.Body.Close()
		if resp.StatusCode != tt.status || resp.ProtoMajor != 1 {
			t.Errorf("%s: got %s by %s, want %d", name, resp.Status, resp.Proto, tt.status)
		}
	}
	if resp, err := http.Get(strings.Replace(srv.Endpoint, "https", "http", 1) + "/_bailiwick/health"); err == nil {
		if resp.Body.Close(); resp.StatusCode == http.StatusOK {
			t.Error("the port of TLS serves without it as well")
		}
	}
}

// certificate makes a certificate for the loopback address.
func certificate(t *testing.T) (certFile, keyFile string, trust *x509.CertPool) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	check(err)
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	check(os.WriteFile(certFile, text, 0o600))
	check(os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	trust = x509.NewCertPool()
	trust.AppendCertsFromPEM(text)
	return certFile, keyFile, trust
}
