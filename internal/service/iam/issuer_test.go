// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service/iam"
)

func TestIssuerIsAHostAndAPath(t *testing.T) {
	for in, want := range map[string]string{
		"https://login.example.com":            "login.example.com",
		"https://LOGIN.Example.com/Tenant":     "login.example.com/Tenant",
		"https://tenant.example.com/":          "tenant.example.com/",
		"https://a.example.com/x/y/":           "a.example.com/x/y/",
		"https://127.0.0.1:8443/realms/x":      "127.0.0.1:8443/realms/x",
		"https://oidc.eks.us-east-1.x/id/EX_1": "oidc.eks.us-east-1.x/id/EX_1",
		"HTTPS://login.example.com/x":          "login.example.com/x",
	} {
		if got, err := iam.Issuer(in); err != nil || got != want {
			t.Errorf("%s: got %q, %v", in, got, err)
		}
	}
}

func TestIssuersThatAreRefused(t *testing.T) {
	for name, in := range map[string]string{
		"no scheme":           "login.example.com",
		"no TLS":              "http://login.example.com",
		"other scheme":        "ftp://login.example.com",
		"one as long":         "httpx://login.example.com",
		"empty user":          "https://@login.example.com",
		"no host":             "https:///x",
		"opaque":              "https:login.example.com",
		"user":                "https://user@login.example.com",
		"password":            "https://a:b@login.example.com",
		"query":               "https://login.example.com/x?y=z",
		"empty query":         "https://login.example.com/?",
		"fragment":            "https://login.example.com/x#y",
		"empty fragment":      "https://login.example.com/x#",
		"empty port":          "https://login.example.com:/x",
		"port that is none":   "https://login.example.com:x/",
		"wildcard":            "https://*.example.com",
		"wildcard in a path":  "https://login.example.com/*",
		"policy variable":     "https://login.example.com/${aws:username}",
		"dotted segment":      "https://login.example.com/a/../b",
		"dot":                 "https://login.example.com/./b",
		"double slash":        "https://login.example.com//b",
		"two slashes at end":  "https://login.example.com/b//",
		"escaped slash":       "https://login.example.com/a%2Fb",
		"escaped letter":      "https://login.example.com/%61",
		"escaped host":        "https://login%2eexample.com/a",
		"space":               "https://login.example.com/a b",
		"line break":          "https://login.example.com/a\n",
		"beyond ASCII":        "https://exämple.com/",
		"empty label":         "https://login..example.com/",
		"dot at the end":      "https://login.example.com./",
		"address with colons": "https://[::1]/",
		"backslash":           `https://login.example.com\@evil.example.com`,
	} {
		if got, err := iam.Issuer(in); err == nil {
			t.Errorf("%s: %s is kept as %s", name, in, got)
		}
	}
}

// Two URLs that are kept alike are one to clients too, and what is kept is read
// as it is.
func FuzzIssuer(f *testing.F) {
	f.Add("https://login.example.com/a/B/")
	f.Add("https://LOGIN.example.com:8443")
	f.Add("https://a@b/%2e?x#y")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := iam.Issuer(in)
		if err != nil {
			return
		}
		again, err := iam.Issuer("https://" + got)
		if err != nil || again != got {
			t.Errorf("%q is kept as %q, that as %q, %v", in, got, again, err)
		}
		if !strings.EqualFold(in, "https://"+got) {
			t.Errorf("%q is kept as %q", in, got)
		}
		u, err := url.Parse("https://" + got)
		if err != nil || u.Host+u.Path != got || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q is read as %#v, %v", got, u, err)
		}
	})
}
