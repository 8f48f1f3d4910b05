// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"net/http"
	"reflect"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/quote"
)

// unknownOperation is the answer to what is not of the protocol's form.
const unknownOperation = "<UnknownOperationException/>\n"

// EncodeError sends e as {"__type":"namespace#Code","message":"…"}, with the
// fields of e.Details, a struct or a pointer to one, as further members. r may
// be nil. What isn't of the protocol's form is told so, whoever sends it, in
// whatever else it is wrong.
func (p *protocol) EncodeError(w http.ResponseWriter, r *http.Request, requestID string, e *awsapi.Error) {
	status, code := meaning(e.Kind)
	if own := p.Codes[e.Kind]; own != "" {
		code = own
	}
	if e.Code != "" {
		code = e.Code
	}
	switch {
	case e.Kind == awsapi.TooLarge && e.Code == "":
		p.send(w, r, requestID, http.StatusRequestEntityTooLarge, nil)
	case status == http.StatusBadRequest && r != nil && !p.speaks(r):
		p.send(w, r, requestID, http.StatusNotFound, []byte(unknownOperation))
	default:
		p.send(w, r, requestID, status, p.appendError(nil, code, e))
	}
}

func (p *protocol) appendError(dst []byte, code string, e *awsapi.Error) []byte {
	namespace, name := "", "message"
	if p.ErrorShape != nil {
		namespace, name = p.ErrorShape(code)
	}
	if namespace != "" {
		code = namespace + "#" + code
	}
	dst = append(dst, `{"__type":`...)
	dst = quote.Append(dst, code)
	if e.Message != "" && name != "" {
		dst = append(dst, ',')
		dst = quote.Append(dst, name)
		dst = append(dst, ':')
		dst = quote.Append(dst, e.Message)
	}
	if v := reflect.ValueOf(e.Details); v.IsValid() {
		if more, err := p.codecs.append(nil, v, noPause); err == nil && len(more) > len("{}") && more[0] == '{' {
			dst = append(dst, ',')
			return append(dst, more[1:]...)
		}
	}
	return append(dst, '}')
}

// meaning returns the status of errors of a kind, and the code of those that
// have none of their own.
func meaning(k awsapi.Kind) (status int, code string) {
	switch k {
	case awsapi.Unavailable:
		return http.StatusServiceUnavailable, "ServiceUnavailable"
	case awsapi.Invalid:
		return http.StatusBadRequest, "ValidationException"
	case awsapi.Denied:
		return http.StatusBadRequest, "AccessDeniedException"
	case awsapi.NotFound:
		return http.StatusBadRequest, "ResourceNotFoundException"
	case awsapi.Conflict:
		return http.StatusBadRequest, "ConflictException"
	case awsapi.Throttled:
		return http.StatusBadRequest, "ThrottlingException"
	case awsapi.TooLarge:
		return http.StatusRequestEntityTooLarge, "RequestEntityTooLarge"
	case awsapi.NotSerialized:
		return http.StatusBadRequest, "SerializationException"
	case awsapi.NoOperation:
		return http.StatusBadRequest, "UnknownOperationException"
	case awsapi.NoToken:
		return http.StatusBadRequest, "MissingAuthenticationTokenException"
	case awsapi.BadAuthHeader:
		return http.StatusBadRequest, "IncompleteSignatureException"
	case awsapi.UnknownKey, awsapi.InactiveIdentity:
		return http.StatusBadRequest, "UnrecognizedClientException"
	case awsapi.ExpiredToken:
		return http.StatusBadRequest, "ExpiredTokenException"
	case awsapi.BadSignature, awsapi.UnsignedHeaders:
		return http.StatusBadRequest, "InvalidSignatureException"
	default:
		return http.StatusInternalServerError, "InternalFailure"
	}
}
