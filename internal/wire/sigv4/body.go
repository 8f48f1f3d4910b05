// SPDX-License-Identifier: Apache-2.0

package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// A Body reads the body of a request to Amazon S3 and checks it on the way.
// It is not safe for concurrent use.
type Body struct {
	from   io.Reader
	chunks *chunkReader // nil if the body is not in aws-chunked encoding
}

// Body returns a reader of an Amazon S3 request's body that checks it against
// what [Request.VerifyDeclared] verified, and takes aws-chunked encoding off
// it. Chunks that are signed are checked one by one, before their bytes are
// returned. All the same, no byte is to be made visible to anyone before Read
// has returned io.EOF: that bytes are missing, or that the hash of a whole body
// is wrong, is known only at the end. Read's errors are [*Error], or those of
// body.
func (q *Request) Body(body io.Reader) (*Body, error) {
	if !q.verified || !q.profile.S3 {
		return nil, unchecked()
	}
	declared, err := q.declaredHash()
	if err != nil {
		return nil, err
	}
	switch declared {
	case unsignedPayload:
		return &Body{from: body}, nil
	case streamingSigned, streamingTrailer, streamingUnsigned:
		c, err := q.newChunkReader(body, declared)
		if err != nil {
			return nil, err
		}
		return &Body{from: c, chunks: c}, nil
	}
	want, err := hex.DecodeString(declared)
	if err != nil {
		return nil, fail(PayloadHash, hashHeader+" is malformed")
	}
	return &Body{from: &hashReader{body: body, hash: sha256.New(), want: want}}, nil
}

// Read reads the decoded body.
func (b *Body) Read(p []byte) (int, error) { return b.from.Read(p) }

// Trailer returns the value of the named trailing header, in lower case, that
// came after the body, "" if there was none. It is there once Read has
// returned io.EOF.
func (b *Body) Trailer(name string) string {
	if b.chunks == nil {
		return ""
	}
	return b.chunks.trailer[name]
}

// A hashReader fails at the end of a body that has not the hash it should.
type hashReader struct {
	body io.Reader
	hash hash.Hash
	want []byte
}

func (h *hashReader) Read(p []byte) (int, error) {
	n, err := h.body.Read(p)
	h.hash.Write(p[:n])
	if errors.Is(err, io.EOF) && !hmac.Equal(h.hash.Sum(nil), h.want) {
		return n, fail(BodyHash, "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	return n, err
}
