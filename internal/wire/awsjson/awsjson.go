// SPDX-License-Identifier: Apache-2.0

// Package awsjson speaks AWS JSON 1.0 and 1.1: the operation in X-Amz-Target,
// its input and its result as one JSON object each, in bodies. It is the
// protocol of DynamoDB, KMS, Secrets Manager and others.
//
// Inputs and results are Go structs whose field names are those of the wire,
// or else given by a json tag with the name alone. The kinds of field are
// string, bool, int, int32, int64, float64, []byte (base64), time.Time (epoch
// seconds), structs, slices, maps with string keys, and pointers to them; types
// may also speak for themselves, as an [Unmarshaler] or [Appender].
//
//   - A pointer is an optional member: absent, or null, is nil.
//   - Nil slices and maps are absent members; empty ones are not.
//   - All other fields are written even if they are zero.
//   - Members that the struct has no field for are ignored.
//   - Of several values of the wrong type, the error is for that of the field
//     that comes first; in large documents, for the first there.
//
// Nothing is guessed: duplicate members, invalid UTF-8 and anything after the
// object are errors.
package awsjson

import (
	"hash/crc32"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Config describes one service's use of the protocol.
type Config struct {
	// Version is "1.0" or "1.1".
	Version string

	// Target is what precedes the operation's name in X-Amz-Target, without
	// the dot, such as "DynamoDB_20120810".
	Target string

	// Shapes is the namespace of structures in messages about input of the
	// wrong type, such as "com.amazonaws.dynamodb.v20120810".
	Shapes string

	// Checksum adds x-amz-crc32 to all answers, as DynamoDB does.
	Checksum bool

	// Health is the answer to GET /, which load balancers and tools for local
	// AWS ask for. The service that has one answers all requests that are for
	// none; it is empty for the others.
	Health string

	// Codes are the service's codes for errors that have none of their own,
	// where they differ from the protocol's.
	Codes map[awsapi.Kind]string

	// ErrorShape returns the namespace that precedes code in __type, "" for
	// none, and the name of the member that holds the message, "" for errors
	// that have none. If it is nil, no code has a namespace and the name is
	// "message".
	ErrorShape func(code string) (namespace, message string)
}

// protocol is AWS JSON as one service speaks it.
type protocol struct {
	Config
	prefix      string // of X-Amz-Target
	contentType string
	codecs      codecs
}

// New returns the protocol for a service. It panics if cfg.Version is not one
// there is, or cfg.Target is empty.
func New(cfg Config) awsapi.Protocol {
	if cfg.Version != "1.0" && cfg.Version != "1.1" || cfg.Target == "" {
		panic("awsjson: no such version, or no target: " + cfg.Version + " " + cfg.Target)
	}
	p := &protocol{Config: cfg, prefix: cfg.Target + ".", contentType: "application/x-amz-json-" + cfg.Version}
	p.codecs.shapes = cfg.Shapes
	return p
}

// Open reports requests that are not of the protocol's form as operations
// that do not exist.
func (p *protocol) Open(r *http.Request, body []byte) (awsapi.Message, error) {
	if !p.speaks(r) {
		return nil, &awsapi.Error{Kind: awsapi.NoOperation}
	}
	m := &message{codecs: &p.codecs, body: body}
	if target := r.Header["X-Amz-Target"]; len(target) == 1 {
		if op, ok := strings.CutPrefix(target[0], p.prefix); ok {
			m.operation = op
		}
	}
	return m, nil
}

// speaks reports whether r is of the protocol's form. What has no body needs no
// type of it.
func (p *protocol) speaks(r *http.Request) bool {
	if r.Method != http.MethodPost || r.URL.Path != "/" {
		return false
	}
	t := r.Header.Get("Content-Type")
	if t == p.contentType || t == "" && r.ContentLength == 0 {
		return true
	}
	t, _, err := mime.ParseMediaType(t)
	return err == nil && (t == p.contentType || t == plainJSON)
}

// A message is a request's body and what it is for.
type message struct {
	codecs    *codecs
	operation string
	body      []byte
}

func (m *message) Operation() string { return m.operation }

func (m *message) Decode(in any) error { return m.codecs.decode(m.body, in) }

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxPooled is the size above which memory is not kept, in bytes.
const maxPooled = 2 << 20

// Encode sends out; nil, or a nil pointer, is a body without a byte. While a long list
// is encoded, a w that is an [awsapi.Pauser] pauses now and then.
func (p *protocol) Encode(w http.ResponseWriter, r *http.Request, _ *awsapi.Operation, requestID string, out any) {
	buf := buffers.Get().(*[]byte)
	body, err := (*buf)[:0], error(nil)
	if v := reflect.ValueOf(out); v.IsValid() && !(v.Kind() == reflect.Pointer && v.IsNil()) {
		pause := noPause
		if w, ok := w.(awsapi.Pauser); ok {
			pause = w.Pause
		}
		body, err = p.codecs.append(body, v, pause)
	}
	if err != nil {
		p.EncodeError(w, r, requestID, awsapi.AsError(err))
		return
	}
	p.send(w, r, requestID, http.StatusOK, body)
	if cap(body) <= maxPooled {
		*buf = body
		buffers.Put(buf)
	}
}

// plainJSON is the type of bodies that clients may use instead of the
// protocol's own. Answers have the type of their request.
const plainJSON = "application/json"

// answerType returns the type of the answer to r, which may be nil.
func (p *protocol) answerType(r *http.Request) string {
	if r == nil {
		return p.contentType
	}
	t := r.Header.Get("Content-Type")
	if t == p.contentType {
		return t
	}
	if t, _, err := mime.ParseMediaType(t); err == nil && t == plainJSON {
		return plainJSON
	}
	return p.contentType
}

// send sends an answer in one piece: the protocol knows no chunks.
func (p *protocol) send(w http.ResponseWriter, r *http.Request, requestID string, status int, body []byte) {
	h := w.Header()
	values := [4]string{p.answerType(r), strconv.Itoa(len(body)), requestID}
	h["Content-Type"] = values[0:1:1]
	h["Content-Length"] = values[1:2:2]
	h["X-Amzn-Requestid"] = values[2:3:3]
	if p.Checksum {
		values[3] = strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)
		h["X-Amz-Crc32"] = values[3:4:4]
	}
	w.WriteHeader(status)
	// If the client is gone there is nobody left to tell.
	_, _ = w.Write(body)
}
