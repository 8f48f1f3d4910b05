// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/bailiwick-dev/bailiwick"
)

// TestSessionsAreTracedToWhoAssumedThem follows a session of a chain back to the
// user who began it, by the decision log alone: the names that callers give to
// sessions prove nothing.
func TestSessionsAreTracedToWhoAssumedThem(t *testing.T) {
	data := t.TempDir()
	var vendor, last string
	t.Run("the server ends", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		s.role("hub", allowAll)
		hub := s.assume(s.vendor, "hub", nil)
		s.assume(s.vendor, "hub", nil) // of the same name, by the same user
		session := s.assume(hub, "tenant", map[string]any{"Tags": tenantTag("yellow")})
		s.do(session, "dynamodb", "GetItem", getRow("yellow"))
		vendor, last = keysOf(t, s.vendor).AccessKeyID, keysOf(t, session).AccessKeyID
	})
	type record struct{ Operation, AccessKeyID, Session, Issued string }
	issuedBy, session := map[string]record{}, ""
	names, _ := filepath.Glob(filepath.Join(data, "audit", "*"))
	f, err := os.Open(names[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var r record
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if r.Issued != "" {
			issuedBy[r.Issued] = r
		}
		if r.AccessKeyID == last {
			session = r.Session
		}
	}
	var trace []record
	for r, ok := issuedBy[session]; ok && len(trace) < 3; r, ok = issuedBy[r.Session] {
		trace = append(trace, r)
	}
	if len(trace) != 2 || trace[1].AccessKeyID != vendor || trace[1].Session != "" {
		t.Errorf("session %q goes back to %+v, want two steps to %s", session, trace, vendor)
	}
}
