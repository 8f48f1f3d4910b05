// SPDX-License-Identifier: Apache-2.0

package inquest_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/audit/inquest"
	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

const (
	own      = `{"Version":"2012-10-17","Statement":[{"Sid":"Own","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/T}/*"}]}`
	guard    = `{"Version":"2012-10-17","Statement":{"Sid":"Guard","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}}`
	trust    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111111111111:oidc-provider/id.example"},"Action":"s3:GetObject","Condition":{"StringEquals":{"id.example:aud":"me"}}}}`
	everyone = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}`
	full     = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
)

func digest(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

func quoted(text string) string {
	b, _ := json.Marshal(text) // a string can always be
	return string(b)
}

// record is the line of a call by a session, with these checks.
func record(checks string) string {
	return `{"seq":1,"time":"2026-01-02T03:04:05.000006Z","requestId":"ID","service":"s3","operation":"GetObject","region":"us-east-1",` +
		`"principal":"arn:aws:sts::111111111111:assumed-role/r/s","principalId":"AROAX","principalType":"AssumedRole","account":"111111111111",` +
		`"accessKeyId":"ASIA","tags":{},"sourceIp":"127.0.0.1","decision":"ImplicitDeny","checks":[` + checks + `]}`
}

func document(text string) string {
	return `{"seq":2,"kind":"policy","digest":"` + digest(text) + `","text":` + quoted(text) + `}`
}

// write makes a log of one file with the lines.
func write(t testing.TB, lines ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	var at trail.Value
	var text []byte
	for _, line := range lines {
		text, at = at.AppendLine(text, []byte(line))
	}
	if err := os.WriteFile(filepath.Join(dir, trail.FileName(0)), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

const checkHead = `{"action":"s3:GetObject","resource":"arn:aws:s3:::b/x/1",`

func TestCallsAreExplained(t *testing.T) {
	denied := func(kind, more string, policies ...string) string {
		return checkHead + `"decision":"ImplicitDeny","kind":"` + kind + `",` + more + `"owner":"111111111111","policies":[` + strings.Join(policies, ",") + `]}`
	}
	of := func(kind, text, more string) string {
		return `{"kind":"` + kind + `",` + more + `"policy":"p","version":"v3","digest":"` + digest(text) + `"}`
	}
	const identity, scp = "identity-based policy", "service control policy"
	for _, c := range []struct {
		claim string
		lines []string
		want  []string
	}{
		{"a denial", []string{record(denied(identity, `"context":{"aws:principaltag/t":"y"},`, of(identity, own, ""))), document(own)}, []string{
			"decision  ImplicitDeny", "s3:GetObject on arn:aws:s3:::b/x/1: ImplicitDeny by the identity-based policy",
			`statement 0 "Own" at 1:38`, `which is ["arn:aws:s3:::b/y/*"]`,
		}},
		{"the text before the record", []string{document(own), record(denied(identity, `"context":{"aws:principaltag/t":"y"},`, of(identity, own, "")))}, []string{`which is ["arn:aws:s3:::b/y/*"]`}},
		{"several keys", []string{record(checkHead + `"decision":"ExplicitDeny","kind":"` + scp + `","policy":"p","version":"v3","statement":"Guard","index":0,"digest":"` + digest(guard) +
			`","context":{"aws:requestedregion":"us-east-1"},"owner":"111111111111","scpLevels":1,"policies":[` + of(scp, guard, `"level":1,`) + `]}`), document(guard)}, []string{
			"ExplicitDeny by the service control policy p v3, statement Guard", "service control policy of level 1 denies it", "digest " + digest(guard),
		}},
		{"an allowed call", []string{record(checkHead + `"decision":"Allow","kind":"` + identity + `","policy":"p","version":"v3","statement":"Own","index":0,"digest":"` + digest(own) + `","context":{"aws:principaltag/t":"x"}}`), document(own)}, []string{
			"Allow by the identity-based policy p v3, statement Own", "applies, and decides", `${aws:principaltag/t} is "x"`,
		}},
		{"a level without a policy", []string{record(denied(scp, `"scpLevels":2,`, of(scp, full, `"level":1,`), of(identity, full, ""))), document(full)}, []string{
			"no service control policy of level 2 allows it",
		}},
		{"a text that is gone", []string{record(denied(identity, "", of(identity, own, "")))}, []string{"the log no longer has the text of p (digest " + digest(own)}},
		{"a text that isn't what its digest says", []string{record(denied(identity, "", of(identity, own, ""))), strings.Replace(document(own), "b/$", "c/$", 1)}, []string{"the log no longer has the text of p"}},
		{"a context that was cut", []string{record(denied(identity, `"truncated":true,`, of(identity, own, ""))), document(own)}, []string{"Values were too long for the record"}},
		{"a record that doesn't fit its decision", []string{record(denied(identity, `"context":{"aws:principaltag/t":"x"},`, of(identity, own, ""))), document(own)}, []string{"by what is on record the decision would be Allow"}},
		{"no policy", []string{record(checkHead + `"decision":"Allow","kind":"` + identity + `"}`)}, []string{"no policy settled it"}},
		{"no check", []string{record("")}, []string{"No policy was asked"}},
		{"an unknown kind", []string{record(denied(identity, "", of("law", own, ""))), document(own)}, []string{`unknown kind "law"`}},
		{"a bad level", []string{record(denied(identity, "", of(scp, own, `"level":99,`))), document(own)}, []string{"level 99"}},
		{"bad levels", []string{record(denied(identity, `"scpLevels":-1,`))}, []string{"-1 levels"}},
		{"a text that is no policy", []string{record(denied(identity, "", of(identity, "{}", ""))), document("{}")}, []string{"policy p can't be read"}},
		{"a bad place", []string{record(checkHead + `"decision":"Allow","kind":"` + identity + `","policy":"p","index":7,"digest":"` + digest(own) + `"}`), document(own)}, []string{"policy p has no statement 7"}},
		{"a bad resource", []string{record(strings.Replace(denied(identity, ""), "arn:aws", "x", 1))}, []string{"doesn't tell what was asked for"}},
		{"a bad context", []string{record(denied(identity, `"context":{"k":{}},`))}, []string{"context can't be read"}},
		{"a caller whom an identity provider vouches for", []string{strings.NewReplacer(
			"arn:aws:sts::111111111111:assumed-role/r/s", "arn:aws:iam::111111111111:oidc-provider/id.example", "AROAX", "", "AssumedRole", "FederatedProvider",
		).Replace(record(denied("role trust policy", `"explicit":true,`, of("role trust policy", trust, "")))), document(trust)}, []string{
			"no role trust policy allows it", "Condition StringEquals id.example:aud does not match",
		}},
		{"a permissions boundary and a session policy", []string{record(denied("permissions boundary", "", of(identity, full, ""), of("permissions boundary", own, ""), of("session policy", own, ""),
			of("resource control policy", everyone, `"level":1,`))), document(full), document(own), document(everyone)}, []string{
			"no permissions boundary allows it", "no session policy allows it", "resource control policy, level 1",
		}},
		{"a bad caller", []string{strings.Replace(record(denied(identity, "")), `"AssumedRole"`, `"User"`, 1)}, []string{"doesn't tell who called"}},
	} {
		r, err := inquest.Explain(t.Context(), write(t, c.lines...), "ID")
		if err != nil {
			t.Errorf("%s: %v", c.claim, err)
			continue
		}
		for _, part := range c.want {
			if got := r.String(); !strings.Contains(got, part) {
				t.Errorf("%s: %q is missing in\n%s", c.claim, part, got)
			}
		}
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("%s: %v", c.claim, err)
		}
	}
}

func TestOnlyTheCallsOwnRecordIsTaken(t *testing.T) {
	// A client chooses what stands in its User-Agent, and the log may repeat it.
	decoys := []string{
		`{"seq":1,"kind":"failure","requestId":"ID"}`,
		`{"seq":2,"requestId":"OTHER","context":{"aws:useragent":"\"requestId\":\"ID\""},"checks":[{"context":{"requestId":"ID"}}]}`,
		`not JSON "requestId":"ID"`,
	}
	dir := write(t, append(decoys, strings.Replace(record(""), `"seq":1`, `"seq":3`, 1))...)
	r, err := inquest.Explain(t.Context(), dir, "ID")
	if err != nil || r.Operation != "GetObject" {
		t.Errorf("got %+v, %v", r, err)
	}
	for id, want := range map[string]error{"NONE": inquest.ErrNotFound, "": inquest.ErrID, `a"b`: inquest.ErrID, "a b": inquest.ErrID, strings.Repeat("x", 129): inquest.ErrID} {
		if _, err := inquest.Explain(t.Context(), dir, id); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", id, err, want)
		}
	}
	if _, err := inquest.Explain(t.Context(), filepath.Join(dir, "none"), "ID"); err == nil {
		t.Error("there is no log, and no error")
	}
}

func FuzzExplain(f *testing.F) {
	f.Add(record(checkHead+`"decision":"ImplicitDeny","kind":"k","context":{"a":["b"]},"owner":"1","scpLevels":2,"policies":[{"kind":"service control policy","level":2,"digest":"`+digest(guard)+`"}]}`), guard)
	f.Add(record(checkHead+`"decision":"Allow","kind":"identity-based policy","index":0,"digest":"`+digest(own)+`"}`), own)
	f.Fuzz(func(t *testing.T, line, text string) {
		if strings.ContainsAny(line, "\n") {
			return
		}
		r, err := inquest.Explain(t.Context(), write(t, line, document(text)), "ID")
		if err == nil && r.String() == "" {
			t.Fatal("explained by nothing")
		}
	})
}
