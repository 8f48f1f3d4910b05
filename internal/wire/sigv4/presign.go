// SPDX-License-Identifier: Apache-2.0

package sigv4

import (
	"strconv"
	"strings"
	"time"
)

// parameters are the query parameters that make up a signature.
type parameters struct {
	algorithm, credential, date, expires, signedHeaders, signature, token, contentSHA256 string

	seen uint8 // bit i: slot i was given
}

// Bits of parameters.seen.
const (
	seenAlgorithm = 1 << iota
	seenCredential
	seenDate
	seenExpires
	seenSignedHeaders
	seenSignature
	seenToken
	seenContentSHA256
)

// present reports whether the query claims to be signed. Any one of the three
// suffices: a query that lost one of them must not pass for an unsigned one.
func (p *parameters) present() bool {
	return p.seen&(seenAlgorithm|seenCredential|seenSignature) != 0
}

// slot returns where the value of the named parameter belongs, nil if it is
// no part of a signature. Names are case-sensitive, as AWS's are.
func (p *parameters) slot(name string) (*string, uint8) {
	switch name {
	case "X-Amz-Algorithm":
		return &p.algorithm, seenAlgorithm
	case "X-Amz-Credential":
		return &p.credential, seenCredential
	case "X-Amz-Date":
		return &p.date, seenDate
	case "X-Amz-Expires":
		return &p.expires, seenExpires
	case "X-Amz-SignedHeaders":
		return &p.signedHeaders, seenSignedHeaders
	case "X-Amz-Signature":
		return &p.signature, seenSignature
	case "X-Amz-Security-Token":
		return &p.token, seenToken
	case "X-Amz-Content-Sha256", "X-Amz-Content-SHA256":
		return &p.contentSHA256, seenContentSHA256
	}
	return nil, 0
}

// scanQuery checks the syntax of a raw query and picks out the parameters that
// make up a signature.
func scanQuery(raw string) (p parameters, err error) {
	n := 0
	for pair := range pairs(raw) {
		if n++; n > maxParameters {
			return p, fail(TooLarge, "query has too many parameters")
		}
		k, v, _ := strings.Cut(pair, "=")
		name, ok := unescape(k)
		if !ok {
			return p, malformedQuery()
		}
		value, ok := unescape(v)
		if !ok {
			return p, malformedQuery()
		}
		to, bit := p.slot(name)
		if to == nil {
			continue
		}
		if p.seen&bit != 0 {
			return p, fail(Duplicate, "query-string parameter '"+name+"' must be given once")
		}
		*to = value
		p.seen |= bit
	}
	return p, nil
}

func malformedQuery() *Error { return fail(Malformed, "query string is malformed") }

// parseQuery reads the presigned form.
func (q *Request) parseQuery(p *parameters) error {
	q.Presigned = true
	if err := p.complete(); err != nil {
		return err
	}
	if p.algorithm != algorithm {
		return unsupportedAlgorithm(clip(p.algorithm))
	}
	if _, both := q.http.Header["X-Amz-Security-Token"]; both {
		return fail(Duplicate, "X-Amz-Security-Token must be given either as a header or as a query-string parameter")
	}
	q.SessionToken = p.token
	if err := q.parseExpires(p); err != nil {
		return err
	}
	header, err := single(q.http, "X-Amz-Content-Sha256")
	if err != nil {
		return err
	}
	if header != "" && p.contentSHA256 != "" && header != p.contentSHA256 {
		return fail(Duplicate, "X-Amz-Content-Sha256 must be given either as a header or as a query-string parameter")
	}
	q.declared = max(header, p.contentSHA256)
	return q.fill(p.credential, p.signedHeaders, p.signature, p.date)
}

// complete reports everything that is absent in one message, as AWS does.
func (p *parameters) complete() error {
	var b strings.Builder
	for _, f := range [...]struct{ name, value string }{
		{"X-Amz-Algorithm", p.algorithm},
		{"X-Amz-Credential", p.credential},
		{"X-Amz-Signature", p.signature},
		{"X-Amz-SignedHeaders", p.signedHeaders},
		{"X-Amz-Date", p.date},
	} {
		if f.value == "" {
			b.WriteString("AWS query-string parameters must include '" + f.name + "'. ")
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return fail(Incomplete, b.String()+"Re-examine the query-string parameters.").inS3(s3Parameters)
}

const s3Parameters = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."

func (q *Request) parseExpires(p *parameters) error {
	if p.seen&seenExpires == 0 {
		return nil
	}
	n, err := strconv.ParseUint(p.expires, 10, 32)
	switch {
	case err != nil:
		return fail(BadExpires, "X-Amz-Expires should be a number")
	case n == 0:
		return fail(BadExpires, "X-Amz-Expires must be positive")
	case n > uint64(MaxExpires/time.Second):
		return fail(BadExpires, "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")
	}
	q.Expires = time.Duration(n) * time.Second
	return nil
}
