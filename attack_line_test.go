// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

// refusedAs sends a request, which must not be answered by anything but a
// refusal with one of the codes.
func (s *siege) refusedAs(what string, r *http.Request, codes ...string) {
	s.t.Helper()
	status, body := send(s.t, r)
	if status < 400 || !slices.Contains(codes, codeOf(body)) {
		s.t.Errorf("%s: got %d %s, want one of %q", what, status, body, codes)
	}
}

// codes are the codes of refusals in both protocols.
func codes(refusals ...refusal) (out []string) {
	for _, r := range refusals {
		out = append(out, r.json, r.query)
	}
	return out
}

// TestPresignedURLsTakeNoMore adds to a presigned URL, as who has one may: what
// makes another call of it, parameters of the signature again, and the same in
// other spellings.
func TestPresignedURLsTakeNoMore(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	any := codes(badSignature, badHeader, unknownKey, noToken)
	for _, service := range services {
		shot := func() *shot { return newShot(s.srv.Endpoint, service, keysOf(t, s.admin), time.Now()) }
		if status, body := send(t, shot().presigned(t)); status != http.StatusOK {
			t.Errorf("%s, as it is: got %d %s", service, status, body)
		}
		for _, more := range []string{
			"Action=CreateUser&UserName=raid", "UserName=raid", "x=", "=x", "x", "%00=x", "a=%41", "Version=2010-05-08",
			"X-Amz-Foo=1", "x-amz-expires=1", "X-Amz-Expires=604800", "X%2DAmz%2DExpires=604800", "X-Amz-Date=20200101T000000Z",
			"X-Amz-Signature=" + zeros, "X%2dAmz%2dSignature=" + zeros, "x-amz-signature=" + zeros, "X-Amz-Signature+=" + zeros,
			"X-Amz-Credential=x", "X-Amz-SignedHeaders=host", "X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Security-Token=x", "X-Amz-Security-Token=",
			"X-Amz-Content-Sha256=UNSIGNED-PAYLOAD", "X-Amz-Content-SHA256=UNSIGNED-PAYLOAD", "a=b;Action=CreateUser", "a=b;X-Amz-Expires=1", "a=%zz",
		} {
			r := shot().presigned(t)
			signed := r.URL.RawQuery
			r.URL.RawQuery = signed + "&" + more
			s.refusedAs(service+", with "+more+" at its end", r, any...)
			r = shot().presigned(t)
			r.URL.RawQuery = more + "&" + signed
			s.refusedAs(service+", with "+more+" at its front", r, any...)
		}
		for _, signed := range []string{"X-Amz-Foo=1&X-Amz-Foo=2", "X-Amz-Expires=0", "X-Amz-Expires=-1", "X-Amz-Expires=604801", "X-Amz-Expires=1e3"} {
			shot := shot()
			shot.url += "?" + signed
			s.refusedAs(service+", signed with "+signed, shot.presigned(t), codes(badHeader)...)
		}
		good := shot()
		good.url += "?X-Amz-Foo=1&X-Amz-Expires=60"
		if status, body := send(t, good.presigned(t)); status != http.StatusOK {
			t.Errorf("%s, signed with more: got %d %s", service, status, body)
		}
	}
	s.fails(s.admin, "NoSuchEntity", "iam", "GetUser", `{"UserName":"raid"}`)
	s.alive()
}

// TestQueriesAreToldWhatTheirSignatureLacks sends queries whose signature says
// nothing of a service. They are answered as services of that protocol answer.
func TestQueriesAreToldWhatTheirSignatureLacks(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const action = "Action=GetCallerIdentity&Version=2011-06-15"
	for query, want := range map[string]string{
		action:                                "MissingAuthenticationToken",
		"Action=ListUsers&Version=2010-05-08": "MissingAuthenticationToken",
		"Action=":                             "MissingAuthenticationToken",
		action + "&X-Amz-Algorithm=AWS4-HMAC-SHA256":                  "IncompleteSignature",
		action + "&X-Amz-Credential=AKIA/20260101/us-east-1/sts/x":    "IncompleteSignature",
		action + "&X-Amz-Signature=" + zeros + "&X-Amz-Expires=never": "IncompleteSignature",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.srv.Endpoint+"/?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.refusedAs(query, r, want)
	}
	for _, query := range []string{"?action=GetCallerIdentity", "?Version=2011-06-15"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.srv.Endpoint+"/"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if status, body := send(t, r); status != http.StatusNotFound || codeOf(body) != "UnknownOperationException" {
			t.Errorf("%q asks for nothing: got %d %s", query, status, body)
		}
	}
}

// TestHeadersGivenTwiceAreRefused adds a second value of a header to signed
// requests, before and after the first: two readers could take either.
func TestHeadersGivenTwiceAreRefused(t *testing.T) {
	s, a := newArms(t)
	any := append(codes(badSignature, badHeader, unknownKey), "UnknownOperationException")
	for _, service := range services {
		for form, sign := range forms {
			shot := func() *shot { return newShot(s.srv.Endpoint, service, a.session, a.now) }
			if status, body := send(t, sign(shot(), t)); status != http.StatusOK {
				t.Errorf("%s %s, once: got %d %s", service, form, status, body)
			}
			signed := sign(shot(), t).Header
			for _, name := range []string{"Authorization", "Content-Type", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Target", "X-Amz-Content-Sha256"} {
				for _, value := range []string{signed.Get(name), "other", ""} {
					for _, first := range []bool{true, false} {
						r := sign(shot(), t)
						values := append(slices.Clone(r.Header.Values(name)), value)
						if first {
							values = append([]string{value}, r.Header.Values(name)...)
						}
						if len(values) < 2 {
							continue // it isn't there once
						}
						r.Header[name] = values
						s.refusedAs(service+" "+form+", with "+name+" as "+strings.Join(values, " and "), r, any...)
					}
				}
			}
		}
	}
	s.alive()
}

// TestTwoAuthorizationHeadersAreRefused offers two identities at once.
func TestTwoAuthorizationHeadersAreRefused(t *testing.T) {
	s, a := newArms(t)
	nobody := keysOf(t, s.user(s.root, "nobody", allowNothing))
	for _, service := range services {
		auth := func(creds aws.Credentials) string {
			return newShot(s.srv.Endpoint, service, creds, a.now).signed(t).Header.Get("Authorization")
		}
		good, other := auth(a.longTerm), auth(nobody)
		for name, values := range map[string][]string{
			"the same twice":          {good, good},
			"another's first":         {other, good},
			"another's last":          {good, other},
			"rubbish first":           {"Bearer x", good},
			"rubbish last":            {good, "Bearer x"},
			"nothing first":           {"", good},
			"nothing last":            {good, ""},
			"three":                   {good, good, good},
			"two in one":              {good + ", " + other},
			"two credentials in one":  {strings.Replace(good, "SignedHeaders=", "Credential="+nobody.AccessKeyID+", SignedHeaders=", 1)},
			"two signatures in one":   {good + ", Signature=" + zeros},
			"another scheme in front": {"Bearer x, " + good},
		} {
			r := newShot(s.srv.Endpoint, service, a.longTerm, a.now).signed(t)
			r.Header["Authorization"] = values
			s.refusedAs(service+", "+name, r, codes(badHeader, noToken)...)
		}
		r := newShot(s.srv.Endpoint, service, a.longTerm, a.now).signed(t)
		r.Header["Authorization"] = []string{good}
		if status, body := send(t, r); status != http.StatusOK {
			t.Errorf("%s, one: got %d %s", service, status, body)
		}
	}
	s.alive()
}

// TestGlobalServicesActInOneRegion signs calls to IAM for other regions: a
// caller must not choose what aws:RequestedRegion says of them.
func TestGlobalServicesActInOneRegion(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	for region, wanted := range map[string]int{"us-east-1": http.StatusOK, "eu-west-1": http.StatusForbidden} {
		s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "admin", "PolicyName": "p", "PolicyDocument": `{"Version":"2012-10-17","Statement":[
		 {"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"` + region + `"}}}]}`})
		for _, signed := range []string{"us-east-1", "eu-west-1"} {
			status, body := s.attack("iam", "Action=ListUsers", func(shot *shot) { shot.region = signed })
			if status != wanted {
				t.Errorf("allowed in %s, signed for %s: got %d %s, want %d", region, signed, status, body, wanted)
			}
		}
	}
}

// TestFormsHaveAnEnd sends forms of many parameters, each given once.
func TestFormsHaveAnEnd(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	for n, want := range map[int]int{4000: http.StatusOK, 5000: http.StatusBadRequest} {
		var form strings.Builder
		form.WriteString("Action=ListUsers")
		for i := range n {
			fmt.Fprintf(&form, "&a%d=b", i)
		}
		if status, body := s.attack("iam", form.String(), nil); status != want || status != http.StatusOK && codeOf(body) != "MalformedInput" {
			t.Errorf("%d parameters: got %d %.300s, want %d", n, status, body, want)
		}
	}
	s.alive()
}
