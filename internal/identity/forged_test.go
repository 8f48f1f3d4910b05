// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// TestATokenNamesTheKeyThatSealedIt: who has a key that was revoked can seal a
// token with it that names a key that counts. It must not count for that.
func TestATokenNamesTheKeyThatSealedIt(t *testing.T) {
	engine, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db := storage.New(engine)
	defer db.Close()
	ring, now := keyring.New(keyring.NewRoot()), time.Unix(1e9, 0)
	if err := db.Update(t.Context(), func(tx *storage.Tx) error { return ring.Init(tx, now) }); err != nil {
		t.Fatal(err)
	}
	if err := db.View(t.Context(), ring.Load); err != nil {
		t.Fatal(err)
	}
	stolen := ring.Current()
	if err := db.Update(t.Context(), func(tx *storage.Tx) error { _, err := ring.Rotate(tx, true, now); return err }); err != nil {
		t.Fatal(err)
	}
	if err := db.View(t.Context(), ring.Load); err != nil {
		t.Fatal(err)
	}

	const account = "111122223333"
	d, keyID := New(ring), newAccessKeyID(temporaryPrefix, account)
	for name, tt := range map[string]struct {
		with, names keyring.KeyID
		ok          bool
	}{
		"the current key":                        {ring.Current(), ring.Current(), true},
		"the stolen key":                         {stolen, stolen, false},
		"the stolen key, naming the current":     {stolen, ring.Current(), false},
		"the current key, naming the stolen":     {ring.Current(), stolen, false},
		"the current key, naming one of no ring": {ring.Current(), keyring.KeyID{1}, false},
	} {
		s := &Session{ID: "00112233445566778899aabbccddeeff", Account: account, IssuedAt: now, Expires: now.Add(time.Hour), rootKey: tt.names}
		payload, err := encodeSession(s)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := ring.SealWith(tt.with, sessionPurpose, account, []byte(keyID), payload)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.openToken(account, keyID, tokenText.EncodeToString(sealed)); (err == nil) != tt.ok {
			t.Errorf("sealed with %s: got %v", name, err)
		}
	}
}
