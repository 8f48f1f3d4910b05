// SPDX-License-Identifier: Apache-2.0

package keyring_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

func TestTheFileIsMadeOnceAndPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keyring")
	r := open(t, path)
	sealed := seal(t, r, "kept")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file is %v, %v", info.Mode(), err)
	}
	if got, err := open(t, path).Open("session", account, []byte("aad"), sealed); err != nil || string(got) != "kept" {
		t.Errorf("opened again: %q, %v", got, err)
	}
	if names, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	if hidden, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(hidden) != 0 {
		t.Errorf("left behind: %v", hidden)
	}
}

func TestOldKeysStillOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keyring")
	old := open(t, path)
	sealed := seal(t, old, "kept")
	secret, err := old.Derive(old.Current(), "p", "a", nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := keyring.Rotate(path)
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, path)
	if r.Current() != id || id == old.Current() {
		t.Errorf("current key is %v, want the new %v", r.Current(), id)
	}
	if got, err := r.Open("session", account, []byte("aad"), sealed); err != nil || string(got) != "kept" {
		t.Errorf("sealed by the old key: %q, %v", got, err)
	}
	if again, err := r.Derive(old.Current(), "p", "a", nil); err != nil || again != secret {
		t.Errorf("derived by the old key: %v", err)
	}
	if _, err := old.Open("session", account, []byte("aad"), seal(t, r, "new")); err != keyring.ErrSealed {
		t.Errorf("the old ring opens what the new key sealed: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("rotated file is %v, %v", info.Mode(), err)
	}
}

func TestUnfitFilesAreRefusedAndKept(t *testing.T) {
	good := func(t *testing.T, path string) []byte {
		open(t, path)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, spoil := range map[string]func([]byte) []byte{
		"empty":           func([]byte) []byte { return nil },
		"cut":             func(b []byte) []byte { return b[:len(b)/2] },
		"unknown member":  func(b []byte) []byte { return bytes.Replace(b, []byte(`"keys"`), []byte(`"sleutels"`), 1) },
		"other version":   func(b []byte) []byte { return bytes.Replace(b, []byte(`"version": 1`), []byte(`"version": 2`), 1) },
		"something after": func(b []byte) []byte { return append(b, '{', '}') },
		"no key":          func([]byte) []byte { return []byte(`{"version":1,"keys":[]}`) },
		"short key":       func([]byte) []byte { return []byte(`{"version":1,"keys":[{"id":"0011223344556677","secret":"AAAA"}]}`) },
		"short id":        func(b []byte) []byte { return bytes.Replace(b, []byte(`"id": "`), []byte(`"id": "00`), 1) },
		"too long":        func(b []byte) []byte { return append(b, bytes.Repeat([]byte(" "), 70<<10)...) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keyring")
			bad := spoil(good(t, path))
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := keyring.Open(path); err == nil {
				t.Error("was accepted")
			}
			if _, err := keyring.Rotate(path); err == nil {
				t.Error("was rotated")
			}
			if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, bad) {
				t.Error("was changed")
			}
		})
	}
	t.Run("duplicate id", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "keyring")
		key := strings.TrimSpace(string(good(t, path)))
		_, key, _ = strings.Cut(key, "[")
		key, _, _ = strings.Cut(key, "]")
		if err := os.WriteFile(path, fmt.Appendf(nil, `{"version":1,"keys":[%s,%s]}`, key, key), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keyring.Open(path); err == nil {
			t.Error("was accepted")
		}
	})
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o601} {
		t.Run(mode.String(), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keyring")
			open(t, path)
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if _, err := keyring.Open(path); !errors.Is(err, keyring.ErrPermissions) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("directory", func(t *testing.T) {
		if _, err := keyring.Open(t.TempDir()); err == nil {
			t.Error("was accepted")
		}
	})
}

func TestFirstStartsTogetherAgreeOnOneRing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keyring")
	rings := make([]*keyring.Ring, 8)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() { rings[i], _ = keyring.Open(path) })
	}
	wg.Wait()
	for _, r := range rings {
		if r == nil || r.Current() != rings[0].Current() {
			t.Fatal("two processes made two rings")
		}
	}
}

func TestNoVerbShowsAKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keyring")
	r := open(t, path)
	text := fmt.Sprintf("%v %+v %#v %s", r, r, r, r)
	if !strings.Contains(text, r.Current().String()) || len(text) > 4*(len("keyring ")+17) {
		t.Errorf("formatted as %d bytes: %s", len(text), text)
	}
	type config struct{ Ring *keyring.Ring }
	if text := fmt.Sprintf("%+v", config{r}); strings.Contains(text, "[") {
		t.Errorf("formatted inside of another as %d bytes", len(text))
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

func open(t testing.TB, path string) *keyring.Ring {
	t.Helper()
	r, err := keyring.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
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
