// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"regexp"
	"strings"
	"testing"
)

func TestIDsHaveTheFormOfAWS(t *testing.T) {
	for pattern, make := range map[string]func() string{
		`^AIDA[A-Z2-7]{17}$`:     NewUserID,
		`^AROA[A-Z2-7]{17}$`:     NewRoleID,
		`^ANPA[A-Z2-7]{17}$`:     NewPolicyID,
		`^AKIA[A-Z2-7]{16}$`:     func() string { return NewAccessKeyID("123456789012") },
		`^[A-Za-z0-9+/]{40}$`:    NewSecret,
		`^ASIA[A-Z2-7]{16}$`:     func() string { return newAccessKeyID(temporaryPrefix, "999999999999") },
		`^AKIAAAAAAAAA[A-Z2-7]+`: func() string { return NewAccessKeyID("000000000000") },
	} {
		seen := map[string]bool{}
		for range 100 {
			id := make()
			if !regexp.MustCompile(pattern).MatchString(id) {
				t.Errorf("%s is not of the form %s", id, pattern)
			}
			if seen[id] {
				t.Errorf("%s was given twice", id)
			}
			seen[id] = true
		}
	}
}

func TestAccessKeyIDsTellTheAccount(t *testing.T) {
	for _, account := range []string{"000000000000", "000000000001", "123456789012", "999999999999"} {
		for _, prefix := range []string{longTermPrefix, temporaryPrefix} {
			p, a, ok := parseAccessKeyID(newAccessKeyID(prefix, account))
			if !ok || p != prefix || a != account {
				t.Errorf("%s key of %s is read as %s key of %s, %v", prefix, account, p, a, ok)
			}
		}
	}
}

func FuzzParseAccessKeyID(f *testing.F) {
	f.Add("AKIAIOSFODNN7EXAMPLE")
	f.Add(NewAccessKeyID("123456789012"))
	f.Add("AKIA77777777" + "AAAAAAAA") // an account of 13 digits
	f.Add("ASIA" + strings.Repeat("\n", 16))
	f.Fuzz(func(t *testing.T, id string) {
		prefix, account, ok := parseAccessKeyID(id)
		if !ok {
			if prefix != "" || account != "" {
				t.Errorf("%q is refused and told to be of %q", id, account)
			}
			return
		}
		if !ValidAccount(account) || newAccessKeyID(prefix, account)[:12] != id[:12] {
			t.Errorf("%q is told to be of account %q", id, account)
		}
	})
}
