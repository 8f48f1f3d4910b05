// SPDX-License-Identifier: Apache-2.0

package sigv4

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Check checks the credential scope: its terminator, service and region, in
// this order, and for Amazon S3 that a presigned request says when it expires.
// Every error is an [*Error].
func (q *Request) Check(p Profile) error {
	switch {
	case q.end != terminator:
		return fail(WrongTerminator, "Credential should be scoped with a valid terminator: 'aws4_request'").
			inS3("The authorization header is malformed; incorrect terminal \"" + q.end + "\". This endpoint belongs to \"aws4_request\".")
	case q.Scope.Service != p.Service:
		return fail(WrongService, "Credential should be scoped to correct service: '"+p.Service+"'.").
			inS3("The authorization header is malformed; incorrect service \"" + q.Scope.Service + "\". This endpoint belongs to \"" + p.Service + "\".")
	case p.Region == nil || !p.Region(q.Scope.Region):
		return fail(WrongRegion, "Credential should be scoped to a valid region.").
			inS3("The authorization header is malformed; the region '" + q.Scope.Region + "' is wrong")
	case p.S3 && q.Presigned && q.Expires == 0:
		return fail(Incomplete, "AWS query-string parameters must include 'X-Amz-Expires'. Re-examine the query-string parameters.").
			inS3(s3Parameters)
	}
	q.profile, q.checked = p, true
	return nil
}

// CheckClock checks that the request was signed not too long before now and
// not too far after it, and has not expired. Every error is an [*Error].
func (q *Request) CheckClock(now time.Time) error {
	if !q.checked {
		return unchecked()
	}
	now = now.UTC().Truncate(time.Second)
	p := q.profile
	if q.Time.After(now.Add(p.Future)) {
		return q.notYetValid(now)
	}
	life := p.Past
	switch {
	case p.S3 && q.Presigned:
		life = q.Expires
	case q.Presigned && q.Expires > 0:
		life = min(life, q.Expires)
	}
	if now.After(q.Time.Add(life)) {
		return q.expired(now, life)
	}
	q.fresh = true
	return nil
}

const s3Skewed = "The difference between the request time and the current time is too large."

func (q *Request) notYetValid(now time.Time) error {
	window := q.profile.Future
	e := fail(NotYetValid, "Signature not yet current: "+q.stamp+" is still later than "+basic(now.Add(window))+
		" ("+basic(now)+" + "+minutes(window)+" min.)")
	if q.Presigned {
		return e.inS3("Request is not valid yet").
			with("X-Amz-Expires", strconv.Itoa(int(q.Expires/time.Second))).
			with("ServerTime", now.Format(time.RFC3339))
	}
	return q.skewed(e, now, window)
}

func (q *Request) expired(now time.Time, life time.Duration) error {
	e := fail(Expired, "Signature expired: "+q.stamp+" is now earlier than "+basic(now.Add(-life))+
		" ("+basic(now)+" - "+minutes(life)+" min.)")
	if q.Presigned {
		return e.inS3("Request has expired").
			with("X-Amz-Expires", strconv.Itoa(int(q.Expires/time.Second))).
			with("Expires", q.Time.Add(life).Format(time.RFC3339)).
			with("ServerTime", now.Format(time.RFC3339))
	}
	return q.skewed(e, now, life)
}

func (q *Request) skewed(e *Error, now time.Time, window time.Duration) error {
	return e.inS3(s3Skewed).
		with("RequestTime", q.stamp).
		with("ServerTime", now.Format(time.RFC3339)).
		with("MaxAllowedSkewMilliseconds", strconv.FormatInt(window.Milliseconds(), 10))
}

func basic(t time.Time) string { return t.Format(basicFormat) }

// minutes prints a window as AWS does, in minutes; windows of other length
// are shown with their fraction.
func minutes(d time.Duration) string { return strconv.FormatFloat(d.Minutes(), 'g', -1, 64) }

func unchecked() *Error { return fail(Unchecked, "signature was not checked") }

// checkSigned checks that host and all x-amz- headers are signed, of which
// there are so many. The hash of the body may be left out: it is in every
// canonical request anyway.
func (q *Request) checkSigned(host bool, signed int) error {
	if !host {
		return fail(UnsignedHost, "'Host' must be a 'SignedHeader' in the AWS Authorization.").
			inS3("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	present := 0
	for name := range q.http.Header {
		if isAmz(name) && !strings.EqualFold(name, hashHeader) {
			present++
		}
	}
	if present != signed {
		return q.headersNotSigned()
	}
	return nil
}

// hashHeader declares the hash of the body.
const hashHeader = "x-amz-content-sha256"

// isAmz reports whether a header's name begins with x-amz-.
func isAmz(name string) bool {
	const prefix = "x-amz-"
	return len(name) > len(prefix) && name[0]|0x20 == 'x' && strings.EqualFold(name[:len(prefix)], prefix)
}

// headersNotSigned names the x-amz- headers that are not signed.
func (q *Request) headersNotSigned() error {
	signed := make(map[string]bool)
	for name := range strings.SplitSeq(q.SignedHeaders, ";") {
		signed[name] = true
	}
	var unsigned []string
	for name := range q.http.Header {
		if low := strings.ToLower(name); isAmz(low) && low != hashHeader && !signed[low] {
			unsigned = append(unsigned, low)
		}
	}
	slices.Sort(unsigned)
	list := strings.Join(unsigned[:min(len(unsigned), maxSignedHeaders)], ", ")
	return fail(UnsignedHeader, "There were headers present in the request which were not signed: "+list).
		inS3("There were headers present in the request which were not signed").
		with("HeadersNotSigned", list)
}

// declaredHash returns the literal that takes the place of the body's hash in
// the canonical request of Amazon S3.
func (q *Request) declaredHash() (string, error) {
	switch v := q.declared; {
	case v == "" && q.Presigned:
		return unsignedPayload, nil
	case v == "":
		return "", fail(PayloadHash, "Missing required header for this request: "+hashHeader)
	case isHex64(v), v == unsignedPayload, v == streamingSigned, v == streamingTrailer, v == streamingUnsigned:
		return v, nil
	default:
		return "", fail(PayloadHash, hashHeader+" must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.").
			with("ArgumentName", hashHeader).
			with("ArgumentValue", clip(v))
	}
}

// Values of x-amz-content-sha256 other than a hash.
const (
	unsignedPayload   = "UNSIGNED-PAYLOAD"
	streamingSigned   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamingTrailer  = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	streamingUnsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
)
