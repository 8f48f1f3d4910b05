// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// document returns a policy whose text has the mark.
func document(t *testing.T, typ policy.Type, mark string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse(fmt.Appendf(nil, `{"Version":"2012-10-17","Statement":{"Sid":%q,"Effect":"Allow","Action":"*","Resource":"*"}}`, mark), typ)
	if err != nil {
		t.Fatal(err)
	}
	p.Name, p.Version = mark, "v1"
	return p
}

// texts returns how often the log's files have the text of each digest, by file.
func texts(t *testing.T, dir string) map[string][]string {
	t.Helper()
	byFile := map[string][]string{}
	names, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(b) {
			var d struct{ Kind, Digest, Text string }
			if err := json.Unmarshal(line, &d); err != nil {
				t.Fatal(err)
			}
			if d.Kind == "policy" {
				byFile[filepath.Base(name)] = append(byFile[filepath.Base(name)], d.Digest)
			}
		}
	}
	return byFile
}

func count(byFile map[string][]string, p *policy.Policy) (n int) {
	digest := p.Digest()
	for _, list := range byFile {
		for _, d := range list {
			if d == hex.EncodeToString(digest[:]) {
				n++
			}
		}
	}
	return n
}

func allowedBy(p *policy.Policy) *audit.Record {
	return &audit.Record{RequestID: "r", Decision: "Allow", Checks: []audit.Check{{Policy: p.Name, Document: p}, {Policy: p.Name, Document: p}}}
}

func deniedWith(ps ...*policy.Policy) *audit.Record {
	r := &audit.Refusal{}
	for _, p := range ps {
		r.Policies = append(r.Policies, audit.Involved{Policy: p})
	}
	return &audit.Record{RequestID: "r", Decision: "ImplicitDeny", Checks: []audit.Check{{Refused: r}}}
}

func TestARecordSaysWhatItsDecisionDependedOn(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	p, scp := document(t, policy.Identity, "Own"), document(t, policy.SCP, "Guard")
	e := l.Begin()
	err := e.Deny(t.Context(), &audit.Record{
		Issuer: "arn:aws:iam::111111111111:user/ann",
		Checks: []audit.Check{{
			Action: "s3:GetObject", Decision: "ExplicitDeny", Policy: "Own", Version: "v1", Statement: "Own", Document: p,
			Facts: []policy.Fact{{Key: "a:b", Value: policy.One("x\"")}, {Key: "c:d", Value: policy.Many([]string{"y", "z"})}, {Key: "e:f", Value: policy.Many(nil)}},
			Refused: &audit.Refusal{
				Owner: "111111111111", Explicit: true, SessionLimited: true, SCPLevels: 2,
				Policies: []audit.Involved{{Policy: scp, Level: 1}, {Policy: p}},
			},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	e.Done()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	b, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	own, guard := p.Digest(), scp.Digest()
	for _, want := range []string{
		fmt.Sprintf(`"statement":"Own","index":0,"digest":"%x","context":{"a:b":"x\"","c:d":["y","z"],"e:f":[]},"owner":"111111111111","explicit":true,"sessionLimited":true,"scpLevels":2,"policies":[`+
			`{"kind":"service control policy","level":1,"policy":"Guard","version":"v1","digest":"%x"},{"kind":"identity-based policy","policy":"Own","version":"v1","digest":"%x"}]}]`, own, guard, own),
		`"issuer":"arn:aws:iam::111111111111:user/ann"`,
		fmt.Sprintf(`"kind":"policy","digest":"%x","text":%s`, own, quoted(t, p.Text())),
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is missing in %s", want, b)
		}
	}
}

func quoted(t *testing.T, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheContextOfARecordIsBounded(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	long := strings.Repeat("\x01", 500) // 3,000 bytes as JSON
	many := make([]string, 10_000)
	r := &audit.Record{}
	for range 3 {
		r.Checks = append(r.Checks, audit.Check{Facts: []policy.Fact{
			{Key: "long", Value: policy.One(long)}, {Key: "many", Value: policy.Many(many)}, {Key: "short", Value: policy.One("x")},
		}})
	}
	e := l.Begin()
	if err := e.Allow(r); err != nil {
		t.Fatal(err)
	}
	e.Done()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	b, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		var got struct {
			Checks []struct {
				Context   map[string]any
				Truncated bool
			}
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		if got.Checks == nil {
			continue
		}
		if len(line) > 5<<10 {
			t.Errorf("the record has %d bytes", len(line))
		}
		for i, c := range got.Checks {
			if c.Context["short"] != "x" || (c.Context["long"] != nil) != (i == 0) || c.Context["many"] != nil || !c.Truncated {
				t.Errorf("check %d has %v, truncated %v", i, len(c.Context), c.Truncated)
			}
		}
	}
}

func TestATextIsWrittenOnceForAllKindsOfRecords(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	denied, changed, read := document(t, policy.Identity, "denied"), document(t, policy.Identity, "changed"), document(t, policy.Identity, "read")
	for range 5 {
		e := l.Begin()
		r := allowedBy(changed)
		err := errors.Join(
			e.Allow(allowedBy(read)),
			e.Deny(t.Context(), deniedWith(denied, denied, changed)),
			db.Update(t.Context(), func(tx *storage.Tx) error { return e.Commit(tx, r) }),
		)
		if err != nil {
			t.Fatal(err)
		}
		e.Committed(r)
		e.Done()
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got := texts(t, dir)
	for _, p := range []*policy.Policy{denied, changed, read} {
		if n := count(got, p); n != 1 {
			t.Errorf("the text of %s is there %d times", p.Name, n)
		}
	}
}

// The text that a denial needs is as durable as the denial, even if an allowed read
// has brought it before.
func TestATextOutlivesTheServerWithItsDenial(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	held := l.Begin() // nothing is shipped while this call is under way
	p := document(t, policy.Identity, "p")
	e := l.Begin()
	if err := errors.Join(e.Allow(allowedBy(p)), e.Deny(t.Context(), deniedWith(p))); err != nil {
		t.Fatal(err)
	}
	e.Done()
	// The next server on the same database takes over.
	next := openLog(t, db, filepath.Join(dir, "next"))
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	if n := count(texts(t, filepath.Join(dir, "next")), p); n != 1 {
		t.Errorf("the text is there %d times", n)
	}
	held.Done()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// A change that fails leaves no text, so the next that names it brings it.
func TestTheTextOfAChangeThatFailsComesWithTheNext(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	p := document(t, policy.Identity, "p")
	failure := errors.New("the change failed")
	for _, end := range []error{failure, nil} {
		e := l.Begin()
		r := allowedBy(p)
		err := db.Update(context.Background(), func(tx *storage.Tx) error { return errors.Join(e.Commit(tx, r), end) })
		if !errors.Is(err, end) {
			t.Fatal(err)
		}
		if err == nil {
			e.Committed(r)
		}
		e.Done()
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if n := count(texts(t, dir), p); n != 1 {
		t.Errorf("the text is there %d times", n)
	}
}

// A new file gets the texts that its records name, so that older ones can go.
func TestANewFileHasTheTextsItNeeds(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openWith(t, db, audit.Config{Dir: dir, FileSize: 1})
	p := document(t, policy.Identity, "p")
	for i := range 6 {
		e := l.Begin()
		if err := e.Deny(t.Context(), deniedWith(p)); err != nil {
			t.Fatal(err)
		}
		e.Done()
		waitFor(t, dir, 2*i+1) // each has had its text
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := texts(t, dir); len(got) != 6 {
		t.Errorf("%d of 6 files have the text: %v", len(got), got)
	}
}
