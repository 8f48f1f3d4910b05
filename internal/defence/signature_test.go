// SPDX-License-Identifier: Apache-2.0

package defence

const sigv4 = "internal/wire/sigv4"

// signatures is what a signature has to be, and what it has to cover.
var signatures = []mutation{
	{"a signature has to match", sigv4 + "/verify.go", `if !key.signs(toSign, &q.signature) {`, `if false && !key.signs(toSign, &q.signature) {`, "", "TestAlteredRequestsAreRefused/dynamodb_header"},
	{"a signature covers the method", sigv4 + "/canonical.go", `append(s.buf[:0], q.http.Method...)`, `append(s.buf[:0], "POST"...)`, "", "TestAlteredRequestsAreRefused/sts_header/another_method"},
	{"a signature covers the path", sigv4 + "/canonical.go", `b = appendPathNormal(b, q.path)`, `b = append(b, '/')`, "", "TestAlteredRequestsAreRefused/sts_header/another_path"},
	{"a signature covers the query", sigv4 + "/canonical.go", `s.appendQuery(b, q.query)`, `s.appendQuery(b, "")`, "", "TestAlteredRequestsAreRefused/iam_header/a_parameter_more"},
	{"a presigned URL covers the parameters of others", sigv4 + "/canonical.go", `if string(name) == "X-Amz-Signature" {`, `if string(name) == "X-Amz-Signature" || !bytes.HasPrefix(name, []byte("X-Amz-")) {`, "", "TestAlteredRequestsAreRefused/iam_presigned/a_parameter_more TestPresignedURLsTakeNoMore"},
	{"a signature covers the body as it came", sigv4 + "/verify.go", `hex.Encode(sum[:], body[:])`, "if hex.Encode(sum[:], body[:]); q.declared != \"\" {\n\t\treturn q.verify(key, q.declared)\n\t}", "", "TestBadCredentialsAreRefused/sts_header/a_body_that_is_declared_unsigned TestBadCredentialsAreRefused/sts_header/the_hash_of_another_body,_declared"},
	{"a signature covers every value of a header", sigv4 + "/canonical.go", `for i, v := range values {`, `for i, v := range values[:min(len(values), 1)] {`, "", "TestHeadersGivenTwiceAreRefused"},
	{"the host must be signed", sigv4 + "/check.go", `if !host {`, `if false && !host {`, "", "TestSignaturesMustCoverHostAndAWSHeaders/host"},
	{"headers of AWS's must be signed", sigv4 + "/check.go", `if present != signed {`, `if false && present != signed {`, "", "TestSignaturesMustCoverHostAndAWSHeaders/x-amz-target TestAlteredRequestsAreRefused/iam_header/a_header_of_AWS's_more"},
	{"a header that was signed must arrive", sigv4 + "/canonical.go", `return dst, values != nil`, `return dst, true`, sigv4, "TestAnyChangeToASignedHeaderFormIsFound"},
	{"signed headers are named once", sigv4 + "/parse.go", `if name <= prev {`, `if false && name <= prev {`, "", "TestAlteredRequestsAreRefused/sts_header/host_named_twice"},

	{"the scope ends as it must", sigv4 + "/check.go", `case q.end != terminator:`, `case false && q.end != terminator:`, "", "TestAlteredRequestsAreRefused/sts_header/another_terminator"},
	{"the scope names the service", sigv4 + "/check.go", `case q.Scope.Service != p.Service:`, `case false && q.Scope.Service != p.Service:`, "", "TestBadCredentialsAreRefused/dynamodb_header/a_scope_of_another_service TestTargetsDoNotLeadElsewhere"},
	{"the scope names a region", sigv4 + "/check.go", `case p.Region == nil || !p.Region(q.Scope.Region):`, `case false && (p.Region == nil || !p.Region(q.Scope.Region)):`, "", "TestBadCredentialsAreRefused/sts_header/a_scope_without_a_region"},
	{"the scope's day is that of the time", sigv4 + "/parse.go", `if q.Scope.Date != stamp[:8] {`, `if false && q.Scope.Date != stamp[:8] {`, "", "TestAlteredRequestsAreRefused/sts_header/another_day"},
	{"a signature ages", sigv4 + "/check.go", `if now.After(q.Time.Add(life)) {`, `if false && now.After(q.Time.Add(life)) {`, "", "TestBadCredentialsAreRefused/sts_header/signed_16_minutes_ago TestPresignedRequestsExpire"},
	{"a signature is not of the future", sigv4 + "/check.go", `if q.Time.After(now.Add(p.Future)) {`, `if false && q.Time.After(now.Add(p.Future)) {`, "", "TestBadCredentialsAreRefused/sts_header/signed_6_minutes_ahead"},
	{"a presigned URL ends when it says", sigv4 + "/check.go", `life = min(life, q.Expires)`, `life = max(life, 0)`, "", "TestPresignedRequestsExpire"},
	{"a presigned URL ends in 15 minutes", sigv4 + "/check.go", `life = min(life, q.Expires)`, `life = q.Expires`, "", "TestPresignedRequestsExpire"},
	{"steps of the verification can't be left out", sigv4 + "/verify.go", `if !q.checked || !q.fresh {`, `if false && (!q.checked || !q.fresh) {`, sigv4, "TestStepsCannotBeSkipped"},
	{"a signing key is of one secret", sigv4 + "/key.go", `id := keyID{q.AccessKeyID, q.Scope, f}`, `id := keyID{q.AccessKeyID, q.Scope, Fingerprint{}}`, sigv4, "TestKeysHoldVerifiedKeysOnly"},
	{"strangers fill no cache of keys", sigv4 + "/key.go", `if q.verified {`, `if true {`, sigv4, "TestKeysHoldVerifiedKeysOnly"},
}

// forms is what is refused because two readers could understand it in two ways.
var forms = []mutation{
	{"there is one Authorization header", sigv4 + "/parse.go", `auth := r.Header["Authorization"]`, "auth := r.Header[\"Authorization\"]\n\tauth = auth[:min(len(auth), 1)]", "", "TestAlteredRequestsAreRefused/sts_header/two_signatures TestTwoAuthorizationHeadersAreRefused"},
	{"the last Authorization header does not count", sigv4 + "/parse.go", `auth := r.Header["Authorization"]`, "auth := r.Header[\"Authorization\"]\n\tauth = auth[max(len(auth)-1, 0):]", "", "TestTwoAuthorizationHeadersAreRefused"},
	{"a request is signed in one form", sigv4 + "/parse.go", `case len(auth) == 1 && p.present():`, `case false && len(auth) == 1 && p.present():`, "", "TestAlteredRequestsAreRefused/sts_header/both_forms TestAlteredRequestsAreRefused/sts_presigned/both_forms"},
	{"what the signature needs is given once", sigv4 + "/parse.go", `return "", fail(Duplicate, name+" header must be given once")`, `return v[0], nil`, "", "TestAlteredRequestsAreRefused/sts_header/two_times TestAlteredRequestsAreRefused/sts_header/two_tokens"},
	{"parameters of the signature are given once", sigv4 + "/presign.go", `if p.seen&bit != 0 {`, `if false && p.seen&bit != 0 {`, sigv4, "TestParseRefuses"},
	{"parameters of AWS's are given once", sigv4 + "/canonical.go", `bytes.Equal(name, prev) && bytes`, `false && bytes.Equal(name, prev) && bytes`, "", "TestPresignedURLsTakeNoMore"},
	{"a token is a header or a parameter", sigv4 + "/presign.go", `X-Amz-Security-Token"]; both {`, `X-Amz-Security-Token"]; both && false {`, "", "TestAlteredRequestsAreRefused/sts_presigned/the_token_as_a_header_too"},
	{"a presigned URL lives a week at most", sigv4 + "/presign.go", `case n > uint64(MaxExpires/time.Second):`, `case false && n > uint64(MaxExpires/time.Second):`, "", "TestAlteredRequestsAreRefused/sts_presigned/a_life_of_more_than_a_week"},
	{"a presigned URL lives some time", sigv4 + "/presign.go", `case n == 0:`, `case false && n == 0:`, "", "TestPresignedURLsTakeNoMore"},
	{"a semicolon separates nothing", sigv4 + "/escape.go", "return \"\", false\n\t\t}\n\t\tb = append(b, c)", "c = '&'\n\t\t}\n\t\tb = append(b, c)", sigv4, "TestParseRefuses"},
	{"a signature is written in one way", sigv4 + "/parse.go", `if !isHex64(s) {`, `if len(s) != 64 {`, sigv4, "TestParseRefuses"},
	{"a form's parameter is given once", "internal/wire/awsquery/form.go", `if f[i].name == f[i-1].name {`, `if false && f[i].name == f[i-1].name {`, "", "TestHostileForms"},
	{"a query's parameter counts as the form's", "internal/wire/awsquery/form.go", `[...]string{body, query}`, `[...]string{body}`, "", "TestHostileForms"},
	{"a form has an end", "internal/wire/awsquery/form.go", `>= maxParameters {`, `>= 1<<20 {`, "", "TestFormsHaveAnEnd"},

	{"a chunk is signed", sigv4 + "/chunk.go", `if !c.q.key.signs(toSign, &signature) {`, `if false && !c.q.key.signs(toSign, &signature) {`, sigv4, "TestAnyChangeToAChunkedBodyIsFound"},
	{"chunks end with what was announced", sigv4 + "/chunk.go", `if c.left > 0 {`, `if false && c.left > 0 {`, sigv4, "TestUnsignedChunks"},
	{"chunks hold no more than was announced", sigv4 + "/chunk.go", `case size > c.left:`, `case false && size > c.left:`, sigv4, "TestUnsignedChunks"},
	{"a body has the hash that was declared", sigv4 + "/body.go", `&& !hmac.Equal(h.hash.Sum(nil), h.want) {`, `&& false {`, sigv4, "TestS3BodyMustHaveTheDeclaredHash"},
}
