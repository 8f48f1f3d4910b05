// SPDX-License-Identifier: Apache-2.0

package keyring

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// An example of a key, with which the golden values were made.
var example = key{
	Info:   Info{ID: KeyID{1, 2, 3, 4, 5, 6, 7, 8}},
	secret: [keySize]byte([]byte("0123456789abcdef0123456789ABCDEF")),
}

// TestDerivationsStayAsTheyAre: what has been sealed under other ones is lost.
// The wants are spelled out, and so are the bytes that they come to.
func TestDerivationsStayAsTheyAre(t *testing.T) {
	for _, tt := range []struct {
		use, purpose, account string
		info                  string
		golden                string
	}{
		{
			"seal", "session", "111122223333",
			"bailiwick keyring 1\x00\x00\x00\x04seal\x00\x00\x00\x07session\x00\x00\x00\x0c111122223333",
			"e17fd85fca46b0cbb74937a7bcd4a70cccb458442fe8fa1363060f35f41dcec5",
		},
		{
			"derive", "session-secret", "111122223333",
			"bailiwick keyring 1\x00\x00\x00\x06derive\x00\x00\x00\x0esession-secret\x00\x00\x00\x0c111122223333",
			"1aa28ea948ecf0cc1b394c2e8b37f517e73fd26a01ab0736e8668eacf1dc9d1a",
		},
		{
			"seal", "access-key", "111122223333",
			"bailiwick keyring 1\x00\x00\x00\x04seal\x00\x00\x00\x0aaccess-key\x00\x00\x00\x0c111122223333",
			"846c42620d78b02f2859ab2f3245c5983a43b05fcacbf4a707784788f4451c9b",
		},
	} {
		want, err := hkdf.Key(sha256.New, example.secret[:], example.ID[:], tt.info, 32)
		if err != nil {
			t.Fatal(err)
		}
		got, err := expand(&example, tt.use, subkeyName{example.ID, tt.purpose, tt.account})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) || hex.EncodeToString(got) != tt.golden {
			t.Errorf("%s %s: got %x, want %x, which is to be %s", tt.use, tt.purpose, got, want, tt.golden)
		}
	}
}

// What was sealed and wrapped by an earlier version, and must open.
const (
	goldenRoot    = "dGhlIHJvb3Qga2V5IG9mIGdvbGRlbiBleGFtcGxlczE="
	goldenWrapped = "015e85dd405980751c58d9eca927999954a4b53566b7ad8f137d55a039d0d377a265734eb1262f7e8ffeee05504b779ad22633828e8e5dc7bc12cd857ae77d5a2b3ac1dcda823bbf04"
	goldenSealed  = "010102030405060708949e3a2b1558cb164324b1bfff9be312bb99a59b2e1ffebece9d96f40202a4f7a8a7be38c70317a5831b43a6b4af"
)

func TestWhatWasSealedEarlierOpens(t *testing.T) {
	root, err := ParseRoot([]byte(goldenRoot))
	if err != nil {
		t.Fatal(err)
	}
	secret, err := root.unwrap(example.ID, unhex(t, goldenWrapped))
	if err != nil || secret != example.secret {
		t.Errorf("unwrapped otherwise: %v", err)
	}
	r := newRing(nil, newSet(0, []key{example}))
	plain, err := r.Open("session", "111122223333", []byte("aad"), unhex(t, goldenSealed))
	if err != nil || string(plain) != "golden" {
		t.Errorf("opened as %q, %v", plain, err)
	}
}

// TestOneSubkeyOpensNothingElse: who has one subkey, both halves of it, opens
// what was sealed with that and nothing that was sealed for another purpose or
// account or with another key, finds no other subkey among what it derives, and
// finds neither the key itself nor the root key.
func TestOneSubkeyOpensNothingElse(t *testing.T) {
	root := NewRoot()
	first, second := newKey(time.Unix(1, 0)), newKey(time.Unix(2, 0))
	r := newRing(nil, newSet(0, []key{first, second}))
	var names []subkeyName
	for _, id := range []KeyID{first.ID, second.ID} {
		for _, purpose := range []string{"session", "session-secret", "access-key"} {
			for _, account := range []string{"111122223333", "111122223334", ""} {
				names = append(names, subkeyName{id, purpose, account})
			}
		}
	}
	sealed := map[subkeyName][]byte{}
	keys := map[string]string{string(first.secret[:]): "a key itself", string(second.secret[:]): "a key itself"}
	for _, name := range names {
		b, err := r.SealWith(name.id, name.purpose, name.account, []byte("aad"), []byte("plain"))
		if err != nil {
			t.Fatal(err)
		}
		sealed[name] = b
		for _, half := range halves(t, r, name) {
			if what := keys[string(half)]; what != "" {
				t.Errorf("%v has the key of %s", name, what)
			}
			keys[string(half)] = fmt.Sprint(name)
		}
	}
	for _, stolen := range names {
		for _, half := range halves(t, r, stolen) {
			opens := 0
			for _, k := range guesses(half, &stolen) {
				for name, b := range sealed {
					if opensWith(t, k, b) {
						opens++
						if name != stolen {
							t.Errorf("what makes %v opens what was sealed for %v", stolen, name)
						}
					}
				}
				if _, err := withKey(t, root, k).unwrap(first.ID, root.wrap(first.ID, &first.secret)); err == nil {
					t.Errorf("what makes %v unwraps a key", stolen)
				}
				if what := keys[string(k)]; what != "" && !bytes.Equal(k, half) {
					t.Errorf("%v leads to the key of %v", stolen, what)
				}
			}
			if want := 1; bytes.Equal(half, halves(t, r, stolen)[0]) && opens != want {
				t.Errorf("positive control: the sealing half of %v opens %d of what was sealed, want %d", stolen, opens, want)
			}
		}
	}
}

// halves returns the two keys that make a subkey.
func halves(t *testing.T, r *Ring, name subkeyName) [][]byte {
	t.Helper()
	var out [][]byte
	for _, use := range []string{"seal", "derive"} {
		b, err := expand(r.set.Load().byID[name.id], use, name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// guesses returns what a thief would make of a key: itself, and what HKDF and
// HMAC make of it with everything that is no secret.
func guesses(stolen []byte, name *subkeyName) [][]byte {
	out := [][]byte{stolen}
	thief := key{Info: Info{ID: name.id}, secret: [keySize]byte(stolen)}
	for _, purpose := range []string{"session", "session-secret", "access-key"} {
		for _, use := range []string{"seal", "derive"} {
			for _, account := range []string{name.account, "111122223333", ""} {
				if b, err := expand(&thief, use, subkeyName{name.id, purpose, account}); err == nil {
					out = append(out, b)
				}
				mac := hmac.New(sha256.New, stolen)
				mac.Write([]byte(use + purpose + account))
				out = append(out, mac.Sum(nil))
			}
		}
	}
	return out
}

// opensWith reports whether k opens sealed bytes, whose format it knows.
func opensWith(t *testing.T, k, sealed []byte) bool {
	t.Helper()
	aead, err := chacha20poly1305.NewX(k)
	if err != nil {
		t.Fatal(err)
	}
	head, nonce, text := sealed[:headSize], sealed[headSize:headSize+nonceSize], sealed[headSize+nonceSize:]
	_, err = aead.Open(nil, nonce, text, associated(head, []byte("aad")))
	return err == nil
}

// withKey returns a root key that unwraps with k.
func withKey(t *testing.T, root *Root, k []byte) *Root {
	t.Helper()
	aead, err := chacha20poly1305.NewX(k)
	if err != nil {
		t.Fatal(err)
	}
	return &Root{aead, root.text}
}

// FuzzRecord decodes what is stored of keys: nothing but what wrapAll made gives
// keys.
func FuzzRecord(f *testing.F) {
	root, err := ParseRoot([]byte(goldenRoot))
	if err != nil {
		f.Fatal(err)
	}
	// The same keys in every process: fuzzing runs in several.
	old, current := example, key{Info: Info{ID: KeyID{9}}, secret: [keySize]byte{9}}
	old.Retired = time.Unix(2, 0).UTC()
	secrets := map[KeyID][keySize]byte{old.ID: old.secret, current.ID: current.secret}
	good, err := json.Marshal(root.wrapAll([]key{old, current}))
	if err != nil {
		f.Fatal(err)
	}
	var rec record
	if err := json.Unmarshal(good, &rec); err != nil {
		f.Fatal(err)
	}
	if keys, err := root.unwrapAll(&rec); err != nil || len(keys) != 2 {
		f.Fatalf("%d keys, %v", len(keys), err)
	}
	f.Add(good)
	f.Add(bytes.Replace(good, []byte(`"Revoked":false`), []byte(`"Revoked":true`), 1))
	f.Add([]byte(`{"Keys":[]}`))
	f.Add([]byte(`{"Keys":[{"ID":"0102030405060708","Wrapped":"AQ=="}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var rec record
		if json.Unmarshal(text, &rec) != nil {
			return
		}
		keys, err := root.unwrapAll(&rec)
		if err != nil {
			if !errors.Is(err, ErrWrongRoot) && !errors.Is(err, storage.ErrCorrupt) {
				t.Errorf("got %v", err)
			}
			return
		}
		for i, k := range keys {
			if want, ok := secrets[k.ID]; !ok || k.secret != want {
				t.Errorf("a forged key: %v", k.ID)
			}
			if (i == len(keys)-1) != k.Retired.IsZero() {
				t.Errorf("key %d of %d was retired at %v", i, len(keys), k.Retired)
			}
		}
	})
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
