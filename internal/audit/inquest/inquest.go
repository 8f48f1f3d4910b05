// SPDX-License-Identifier: Apache-2.0

// Package inquest explains, from the decision log's files alone, why a call was
// allowed or denied: which statement settled it, what its variables stood for,
// which conditions failed and what would have allowed it. The record of the call
// says what the decision depended on, and the log has the policies' texts as they
// were, so it makes no difference what has become of them since.
package inquest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// maxID is the length of the longest request id, in bytes.
const maxID = 128

var (
	// ErrNotFound means that the log has no record of the call: there was none, it
	// was only counted, or its file is gone.
	ErrNotFound = errors.New("inquest: the log has no record of that request id")
	// ErrID means that a text is no request id.
	ErrID = errors.New("inquest: not a request id")

	errFound = errors.New("found") // ends a search
)

// Explain returns the explanation of the call with the request id, from the log's
// files in dir. It reads the log twice at most, and holds no more of it than the
// record and the policies that it names.
func Explain(ctx context.Context, dir, requestID string) (*Report, error) {
	if !isID(requestID) {
		return nil, ErrID
	}
	r, err := find(ctx, dir, requestID)
	if err != nil {
		return nil, err
	}
	texts, err := documents(ctx, dir, r.digests())
	if err != nil {
		return nil, err
	}
	return report(r, texts), nil
}

// isID reports whether s has only characters that need no escape in JSON.
func isID(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < '!' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return s != "" && len(s) <= maxID
}

// find returns the record of the call.
func find(ctx context.Context, dir, requestID string) (*record, error) {
	var found *record
	mark := []byte(`"requestId":"` + requestID + `"`)
	err := trail.Read(ctx, dir, false, func(text []byte) error {
		if !bytes.Contains(text, mark) {
			return nil
		}
		var r record
		if err := json.Unmarshal(text, &r); err != nil || r.Kind != "" || r.RequestID != requestID {
			return nil
		}
		found = &r
		return errFound
	})
	switch {
	case errors.Is(err, errFound):
		return found, nil
	case err != nil:
		return nil, err
	}
	return nil, ErrNotFound
}

// documents returns the texts with the digests, in hexadecimal digits, that the
// log has. A text that isn't what its digest says is as good as none.
func documents(ctx context.Context, dir string, digests map[string]bool) (map[string]string, error) {
	texts := map[string]string{}
	mark := []byte(`"kind":"` + trail.KindPolicy + `"`)
	if len(digests) == 0 {
		return texts, nil
	}
	err := trail.Read(ctx, dir, false, func(text []byte) error {
		if !bytes.Contains(text, mark) {
			return nil
		}
		var d struct{ Kind, Digest, Text string }
		if json.Unmarshal(text, &d) != nil || d.Kind != trail.KindPolicy || !digests[d.Digest] {
			return nil
		}
		if sum := sha256.Sum256([]byte(d.Text)); hex.EncodeToString(sum[:]) != d.Digest {
			return nil
		}
		texts[d.Digest] = d.Text
		if len(texts) == len(digests) {
			return errFound
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return nil, err
	}
	return texts, nil
}
