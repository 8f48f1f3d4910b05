// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/authz"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/fair"
	"github.com/bailiwick-dev/bailiwick/internal/federation"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/server"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsquery"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// What no service of ours does, the services of these tests do: they reach too
// far, state nothing, or give up half-way. The line has to hold all the same.

const (
	ours   = "111111111111" // the account of the root user who calls
	theirs = "222222222222"

	keyID  = "ROOTKEYOFTHETEST"
	secret = "secret-of-the-test"
)

// notes is a table of records, by account and name.
var notes = storage.NewTable[string]("lab/note")

// item is the key of an item of an account's.
func item(account string) []byte { return append([]byte{byte(storage.Data)}, account...) }

// A lab is a server with one service, whose operations a test has made.
type lab struct {
	t         *testing.T
	db        *storage.DB
	directory *identity.Directory
	authn     *authn.Authenticator
	handler   *server.Server
	url       string
	dir       string // of the decision log
	log       *audit.Log
	logged    *lockedBuffer
	stop      func()
}

var query = awsquery.New("2026-01-01", "https://lab.test/")

// newLab starts a server with the operations. In its store are the notes "mine"
// and "other" of both accounts, and an item of each.
func newLab(t *testing.T, ops ...awsapi.Operation) *lab {
	t.Helper()
	return newLabOf(t, &awsapi.Service{Operations: ops})
}

// newLabOf is newLab for a service. It speaks the query protocol, unless it has another.
func newLabOf(t *testing.T, svc *awsapi.Service) *lab {
	t.Helper()
	svc.Name = "lab"
	if svc.Protocol == nil {
		svc.Protocol = query
	}
	d, err := pebble.OpenMemory()
	check(t, err)
	l := &lab{t: t, db: storage.New(d), directory: identity.New(keyring.NewMemory()), dir: t.TempDir(), logged: &lockedBuffer{}}
	check(t, l.db.Update(t.Context(), func(tx *storage.Tx) error {
		err := l.directory.EnsureRoot(tx, ours, keyID, secret, time.Now())
		for _, account := range []string{ours, theirs} {
			for _, name := range []string{"mine", "other", "mine2"} {
				err = errors.Join(err, notes.Put(tx, "before", account, name))
			}
			err = errors.Join(err, tx.Put(item(account), []byte("item")))
		}
		return err
	}))
	logger := slog.New(slog.NewTextHandler(l.logged, nil))
	l.log, err = audit.Open(audit.Config{DB: l.db, Ring: keyring.NewMemory(), Dir: l.dir, Log: logger})
	check(t, err)
	l.authn = authn.New(l.db, l.directory, federation.New(federation.Config{}))
	sched, err := fair.New[authn.Sharer](fair.Limits{Permits: 1})
	if err != nil {
		t.Fatal(err)
	}
	started := server.StartChores(server.ChoresConfig{Services: []*awsapi.Service{svc}, DB: l.db, Fair: sched, Log: logger, Now: time.Now})
	l.handler = server.New(server.Config{
		Services: []*awsapi.Service{svc}, Chores: started, DB: l.db, Authn: l.authn, Authz: &authz.Authorizer{Directory: l.directory},
		Audit: l.log, Log: logger, Now: time.Now, Fair: sched,
	})
	srv := httptest.NewServer(l.handler)
	l.url = srv.URL
	l.stop = sync.OnceFunc(func() {
		srv.Close()
		started.Stop()
		check(t, sched.Close())
		check(t, l.log.Close()) // waits for calls under way
		check(t, l.db.Close())
	})
	t.Cleanup(l.stop)
	return l
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type input struct{ Name string }

type output struct{ Value string }

type (
	needsFunc  func(*awsapi.Call) ([]awsapi.Need, error)
	handleFunc func(*awsapi.Call) (string, error)
)

// operation is a guarded operation.
func operation(name string, access awsapi.Access, needs needsFunc, handle handleFunc) awsapi.Operation {
	return awsapi.Op(awsapi.Operation{Name: name, Access: access, Sample: `{}`},
		func(_ context.Context, c *awsapi.Call, _ *input) ([]awsapi.Need, error) { return needs(c) },
		func(_ context.Context, c *awsapi.Call, _ *input) (*output, error) {
			value, err := handle(c)
			return &output{value}, err
		})
}

// need is a need of an account's, which opens the spans.
func need(owner string, spans ...storage.Span) awsapi.Need {
	return awsapi.Need{
		Action: "lab:Do", Owner: owner, Spans: spans,
		Resource: arn.ARN{Partition: "aws", Service: "lab", Region: "us-east-1", Account: owner, Resource: "thing/x"},
	}
}

// stated returns the needs.
func stated(needs ...awsapi.Need) needsFunc {
	return func(*awsapi.Call) ([]awsapi.Need, error) { return needs, nil }
}

// resourcePolicy is a resource's own policy.
func resourcePolicy(t *testing.T, statement string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"`+statement+`}]}`), policy.Resource)
	check(t, err)
	return p
}

// request is a signed call of the operation by the root user.
func (l *lab) request(body string) *http.Request {
	l.t.Helper()
	return l.requestOf(keyID, body)
}

// requestOf is a call that is signed with the key of that id.
func (l *lab) requestOf(keyID, body string) *http.Request {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.url+"/", strings.NewReader(body))
	check(l.t, err)
	sum := sha256.Sum256([]byte(body))
	key := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}
	check(l.t, v4.NewSigner().SignHTTP(l.t.Context(), key, r, hex.EncodeToString(sum[:]), "lab", "us-east-1", time.Now()))
	return r
}

// call calls the operation and returns the status of the answer and the answer.
func (l *lab) call(op string) (int, string) {
	l.t.Helper()
	return l.send(l.request("Action=" + op))
}

func (l *lab) send(r *http.Request) (int, string) {
	l.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	check(l.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	check(l.t, err)
	return resp.StatusCode, string(body)
}

// expect calls the operation, which has to be answered so.
func (l *lab) expect(op string, want int) string {
	l.t.Helper()
	status, body := l.call(op)
	if status != want {
		l.t.Errorf("%s: got %d %s, want %d", op, status, body, want)
	}
	return body
}

// note returns a note as it is in the store.
func (l *lab) note(account, name string) (value string) {
	l.t.Helper()
	check(l.t, l.db.View(l.t.Context(), func(tx *storage.Tx) (err error) {
		value, err = notes.Get(tx, account, name)
		return err
	}))
	return value
}

// records ends the server and returns its decision log.
func (l *lab) records() string {
	l.t.Helper()
	l.stop()
	names, _ := filepath.Glob(filepath.Join(l.dir, "*"))
	var all []byte
	for _, name := range names {
		text, err := os.ReadFile(name)
		check(l.t, err)
		all = append(all, text...)
	}
	return string(all)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
