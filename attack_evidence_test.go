// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// evidence returns the records of a data directory's log that are of a kind.
func evidence(t *testing.T, data string, kinds ...string) (records []*trail.Record) {
	t.Helper()
	err := trail.Read(t.Context(), filepath.Join(data, "audit"), false, func(text []byte) error {
		if r, err := trail.ParseRecord(text); err == nil && slices.Contains(kinds, r.Kind) {
			records = append(records, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// TestStrangersAreOnRecord sends calls of senders who are not known, each for
// another reason, and one of who is.
func TestStrangersAreOnRecord(t *testing.T) {
	data, c := t.TempDir(), newClock()
	type want struct{ reason, key string }
	var wants []want
	var presented []string
	t.Run("the server ends", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data, Now: c.now})
		good := keysOf(t, s.root)
		session := keysOf(t, s.session(s.vendor, "yellow"))
		fire := func(reason, key string, change func(*shot), alter func(*http.Request)) {
			t.Helper()
			shot := newShot(s.srv.Endpoint, "sts", good, c.now())
			if change != nil {
				change(shot)
			}
			r := shot.signed(t)
			if alter != nil {
				alter(r)
			}
			status, body := send(t, r)
			if (status == http.StatusOK) != (reason == "") {
				t.Errorf("%s: got %d %s", reason, status, body)
			}
			if reason != "" {
				wants = append(wants, want{reason, key})
			}
		}
		as := func(id, secret, token string) func(*shot) {
			presented = append(presented, secret)
			if token != "" {
				presented = append(presented, token)
			}
			return func(s *shot) {
				s.creds = aws.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token}
			}
		}
		fire("", "", nil, nil)
		fire("signature", good.AccessKeyID, as(good.AccessKeyID, "not the secret of that key", ""), nil)
		fire("unknown key", "AKIAAAAAAAAAAAAAAAAA", as("AKIAAAAAAAAAAAAAAAAA", "a secret of no key", ""), nil)
		fire("unknown key", "", as("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "in the wrong place", ""), nil)
		presented = append(presented, "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY")
		fire("unknown key", session.AccessKeyID, as(session.AccessKeyID, session.SecretAccessKey, "not its token"), nil)
		fire("clock", good.AccessKeyID, func(s *shot) { s.at = s.at.Add(-time.Hour) }, nil)
		fire("no credentials", "", nil, func(r *http.Request) { r.Header.Del("Authorization") })
		fire("malformed", "", nil, func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a-secret-of-mine") })
		presented = append(presented, "a-secret-of-mine")
		body := "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn:aws:iam::000000000000:role/tenant&RoleSessionName=somebody&WebIdentityToken=not.a.token"
		fire("identity token", "", func(s *shot) { s.body = body }, func(r *http.Request) { r.Header.Del("Authorization") })
		presented = append(presented, "not.a.token")
		lift := s.revoke(byTenant("TenantID", "yellow"))
		fire("revoked", session.AccessKeyID, as(session.AccessKeyID, session.SecretAccessKey, session.SessionToken), nil)
		lift()
		c.set(2 * time.Hour)
		fire("expired session", session.AccessKeyID, as(session.AccessKeyID, session.SecretAccessKey, session.SessionToken), nil)
	})
	var got []want
	for _, r := range evidence(t, data, trail.KindFailure) {
		got = append(got, want{r.Reason, r.AccessKeyID})
		if r.SourceIP != "127.0.0.1" || r.Service != "sts" || len(r.RequestID) != 52 || r.Time.IsZero() {
			t.Errorf("a stranger is recorded as %+v", r)
		}
	}
	if !slices.Equal(got, wants) {
		t.Errorf("on record are\n%q, want\n%q", got, wants)
	}
	for _, name := range logFiles(t, data) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		mustNotHold(t, name, text, presented)
	}
}

func logFiles(t *testing.T, data string) (paths []string) {
	t.Helper()
	names, err := trail.Files(filepath.Join(data, "audit"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		paths = append(paths, filepath.Join(data, "audit", name))
	}
	return paths
}

// TestAFloodOfStrangersIsCounted sends many calls that are alike.
func TestAFloodOfStrangersIsCounted(t *testing.T) {
	data := t.TempDir()
	const n = 300
	t.Run("the server ends", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		creds := keysOf(t, s.root)
		creds.SecretAccessKey = "wrong"
		shot := newShot(s.srv.Endpoint, "sts", creds, time.Now())
		for range n {
			if status, body := send(t, shot.signed(t)); status != http.StatusForbidden {
				t.Fatalf("got %d %s", status, body)
			}
		}
		s.alive()
	})
	listed, counted := 0, uint64(0)
	for _, r := range evidence(t, data, trail.KindFailure, trail.KindFailures) {
		if r.Kind == trail.KindFailure {
			listed++
		}
		counted += r.Count
	}
	if listed < 3 || listed > 6 || uint64(listed)+counted != n { // it may have been two minutes
		t.Errorf("%d are listed and %d counted, of %d", listed, counted, n)
	}
}

// TestALogThatIsTamperedWithShowsIt lays hands on the log of a server: while it
// runs, and while it doesn't.
func TestALogThatIsTamperedWithShowsIt(t *testing.T) {
	edit := func(t *testing.T, file string, change func([]byte) []byte) {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := change(text)
		if bytes.Equal(text, changed) {
			t.Fatal("nothing is changed")
		}
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_TRUNC, 0) // the file itself, which the server has open
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.Write(changed); err != nil {
			t.Fatal(err)
		}
	}
	allow := func(text []byte) []byte {
		return bytes.Replace(text, []byte(`"decision":"ImplicitDeny"`), []byte(`"decision":"Allow       "`), 1)
	}
	cut := func(text []byte) []byte {
		lines := bytes.SplitAfter(text, []byte("\n"))
		return bytes.Join(lines[:len(lines)-3], nil)
	}
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		runs   bool
		want   string
	}{
		{"nothing, while it runs", nil, true, ""},
		{"nothing, while it doesn't", nil, false, ""},
		{"a denial made an allow, while it runs", allow, true, "the chain breaks"},
		{"a denial made an allow, while it doesn't", allow, false, "the chain breaks"},
		{"the newest lines removed, while it runs", cut, true, "lines are missing before this file"},
		{"the newest lines removed, while it doesn't", cut, false, "lines are missing before this file"},
		{"all lines removed, while it doesn't", func([]byte) []byte { return nil }, false, "is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := t.TempDir()
			meddle := func(t *testing.T) {
				if c.change != nil {
					edit(t, logFiles(t, data)[0], c.change)
				}
			}
			t.Run("it runs", func(t *testing.T) {
				s := newSiege(t, bailiwick.Config{Data: data})
				s.denials(t)
				s.until("the log has it", func() bool { return len(evidence(t, data, "")) > 20 })
				if c.runs {
					meddle(t)
					s.alive()
				}
			})
			if !c.runs {
				meddle(t)
			}
			t.Run("it runs again", func(t *testing.T) { newDefender(t, bailiwick.Config{Data: data}) })
			_, err := trail.Verify(filepath.Join(data, "audit"), trail.Options{})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestTheLogGoesOnWithAnotherKey rotates the keys, at last in an emergency.
func TestTheLogGoesOnWithAnotherKey(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, "audit")
	var first, last []byte
	t.Run("it runs", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		s.until("the log is signed", func() bool { key, err := trail.CurrentKey(dir); first = key; return err == nil })
		s.rotate(false)
		s.rotate(true)
		s.until("the old keys are gone", func() bool { return len(s.keys()) == 1 })
		last, _ = trail.CurrentKey(dir)
	})
	for name, key := range map[string][]byte{"first": first, "last": last} {
		r, err := trail.Verify(dir, trail.Options{Key: key})
		if err != nil || len(r.Keys) < 2 || bytes.Equal(first, last) {
			t.Errorf("with the %s key: %v", name, err)
		}
	}
}
