// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/keyring"
)

func TestMessagesOpenForTheirAccountOnly(t *testing.T) {
	const account, other = "111111111111", "222222222222"
	d := New(keyring.NewMemory())
	for _, text := range []string{`{}`, `{"a":"` + strings.Repeat("x", 503) + `"}`, `{"a":"` + strings.Repeat("x", MaxMessage-8) + `"}`} {
		sealed, err := d.SealMessage(account, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.OpenMessage(account, sealed)
		if err != nil || string(got) != text {
			t.Errorf("%d bytes come back as %q, %v", len(text), got, err)
		}
		if _, err := d.OpenMessage(other, sealed); !errors.Is(err, ErrMessage) {
			t.Errorf("another account: %v", err)
		}
		if _, err := New(keyring.NewMemory()).OpenMessage(account, sealed); !errors.Is(err, ErrMessage) {
			t.Errorf("another server: %v", err)
		}
	}
	if _, err := d.SealMessage(account, make([]byte, MaxMessage+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a long text: %v", err)
	}
}

// The length of a sealed message tells little of what is in it.
func TestMessagesHaveFewLengths(t *testing.T) {
	d := New(keyring.NewMemory())
	lengths := map[int]bool{}
	for n := 2; n <= MaxMessage; n += 7 {
		sealed, err := d.SealMessage("111111111111", bytes.Repeat([]byte("x"), n))
		if err != nil {
			t.Fatal(err)
		}
		if lengths[len(sealed)] = true; len(sealed) > maxSealedMessage {
			t.Errorf("%d bytes take %d characters, and would not be opened", n, len(sealed))
		}
	}
	if len(lengths) != MaxMessage/messageStep {
		t.Errorf("there are %d lengths", len(lengths))
	}
}

func FuzzOpenMessage(f *testing.F) {
	const account = "111111111111"
	d := New(keyring.NewMemory())
	sealed, err := d.SealMessage(account, []byte(`{"allowed":false}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add("")
	f.Add(sealed[:40])
	f.Add(sealed[:8] + "\n" + sealed[8:])
	f.Fuzz(func(t *testing.T, message string) {
		got, err := d.OpenMessage(account, message)
		if message == sealed {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		if !errors.Is(err, ErrMessage) || got != nil {
			t.Fatalf("opened as %q, %v", got, err)
		}
	})
}
