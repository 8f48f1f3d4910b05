// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// theRoot is the root key in the test of the stolen disk.
const theRoot = "a root key of the stolen disk,32"

// A haystack is what a thief finds: files, and the records in the store.
type haystack map[string][]byte

// TestAStolenDataDirectoryHasNoSecret has a server make all the secrets that
// there are, and looks for them in its data directory: as it is while the server
// runs, when it has ended, and when another has started on it and ended.
func TestAStolenDataDirectoryHasNoSecret(t *testing.T) {
	dir := t.TempDir()
	data, copied := filepath.Join(dir, "data"), filepath.Join(dir, "copied")
	rootFile := filepath.Join(dir, "root-key")
	if err := os.WriteFile(rootFile, []byte(base64.StdEncoding.EncodeToString([]byte(theRoot))), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := bailiwick.Config{Data: data, RootKeyFile: rootFile}
	secrets, open := map[string][]byte{"the root key": []byte(theRoot)}, map[string]string{}
	t.Run("the server runs", func(t *testing.T) {
		s := newSiege(t, cfg)
		s.makeSecrets(secrets, open)
		if err := os.CopyFS(copied, os.DirFS(data)); err != nil {
			t.Fatal(err)
		}
	})
	search := func(when string, stack haystack, open map[string]string) {
		t.Helper()
		for what, text := range open {
			if stack.find([]byte(text)) == nil {
				t.Errorf("%s: the search does not find %s", when, what)
			}
		}
		for what, secret := range secrets {
			for form, needle := range spellings(secret) {
				if where := stack.find(needle); where != nil {
					t.Errorf("%s: %s is there, %s, in %s", when, what, form, where)
				}
			}
		}
	}
	ended := files(t, data)
	records := recordsOf(t, data)
	keys := unwrapped(t, records)
	if len(keys) < 2 {
		t.Fatalf("only %d keys were found, with the root key", len(keys))
	}
	for what, secret := range keys {
		secrets[what] = secret
	}
	t.Run("another has started", func(t *testing.T) { newDefender(t, cfg) })
	rootID := map[string]string{"the root's access key id": open["the access key id of root"]}
	search("while it ran", files(t, copied), open)
	search("when it had ended", ended, rootID)
	search("in the store", records, map[string]string{"an item": open["an item"], "a policy": open["a policy"]})
	search("after another start", files(t, data), rootID)
	if t.Failed() {
		return
	}
	// A positive control for every secret: the search would find it.
	for what, secret := range secrets {
		for form, needle := range spellings(secret) {
			if (haystack{"f": append([]byte("xx"), append(slices.Clone(needle), "yy"...)...)}).find(needle) == nil {
				t.Errorf("%s is not found, %s", what, form)
			}
		}
	}
	t.Logf("%d secrets, %d files, %d records", len(secrets), len(ended), len(records))
}

// newDefender starts a server that has its data already and checks that its
// sealed secrets serve.
func newDefender(t *testing.T, cfg bailiwick.Config) {
	s, err := bailiwick.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if s.Root().SecretAccessKey == "" {
		t.Error("the root access key has no secret")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// makeSecrets has the server make access keys, sessions and keys. It adds them to
// secrets, and to open what must be found beside them.
func (s *siege) makeSecrets(secrets map[string][]byte, open map[string]string) {
	s.t.Helper()
	note := func(who string, cfg aws.Config) aws.Config {
		c := keysOf(s.t, cfg)
		secrets["the secret access key of "+who] = []byte(c.SecretAccessKey)
		if c.SessionToken != "" {
			secrets["the session token of "+who] = []byte(c.SessionToken)
		}
		open["the access key id of "+who] = c.AccessKeyID
		for _, service := range []string{"dynamodb", "sts", "iam"} {
			secrets["a signing key of "+who+" for "+service] = signingKey(c.SecretAccessKey, "us-east-1", service)
		}
		return cfg
	}
	note("root", s.root)
	note("the administrator", s.admin)
	vendor := note("the vendor", s.vendor)
	otherRoot, otherAdmin := s.account("111122223333")
	note("another account's root", otherRoot)
	note("another account's administrator", otherAdmin)
	s.role("power", allowAll)
	for i, name := range []string{"a session", "a session after a rotation", "a session after an emergency"} {
		session := note(name, s.assume(vendor, "power", map[string]any{"Policy": allowAll, "Tags": tenantTag("blue")}))
		s.do(session, "dynamodb", "PutItem", putRow("blue", name))
		s.do(note("chained "+name, s.assume(session, "power", nil)), "dynamodb", "GetItem", getRow("blue"))
		if i < 2 {
			s.rotate(i == 1)
		}
	}
	s.until("the old keys are dropped", func() bool { return len(s.keys()) == 1 })
	s.rotate(false)
	note("a user after all that", s.user(s.root, "late", allowAll))
	open["an item"] = "note of blue"
	open["a policy"] = "OwnRows"
}

// signingKey returns the key that AWS's Signature Version 4 derives for today.
func signingKey(secret, region, service string) []byte {
	k := []byte("AWS4" + secret)
	for _, part := range []string{time.Now().UTC().Format("20060102"), region, service, "aws4_request"} {
		mac := hmac.New(sha256.New, k)
		mac.Write([]byte(part))
		k = mac.Sum(nil)
	}
	return k
}

// spellings returns the ways in which a secret may be written, each cut to what
// can't be there by chance.
func spellings(secret []byte) map[string][]byte {
	const enough = 16 // bytes
	out := map[string][]byte{"as it is": secret, "from its middle": secret[len(secret)/2:]}
	out["in base64"] = []byte(base64.StdEncoding.EncodeToString(secret))
	out["in base64 for URLs"] = []byte(base64.URLEncoding.EncodeToString(secret))
	out["in hexadecimal"] = []byte(hex.EncodeToString(secret))
	out["in upper case hexadecimal"] = []byte(strings.ToUpper(hex.EncodeToString(secret)))
	for name, encoding := range map[string]*base64.Encoding{"decoded": base64.StdEncoding, "decoded as of URLs": base64.RawURLEncoding} {
		if b, err := encoding.DecodeString(string(secret)); err == nil {
			out[name] = b
		}
	}
	for name, b := range out {
		if len(b) < enough {
			delete(out, name)
			continue
		}
		out[name] = b[:enough]
	}
	return out
}

func (h haystack) find(needle []byte) []string {
	var where []string
	for name, text := range h {
		if bytes.Contains(text, needle) {
			where = append(where, name)
		}
	}
	slices.Sort(where)
	return where
}

// files reads all files under dir.
func files(t *testing.T, dir string) haystack {
	t.Helper()
	stack := haystack{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		stack[path], err = os.ReadFile(path)
		return err
	})
	if err != nil || len(stack) < 4 {
		t.Fatalf("%d files, %v", len(stack), err)
	}
	return stack
}

// recordsOf reads all that the store has: its files are compressed.
func recordsOf(t *testing.T, data string) haystack {
	t.Helper()
	d, err := pebble.Open(filepath.Join(data, "db"), pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	db := storage.New(d)
	defer db.Close()
	stack := haystack{}
	err = db.View(t.Context(), func(tx *storage.Tx) error {
		for area := byte(0); area < 0x80; area++ {
			c := tx.Scan(storage.Range{Lo: []byte{area}, Hi: []byte{area + 1}})
			for c.Next() {
				stack[string(c.Key())] = append(slices.Clone(c.Key()), c.Value()...)
			}
			if err := c.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(stack) < 20 {
		t.Fatalf("%d records, %v", len(stack), err)
	}
	return stack
}

// unwrapped returns the keys of the ring and the subkeys made of them, which it
// finds as who has the root key would.
func unwrapped(t *testing.T, records haystack) map[string][]byte {
	t.Helper()
	wrapping, err := hkdf.Key(sha256.New, []byte(theRoot), nil, "bailiwick root 1 wrap", chacha20poly1305.KeySize)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := chacha20poly1305.NewX(wrapping)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{"the wrapping key": wrapping}
	for _, text := range records {
		i := bytes.Index(text, []byte(`{"Keys":[{"ID"`))
		if i < 0 {
			continue
		}
		var ring struct {
			Keys []struct {
				ID      string
				Wrapped []byte
			}
		}
		if err := json.Unmarshal(text[i:], &ring); err != nil {
			t.Fatal(err)
		}
		for _, k := range ring.Keys {
			id, err := hex.DecodeString(k.ID)
			if err != nil {
				t.Fatal(err)
			}
			const head = 1 + chacha20poly1305.NonceSizeX
			secret, err := aead.Open(nil, k.Wrapped[1:head], k.Wrapped[head:], append([]byte{1}, id...))
			if err != nil {
				t.Fatal(err)
			}
			out["key "+k.ID] = secret
			for _, use := range [][2]string{{"seal", "session"}, {"derive", "session-secret"}, {"seal", "access-key"}} {
				out["a subkey of "+k.ID+" for "+use[1]] = subkeyOf(t, secret, id, use[0], use[1])
			}
		}
	}
	return out
}

// subkeyOf derives a subkey for the first account.
func subkeyOf(t *testing.T, secret, id []byte, use, purpose string) []byte {
	t.Helper()
	info := []byte("bailiwick keyring 1")
	for _, part := range []string{use, purpose, "000000000000"} {
		info = binary.BigEndian.AppendUint32(info, uint32(len(part)))
		info = append(info, part...)
	}
	k, err := hkdf.Key(sha256.New, secret, id, string(info), chacha20poly1305.KeySize)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
