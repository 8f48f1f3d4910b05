// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func TestKeysAreTheSameWhateverTheirCase(t *testing.T) {
	// Letters of which there are more than two cases.
	for _, pair := range [][2]string{{"TenantID", "tenantid"}, {"K", "\u212a"}, {"s", "\u017f"}, {"Σ", "ς"}, {"ß", "ẞ"}, {"ǅ", "ǆ"}} {
		if !strings.EqualFold(pair[0], pair[1]) || foldKey(pair[0]) != foldKey(pair[1]) {
			t.Errorf("%q and %q differ", pair[0], pair[1])
		}
	}
	letters := rapid.SliceOfN(rapid.SampledFrom([]rune("aAbkKKsSſßẞσΣςiIİıǅǆǄé É-")), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		a, b := string(letters.Draw(t, "a")), string(letters.Draw(t, "b"))
		if rapid.Bool().Draw(t, "any") {
			a, b = rapid.String().Draw(t, "any a"), rapid.String().Draw(t, "any b")
		}
		if got, want := foldKey(a) == foldKey(b), strings.EqualFold(a, b); got != want {
			t.Errorf("%q and %q: got %v", a, b, got)
		}
	})
}

func TestASessionKeepsTheTagsOfThoseItComesFrom(t *testing.T) {
	const here, there = "111122223333", "444455556666"
	tags := func(pairs ...string) (out []awsapi.Tag) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, awsapi.Tag{Key: pairs[i], Value: pairs[i+1]})
		}
		return out
	}
	user := &awsapi.Caller{Principal: policy.Principal{Account: here, ID: "AIDA1"}, Tags: tags("Team", "ops")}
	first := &Session{ID: "1", Account: here, RoleID: "AROA1", Epoch: 5, Tags: tags("TenantID", "blue", "x", "1")}
	first.From(user)
	if diff := cmp.Diff([]awsapi.Ancestor{{Account: here, PrincipalID: "AIDA1"}}, first.Lineage); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(tagDigests(here, tags("Team", "ops")), first.LineageTags); diff != "" {
		t.Error(diff)
	}
	parent := &awsapi.Caller{
		Principal: policy.Principal{Account: here, ID: "AROA1"}, Tags: first.Tags,
		Session: &awsapi.Session{ID: "1", Epoch: 5, Lineage: first.Lineage, LineageTags: first.LineageTags},
	}
	ops, blue, x := tagDigest(here, tags("team", "ops")[0]), tagDigest(here, tags("tenantid", "blue")[0]), tagDigest(here, tags("X", "1")[0])
	for name, c := range map[string]struct {
		account string
		tags    []awsapi.Tag
		want    [][tagDigestSize]byte
	}{
		"dropped":                    {here, nil, [][tagDigestSize]byte{ops, blue, x}},
		"one passed on":              {here, tags("TENANTID", "blue"), [][tagDigestSize]byte{ops, x}},
		"one replaced":               {here, tags("TenantID", "yellow"), [][tagDigestSize]byte{ops, blue, x}},
		"passed on to other account": {there, tags("TenantID", "blue"), [][tagDigestSize]byte{ops, blue, x}},
	} {
		s := &Session{Account: c.account, Tags: c.tags}
		s.From(parent)
		if diff := cmp.Diff(c.want, s.LineageTags); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		want := append(first.Lineage[:1:1], awsapi.Ancestor{Account: here, PrincipalID: "AROA1", SessionID: "1", Epoch: 5})
		if diff := cmp.Diff(want, s.Lineage); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestTagsOfDifferentPartsHaveDifferentDigests(t *testing.T) {
	if tagDigest("1", awsapi.Tag{Key: "2", Value: "34"}) == tagDigest("1", awsapi.Tag{Key: "23", Value: "4"}) {
		t.Error("key and value run together")
	}
	part := rapid.SampledFrom([]string{"", "a", "b", "ab", "\x00", "\x00\x01", "a\x00"})
	rapid.Check(t, func(t *rapid.T) {
		draw := func(n string) (string, awsapi.Tag) {
			return part.Draw(t, "account "+n), awsapi.Tag{Key: part.Draw(t, "key "+n), Value: part.Draw(t, "value "+n)}
		}
		accountA, a := draw("a")
		accountB, b := draw("b")
		if same := accountA == accountB && a == b; same != (tagDigest(accountA, a) == tagDigest(accountB, b)) {
			t.Errorf("%q %q and %q %q: want the same digest: %v", accountA, a, accountB, b, same)
		}
	})
}
