// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/authz"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/server"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsquery"
)

const (
	account = "111111111111"
	keyID   = "ROOTKEYOFTHETEST"
	secret  = "secret-of-the-test"
)

type none struct{}

// faulty is a service whose operations break down.
func faulty() *awsapi.Service {
	fail := func(context.Context, *awsapi.Call, *none) (*none, error) { panic("broken") }
	op := func(name string, access awsapi.Access) awsapi.Operation {
		return awsapi.Op(awsapi.Operation{Name: name, Access: access, Guard: awsapi.None, Sample: `{}`}, nil, fail)
	}
	return &awsapi.Service{
		Name:       "faulty",
		Protocol:   awsquery.New("2026-01-01", "https://faulty.test/"),
		Operations: []awsapi.Operation{op("Get", awsapi.Read), op("Put", awsapi.Write)},
	}
}

func TestACallThatBreaksDownIsAnsweredAndRecorded(t *testing.T) {
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db, dir := storage.New(d), t.TempDir()
	directory := identity.New(keyring.NewMemory())
	err = db.Update(t.Context(), func(tx *storage.Tx) error {
		return directory.EnsureRoot(tx, account, keyID, secret, time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	log, err := audit.Open(db, dir, logger)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(server.New(server.Config{
		Services: []*awsapi.Service{faulty()}, DB: db, Authn: authn.New(db, directory),
		Authz: &authz.Authorizer{Directory: directory}, Audit: log, Log: logger, Now: time.Now,
	}))
	for _, op := range []string{"Get", "Put"} {
		if status := call(t, srv.URL, op); status != http.StatusInternalServerError {
			t.Errorf("%s: got %d, want 500", op, status)
		}
	}
	srv.Close()
	if err := log.Close(); err != nil { // waits for calls under way
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), `"error":"InternalFailure"`); n != 2 {
		t.Errorf("%d of 2 calls are in the log:\n%s", n, text)
	}
	if n := strings.Count(logged.String(), "panic_test.go"); n < 2 {
		t.Errorf("it isn't logged where they broke down: %s", &logged)
	}
}

// call makes a signed call and returns the status of its answer.
func call(t *testing.T, url, op string) int {
	t.Helper()
	body := "Action=" + op
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	key := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), "faulty", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
