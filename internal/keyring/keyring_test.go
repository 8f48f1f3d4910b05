// SPDX-License-Identifier: Apache-2.0

package keyring_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/bailiwick-dev/bailiwick/internal/keyring"
)

const account = "111122223333"

func seal(t testing.TB, r *keyring.Ring, plain string) []byte {
	t.Helper()
	sealed, err := r.Seal("session", account, []byte("aad"), []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestSealedBytesOpenAsTheyWere(t *testing.T) {
	r := keyring.NewMemory()
	for _, plain := range []string{"", "x", strings.Repeat("long", 10000)} {
		sealed := seal(t, r, plain)
		if len(sealed) != len(plain)+keyring.Overhead {
			t.Errorf("sealed bytes are %d longer, want %d", len(sealed)-len(plain), keyring.Overhead)
		}
		got, err := r.Open("session", account, []byte("aad"), sealed)
		if err != nil || string(got) != plain {
			t.Errorf("opened as %d bytes, %v", len(got), err)
		}
	}
}

func TestSealingTwiceDiffers(t *testing.T) {
	r := keyring.NewMemory()
	if bytes.Equal(seal(t, r, "same"), seal(t, r, "same")) {
		t.Error("the same text is sealed to the same bytes")
	}
}

func TestSealedBytesOpenForNothingElse(t *testing.T) {
	r := keyring.NewMemory()
	sealed := seal(t, r, "secret")
	for name, open := range map[string]func() ([]byte, error){
		"other purpose":   func() ([]byte, error) { return r.Open("access-key", account, []byte("aad"), sealed) },
		"other account":   func() ([]byte, error) { return r.Open("session", "111122223334", []byte("aad"), sealed) },
		"other aad":       func() ([]byte, error) { return r.Open("session", account, []byte("aae"), sealed) },
		"no aad":          func() ([]byte, error) { return r.Open("session", account, nil, sealed) },
		"other ring":      func() ([]byte, error) { return keyring.NewMemory().Open("session", account, []byte("aad"), sealed) },
		"moved boundary":  func() ([]byte, error) { return r.Open("session1", account[1:], []byte("aad"), sealed) },
		"trailing byte":   func() ([]byte, error) { return r.Open("session", account, []byte("aad"), append(sealed, 0)) },
		"empty":           func() ([]byte, error) { return r.Open("session", account, []byte("aad"), nil) },
		"aad in the text": func() ([]byte, error) { return r.Open("session", account, []byte("aada"), sealed) },
	} {
		if _, err := open(); err != keyring.ErrSealed {
			t.Errorf("%s: got %v, want ErrSealed itself", name, err)
		}
	}
	for i := range sealed {
		altered := bytes.Clone(sealed)
		altered[i] ^= 1
		if _, err := r.Open("session", account, []byte("aad"), altered); err != keyring.ErrSealed {
			t.Errorf("byte %d altered: got %v", i, err)
		}
		if _, err := r.Open("session", account, []byte("aad"), sealed[:i]); err != keyring.ErrSealed {
			t.Errorf("cut to %d bytes: got %v", i, err)
		}
	}
}

func TestDerivedSecretsDependOnEverything(t *testing.T) {
	r := keyring.NewMemory()
	derive := func(r *keyring.Ring, purpose, account, info string) string {
		b, err := r.Derive(r.Current(), purpose, account, []byte(info))
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:])
	}
	want := derive(r, "p", "a", "i")
	if derive(r, "p", "a", "i") != want {
		t.Error("the same inputs derive another secret")
	}
	for name, got := range map[string]string{
		"purpose":  derive(r, "q", "a", "i"),
		"account":  derive(r, "p", "b", "i"),
		"info":     derive(r, "p", "a", "j"),
		"boundary": derive(r, "pa", "", "i"),
		"ring":     derive(keyring.NewMemory(), "p", "a", "i"),
	} {
		if got == want {
			t.Errorf("another %s derives the same secret", name)
		}
	}
	if _, err := r.Derive(keyring.KeyID{}, "p", "a", nil); !errors.Is(err, keyring.ErrUnknownKey) {
		t.Errorf("unknown key: got %v", err)
	}
}

func TestARingIsSafeForConcurrentUse(t *testing.T) {
	r := keyring.NewMemory()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 200 {
				account := fmt.Sprintf("%012d", (i*200+j)%50)
				sealed, err := r.Seal("p", account, nil, []byte(account))
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := r.Open("p", account, nil, sealed); err != nil || string(got) != account {
					t.Errorf("opened as %q, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzOpen(f *testing.F) {
	r := keyring.NewMemory()
	sealed := seal(f, r, "secret")
	f.Add(sealed)
	f.Add(sealed[:40])
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := r.Open("session", account, []byte("aad"), b)
		if (err == nil) != slices.Equal(b, sealed) {
			t.Errorf("forged: %q, %v", got, err)
		}
		if err != nil && err != keyring.ErrSealed {
			t.Errorf("got %v", err)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	r := keyring.NewMemory()
	sealed := seal(b, r, strings.Repeat("x", 600))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Open("session", account, []byte("aad"), sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBareOpen(b *testing.B) {
	aead, err := chacha20poly1305.NewX(make([]byte, chacha20poly1305.KeySize))
	if err != nil {
		b.Fatal(err)
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	sealed := aead.Seal(nil, nonce, bytes.Repeat([]byte("x"), 600), []byte("aad"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := aead.Open(nil, nonce, sealed, []byte("aad")); err != nil {
			b.Fatal(err)
		}
	}
}
