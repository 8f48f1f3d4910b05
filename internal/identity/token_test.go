// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
)

var sameSession = cmp.Options{cmp.AllowUnexported(Session{}), cmpopts.EquateEmpty()}

func TestTokensKeepEverything(t *testing.T) {
	id := rapid.StringMatching(`[0-9a-f]{32}`)
	text := rapid.String()
	rapid.Check(t, func(t *rapid.T) {
		s := &Session{
			ID: id.Draw(t, "id"),
			Lineage: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) awsapi.Ancestor {
				return awsapi.Ancestor{
					Account: text.Draw(t, "ancestor's account"), PrincipalID: text.Draw(t, "ancestor"),
					SessionID: rapid.OneOf(id, rapid.Just("")).Draw(t, "ancestor's session"), Epoch: rapid.Uint64().Draw(t, "ancestor's epoch"),
				}
			}), 0, MaxLineage).Draw(t, "lineage"),
			LineageTags: rapid.SliceOf(rapid.Custom(func(t *rapid.T) [tagDigestSize]byte {
				return [tagDigestSize]byte(rapid.SliceOfN(rapid.Byte(), tagDigestSize, tagDigestSize).Draw(t, "digest"))
			})).Draw(t, "lineage tags"),
			Account:        text.Draw(t, "account"),
			RoleID:         text.Draw(t, "role id"),
			RoleName:       text.Draw(t, "role name"),
			RolePath:       text.Draw(t, "role path"),
			Name:           text.Draw(t, "name"),
			SourceIdentity: text.Draw(t, "source identity"),
			Policy:         text.Draw(t, "policy"),
			Transitive:     rapid.SliceOf(text).Draw(t, "transitive"),
			PolicyARNs:     rapid.SliceOf(text).Draw(t, "arns"),
			Tags: rapid.SliceOf(rapid.Custom(func(t *rapid.T) awsapi.Tag {
				return awsapi.Tag{Key: text.Draw(t, "key"), Value: text.Draw(t, "value")}
			})).Draw(t, "tags"),
			IssuedAt: time.Unix(int64(rapid.Uint32().Draw(t, "issued")), 0).UTC(),
			Expires:  time.Unix(int64(rapid.Uint32().Draw(t, "expires")), 0).UTC(),
			Epoch:    rapid.Uint64().Draw(t, "epoch"),
			Kind:     SessionKind(rapid.Uint8Max(uint8(sessionKinds)-1).Draw(t, "kind")),
			UserID:   text.Draw(t, "user id"),
			Provider: text.Draw(t, "provider"),
			Claims: rapid.SliceOf(rapid.Custom(func(t *rapid.T) awsapi.Claim {
				return awsapi.Claim{
					Key: text.Draw(t, "claim"), Values: rapid.SliceOf(text).Draw(t, "values"),
					Many: rapid.Bool().Draw(t, "many"), Kept: true,
				}
			})).Draw(t, "claims"),
		}
		copy(s.rootKey[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "root key"))
		b, err := encodeSession(s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeSession(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, got, sameSession); diff != "" {
			t.Error(diff)
		}
		for i := range b {
			if _, err := decodeSession(b[:i]); err == nil {
				t.Fatalf("cut to %d of %d bytes it decodes", i, len(b))
			}
		}
		if _, err := decodeSession(append(b, 0)); err == nil {
			t.Error("with a byte more it decodes")
		}
	})
}

func TestSessionsThatCanNotBeReadBackAreNotEncoded(t *testing.T) {
	for name, change := range map[string]func(*Session){
		"no id":            func(s *Session) { s.ID = "" },
		"id not hex":       func(s *Session) { s.ID = strings.Repeat("x", 32) },
		"short lineage id": func(s *Session) { s.Lineage = []awsapi.Ancestor{{SessionID: "00"}} },
		"lineage not hex":  func(s *Session) { s.Lineage = []awsapi.Ancestor{{SessionID: strings.Repeat("x", 32)}} },
		"no time":          func(s *Session) { s.Expires = time.Time{} },
		"far future":       func(s *Session) { s.Expires = time.Unix(maxTime+1, 0) },
	} {
		s := largest()
		s.ID = strings.Repeat("0", 32)
		if _, err := encodeSession(s); err != nil {
			t.Fatal(err)
		}
		change(s)
		if _, err := encodeSession(s); err == nil {
			t.Errorf("%s: was encoded", name)
		}
	}
}

func TestAClaimedLengthTakesNoMemory(t *testing.T) {
	s := largest()
	s.ID = strings.Repeat("a", 2*sessionIDSize)
	b, err := encodeSession(s)
	if err != nil {
		t.Fatal(err)
	}
	lineage := 1 + len(s.rootKey) + sessionIDSize // where the number of ids is
	if _, err := decodeSession(binary.AppendUvarint(b[:lineage:lineage], 1<<46)); err == nil {
		t.Error("was decoded")
	}
}

// What is sealed under one account's key must say so too.
func TestATokenThatNamesAnotherAccountIsRefused(t *testing.T) {
	d := New(keyring.NewMemory())
	s := largest()
	s.ID = strings.Repeat("a", 2*sessionIDSize)
	s.rootKey = d.ring.Current()
	payload, err := encodeSession(s)
	if err != nil {
		t.Fatal(err)
	}
	for account, want := range map[string]error{s.Account: nil, "444455556666": ErrUnknownKey} {
		keyID := newAccessKeyID(temporaryPrefix, account)
		sealed, err := d.ring.Seal(sessionPurpose, account, []byte(keyID), payload)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.openToken(account, keyID, tokenText.EncodeToString(sealed)); err != want {
			t.Errorf("sealed under %s: got %v", account, err)
		}
	}
}

func TestSecretsDependOnSessionAndKey(t *testing.T) {
	d := New(keyring.NewMemory())
	secret := func(session, key string) string {
		s := &Session{ID: session, Account: "111122223333", rootKey: d.ring.Current()}
		secret, err := d.sessionSecret(s, key)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	one := secret("session 1", "key 1")
	if one != secret("session 1", "key 1") {
		t.Error("the secret isn't always the same")
	}
	if one == secret("session 2", "key 1") || one == secret("session 1", "key 2") {
		t.Error("another session or key has the same secret")
	}
}

func TestTokensOfAnotherVersionAreRefused(t *testing.T) {
	b, err := encodeSession(&Session{ID: strings.Repeat("0", 32), IssuedAt: time.Unix(0, 0), Expires: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	b[0]++
	if _, err := decodeSession(b); err == nil {
		t.Error("was decoded")
	}
}

// largest returns a session with the most that AssumeRole lets anyone pass.
func largest() *Session {
	s := &Session{
		Account: "111122223333", RoleID: NewRoleID(), RoleName: strings.Repeat("r", 64), RolePath: "/" + strings.Repeat("p", 510) + "/",
		Name: strings.Repeat("n", 64), SourceIdentity: strings.Repeat("i", 64), Policy: strings.Repeat("x", 2048),
		IssuedAt: time.Unix(1e9, 0), Expires: time.Unix(1e9+3600, 0),
	}
	for i := range 20 {
		s.Tags = append(s.Tags, awsapi.Tag{Key: fmt.Sprintf("key-%02d", i), Value: strings.Repeat("v", 15)})
		s.Transitive = append(s.Transitive, fmt.Sprintf("key-%02d", i))
	}
	return s
}

func TestTokensAreOfReasonableSize(t *testing.T) {
	d := New(keyring.NewMemory())
	issued, err := d.Issue(largest())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(issued.SessionToken); n > 8<<10 {
		t.Errorf("the token of a session with all that can be passed has %d bytes", n)
	}
	small, err := d.Issue(&Session{
		Account: "111122223333", RoleID: NewRoleID(), RoleName: "reader", RolePath: "/", Name: "job",
		Lineage:  []awsapi.Ancestor{{Account: "111122223333", PrincipalID: NewUserID()}},
		Tags:     []awsapi.Tag{{Key: "TenantID", Value: "yellow"}},
		IssuedAt: time.Unix(1e9, 0), Expires: time.Unix(1e9+3600, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(small.SessionToken); n > 300 {
		t.Errorf("a usual token has %d bytes", n)
	}
}

func TestSessionsThatDoNotFitAreNotIssued(t *testing.T) {
	d := New(keyring.NewMemory())
	roomy := largest()
	for i := range 50 {
		roomy.Tags = append(roomy.Tags, awsapi.Tag{Key: fmt.Sprintf("%0128d", i), Value: strings.Repeat("v", 256)})
	}
	issued, err := d.Issue(roomy)
	if err != nil {
		t.Fatalf("a role's 50 largest tags don't fit: %v", err)
	}
	if _, err := d.openToken("111122223333", issued.AccessKeyID, issued.SessionToken); err != nil {
		t.Errorf("the largest token doesn't open: %v", err)
	}
	tooLarge := largest()
	tooLarge.Policy = strings.Repeat("x", maxPayload)
	tooLong := largest()
	for range MaxLineage + 1 {
		tooLong.Lineage = append(tooLong.Lineage, awsapi.Ancestor{SessionID: strings.Repeat("0", 32)})
	}
	for name, s := range map[string]*Session{"too large": tooLarge, "chain too long": tooLong} {
		if _, err := d.Issue(s); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzDecodeSession(f *testing.F) {
	s := largest()
	s.ID = strings.Repeat("a", 32)
	s.Lineage = []awsapi.Ancestor{{Account: "111122223333", PrincipalID: "AIDA"}, {Account: "111122223333", PrincipalID: "AROA", SessionID: strings.Repeat("b", 32), Epoch: 300}}
	s.LineageTags = [][tagDigestSize]byte{{1, 2, 3}}
	b, err := encodeSession(s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:30])
	f.Add([]byte{tokenVersion})
	f.Add(append(b[:25:25], 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeSession(b)
		if err != nil {
			return
		}
		again, err := encodeSession(s)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) > len(b) {
			t.Errorf("%d bytes decode to what takes %d", len(b), len(again))
		}
		twice, err := decodeSession(again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, twice, sameSession); diff != "" {
			t.Error(diff)
		}
		if s.Expires.Unix() > math.MaxUint32 {
			t.Error("expires beyond all time")
		}
	})
}

func BenchmarkOpenToken(b *testing.B) {
	d := New(keyring.NewMemory())
	s := &Session{
		Account: "111122223333", RoleID: NewRoleID(), RoleName: "reader", RolePath: "/", Name: "job",
		Tags:     []awsapi.Tag{{Key: "TenantID", Value: "yellow"}},
		IssuedAt: time.Unix(1e9, 0), Expires: time.Unix(1e9+3600, 0),
	}
	issued, err := d.Issue(s)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.openToken(s.Account, issued.AccessKeyID, issued.SessionToken); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIssue(b *testing.B) {
	d := New(keyring.NewMemory())
	b.ReportAllocs()
	for b.Loop() {
		s := &Session{
			Account: "111122223333", RoleID: "AROA", RoleName: "reader", RolePath: "/", Name: "job",
			Tags:     []awsapi.Tag{{Key: "TenantID", Value: "yellow"}},
			IssuedAt: time.Unix(1e9, 0), Expires: time.Unix(1e9+3600, 0),
		}
		if _, err := d.Issue(s); err != nil {
			b.Fatal(err)
		}
	}
}
