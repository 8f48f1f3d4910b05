// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"net/http"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// exposed are the headers of answers that web pages may read.
const exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date"

// preflightAge is how long browsers may keep the answer to a preflight, in
// seconds.
const preflightAge = "172800"

// Stray implements [awsapi.Receptionist]: it answers GET /, what browsers ask
// before they let a page make a call, and all else that is no call as what it is.
func (p *protocol) Stray(w http.ResponseWriter, r *http.Request, requestID string) bool {
	switch {
	case p.Health == "":
		return false
	case r.Method == http.MethodGet && r.URL.Path == "/" && r.URL.RawQuery == "":
		p.send(w, r, requestID, http.StatusOK, []byte(p.Health))
	case p.CrossOrigin && preflight(r):
		h := w.Header()
		h.Set("Access-Control-Max-Age", preflightAge)
		echoHeader(h, "Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
		echoHeader(h, "Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
		p.send(w, r, requestID, http.StatusOK, nil)
	default:
		p.EncodeError(w, r, requestID, &awsapi.Error{Kind: awsapi.NoOperation})
	}
	return true
}

// preflight reports whether r asks for leave to send a page's request. For which
// service that is isn't told; leave for one that doesn't let pages read its answers
// is of no use to them.
func preflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.URL.Path == "/" && r.Header["Origin"] != nil
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
