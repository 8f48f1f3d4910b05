// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"net/http"
	"strings"
)

// exposed are the headers of answers that web pages may read.
const exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date"

// preflightAge is how long browsers may keep the answer to a preflight, in
// seconds.
const preflightAge = "172800"

// Stray implements [awsapi.Receptionist]: it answers GET / and what browsers
// ask before they let a page make a call.
func (p *protocol) Stray(w http.ResponseWriter, r *http.Request, requestID string) bool {
	switch {
	case p.Health != "" && r.Method == http.MethodGet && r.URL.Path == "/" && r.URL.RawQuery == "":
		p.send(w, r, requestID, http.StatusOK, []byte(p.Health))
	case p.CrossOrigin && preflight(r):
		h := w.Header()
		h.Set("Access-Control-Max-Age", preflightAge)
		echoHeader(h, "Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
		echoHeader(h, "Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		p.send(w, r, requestID, http.StatusOK, nil)
	default:
		return false
	}
	return true
}

// preflight reports whether r asks for leave to make a call of the protocol,
// which X-Amz-Target tells from those of others.
func preflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header["Origin"] != nil &&
		strings.Contains(strings.ToLower(r.Header.Get("Access-Control-Request-Headers")), "x-amz-target")
}

func echoHeader(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// admitOrigin lets pages of every origin read the answer with the head h.
func admitOrigin(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", exposed)
}
