// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

var samlUUID = regexp.MustCompile(`<SAMLProviderUUID>[^<]*</SAMLProviderUUID>`)

// sampleOf returns the sample input of an operation of IAM, about something else
// than what it names.
func sampleOf(t *testing.T, s *siege, op, name, other string) string {
	t.Helper()
	for i := range s.services["iam"].Operations {
		if o := &s.services["iam"].Operations[i]; o.Name == op {
			return strings.ReplaceAll(o.Sample, name, other)
		}
	}
	t.Fatalf("IAM has no operation %s", op)
	return ""
}

// TestIdentityProvidersOfOtherAccounts tries everything on an identity provider of
// another account, whether there is one or not: who could change it could come
// as anybody who is trusted through it.
func TestIdentityProvidersOfOtherAccounts(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	foreignRoot, foreign := s.account("222222222222")
	const oidc, saml = `"OpenIDConnectProviderArn":"arn:aws:iam::000000000000:oidc-provider/`, `"SAMLProviderArn":"arn:aws:iam::000000000000:saml-provider/`
	s.do(s.root, "iam", "CreateOpenIDConnectProvider", `{"Url":"https://mine.example.com","ClientIDList":["app"]}`)
	metadata := sampleOf(t, s, "CreateSAMLProvider", "yellow-login", "mine.example.com")
	s.do(s.root, "iam", "CreateSAMLProvider", metadata)
	document := metadata[strings.Index(metadata, `"SAMLMetadataDocument"`):]

	for _, c := range []struct{ op, on, more string }{
		{"GetOpenIDConnectProvider", oidc, `}`},
		{"ListOpenIDConnectProviderTags", oidc, `}`},
		{"AddClientIDToOpenIDConnectProvider", oidc, `,"ClientID":"evil"}`},
		{"RemoveClientIDFromOpenIDConnectProvider", oidc, `,"ClientID":"app"}`},
		{"UpdateOpenIDConnectProviderThumbprint", oidc, `,"ThumbprintList":["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"]}`},
		{"TagOpenIDConnectProvider", oidc, `,"Tags":[{"Key":"k","Value":"v"}]}`},
		{"UntagOpenIDConnectProvider", oidc, `,"TagKeys":["k"]}`},
		{"DeleteOpenIDConnectProvider", oidc, `}`},
		{"GetSAMLProvider", saml, `}`},
		{"ListSAMLProviderTags", saml, `}`},
		{"UpdateSAMLProvider", saml, `,` + document},
		{"TagSAMLProvider", saml, `,"Tags":[{"Key":"k","Value":"v"}]}`},
		{"UntagSAMLProvider", saml, `,"TagKeys":["k"]}`},
		{"DeleteSAMLProvider", saml, `}`},
	} {
		for who, as := range map[string]aws.Config{"root": foreignRoot, "an administrator": foreign} {
			there := s.refuses(as, "iam", c.op, `{`+c.on+`mine.example.com"`+c.more)
			none := s.refuses(as, "iam", c.op, `{`+c.on+`none.example.com"`+c.more)
			if got := strings.Replace(there.Body, "mine.example.com", "none.example.com", 1); requestID.ReplaceAllString(got, "") != requestID.ReplaceAllString(none.Body, "") {
				t.Errorf("%s by %s tells that the provider exists: %s", c.op, who, got)
			}
		}
	}
	// They are as they were, and their own account may change them.
	if a := s.do(s.root, "iam", "GetOpenIDConnectProvider", `{`+oidc+`mine.example.com"}`); !strings.Contains(a.Body, "<ClientIDList><member>app</member></ClientIDList>") {
		t.Errorf("the provider has changed: %s", a.Body)
	}
	s.do(s.admin, "iam", "AddClientIDToOpenIDConnectProvider", `{`+oidc+`mine.example.com","ClientID":"web"}`)
	s.do(s.admin, "iam", "UpdateSAMLProvider", `{`+saml+`mine.example.com",`+document)
	// The same names there are others.
	s.do(foreign, "iam", "CreateOpenIDConnectProvider", `{"Url":"https://mine.example.com"}`)
	s.do(foreign, "iam", "CreateSAMLProvider", metadata)
	for _, list := range []string{"ListOpenIDConnectProviders", "ListSAMLProviders"} {
		if a := s.do(foreign, "iam", list, `{}`); strings.Contains(a.Body, "000000000000") || strings.Count(a.Body, "222222222222") != 1 {
			t.Errorf("%s tells of another account: %s", list, a.Body)
		}
	}
}

// TestProvidersBeginAnew deletes a provider and creates one of the same name:
// nothing of the first may be left.
func TestProvidersBeginAnew(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const oidc = `"OpenIDConnectProviderArn":"arn:aws:iam::000000000000:oidc-provider/idp.example.com"`
	s.do(s.root, "iam", "CreateOpenIDConnectProvider", `{"Url":"https://idp.example.com","ClientIDList":["old"],"ThumbprintList":["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],"Tags":[{"Key":"team","Value":"old"}]}`)
	s.do(s.root, "iam", "DeleteOpenIDConnectProvider", `{`+oidc+`}`)
	s.do(s.root, "iam", "CreateOpenIDConnectProvider", `{"Url":"https://IDP.example.com"}`)
	if a := s.do(s.root, "iam", "GetOpenIDConnectProvider", `{`+oidc+`}`); strings.Contains(a.Body, "old") || strings.Contains(a.Body, "9e99") {
		t.Errorf("the new provider has what the old one had: %s", a.Body)
	}
	metadata := sampleOf(t, s, "CreateSAMLProvider", "yellow-login", "idp")
	const saml = `{"SAMLProviderArn":"arn:aws:iam::000000000000:saml-provider/idp"}`
	s.do(s.root, "iam", "CreateSAMLProvider", metadata)
	first := samlUUID.FindString(s.do(s.root, "iam", "GetSAMLProvider", saml).Body)
	s.do(s.root, "iam", "DeleteSAMLProvider", saml)
	s.do(s.root, "iam", "CreateSAMLProvider", metadata)
	if second := samlUUID.FindString(s.do(s.root, "iam", "GetSAMLProvider", saml).Body); first == "" || second == first {
		t.Errorf("the ids are %q and %q", first, second)
	}
}
