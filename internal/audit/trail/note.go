// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// The kinds of notes.
const (
	// Checkpoint only signs what is before it.
	Checkpoint = "checkpoint"
	// Rekey says that Next signs from the next note on.
	Rekey = "key"
	// Retention says that the files before the one named Kept, which have
	// Gone lines, may be gone.
	Retention = "retention"
)

// The reasons of checkpoints.
const (
	Begin = "begin" // the first line of every file
	End   = "end"   // of a file; the next follows
	Stop  = "stop"  // the server ends
	Due   = "due"   // there are many lines after the last, or they are old
)

// ErrSignature means that a note was not written, in this form, by who holds the
// key that it names.
var ErrSignature = errors.New("trail: the signature is not right")

// ErrKey means that a text is no public key. It doesn't quote the text.
var ErrKey = errors.New("trail: not an Ed25519 public key in PEM")

// maxNote is the size of the longest note, in bytes.
const maxNote = 4 << 10

// A Note is a line that the log itself adds to the records: what it knows of
// itself, signed. Its signature covers the chain value before it, and so all lines
// before it.
type Note struct {
	Kind     string            `json:"kind"`
	Reason   string            `json:"reason,omitempty"` // of a checkpoint
	Time     time.Time         `json:"time"`
	File     string            `json:"file"`     // that it stands in
	Last     uint64            `json:"last"`     // number of the last record before it
	Lines    uint64            `json:"lines"`    // before it, in all files
	Previous Value             `json:"previous"` // after the line before it
	Next     ed25519.PublicKey `json:"next,omitempty"`
	Kept     string            `json:"kept,omitempty"`
	Gone     uint64            `json:"gone,omitempty"`
	Key      ed25519.PublicKey `json:"key"`

	// Signature is with Key. Proof is with Next: who signs from then on holds
	// that key.
	Signature []byte `json:"signature,omitempty"`
	Proof     []byte `json:"proof,omitempty"`
}

// signed returns what the signatures of n are made over: the note without them.
// What it begins with keeps it apart from anything else that a key might sign.
func (n *Note) signed() ([]byte, error) {
	bare := *n
	bare.Signature, bare.Proof = nil, nil
	text, err := json.Marshal(&bare)
	return append([]byte("bailiwick decision log 1\n"), text...), err
}

// Sign returns the text of n, signed with key, and for a [Rekey] also with next.
func (n *Note) Sign(key, next ed25519.PrivateKey) ([]byte, error) {
	n.Time = n.Time.UTC().Truncate(time.Microsecond)
	n.Key = key.Public().(ed25519.PublicKey)
	if next != nil {
		n.Next = next.Public().(ed25519.PublicKey)
	}
	text, err := n.signed()
	if err != nil {
		return nil, fmt.Errorf("trail: %w", err)
	}
	n.Signature = ed25519.Sign(key, text)
	if next != nil {
		n.Proof = ed25519.Sign(next, text)
	}
	return json.Marshal(n)
}

// IsNote reports whether the line is to be read with [ParseNote].
func (l Line) IsNote() bool { return bytes.HasPrefix(l.head, []byte(`{"kind":`)) }

// ParseNote reads the note that the line is, which must have the one form that
// [Note.Sign] gives it. It fails with [ErrLine], or with [ErrSignature] if a
// signature is not that of the key which the note names. Whether that key may
// sign is for the caller to say.
func ParseNote(l Line) (*Note, error) {
	if len(l.head) > maxNote {
		return nil, ErrLine
	}
	text := l.Text()
	var n Note
	if err := json.Unmarshal(text, &n); err != nil {
		return nil, ErrLine
	}
	if again, err := json.Marshal(&n); err != nil || !bytes.Equal(again, text) {
		return nil, ErrLine // the signature would be of another text
	}
	signed, err := n.signed()
	if err != nil {
		return nil, ErrLine
	}
	if !verify(n.Key, signed, n.Signature) {
		return nil, ErrSignature
	}
	if (n.Kind == Rekey) != (n.Next != nil) || n.Next != nil && !verify(n.Next, signed, n.Proof) {
		return nil, ErrSignature
	}
	return &n, nil
}

func verify(key ed25519.PublicKey, text, signature []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, text, signature)
}

// EncodeKey returns key in PEM, as of RFC 8410.
func EncodeKey(key ed25519.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("trail: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// ParseKey undoes [EncodeKey]. It fails with [ErrKey].
func ParseKey(text []byte) (ed25519.PublicKey, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, ErrKey
	}
	any, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, ErrKey
	}
	key, ok := any.(ed25519.PublicKey)
	if !ok {
		return nil, ErrKey
	}
	return key, nil
}
