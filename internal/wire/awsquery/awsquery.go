// SPDX-License-Identifier: Apache-2.0

// Package awsquery speaks AWS Query: a form with the operation in its Action
// and the input in further parameters, answered in XML. It is the protocol of
// IAM, STS and SNS.
//
// Inputs and results are Go structs whose field names are those of the wire,
// or else given by a query tag with the name alone. The kinds of field are
// string, bool, int, int32, int64, float64, []byte (base64), time.Time (ISO
// 8601), structs, slices, maps with string keys, and pointers to them. In a
// form they are
//
//	Name=value                            scalars
//	Name.Field=value                      structures
//	Name.member.1=…  Name.member.2=…      lists, in the order of the numbers
//	Name.entry.1.key=…  .value=…          maps
//
// and Name= alone is an empty list. A pointer is an optional member: absent is
// nil. Nil slices and maps are absent members; empty ones are not. All other
// fields are written even if they are zero. Parameters that the struct has no
// field for are ignored; a parameter given twice is an error.
package awsquery

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// protocol is AWS Query as one service speaks it.
type protocol struct{ version, namespace string }

// New returns the protocol for a service, whose API has the version, such as
// "2011-06-15", and whose XML has the namespace, such as
// "https://sts.amazonaws.com/doc/2011-06-15/". Requests may leave the version
// out, but not name another.
func New(version, namespace string) awsapi.Protocol {
	return &protocol{version, namespace}
}

// Open reads the form: the body of a POST and the query, which is where
// presigned requests have their parameters. A body without a content type is
// taken for a form.
func (p *protocol) Open(r *http.Request, body []byte) (awsapi.Message, error) {
	if r.Method != http.MethodPost && r.Method != http.MethodGet || r.URL.Path != "/" {
		return nil, noOperation(r.Method + " " + r.URL.Path)
	}
	if len(body) > 0 && (r.Method == http.MethodGet || !isForm(r.Header.Get("Content-Type"))) {
		return nil, malformed("body is not a form")
	}
	f, err := parseForm(string(body), r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	op, _ := f.get("Action")
	if v, ok := f.get("Version"); ok && v != p.version {
		return nil, noOperation(fmt.Sprintf("%.64s for version %.32s", op, v))
	}
	return &message{op, f}, nil
}

func noOperation(what string) error {
	return awsapi.Errorf(awsapi.NoOperation, "", "Could not find operation %.128s", what)
}

// A message is a form and what it is for.
type message struct {
	operation string
	form      form
}

func (m *message) Operation() string { return m.operation }

func (m *message) Decode(in any) error {
	return m.form.structure("", reflect.ValueOf(in).Elem())
}

// Encode sends out. Operations whose results have no fields answer without a
// result element; with an empty one if there is a blank field.
func (p *protocol) Encode(w http.ResponseWriter, _ *http.Request, op *awsapi.Operation, requestID string, out any) {
	x := &writer{}
	x.buf.Grow(1 << 10)
	x.raw(`<` + op.Name + `Response xmlns="` + p.namespace + `">`)
	if v := reflect.Indirect(reflect.ValueOf(out)); v.IsValid() && v.NumField() > 0 {
		x.element(op.Name+"Result", v)
	}
	x.raw(`<ResponseMetadata><RequestId>`)
	x.text(requestID)
	x.raw(`</RequestId></ResponseMetadata></` + op.Name + "Response>\n")
	if x.err != nil {
		p.EncodeError(w, nil, requestID, awsapi.AsError(x.err))
		return
	}
	send(w, requestID, http.StatusOK, x.buf.Bytes())
}

func send(w http.ResponseWriter, requestID string, status int, body []byte) {
	h := w.Header()
	h["Content-Type"] = []string{"text/xml"}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	h["X-Amzn-Requestid"] = []string{requestID}
	w.WriteHeader(status)
	// If the client is gone there is nobody left to tell.
	_, _ = w.Write(body)
}
