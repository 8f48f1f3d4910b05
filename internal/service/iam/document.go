// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"errors"
	"net/url"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// checkDocument checks a document that is to be saved, and its size where that
// doesn't depend on others.
func checkDocument(text string, t policy.Type) error {
	if err := policy.Validate([]byte(text), t); err != nil {
		return documentError(err)
	}
	if t == policy.Trust && policy.Size([]byte(text)) > maxTrustSize {
		return overQuota("ACLSizePerRole", maxTrustSize)
	}
	return nil
}

// encodeDocument returns a document as answers show it: percent-encoded, as in
// RFC 3986.
func encodeDocument(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// resolved is a trust policy with principals resolved, or why they can't be.
// Needs resolve them, because they belong to any account; what they find is told
// only after the call has been allowed.
type resolved struct {
	text string
	err  error
}

// resolve resolves the principals of a trust policy. Its error is the storage's.
func resolve(tx *storage.Tx, text string) (resolved, error) {
	b, err := identity.ResolvePrincipals(tx, []byte(text))
	if _, ok := errors.AsType[*identity.InvalidPrincipalError](err); ok {
		return resolved{err: documentError(err)}, nil
	}
	if err != nil {
		return resolved{}, err
	}
	return resolved{text: string(b)}, nil
}
