// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
)

// What sessions are sealed and their secrets derived for.
const (
	sessionPurpose = "session"
	secretPurpose  = "session-secret"
)

// MaxLineage is the number of principals that a session may come from, one after
// the other: a user and 32 sessions.
const MaxLineage = 33

// MaxSession is the longest that a session lasts, which only those of users do.
const MaxSession = 36 * time.Hour

// MaxRoleSession is the longest that a role's session lasts.
const MaxRoleSession = 12 * time.Hour

const (
	// maxPayload bounds what a token holds, in bytes: more than a role's 50
	// tags of the greatest size in ASCII with the longest session policy.
	maxPayload = 24 << 10
	maxToken   = (maxPayload + keyring.Overhead + 2) / 3 * 4
)

// ErrTooLarge means that a session doesn't fit into a token.
var ErrTooLarge = errors.New("identity: session is too large for a token")

// A Session is what a session token holds. Times are of whole seconds.
type Session struct {
	ID       string // set by Issue: 32 hexadecimal digits, unique
	Account  string
	Kind     SessionKind
	UserID   string // of sessions that are not a role's; empty for the root user
	RoleID   string // of those that are
	RoleName string
	RolePath string
	Name     string // of the session, or of whom a user has named

	// What it comes from, which [Session.From] sets.
	Lineage     []awsapi.Ancestor     // the first first
	LineageTags [][tagDigestSize]byte // tags of those, besides its own

	Tags           []awsapi.Tag
	Transitive     []string // keys of tags that sessions chained from it inherit
	SourceIdentity string

	Provider string         // ARN of the identity provider that vouched for the caller, empty if none did
	Claims   []awsapi.Claim // what of its claims are condition keys of the session

	Policy     string   // the session policy's text; empty if there is none
	PolicyARNs []string // managed policies that are session policies as well

	IssuedAt time.Time
	Expires  time.Time
	Epoch    uint64 // of the account, as read by the transaction that issued it

	rootKey keyring.KeyID // that seals the token, and from which the secret is derived
}

// ARN returns the session's ARN, in which the role's path doesn't occur. A user's
// own has none but the user's.
func (s *Session) ARN() string {
	if s.Kind == FederatedSession {
		return FederatedARN(s.Account, s.Name).String()
	}
	return "arn:aws:sts::" + s.Account + ":assumed-role/" + s.RoleName + "/" + s.Name
}

// Issued is the credentials of a new session. It must not be logged.
type Issued struct {
	AccessKeyID     string
	SecretAccessKey string `json:"-"`
	SessionToken    string `json:"-"`
}

// String shows nothing of the credentials but the access key's id.
func (i *Issued) String() string { return i.AccessKeyID }

// GoString is String.
func (i *Issued) GoString() string { return i.AccessKeyID }

// Issue begins the session: it sets its ID and returns its credentials. It
// fails with [ErrTooLarge] if the token would be longer than tokens may be, or
// it comes from more than [MaxLineage] principals. It keeps nothing; the
// caller has checked everything else.
func (d *Directory) Issue(s *Session) (*Issued, error) {
	if len(s.Lineage) > MaxLineage {
		return nil, ErrTooLarge
	}
	var id [sessionIDSize]byte
	_, _ = rand.Read(id[:]) // never fails
	s.ID = hex.EncodeToString(id[:])
	s.IssuedAt, s.Expires = s.IssuedAt.UTC().Truncate(time.Second), s.Expires.UTC().Truncate(time.Second)
	s.rootKey = d.ring.Current()
	payload, err := encodeSession(s)
	if err != nil {
		return nil, err
	}
	if len(payload) > maxPayload {
		return nil, ErrTooLarge
	}
	keyID := newAccessKeyID(temporaryPrefix, s.Account)
	sealed, err := d.ring.SealWith(s.rootKey, sessionPurpose, s.Account, []byte(keyID), payload)
	if err != nil {
		return nil, err
	}
	secret, err := d.sessionSecret(s, keyID)
	if err != nil {
		return nil, err
	}
	return &Issued{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: tokenText.EncodeToString(sealed)}, nil
}

// tokenText is how tokens are written: safe in headers and queries, and in one
// way only.
var tokenText = base64.RawURLEncoding.Strict()

// openToken returns the session that a token holds, or ErrUnknownKey.
func (d *Directory) openToken(account, accessKeyID, token string) (*Session, error) {
	if len(token) > maxToken {
		return nil, ErrUnknownKey
	}
	sealed, err := tokenText.DecodeString(token)
	if err != nil || tokenText.EncodedLen(len(sealed)) != len(token) { // it skips line breaks
		return nil, ErrUnknownKey
	}
	payload, err := d.ring.Open(sessionPurpose, account, []byte(accessKeyID), sealed)
	if err != nil {
		return nil, ErrUnknownKey
	}
	s, err := decodeSession(payload)
	if err != nil || s.Account != account || s.rootKey != keyring.SealedWith(sealed) || !d.ring.Live(s.rootKey) {
		return nil, ErrUnknownKey
	}
	return s, nil
}

// sessionSecret returns the secret access key that goes with the session and
// key: 40 characters, as long-term ones.
func (d *Directory) sessionSecret(s *Session, accessKeyID string) (string, error) {
	mac, err := d.ring.Derive(s.rootKey, secretPurpose, s.Account, []byte(s.ID+accessKeyID))
	if err != nil {
		return "", ErrUnknownKey
	}
	return base64.StdEncoding.EncodeToString(mac[:30]), nil
}
