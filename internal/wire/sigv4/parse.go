// SPDX-License-Identifier: Apache-2.0

package sigv4

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"
)

// Parse reads the signature of r, from its Authorization header or its query.
// It looks at the header and the raw request target (RequestURI), never at the
// body and never at r.URL. Every error is an [*Error].
//
// The syntax is strict: whatever two readers could understand in two ways is
// refused.
func Parse(r *http.Request) (*Request, error) {
	q := &Request{http: r}
	if err := q.splitTarget(); err != nil {
		return nil, err
	}
	p, err := scanQuery(q.query)
	if err != nil {
		return nil, err
	}
	auth := r.Header["Authorization"]
	switch {
	case len(auth) > 1:
		return nil, fail(Duplicate, "Authorization header must be given once")
	case len(auth) == 1 && p.present():
		return nil, fail(BothForms, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.").
			inS3("Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified")
	case p.present():
		err = q.parseQuery(&p)
	case len(auth) == 1:
		err = q.parseHeader(auth[0])
	default:
		err = fail(Missing, "Request is missing Authentication Token")
	}
	if err != nil {
		return nil, err
	}
	return q, nil
}

// splitTarget takes the request target apart as it came over the wire. Only
// the origin form has one reading.
func (q *Request) splitTarget() error {
	target := q.http.RequestURI
	if len(target) > maxTarget {
		return fail(TooLarge, "request target is too long")
	}
	if !strings.HasPrefix(target, "/") {
		return fail(Malformed, "request target must be an absolute path")
	}
	q.path, q.query, _ = strings.Cut(target, "?")
	return nil
}

// parseHeader reads the Authorization header
//
//	AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…
func (q *Request) parseHeader(auth string) error {
	if len(auth) > maxAuthorization {
		return fail(TooLarge, "Authorization header is too long")
	}
	alg, rest, _ := strings.Cut(auth, " ")
	if !strings.HasPrefix(alg, "AWS4-") {
		return fail(Unsupported, "Request is missing Authentication Token").
			inS3("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
	}
	if alg != algorithm {
		return unsupportedAlgorithm(alg)
	}
	f, err := splitAuthorization(rest)
	if err != nil {
		return err
	}
	stamp, err := q.headerTime()
	if err != nil {
		return err
	}
	if err := f.complete(auth, stamp); err != nil {
		return err
	}
	if q.SessionToken, err = single(q.http, "X-Amz-Security-Token"); err != nil {
		return err
	}
	if q.declared, err = single(q.http, "X-Amz-Content-Sha256"); err != nil {
		return err
	}
	return q.fill(f.credential, f.signedHeaders, f.signature, stamp)
}

// fields are the parts of an Authorization header.
type fields struct{ credential, signedHeaders, signature string }

func splitAuthorization(s string) (f fields, err error) {
	for part := range strings.SplitSeq(s, ",") {
		name, value, ok := strings.Cut(strings.Trim(part, " \t"), "=")
		var to *string
		switch name {
		case "Credential":
			to = &f.credential
		case "SignedHeaders":
			to = &f.signedHeaders
		case "Signature":
			to = &f.signature
		}
		switch {
		case !ok && name == "":
			continue // blank between commas; what is missing is reported by name
		case to == nil || !ok:
			return f, malformedHeader("Authorization header has an unknown parameter")
		case *to != "":
			return f, fail(Duplicate, "Authorization header has a parameter twice")
		}
		*to = value
	}
	return f, nil
}

// complete reports everything that is absent in one message, as AWS does.
func (f fields) complete(auth, stamp string) error {
	var b strings.Builder
	for _, p := range [...]struct{ name, value string }{
		{"Credential", f.credential},
		{"Signature", f.signature},
		{"SignedHeaders", f.signedHeaders},
	} {
		if p.value == "" {
			b.WriteString("Authorization header requires '" + p.name + "' parameter. ")
		}
	}
	if stamp == "" {
		b.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	if b.Len() == 0 {
		return nil
	}
	return fail(Incomplete, b.String()+"Authorization="+auth).inS3(s3Malformed)
}

const s3Malformed = "The authorization header that you provided is not valid."

func malformedHeader(message string) *Error { return fail(Malformed, message).inS3(s3Malformed) }

func unsupportedAlgorithm(alg string) *Error {
	return fail(Algorithm, "Unsupported AWS 'algorithm': '"+alg+"'.").
		inS3("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
}

// headerTime returns the time of signing in ISO 8601 basic format: that of
// X-Amz-Date, or else of Date. It is "" if both are absent.
func (q *Request) headerTime() (string, error) {
	stamp, err := single(q.http, "X-Amz-Date")
	if err != nil || stamp != "" {
		return stamp, err
	}
	date, err := single(q.http, "Date")
	if err != nil || date == "" {
		return "", err
	}
	if t, err := http.ParseTime(date); err == nil {
		return t.UTC().Format(basicFormat), nil
	}
	return date, nil
}

// single returns the value of a header that must not be repeated: the
// signature covers all values, and readers would take the first or the last.
func single(r *http.Request, name string) (string, error) {
	switch v := r.Header[name]; len(v) {
	case 0:
		return "", nil
	case 1:
		return v[0], nil
	default:
		return "", fail(Duplicate, name+" header must be given once")
	}
}

// fill takes over the parts that both forms share.
func (q *Request) fill(credential, signedHeaders, signature, stamp string) error {
	if len(q.SessionToken) > maxSessionToken {
		return fail(TooLarge, "session token is too long")
	}
	if err := q.parseCredential(credential); err != nil {
		return err
	}
	if err := checkNames(signedHeaders); err != nil {
		return err
	}
	q.SignedHeaders = signedHeaders
	var err error
	if q.signature, err = parseSignature(signature); err != nil {
		return err
	}
	t, ok := parseStamp(stamp)
	if !ok {
		return fail(BadDate, "Date must be in ISO-8601 'basic format'. Got '"+clip(stamp)+"'. See http://en.wikipedia.org/wiki/ISO_8601").
			inS3("AWS authentication requires a valid Date or x-amz-date header")
	}
	q.Time, q.stamp = t, stamp
	if q.Scope.Date != stamp[:8] {
		return fail(DateMismatch, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"+
			q.Scope.Date+"' != '"+stamp[:8]+"', from '"+stamp+"'.").
			inS3("The authorization header is malformed; Invalid credential date \"" + q.Scope.Date + "\". This date is not the same as X-Amz-Date: \"" + stamp[:8] + "\".")
	}
	return nil
}

// parseSignature reads 64 hexadecimal digits, in lower case only: there is one
// way to write a signature.
func parseSignature(s string) (sum [sha256.Size]byte, err error) {
	if !isHex64(s) {
		return sum, malformedHeader("Signature must be 64 lower-case hexadecimal digits")
	}
	for i := range len(s) {
		v, _ := hexValue(s[i])
		sum[i/2] = sum[i/2]<<4 | v
	}
	return sum, nil
}

// parseStamp reads a time in ISO 8601 basic format, as in 20261120T093000Z: one
// form only, which time.Parse takes several times as long for.
func parseStamp(s string) (time.Time, bool) {
	if len(s) != len(basicFormat) || !isDigits(s[:8], 8) || s[8] != 'T' || !isDigits(s[9:15], 6) || s[15] != 'Z' {
		return time.Time{}, false
	}
	n := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	year, month, day, hour, minute, second := n(0)*100+n(2), time.Month(n(4)), n(6), n(9), n(11), n(13)
	t := time.Date(year, month, day, hour, minute, second, 0, time.UTC)
	// What is out of range has become another day, or another hour.
	return t, t.Month() == month && t.Day() == day && hour < 24 && minute < 60 && second < 60
}

// parseCredential reads "keyid/date/region/service/terminator".
func (q *Request) parseCredential(s string) error {
	bad := func() error {
		e := fail(Malformed, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '"+clip(s)+"'")
		if q.Presigned {
			return e.inS3(`Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`)
		}
		return e.inS3(`The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`)
	}
	if strings.Count(s, "/") != 4 {
		return bad()
	}
	id, rest, _ := strings.Cut(s, "/")
	date, rest, _ := strings.Cut(rest, "/")
	region, rest, _ := strings.Cut(rest, "/")
	service, end, _ := strings.Cut(rest, "/")
	if !isName(id, maxKeyID) || !isDigits(date, 8) || !isName(region, maxScopePart) || !isName(service, maxScopePart) || !isName(end, maxScopePart) {
		return bad()
	}
	q.AccessKeyID = id
	q.Scope = Scope{Date: date, Region: region, Service: service}
	q.end = end
	return nil
}

// checkNames checks that s is a list of header names in lower case, strictly
// ascending, so that there is one way only to write what is signed.
func checkNames(s string) error {
	prev, n := "", 0
	for more := true; more; {
		var name string
		name, s, more = strings.Cut(s, ";")
		if n++; n > maxSignedHeaders {
			return fail(TooLarge, "SignedHeaders has too many names")
		}
		if !isHeaderName(name) {
			return malformedHeader("SignedHeaders must be lower-case header names separated by semicolons")
		}
		if name <= prev {
			return malformedHeader("SignedHeaders must be sorted and without duplicates")
		}
		prev = name
	}
	return nil
}

// clip shortens what a client sent for use in a message.
func clip(s string) string {
	const most = 256
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
