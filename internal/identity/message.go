// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"bytes"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/keyring"
)

// messagePurpose is what authorization messages are sealed for.
const messagePurpose = "authorization-message"

// The sizes of authorization messages, in bytes.
const (
	// MaxMessage is that of the longest text.
	MaxMessage = 4 << 10
	// messageStep is what texts are filled up to a multiple of, with blanks, so
	// that the length of a sealed one says little.
	messageStep = 512

	maxSealedMessage = (MaxMessage + messageStep + keyring.Overhead + 2) / 3 * 4
)

// ErrMessage means that a text is no authorization message of the account, or not
// any more.
var ErrMessage = errors.New("identity: not an authorization message of this account")

// SealMessage seals the text of an authorization message, JSON that says why a
// call was denied, for the caller's account: it alone can have it opened. A text
// longer than [MaxMessage] is refused.
func (d *Directory) SealMessage(account string, text []byte) (string, error) {
	if len(text) > MaxMessage {
		return "", ErrTooLarge
	}
	fill := (messageStep - len(text)%messageStep) % messageStep
	text = append(bytes.Clone(text), bytes.Repeat([]byte{' '}, fill)...)
	sealed, err := d.ring.Seal(messagePurpose, account, nil, text)
	if err != nil {
		return "", err
	}
	return tokenText.EncodeToString(sealed), nil
}

// OpenMessage undoes [Directory.SealMessage]. It fails with [ErrMessage] for
// whatever was not sealed for the account, or by a key that was revoked since.
func (d *Directory) OpenMessage(account, message string) ([]byte, error) {
	if len(message) > maxSealedMessage {
		return nil, ErrMessage
	}
	sealed, err := tokenText.DecodeString(message)
	if err != nil || tokenText.EncodedLen(len(sealed)) != len(message) { // it skips line breaks
		return nil, ErrMessage
	}
	text, err := d.ring.Open(messagePurpose, account, nil, sealed)
	if err != nil || !d.ring.Live(keyring.SealedWith(sealed)) {
		return nil, ErrMessage
	}
	return bytes.TrimRight(text, " "), nil
}
