// SPDX-License-Identifier: Apache-2.0

package keyring_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/keyring"
)

// rootText is a root key as its file has it.
var rootText = base64.StdEncoding.EncodeToString([]byte("an example of a root key, 32 byte"[:32]))

func parseRoot(t testing.TB, text string) *keyring.Root {
	t.Helper()
	root, err := keyring.ParseRoot([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestARootKeyIs32BytesInBase64(t *testing.T) {
	for name, text := range map[string]string{
		"itself":                      rootText,
		"with a line's end":           rootText + "\n",
		"with spaces around":          " \t" + rootText + "\r\n",
		"all zero, which is 32 bytes": strings.Repeat("A", 43) + "=",
	} {
		if _, err := keyring.ParseRoot([]byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"empty":               "",
		"a byte less":         base64.StdEncoding.EncodeToString(make([]byte, 31)),
		"a byte more":         base64.StdEncoding.EncodeToString(make([]byte, 33)),
		"without padding":     strings.TrimSuffix(rootText, "="),
		"hexadecimal":         strings.Repeat("0f", 32),
		"another alphabet":    strings.Repeat("_", 43) + "=",
		"a space within":      rootText[:20] + " " + rootText[20:],
		"a line's end within": rootText[:20] + "\n" + rootText[21:],
		"bits that are lost":  strings.Repeat("A", 42) + "B=",
		"two":                 rootText + "\n" + rootText,
	} {
		if _, err := keyring.ParseRoot([]byte(text)); err != keyring.ErrRootForm {
			t.Errorf("%s: got %v, want ErrRootForm itself", name, err)
		}
	}
}

func TestARootKeysFileIsMadeOnceAndPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root-key")
	if _, err := keyring.ReadRoot(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
	if err := parseRoot(t, rootText).WriteFile(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file is %v, %v", info.Mode(), err)
	}
	if err := keyring.NewRoot().WriteFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("written over: got %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != rootText+"\n" {
		t.Errorf("file holds %d bytes, %v", len(text), err)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("left behind: %v, %v", names, err)
	}
	if _, err := keyring.ReadRoot(path); err != nil {
		t.Error(err)
	}
}

func TestUnfitFilesOfRootKeysAreRefused(t *testing.T) {
	dir := t.TempDir()
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o601} {
		path := filepath.Join(dir, mode.String())
		if err := errors.Join(os.WriteFile(path, []byte(rootText), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		if _, err := keyring.ReadRoot(path); !errors.Is(err, keyring.ErrPermissions) {
			t.Errorf("mode %v: got %v", mode, err)
		}
	}
	long := filepath.Join(dir, "long")
	if err := os.WriteFile(long, append([]byte(rootText), bytes.Repeat([]byte(" "), 5000)...), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, long} {
		if _, err := keyring.ReadRoot(path); !errors.Is(err, keyring.ErrRootForm) {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestNoVerbShowsAKey(t *testing.T) {
	r := keyring.NewMemory()
	text := fmt.Sprintf("%v %+v %#v %s", r, r, r, r)
	if !strings.Contains(text, r.Current().String()) || len(text) > 4*(len("keyring ")+17) {
		t.Errorf("formatted as %d bytes: %s", len(text), text)
	}
	root := parseRoot(t, rootText)
	type config struct {
		Ring *keyring.Ring
		Root *keyring.Root
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{root, config{r, root}} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, rootText) || strings.Contains(text, "an example") || strings.Contains(text, fmt.Sprintf("%x", "an example")) || strings.Contains(text, "[97 110") {
				t.Errorf("%s shows the root key", verb)
			}
		}
	}
}

func FuzzParseRoot(f *testing.F) {
	f.Add([]byte(rootText))
	f.Add([]byte(rootText + "\n"))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		root, err := keyring.ParseRoot(text)
		if err != nil {
			if err != keyring.ErrRootForm {
				t.Errorf("got %v", err)
			}
			return
		}
		path := filepath.Join(t.TempDir(), "root-key")
		if err := root.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, append(bytes.TrimSpace(text), '\n')) {
			t.Errorf("what was read is written otherwise: %v", err)
		}
	})
}
