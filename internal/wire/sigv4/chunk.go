// SPDX-License-Identifier: Apache-2.0

package sigv4

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxChunk is the largest signed chunk, in bytes: it is kept until its
	// signature has been checked.
	maxChunk = 16 << 20

	maxChunkLine = 4 << 10  // bytes of a chunk's first line, and of a trailer's
	window       = 32 << 10 // bytes of an unsigned chunk that are read at once
)

// A chunkReader decodes aws-chunked encoding:
//
//	hex(size);chunk-signature=signature CRLF data CRLF …
//	0;chunk-signature=signature CRLF [name:value CRLF …] CRLF
//
// or the same without signatures. See "Signature calculations for the
// Authorization header: transferring payload in multiple chunks" in the Amazon
// S3 API reference.
type chunkReader struct {
	q      *Request
	in     *bufio.Reader
	signed bool

	names   []string          // of the trailing headers to come
	trailer map[string]string // the trailing headers, nil until they are checked

	prev  [sha256.Size]byte // signature of what came before
	left  int64             // bytes of the decoded body that are still to come
	chunk int64             // bytes of an unsigned chunk that are still to come
	buf   bytes.Buffer      // decoded and checked
	err   error
}

func (q *Request) newChunkReader(body io.Reader, declared string) (*chunkReader, error) {
	c := &chunkReader{q: q, in: bufio.NewReaderSize(body, maxChunkLine), signed: declared != streamingUnsigned, prev: q.signature}
	length, err := single(q.http, "X-Amz-Decoded-Content-Length")
	if err != nil {
		return nil, err
	}
	if length == "" {
		return nil, fail(DecodedLength, `"X-Amz-Decoded-Content-Length" header is missing`)
	}
	n, err := strconv.ParseUint(length, 10, 63)
	if err != nil {
		return nil, fail(DecodedLength, `Wrong "X-Amz-Decoded-Content-Length" header`)
	}
	c.left = int64(n)
	if declared == streamingSigned {
		return c, nil
	}
	c.names, err = q.trailerNames()
	return c, err
}

// trailerNames returns the names of the trailing headers, which x-amz-trailer
// announces.
func (q *Request) trailerNames() ([]string, error) {
	list, err := single(q.http, "X-Amz-Trailer")
	if err != nil || list == "" {
		return nil, err
	}
	names := strings.Split(list, ",")
	for i, name := range names {
		names[i] = strings.ToLower(strings.Trim(name, " \t"))
		if !isHeaderName(names[i]) || names[i] == trailerSignature || slices.Contains(names[:i], names[i]) {
			return nil, fail(Malformed, "x-amz-trailer is malformed")
		}
	}
	return names, nil
}

// Read reads the decoded body.
func (c *chunkReader) Read(p []byte) (int, error) {
	for c.buf.Len() == 0 {
		if c.err != nil {
			return 0, c.err
		}
		if c.err = c.next(); c.err != nil {
			c.buf.Reset() // what was not checked to the end stays here
		}
	}
	return c.buf.Read(p)
}

// next puts more of the decoded body into buf. At its end, when all of it has
// been checked, next returns io.EOF.
func (c *chunkReader) next() error {
	if c.chunk > 0 {
		return c.unsigned()
	}
	size, signature, err := c.head()
	switch {
	case err != nil:
		return err
	case size > c.left:
		return incomplete()
	case c.signed && size > maxChunk:
		return fail(TooLarge, "chunk is too large")
	}
	c.left -= size
	if !c.signed && size > 0 {
		c.chunk = size
		return nil
	}
	if c.signed {
		if err := c.data(size, signature); err != nil {
			return err
		}
	}
	if size > 0 {
		return nil
	}
	return c.end()
}

// head reads the first line of a chunk.
func (c *chunkReader) head() (size int64, signature [sha256.Size]byte, err error) {
	line, err := c.line()
	if err != nil {
		return 0, signature, err
	}
	digits, rest, hasSignature := strings.Cut(line, ";")
	// 8 digits: a sign, which ParseInt would take, is none of them.
	n, err := strconv.ParseUint(digits, 16, 63)
	if err != nil || len(digits) > 8 || hasSignature != c.signed {
		return 0, signature, badChunk()
	}
	if c.signed {
		text, ok := strings.CutPrefix(rest, "chunk-signature=")
		if signature, err = parseSignature(text); !ok || err != nil {
			return 0, signature, badChunk()
		}
	}
	return int64(n), signature, nil
}

// data reads and checks what is in a signed chunk.
func (c *chunkReader) data(size int64, signature [sha256.Size]byte) error {
	c.buf.Reset()
	// The size is only a claim: what is not there yet takes no memory.
	if _, err := io.CopyN(&c.buf, c.in, size); err != nil {
		return ended(err)
	}
	if size > 0 {
		if err := c.lineEnd(); err != nil {
			return err
		}
	}
	sum := sha256.Sum256(c.buf.Bytes())
	return c.check("AWS4-HMAC-SHA256-PAYLOAD", emptyHash, sum, signature)
}

// unsigned reads a part of an unsigned chunk.
func (c *chunkReader) unsigned() error {
	c.buf.Reset()
	n, err := io.CopyN(&c.buf, c.in, min(c.chunk, window))
	if err != nil {
		return ended(err)
	}
	if c.chunk -= n; c.chunk == 0 {
		return c.lineEnd()
	}
	return nil
}

// end reads and checks what comes after the last chunk.
func (c *chunkReader) end() error {
	if c.left > 0 {
		return incomplete()
	}
	trailer, err := c.readTrailer()
	if err != nil {
		return err
	}
	if _, err = c.in.ReadByte(); err == nil {
		return incomplete()
	}
	if errors.Is(err, io.EOF) {
		c.trailer = trailer
	}
	return err
}

// readTrailer reads the trailing headers, which must be those announced, the
// signature over them, and the empty line after them.
func (c *chunkReader) readTrailer() (map[string]string, error) {
	trailer := make(map[string]string, len(c.names))
	for range c.names {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		name, value, _ := strings.Cut(line, ":")
		name = strings.ToLower(name)
		if _, twice := trailer[name]; twice || !slices.Contains(c.names, name) {
			return nil, badChunk()
		}
		trailer[name] = strings.Trim(value, " \t")
	}
	if c.signed && c.names != nil {
		if err := c.checkTrailer(trailer); err != nil {
			return nil, err
		}
	}
	return trailer, c.lineEnd()
}

// checkTrailer reads the signature over the trailing headers and checks it.
func (c *chunkReader) checkTrailer(trailer map[string]string) error {
	line, err := c.line()
	if err != nil {
		return err
	}
	text, ok := strings.CutPrefix(line, trailerSignature+":")
	signature, err := parseSignature(text)
	if !ok || err != nil {
		return badChunk()
	}
	var lines []byte
	for _, name := range slices.Sorted(slices.Values(c.names)) {
		lines = append(lines, name+":"+trailer[name]+"\n"...)
	}
	return c.check("AWS4-HMAC-SHA256-TRAILER", "", sha256.Sum256(lines), signature)
}

const (
	trailerSignature = "x-amz-trailer-signature"

	// emptyHash is the SHA-256 of nothing, as a line.
	emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
)

// check checks a signature that is chained to the one before.
func (c *chunkReader) check(algorithm, middle string, sum, signature [sha256.Size]byte) error {
	toSign := c.q.appendStringToSign(nil, algorithm)
	toSign = hex.AppendEncode(toSign, c.prev[:])
	toSign = append(toSign, '\n')
	toSign = append(toSign, middle...)
	toSign = hex.AppendEncode(toSign, sum[:])
	if !c.q.key.signs(toSign, &signature) {
		return mismatch()
	}
	c.prev = signature
	return nil
}

// line reads a line and returns it without its end, CRLF.
func (c *chunkReader) line() (string, error) {
	b, err := c.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", badChunk()
	}
	if err != nil {
		return "", ended(err)
	}
	line, ok := strings.CutSuffix(string(b), "\r\n")
	if !ok {
		return "", badChunk()
	}
	return line, nil
}

// lineEnd reads CRLF.
func (c *chunkReader) lineEnd() error {
	line, err := c.line()
	if err == nil && line != "" {
		return badChunk()
	}
	return err
}

// ended turns the early end of a body into its own error: io.EOF would say
// that all is well.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return incomplete()
	}
	return err
}

func incomplete() *Error {
	return fail(BadLength, "The request body terminated unexpectedly")
}

func badChunk() *Error {
	return fail(BadChunk, "The request body is not in valid aws-chunked encoding")
}
