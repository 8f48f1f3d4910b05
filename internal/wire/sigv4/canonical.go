// SPDX-License-Identifier: Apache-2.0

package sigv4

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"sync"
)

// scratch is memory for building canonical requests.
type scratch struct {
	buf    []byte // the canonical request
	params []byte // encoded query parameters, in the order received
	spans  []span // of params
}

// A span is one encoded query parameter: name in [lo,eq), value in [eq,hi).
type span struct{ lo, eq, hi int }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// maxPooled is the size above which memory is not kept.
const maxPooled = 64 << 10

func (s *scratch) free() {
	if cap(s.buf)+cap(s.params) <= maxPooled {
		scratches.Put(s)
	}
}

// appendCanonical appends q's canonical request, with payload as the hash of
// the body.
func (q *Request) appendCanonical(s *scratch, payload string) error {
	b := append(s.buf[:0], q.http.Method...)
	b = append(b, '\n')
	ok := true
	if q.profile.S3 {
		b, ok = appendPathOnce(b, q.path)
	} else {
		b = appendPathNormal(b, q.path)
	}
	if !ok {
		return fail(Malformed, "request target is malformed")
	}
	b = append(b, '\n')
	b, err := s.appendQuery(b, q.query)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if b, err = q.appendHeaders(b); err != nil {
		return err
	}
	b = append(b, '\n')
	b = append(b, q.SignedHeaders...)
	b = append(b, '\n')
	s.buf = append(b, payload...)
	return nil
}

// appendPathOnce appends the path as Amazon S3 signs it: decoded, encoded
// again in the one canonical way, and not normalised, since "//" and ".." may
// be parts of a key.
func appendPathOnce(dst []byte, raw string) ([]byte, bool) {
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' {
			var ok bool
			if c, ok = unhex(raw, i); !ok {
				return dst, false
			}
			i += 2
		}
		if c == '/' {
			dst = append(dst, c)
		} else {
			dst = appendEscaped(dst, c)
		}
	}
	return dst, true
}

// appendPathNormal appends the path as all other services sign it: without
// empty and dot segments (RFC 3986 section 5.2.4), and encoded on top of the
// encoding it already has.
func appendPathNormal(dst []byte, raw string) []byte {
	base, open := len(dst), true
	for seg := range strings.SplitSeq(raw[1:], "/") {
		switch seg {
		case "", ".":
			open = true
		case "..":
			if i := bytes.LastIndexByte(dst[base:], '/'); i >= 0 {
				dst = dst[:base+i]
			}
			open = true
		default:
			dst = append(dst, '/')
			for i := range len(seg) {
				dst = appendEscaped(dst, seg[i])
			}
			open = false
		}
	}
	if open {
		dst = append(dst, '/')
	}
	return dst
}

// appendQuery appends the query parameters, each encoded in the one canonical
// way, sorted by name and then value, without the signature itself.
func (s *scratch) appendQuery(dst []byte, raw string) ([]byte, error) {
	if raw == "" {
		return dst, nil
	}
	s.params, s.spans = s.params[:0], s.spans[:0]
	for pair := range pairs(raw) {
		if err := s.addParam(pair); err != nil {
			return dst, err
		}
	}
	p := s.params
	slices.SortFunc(s.spans, func(a, b span) int {
		if c := bytes.Compare(p[a.lo:a.eq], p[b.lo:b.eq]); c != 0 {
			return c
		}
		return bytes.Compare(p[a.eq:a.hi], p[b.eq:b.hi])
	})
	prev, first := []byte(nil), true
	for _, sp := range s.spans {
		name := p[sp.lo:sp.eq]
		if bytes.Equal(name, prev) && bytes.HasPrefix(name, []byte("X-Amz-")) {
			return dst, fail(Duplicate, "query-string parameter '"+clip(string(name))+"' must be given once")
		}
		prev = name
		if string(name) == "X-Amz-Signature" {
			continue
		}
		if !first {
			dst = append(dst, '&')
		}
		first = false
		dst = append(dst, name...)
		dst = append(dst, '=')
		dst = append(dst, p[sp.eq:sp.hi]...)
	}
	return dst, nil
}

func (s *scratch) addParam(pair string) error {
	name, value, _ := strings.Cut(pair, "=")
	sp := span{lo: len(s.params)}
	var ok bool
	if s.params, ok = appendReescaped(s.params, name); !ok {
		return malformedQuery()
	}
	sp.eq = len(s.params)
	if s.params, ok = appendReescaped(s.params, value); !ok {
		return malformedQuery()
	}
	sp.hi = len(s.params)
	s.spans = append(s.spans, sp)
	return nil
}

// appendHeaders appends the signed headers, a line each, and checks that those
// are signed that must be.
func (q *Request) appendHeaders(dst []byte) ([]byte, error) {
	base, host, amz := len(dst), false, 0
	for rest, more := q.SignedHeaders, true; more; {
		var name string
		name, rest, more = strings.Cut(rest, ";")
		dst = append(dst, name...)
		dst = append(dst, ':')
		var ok bool
		if dst, ok = q.appendValues(dst, name); !ok {
			return dst, mismatch()
		}
		dst = append(dst, '\n')
		if len(dst)-base > maxHeaderBytes {
			return dst, fail(TooLarge, "signed headers are too long")
		}
		if name == "host" {
			host = true
		} else if isAmz(name) && name != hashHeader {
			amz++
		}
	}
	return dst, q.checkSigned(host, amz)
}

// appendValues appends the values of the named header. It reports whether the
// header is there: one that was signed and did not arrive is not the same as
// one that arrived empty.
func (q *Request) appendValues(dst []byte, name string) ([]byte, bool) {
	if name == "host" {
		return appendValue(dst, q.http.Host), true
	}
	values := lookup(q.http.Header, name)
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, v)
	}
	return dst, values != nil
}

// lookup returns the values of the header with the given lower-case name,
// which net/http keeps under its canonical spelling.
func lookup(h map[string][]string, name string) []string {
	switch name { // what every AWS SDK signs, to save spelling it
	case "content-length":
		return h["Content-Length"]
	case "content-type":
		return h["Content-Type"]
	case "x-amz-date":
		return h["X-Amz-Date"]
	case "x-amz-security-token":
		return h["X-Amz-Security-Token"]
	case "x-amz-target":
		return h["X-Amz-Target"]
	}
	var key [maxHeaderName]byte
	n := copy(key[:], name)
	up := true
	for i, c := range key[:n] {
		if up && classes[c]&lower != 0 {
			key[i] = c - 'a' + 'A'
		}
		up = c == '-'
	}
	return h[string(key[:n])]
}

// appendValue appends a header's value, trimmed and with runs of blanks
// collapsed. A line break, which net/http never lets through, becomes a blank:
// a value must not be able to forge another line.
func appendValue(dst []byte, v string) []byte {
	if strings.IndexByte(v, ' ') < 0 && strings.IndexByte(v, '\r') < 0 && strings.IndexByte(v, '\n') < 0 {
		return append(dst, v...) // three searches at the speed of memory beat one of a set
	}
	base := len(dst)
	for i := range len(v) {
		c := v[i]
		if c == '\n' || c == '\r' {
			c = ' '
		}
		if c == ' ' && (len(dst) == base || dst[len(dst)-1] == ' ') {
			continue
		}
		dst = append(dst, c)
	}
	if len(dst) > base && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// pairs yields the parameters of a raw query, empty ones left out.
func pairs(raw string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for pair := range strings.SplitSeq(raw, "&") {
			if pair != "" && !yield(pair) {
				return
			}
		}
	}
}
