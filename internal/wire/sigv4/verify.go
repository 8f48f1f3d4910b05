// SPDX-License-Identifier: Apache-2.0

package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
)

// Verify checks the signature with a key derived for q's scope, and with it
// the method, path, query, signed headers and body, given by its SHA-256. It
// first checks that host and all x-amz- headers are signed. It is for all
// services but Amazon S3. Every error is an [*Error].
func (q *Request) Verify(key *Key, body [sha256.Size]byte) error {
	if q.profile.S3 {
		return unchecked()
	}
	var sum [2 * sha256.Size]byte
	hex.Encode(sum[:], body[:])
	return q.verify(key, string(sum[:]))
}

// VerifyDeclared is [Request.Verify] for Amazon S3, where a client declares
// the hash of the body in x-amz-content-sha256, or that the body is not
// signed, or is signed in chunks. What was declared holds only for a body read
// through [Request.Body].
func (q *Request) VerifyDeclared(key *Key) error {
	if !q.profile.S3 {
		return unchecked()
	}
	payload, err := q.declaredHash()
	if err != nil {
		return err
	}
	return q.verify(key, payload)
}

func (q *Request) verify(key *Key, payload string) error {
	if !q.checked || !q.fresh {
		return unchecked()
	}
	s := scratches.Get().(*scratch)
	defer s.free()
	if err := q.appendCanonical(s, payload); err != nil {
		return err
	}
	canonical := sha256.Sum256(s.buf)
	toSign := q.appendStringToSign(s.buf[:0], algorithm)
	toSign = hex.AppendEncode(toSign, canonical[:])
	s.buf = toSign
	if !key.signs(toSign, &q.signature) {
		return mismatch()
	}
	q.verified, q.key = true, key
	return nil
}

// appendStringToSign appends the lines that every string to sign begins with.
func (q *Request) appendStringToSign(dst []byte, algorithm string) []byte {
	dst = append(dst, algorithm...)
	dst = append(dst, '\n')
	dst = append(dst, q.stamp...)
	dst = append(dst, '\n')
	dst = append(dst, q.Scope.Date...)
	dst = append(dst, '/')
	dst = append(dst, q.Scope.Region...)
	dst = append(dst, '/')
	dst = append(dst, q.Scope.Service...)
	dst = append(dst, "/"+terminator+"\n"...)
	return dst
}

func mismatch() *Error {
	return fail(Mismatch, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.").
		inS3("The request signature we calculated does not match the signature you provided. Check your key and signing method.")
}
