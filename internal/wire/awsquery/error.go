// SPDX-License-Identifier: Apache-2.0

package awsquery

import (
	"net/http"
	"reflect"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// EncodeError sends e as an ErrorResponse, with the fields of e.Details, a
// struct or a pointer to one, as further elements of its Error.
func (p *protocol) EncodeError(w http.ResponseWriter, _ *http.Request, requestID string, e *awsapi.Error) {
	status, code := meaning(e.Kind)
	if e.Code != "" {
		code = e.Code
	}
	origin := "Sender"
	if status >= 500 {
		origin = "Receiver"
	}
	x := &writer{}
	x.raw(`<ErrorResponse xmlns="` + p.namespace + `"><Error><Type>` + origin + `</Type><Code>`)
	x.text(code)
	x.raw(`</Code><Message>`)
	x.text(e.Message)
	x.raw(`</Message>`)
	if v := reflect.Indirect(reflect.ValueOf(e.Details)); v.Kind() == reflect.Struct {
		x.fields(v)
	}
	x.raw(`</Error><RequestId>`)
	x.text(requestID)
	x.raw(`</RequestId></ErrorResponse>` + "\n")
	send(w, requestID, status, x.buf.Bytes())
}

// meaning returns the status of errors of a kind, and the code of those that
// have none of their own.
func meaning(k awsapi.Kind) (status int, code string) {
	switch k {
	case awsapi.Unavailable:
		return http.StatusServiceUnavailable, "ServiceUnavailable"
	case awsapi.Invalid:
		return http.StatusBadRequest, "ValidationError"
	case awsapi.Denied:
		return http.StatusForbidden, "AccessDenied"
	case awsapi.NotFound:
		return http.StatusNotFound, "NoSuchEntity"
	case awsapi.Conflict:
		return http.StatusConflict, "Conflict"
	case awsapi.Throttled:
		return http.StatusBadRequest, "Throttling"
	case awsapi.TooLarge:
		return http.StatusRequestEntityTooLarge, "RequestEntityTooLarge"
	case awsapi.NotSerialized:
		return http.StatusBadRequest, "MalformedInput"
	case awsapi.NoOperation:
		return http.StatusBadRequest, "InvalidAction"
	case awsapi.NoToken:
		return http.StatusForbidden, "MissingAuthenticationToken"
	case awsapi.BadAuthHeader:
		return http.StatusBadRequest, "IncompleteSignature"
	case awsapi.UnknownKey, awsapi.InactiveIdentity:
		return http.StatusForbidden, "InvalidClientTokenId"
	case awsapi.ExpiredToken:
		return http.StatusForbidden, "ExpiredToken"
	case awsapi.BadSignature, awsapi.UnsignedHeaders:
		return http.StatusForbidden, "SignatureDoesNotMatch"
	default:
		return http.StatusInternalServerError, "InternalFailure"
	}
}
