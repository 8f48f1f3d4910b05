// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a script waits for what must happen, far beyond what it
// takes.
const patience = time.Minute

// words checks that a command has from lo to hi arguments.
func words(ts *testscript.TestScript, args []string, lo, hi int) {
	if len(args) < lo || len(args) > hi {
		ts.Fatalf("%d arguments", len(args))
	}
}

func ready(ts *testscript.TestScript, _ bool, args []string) {
	words(ts, args, 1, 1)
	read := ts.Value("ready").(map[string]bool)
	if read[args[0]] {
		ts.Fatalf("%s is of an earlier server", args[0])
	}
	read[args[0]] = true
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && bytes.HasPrefix(text, []byte("ready\n")) {
			exports(ts, false, args)
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("not ready: %s (%v)", text, err)
		}
	}
}

func exports(ts *testscript.TestScript, _ bool, args []string) {
	words(ts, args, 1, 2)
	prefix, n := strings.Join(args[1:], ""), 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if line, ok := strings.CutPrefix(line, "export "); ok {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			ts.Setenv(prefix+name, strings.Trim(value, "'"))
			n++
		}
	}
	if n == 0 {
		ts.Fatalf("%s exports nothing", args[0])
	}
}

func term(ts *testscript.TestScript, _ bool, args []string) {
	words(ts, args, 1, 1)
	for _, cmd := range ts.BackgroundCmds() {
		if cmd.Args[1] == args[0] {
			ts.Check(cmd.Process.Signal(syscall.SIGTERM))
			return
		}
	}
	ts.Fatalf("%s does not run", args[0])
}

// httpClient trusts the script's AWS_CA_BUNDLE, as AWS clients do.
func httpClient(ts *testscript.TestScript) *http.Client {
	pool := x509.NewCertPool()
	if file := ts.Getenv("AWS_CA_BUNDLE"); file != "" {
		pool.AppendCertsFromPEM([]byte(ts.ReadFile(file)))
	}
	return &http.Client{
		Timeout:   patience,
		Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}},
	}
}

func get(ts *testscript.TestScript, neg bool, args []string) {
	words(ts, args, 1, 1)
	client := httpClient(ts)
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		resp, err := client.Get(args[0])
		switch {
		case err == nil && !neg:
			printAnswer(ts, resp)
			return
		case err == nil:
			ts.Check(resp.Body.Close())
		case neg:
			fmt.Fprintln(ts.Stdout(), err)
			return
		}
		if !neg || time.Now().After(end) {
			ts.Fatalf("get: %v", err)
		}
	}
}

func printAnswer(ts *testscript.TestScript, resp *http.Response) {
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n%s\n%s\n", resp.Status, resp.Header.Get("Content-Type"), text)
}

// A pendingCall is a call of which the server has only a part.
type pendingCall struct {
	conn net.Conn
	in   *bufio.Reader
	rest []byte
}

// begin makes a call, asking who the caller is, but for its last bytes. When it
// returns, the server is reading the call's body.
func begin(ts *testscript.TestScript, _ bool, args []string) {
	words(ts, args, 0, 0)
	body := []byte("Action=GetCallerIdentity&Version=2011-06-15")
	req, err := http.NewRequest(http.MethodPost, ts.Getenv("AWS_ENDPOINT_URL"), bytes.NewReader(body))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256(body)
	creds := aws.Credentials{AccessKeyID: ts.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: ts.Getenv("AWS_SECRET_ACCESS_KEY")}
	ts.Check(v4.NewSigner().SignHTTP(context.Background(), creds, req, hex.EncodeToString(sum[:]), "sts", "us-east-1", time.Now()))
	req.Header.Set("Expect", "100-continue") // which the server answers when it reads
	var text bytes.Buffer
	ts.Check(req.Write(&text))

	conn, err := net.Dial("tcp", req.URL.Host)
	ts.Check(err)
	ts.Defer(func() { conn.Close() })
	ts.Check(conn.SetDeadline(time.Now().Add(patience)))
	_, err = conn.Write(text.Next(text.Len() - 10))
	ts.Check(err)
	p := ts.Value("pending").(*pendingCall)
	*p = pendingCall{conn, bufio.NewReader(conn), text.Bytes()}
	resp, err := http.ReadResponse(p.in, nil)
	ts.Check(err)
	if resp.StatusCode != http.StatusContinue {
		ts.Fatalf("server says %s to half a call", resp.Status)
	}
}

// end makes the rest of the call and prints the answer.
func end(ts *testscript.TestScript, _ bool, args []string) {
	words(ts, args, 0, 0)
	p := ts.Value("pending").(*pendingCall)
	_, err := p.conn.Write(p.rest)
	ts.Check(err)
	resp, err := http.ReadResponse(p.in, nil)
	ts.Check(err)
	printAnswer(ts, resp)
}

func occupy(ts *testscript.TestScript, _ bool, args []string) {
	words(ts, args, 1, 1)
	l, err := net.Listen("tcp", args[0])
	if err == nil {
		ts.Defer(func() { l.Close() })
	}
}

func certificate(ts *testscript.TestScript, _ bool, args []string) {
	words(ts, args, 2, 2)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "127.0.0.1"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	for i, block := range []*pem.Block{{Type: "CERTIFICATE", Bytes: cert}, {Type: "PRIVATE KEY", Bytes: private}} {
		ts.Check(os.WriteFile(ts.MkAbs(args[i]), pem.EncodeToMemory(block), 0o600))
	}
}

func holds(ts *testscript.TestScript, neg bool, args []string) {
	words(ts, args, 2, 2)
	if args[1] == "" {
		ts.Fatalf("nothing to search for")
	}
	var found []string
	files := 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		text, err := os.ReadFile(name)
		if bytes.Contains(text, []byte(args[1])) {
			found = append(found, name)
		}
		return err
	}))
	if neg == (len(found) > 0) {
		ts.Fatalf("of %d files, these hold %q: %q", files, args[1], found)
	}
}

func mode(ts *testscript.TestScript, _ bool, args []string) {
	words(ts, args, 2, 10)
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := info.Mode().Perm(); got != fs.FileMode(want) {
			ts.Fatalf("%s has mode %o, want %o", name, got, want)
		}
	}
}
