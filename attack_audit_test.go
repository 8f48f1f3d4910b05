// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// An auditRecord is a line of the decision log, as an auditor reads it.
type auditRecord struct {
	Kind                                                        string // of what is no decision
	Seq                                                         uint64
	Time                                                        time.Time
	RequestID, Service, Operation, Region                       string
	Principal, PrincipalID, PrincipalType, Account, AccessKeyID string
	Session, SourceIP, Decision, Error                          string
	Tags                                                        map[string]string
	Checks                                                      []auditCheck
}

type auditCheck struct{ Action, Resource, Decision, Kind, Policy, Version, Statement string }

// readLog reads the decision log of a data directory, by request id. It fails
// the test if numbers don't ascend, or a record is there twice.
func readLog(t *testing.T, data string) map[string]auditRecord {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "audit", "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]auditRecord{}
	last := uint64(0)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var r auditRecord
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%s: %v in %q", name, err, line)
			}
			if r.Kind != "" {
				continue
			}
			if _, twice := byID[r.RequestID]; twice || r.Seq <= last {
				t.Errorf("record %d of %s after %d, there before: %v", r.Seq, r.RequestID, last, twice)
			}
			last = r.Seq
			byID[r.RequestID] = r
		}
	}
	return byID
}

// fire sends a signed call with an input in the protocol's own form, and
// returns the answer with its request id.
func (s *siege) fire(cfg aws.Config, service, op, body string) (id string, status int, answer string) {
	s.t.Helper()
	shot := newShot(s.srv.Endpoint, service, keysOf(s.t, cfg), time.Now())
	if service == "dynamodb" {
		target(op)(shot)
		shot.body = body
	} else {
		shot.body = "Action=" + op + "&" + body
	}
	resp, err := http.DefaultClient.Do(shot.signed(s.t))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.Header.Get("X-Amzn-Requestid"), resp.StatusCode, string(b)
}

// denials makes calls that are denied, each for another reason, and returns
// what the log must say of them.
func (s *siege) denials(t *testing.T) map[string]auditRecord {
	t.Helper()
	_, foreign := s.account("222222222222")
	trust := strings.Replace(s.expand(anyPrincipalOfAccount), `["sts:AssumeRole","sts:TagSession"]`, `["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`, 1)
	s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": "hub", "AssumeRolePolicyDocument": trust})
	s.grant("hub", allowAll)
	yellow := s.session(s.vendor, "yellow")
	hub := s.assume(s.vendor, "hub", map[string]any{"SourceIdentity": "ann"})
	limited := s.assume(s.vendor, "hub", map[string]any{"Policy": allowNothing})
	s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "admin", "PolicyName": "stop", "PolicyDocument": `{"Version":"2012-10-17","Statement":[{"Sid":"NoScans","Effect":"Deny","Action":"dynamodb:Scan","Resource":"*"}]}`})
	const (
		table  = "arn:aws:dynamodb:us-east-1:000000000000:table/Ledger"
		tenant = "arn:aws:iam::000000000000:role/tenant"
	)
	assume := func(more string) string { return "RoleArn=" + tenant + "&RoleSessionName=raid" + more }
	want := map[string]auditRecord{}
	for _, c := range []struct {
		cfg               aws.Config
		service, op, body string
		decision          string
		check             auditCheck
	}{
		{yellow, "dynamodb", "GetItem", getRow("blue"), "ImplicitDeny", auditCheck{"dynamodb:GetItem", table, "ImplicitDeny", "identity-based policy", "", "", ""}},
		{yellow, "dynamodb", "PutItem", putRow("blue", "1"), "ImplicitDeny", auditCheck{"dynamodb:PutItem", table, "ImplicitDeny", "identity-based policy", "", "", ""}},
		{limited, "dynamodb", "GetItem", getRow("blue"), "ImplicitDeny", auditCheck{"dynamodb:GetItem", table, "ImplicitDeny", "session policy", "", "", ""}},
		{foreign, "dynamodb", "GetItem", strings.Replace(getRow("blue"), "Ledger", table, 1), "ImplicitDeny", auditCheck{"dynamodb:GetItem", table, "ImplicitDeny", "resource-based policy", "", "", ""}},
		{s.admin, "dynamodb", "Scan", `{"TableName":"Ledger"}`, "ExplicitDeny", auditCheck{"dynamodb:Scan", table, "ExplicitDeny", "identity-based policy", "inline:stop", "", "NoScans"}},
		{yellow, "iam", "DeleteRole", "RoleName=tenant", "ImplicitDeny", auditCheck{"iam:DeleteRole", tenant, "ImplicitDeny", "identity-based policy", "", "", ""}},
		{foreign, "sts", "AssumeRole", assume(""), "ImplicitDeny", auditCheck{"sts:AssumeRole", tenant, "ImplicitDeny", "role trust policy", "", "", ""}},
		{s.root, "sts", "AssumeRole", assume(""), "ImplicitDeny", auditCheck{}},
		{hub, "sts", "AssumeRole", assume("&SourceIdentity=bob"), "ImplicitDeny", auditCheck{}},
		{s.vendor, "sts", "AssumeRole", assume("&SerialNumber=123456789&TokenCode=123456"), "ImplicitDeny", auditCheck{}},
	} {
		id, status, answer := s.fire(c.cfg, c.service, c.op, c.body)
		if !strings.Contains(answer, "AccessDenied") {
			t.Fatalf("%s.%s: got %d %s, want a denial", c.service, c.op, status, answer)
		}
		r := auditRecord{Service: c.service, Operation: c.op, Decision: c.decision}
		if c.check != (auditCheck{}) {
			r.Checks = []auditCheck{c.check}
		}
		want[id] = r
	}
	return want
}

// expect checks that the log has the records, by their kind.
func expect(t *testing.T, log, want map[string]auditRecord) {
	t.Helper()
	for id, w := range want {
		r, ok := log[id]
		if !ok {
			t.Errorf("%s.%s was denied and isn't in the log", w.Service, w.Operation)
			continue
		}
		got := auditRecord{Service: r.Service, Operation: r.Operation, Decision: r.Decision}
		if len(r.Checks) > 0 {
			got.Checks = r.Checks
		}
		if diff := cmp.Diff(w, got); diff != "" {
			t.Errorf("%s.%s: (-want +got)\n%s", w.Service, w.Operation, diff)
		}
	}
}

// TestDenialsOutliveTheServer looks for denials in the log of a server that was
// started on a copy of the data directory, taken right after they were
// answered as if the machine had stopped, and after an orderly restart.
func TestDenialsOutliveTheServer(t *testing.T) {
	data, crashed := t.TempDir(), filepath.Join(t.TempDir(), "data")
	var want map[string]auditRecord
	t.Run("the server ends", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		want = s.denials(t)
		// The journal first: records leave it only once they are in the files.
		for _, part := range []string{"root-key", "root-credentials", "db", "audit"} {
			copyInto(t, filepath.Join(crashed, part), filepath.Join(data, part))
		}
	})
	if len(want) == 0 {
		t.Fatal("nothing was denied")
	}
	for name, dir := range map[string]string{"in order": data, "at once": crashed} {
		srv, err := bailiwick.Open(bailiwick.Config{Data: dir, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := srv.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		t.Run(name, func(t *testing.T) { expect(t, readLog(t, dir), want) })
	}
}

// copyInto copies a file or a directory of files.
func copyInto(t *testing.T, to, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRecordsSayWhoDidWhat checks every field of the record of a call that was
// allowed.
func TestRecordsSayWhoDidWhat(t *testing.T) {
	data := t.TempDir()
	var got string
	var want auditRecord
	t.Run("the server ends", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		yellow := s.session(s.vendor, "yellow")
		id, status, answer := s.fire(yellow, "dynamodb", "PutItem", putRow("yellow", "9"))
		if status != http.StatusOK {
			t.Fatalf("got %d %s", status, answer)
		}
		got = id
		want = auditRecord{
			RequestID: id, Service: "dynamodb", Operation: "PutItem", Region: "us-east-1",
			Principal: "arn:aws:sts::000000000000:assumed-role/tenant/test", PrincipalType: "AssumedRole", Account: "000000000000",
			AccessKeyID: keysOf(t, yellow).AccessKeyID, SourceIP: "127.0.0.1", Tags: map[string]string{"TenantID": "yellow"}, Decision: "Allow",
			Checks: []auditCheck{{"dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:000000000000:table/Ledger", "Allow", "identity-based policy", "inline:p", "", "OwnRows"}},
		}
	})
	r := readLog(t, data)[got]
	if r.Seq == 0 || time.Since(r.Time) > time.Minute || !strings.HasPrefix(r.PrincipalID, "AROA") || len(r.Session) != 32 {
		t.Errorf("got number %d at %v of %s in session %q", r.Seq, r.Time, r.PrincipalID, r.Session)
	}
	r.Seq, r.Time, r.PrincipalID, r.Session = 0, time.Time{}, "", ""
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestNoSecretIsEverWritten makes calls that carry secrets, many of which fail,
// and looks for them in the decision log and in what the server logs.
func TestNoSecretIsEverWritten(t *testing.T) {
	data := t.TempDir()
	log := &lockedBuffer{}
	var secrets []string
	t.Run("the server ends", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		s.role("power", allowAll)
		session := s.assume(s.vendor, "power", nil)
		for _, cfg := range []aws.Config{s.root, s.admin, s.vendor, session, s.session(s.vendor, "yellow")} {
			creds := keysOf(t, cfg)
			secrets = append(secrets, creds.SecretAccessKey)
			if creds.SessionToken != "" {
				secrets = append(secrets, creds.SessionToken)
			}
			const value = "confidential-value"
			secrets = append(secrets, value)
			put := strings.Replace(putRow("yellow", "1"), "note of yellow", value, 1)
			for _, body := range []string{
				put, put[:len(put)-1], strings.Replace(put, `"Ledger"`, `"Nowhere"`, 1), strings.Replace(put, `{"S":"`+value, `{"N":"`+value, 1),
				strings.Replace(put, `"TenantID":{"S"`, `"TenantID":{"B"`, 1), strings.Replace(put, `"Item"`, `"ConditionExpression":"attribute_not_exists(Note)","Item"`, 1),
			} {
				s.fire(cfg, "dynamodb", "PutItem", body)
			}
			s.fire(cfg, "dynamodb", "UpdateItem", `{"TableName":"Ledger","Key":`+keyOf("yellow")+`,"UpdateExpression":"SET Note = :v REMOVE","ExpressionAttributeValues":{":v":{"S":"`+value+`"}}}`)
			s.fire(cfg, "iam", "PutUserPolicy", "UserName=admin&PolicyName=q&PolicyDocument="+value)
			s.fire(cfg, "iam", "CreateAccessKey", "UserName=admin")
			shot := newShot(s.srv.Endpoint, "sts", creds, time.Now())
			for _, alter := range anyForm {
				r := shot.signed(t)
				alter.alter(r)
				send(t, r)
			}
			shot.at = shot.at.Add(-time.Hour)
			send(t, shot.presigned(t))
		}
	})
	if len(readLog(t, data)) < 20 {
		t.Error("the log has too few records for the test to say something")
	}
	err := filepath.WalkDir(filepath.Join(data, "audit"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		mustNotHold(t, path, text, secrets)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	mustNotHold(t, "the server's log", log.bytes(), secrets)
	if !bytes.Contains(log.bytes(), []byte("call failed")) {
		t.Error("the server's log has nothing of the calls")
	}
}

func mustNotHold(t *testing.T, where string, text []byte, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if i := bytes.Index(text, []byte(secret)); i >= 0 {
			t.Errorf("%s holds a secret: %q", where, text[max(0, i-80):i+len(secret)])
		}
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

// TestNothingIsDoneThatCannotBeRecorded takes the log's directory away, before
// its first file and after it, and gives it back.
func TestNothingIsDoneThatCannotBeRecorded(t *testing.T) {
	for name, calls := range map[string]int{"before the first record": 0, "after the first record": 1} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			s := besiege(t, bailiwicktest.Start(t, bailiwick.Config{Data: data, Log: slog.New(slog.DiscardHandler)}))
			dir := filepath.Join(data, "audit")
			for range calls {
				s.do(s.root, "dynamodb", "CreateTable", ledger)
				s.until("the log is written", func() bool { names, _ := filepath.Glob(dir + "/*"); return len(names) > 0 })
			}
			check := func(err error) {
				if err != nil {
					t.Fatal(err)
				}
			}
			check(os.Rename(dir, dir+".old"))
			check(os.WriteFile(dir, nil, 0o600))
			s.until("reads fail", func() bool { return s.try(s.root, "dynamodb", "ListTables", `{}`).Status >= 500 })
			for op, in := range map[string]string{"PutItem": putRow("yellow", "1"), "ListTables": `{}`, "CreateTable": strings.Replace(ledger, "Ledger", "Second", 1)} {
				if a := s.try(s.root, "dynamodb", op, in); a.Status != http.StatusServiceUnavailable {
					t.Errorf("%s: got %d %s, want 503", op, a.Status, a.Body)
				}
			}
			if got := s.health(); got != http.StatusServiceUnavailable {
				t.Errorf("health: got %d, want 503", got)
			}
			check(os.Remove(dir))
			check(os.Rename(dir+".old", dir))
			s.until("calls succeed", func() bool { return s.try(s.root, "dynamodb", "ListTables", `{}`).OK() })
			if a := s.do(s.root, "dynamodb", "ListTables", `{}`); strings.Contains(a.Body, "Second") {
				t.Errorf("a call that was refused was done: %s", a.Body)
			}
			if got := s.health(); got != http.StatusOK {
				t.Errorf("health: got %d, want 200", got)
			}
		})
	}
}

// TestAMovedLogIsBegunAnew takes a log file from under the server, as programs
// do that rotate logs, and cuts one: what comes after must not be lost.
func TestAMovedLogIsBegunAnew(t *testing.T) {
	for name, take := range map[string]func(string) error{
		"moved": func(name string) error {
			return os.Rename(name, filepath.Join(filepath.Dir(filepath.Dir(name)), "moved"))
		},
		"removed": os.Remove,
		"cut":     func(name string) error { return os.Truncate(name, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			var want map[string]auditRecord
			t.Run("the server ends", func(t *testing.T) {
				s := newSiege(t, bailiwick.Config{Data: data})
				var names []string
				s.until("the log is written", func() bool { names, _ = filepath.Glob(data + "/audit/*"); return len(names) > 0 })
				s.until("it has what was done so far", func() bool {
					text, err := os.ReadFile(names[0])
					return err == nil && bytes.Count(text, []byte("\n")) > 8
				})
				if err := take(names[0]); err != nil {
					t.Fatal(err)
				}
				want = s.denials(t)
			})
			expect(t, readLog(t, data), want)
		})
	}
}

// until waits for something that takes the server a moment.
func (s *siege) until(what string, f func() bool) {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); !f(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("it did not happen that %s", what)
		}
	}
}

// health returns the status that the server answers with.
func (s *siege) health() int {
	s.t.Helper()
	resp, err := http.Get(s.srv.Endpoint + "/_bailiwick/health")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
