// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A Credential is an access key with what is needed to verify and to name its
// holder. Until a signature has been verified with its secret it proves
// nothing. It is immutable.
type Credential struct {
	AccessKeyID string
	Account     string
	Secret      string            `json:"-"`
	Fingerprint [sha256.Size]byte `json:"-"` // of the secret: what is remembered for one secret is found by it

	session *Session // nil for long-term keys
	userID  string   // of the user who has the long-term key; empty for the root's
	size    int      // bytes of the session token
}

// maxSmall is the size, in bytes, of the largest token whose session is
// remembered. All that AssumeRole may be passed fits, with some tags of the role.
const maxSmall = 6 << 10

// Small reports whether the credential may be remembered: caches are bounded by
// number, and the tags of a role can make its sessions many times larger than
// usual.
func (c *Credential) Small() bool { return c.size <= maxSmall }

// String names the key and not its secret.
func (c *Credential) String() string { return c.AccessKeyID }

// GoString is String.
func (c *Credential) GoString() string { return c.AccessKeyID }

// Format writes String, whatever the verb.
func (c *Credential) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.AccessKeyID)) }

// LogValue names the key and not its secret.
func (c *Credential) LogValue() slog.Value { return slog.StringValue(c.AccessKeyID) }

// Expires returns when the session that the credential is of ends. It is zero
// for long-term keys.
func (c *Credential) Expires() time.Time {
	if c.session == nil {
		return time.Time{}
	}
	return c.session.Expires
}

// Credential looks the access key up, with the session token that came with it
// or "". It fails with [ErrUnknownKey] or [ErrExpired]; other errors are of the
// storage. It remembers nothing.
func (d *Directory) Credential(tx *storage.Tx, accessKeyID, sessionToken string, now time.Time) (*Credential, error) {
	if err := d.ring.Load(tx); err != nil {
		return nil, err
	}
	prefix, account, ok := parseAccessKeyID(accessKeyID)
	if sessionToken == "" {
		return d.longTerm(tx, account, accessKeyID)
	}
	if !ok || prefix != temporaryPrefix {
		return nil, ErrUnknownKey
	}
	s, err := d.openToken(account, accessKeyID, sessionToken)
	if err != nil {
		return nil, err
	}
	if !now.Before(s.Expires) {
		return nil, ErrExpired
	}
	secret, err := d.sessionSecret(s, accessKeyID)
	if err != nil {
		return nil, err
	}
	c := newCredential(accessKeyID, account, secret)
	c.session, c.size = s, len(sessionToken)
	return c, nil
}

func newCredential(id, account, secret string) *Credential {
	return &Credential{AccessKeyID: id, Account: account, Secret: secret, Fingerprint: sha256.Sum256([]byte(secret))}
}

// longTerm returns the credential of a long-term key. account is what its id
// says, or empty.
func (d *Directory) longTerm(tx *storage.Tx, account, id string) (*Credential, error) {
	if !validChosenID(id) {
		return nil, ErrUnknownKey
	}
	k, err := findAccessKey(tx, account, id)
	if err != nil {
		return nil, unknown(err)
	}
	if !k.Active {
		return nil, ErrUnknownKey
	}
	secret, err := d.openSecret(k)
	if err != nil {
		return nil, fmt.Errorf("identity: secret of %s: %w", id, err)
	}
	c := newCredential(id, k.Account, secret)
	c.userID = k.UserID
	return c, nil
}
