// SPDX-License-Identifier: Apache-2.0

package server

import "net/http"

// exposed are the headers of answers that web pages may read.
const exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date"

// preflightAge is how long browsers may keep the answer to a preflight, in
// seconds.
const preflightAge = "172800"

// preflight answers r if by it a browser asks whether a page may make a call,
// or returns false. Pages of every origin may: which service the call will be
// for can't be told yet, but it will be signed or hold a token, and a page that
// has no keys of its own has none of anybody's.
func preflight(w http.ResponseWriter, r *http.Request, requestID string) bool {
	if r.Method != http.MethodOptions || r.URL.Path != "/" || r.Header["Origin"] == nil {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Max-Age", preflightAge)
	echoHeader(h, "Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	echoHeader(h, "Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	h.Set("X-Amzn-Requestid", requestID)
	h.Set("X-Amz-Crc32", "0") // of no bytes
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	return true
}

func echoHeader(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// admitOrigin lets the page that makes r, if one does, read the answer with the
// head h.
func admitOrigin(h http.Header, r *http.Request) {
	if r.Header["Origin"] != nil {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", exposed)
	}
}
