// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/federation/saml/samltest"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

const (
	corpARN  = "arn:aws:iam::000000000000:saml-provider/corp"
	corpID   = "https://idp.example.com/saml"
	samlAttr = "https://aws.amazon.com/SAML/Attributes/"

	// trustsCorp is the trust policy of samluser.
	trustsCorp = `{"Version":"2012-10-17","Statement":[
	 {"Effect":"Allow","Principal":{"Federated":"` + corpARN + `"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession","sts:SetSourceIdentity"],
	  "Condition":{"StringEquals":{"saml:aud":"https://signin.aws.amazon.com/saml","saml:iss":"` + corpID + `","saml:sub_type":"persistent"},"StringLike":{"saml:sub":"*@example.com"}}}]}`
)

// A samlSiege is a siege where strangers come with SAML assertions: the first account
// trusts the provider corp. Its role samluser may be assumed by whom that vouches
// for, as one of the tenant that the assertion names.
type samlSiege struct {
	*siege
	idp *samltest.IDP
}

func newSAMLSiege(t *testing.T) *samlSiege {
	t.Helper()
	s := &samlSiege{newSiege(t, bailiwick.Config{}), samltest.New(t, corpID)}
	s.register(s.root, "corp", s.idp)
	s.samlRole("samluser", trustsCorp)
	return s
}

// register has the account of cfg trust a provider.
func (s *samlSiege) register(cfg aws.Config, name string, idp *samltest.IDP) {
	s.t.Helper()
	s.must(cfg, "iam", "CreateSAMLProvider", map[string]any{"Name": name, "SAMLMetadataDocument": idp.Metadata()})
}

// samlRole makes a role with that trust policy, whose sessions reach their tenant's
// rows.
func (s *samlSiege) samlRole(name, trust string) {
	s.t.Helper()
	s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": name, "AssumeRolePolicyDocument": trust})
	s.grant(name, ownRows)
}

// good returns a response for the role samluser and the tenant.
func (s *samlSiege) good(tenant string) samltest.Response {
	r := s.idp.Good(time.Now(), roleARN("samluser"), corpARN)
	r.Set(samlAttr+"PrincipalTag:TenantID", tenant)
	r.Set(samlAttr+"TransitiveTagKeys", "TenantID")
	return r
}

// enter asks for a session with a response, unsigned, as SDKs do. More are
// parameters with their values.
func (s *samlSiege) enter(response string, more ...string) servicetest.Answer {
	s.t.Helper()
	form := url.Values{
		"Action": {"AssumeRoleWithSAML"}, "Version": {"2011-06-15"},
		"RoleArn": {roleARN("samluser")}, "PrincipalArn": {corpARN}, "SAMLAssertion": {response},
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	resp, err := http.PostForm(s.srv.Endpoint, form)
	if err != nil {
		s.t.Fatal(err)
	}
	return answerOf(s.t, resp)
}

// as returns the credentials of an answer, which must be a session's.
func (s *samlSiege) as(a servicetest.Answer) aws.Config {
	s.t.Helper()
	var out struct {
		C key `xml:"AssumeRoleWithSAMLResult>Credentials"`
	}
	if err := xml.Unmarshal([]byte(a.Body), &out); err != nil || !a.OK() {
		s.t.Fatalf("got %d %s", a.Status, a.Body)
	}
	return s.srv.As(out.C.AccessKeyId, out.C.SecretAccessKey, out.C.SessionToken)
}

// expect checks the code of an answer, "OK" if it must be a success.
func (s *samlSiege) expect(what string, a servicetest.Answer, code string) {
	s.t.Helper()
	mustAnswer(s.t, what, a, code)
}

// TestSAMLIdentitiesReachTheirTenantAlone is the way in, as the AWS SDK goes it.
func TestSAMLIdentitiesReachTheirTenantAlone(t *testing.T) {
	s := newSAMLSiege(t)
	r := s.good("yellow")
	r.SessionEnd = time.Now().Add(20 * time.Minute)
	r.Set(samlAttr+"SourceIdentity", "ann")
	anonymous := client.Config(s.srv.Endpoint, "us-east-1", aws.AnonymousCredentials{})
	out, err := sts.NewFromConfig(anonymous).AssumeRoleWithSAML(t.Context(), &sts.AssumeRoleWithSAMLInput{
		RoleArn: aws.String(roleARN("samluser")), PrincipalArn: aws.String(corpARN), SAMLAssertion: aws.String(s.idp.Encode(r)),
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum([]byte(corpID + "000000000000" + "/corp"))
	for what, c := range map[string][2]string{
		"subject":         {aws.ToString(out.Subject), "ann@example.com"},
		"type":            {aws.ToString(out.SubjectType), "persistent"},
		"issuer":          {aws.ToString(out.Issuer), corpID},
		"audience":        {aws.ToString(out.Audience), "https://signin.aws.amazon.com/saml"},
		"qualifier":       {aws.ToString(out.NameQualifier), base64.StdEncoding.EncodeToString(sum[:])},
		"source identity": {aws.ToString(out.SourceIdentity), "ann"},
		"user":            {aws.ToString(out.AssumedRoleUser.Arn), "arn:aws:sts::000000000000:assumed-role/samluser/ann"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %q, want %q", what, c[0], c[1])
		}
	}
	if d := time.Until(*out.Credentials.Expiration); d > 20*time.Minute || d < 19*time.Minute {
		t.Errorf("the session lasts %v, longer than the provider's", d)
	}
	session := s.with(out.Credentials)
	s.do(session, "dynamodb", "GetItem", getRow("yellow"))
	s.refuses(session, "dynamodb", "GetItem", getRow("blue"))

	// The session keeps who it is of, and by whom.
	s.grant("samluser", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:ListTables","Resource":"*",
	 "Condition":{"StringEquals":{"saml:sub":"ann@example.com","saml:sub_type":"persistent","aws:FederatedProvider":"`+corpARN+`","aws:SourceIdentity":"ann"}}}}`)
	s.do(session, "dynamodb", "ListTables", `{}`)
	other := s.good("yellow")
	other.Subject = "eve@example.com"
	other.Set(samlAttr+"SourceIdentity", "ann")
	s.refuses(s.as(s.enter(s.idp.Encode(other))), "dynamodb", "ListTables", `{}`)
}

// TestForgedSAMLResponsesAreRefused changes a good response in every way that it
// could matter.
func TestForgedSAMLResponsesAreRefused(t *testing.T) {
	s := newSAMLSiege(t)
	stranger := samltest.New(t, corpID)
	s.register(s.root, "partner", samltest.New(t, "https://partner.example.com/saml"))
	good := func() samltest.Response { return s.good("yellow") }
	with := func(change func(*samltest.Response)) string {
		r := good()
		change(&r)
		return s.idp.Encode(r)
	}
	edit := func(old, new string) string {
		doc := s.idp.Document(good())
		forged := strings.Replace(doc, old, new, 1)
		if forged == doc {
			t.Fatalf("there is no %s", old)
		}
		return base64.StdEncoding.EncodeToString([]byte(forged))
	}
	wrapped := func() string {
		doc := s.idp.Document(good())
		i, j := strings.Index(doc, "<saml:Assertion "), strings.Index(doc, "</samlp:Response>")
		evil := strings.NewReplacer(">yellow<", ">blue<", "_assertion1", "_assertion2").Replace(doc[i:j])
		k, l := strings.Index(evil, "<ds:Signature "), strings.Index(evil, "</ds:Signature>")+len("</ds:Signature>")
		return base64.StdEncoding.EncodeToString([]byte(doc[:i] + evil[:k] + evil[l:] + doc[i:]))
	}
	s.expect("the control", s.enter(s.idp.Encode(good())), "OK")
	s.expect("a signed response", s.enter(with(func(r *samltest.Response) { r.SignAssertion, r.SignResponse = false, true })), "OK")
	const bomb = `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><samlp:Response `
	for what, c := range map[string]struct{ response, code string }{
		"unsigned":          {with(func(r *samltest.Response) { r.SignAssertion = false }), "InvalidIdentityToken"},
		"another's key":     {stranger.Encode(good()), "InvalidIdentityToken"},
		"SHA-1":             {with(func(r *samltest.Response) { r.Method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }), "InvalidIdentityToken"},
		"another tenant":    {edit(">yellow<", ">blue<"), "InvalidIdentityToken"},
		"wrapped":           {wrapped(), "InvalidIdentityToken"},
		"a comment":         {edit("ann@example.com", "ann@example.com<!---->.evil.com"), "InvalidIdentityToken"},
		"a bomb":            {edit("<samlp:Response ", bomb), "InvalidIdentityToken"},
		"expired":           {with(func(r *samltest.Response) { r.NotOnOrAfter = time.Now().Add(-time.Second) }), "ExpiredTokenException"},
		"old":               {with(func(r *samltest.Response) { r.Issued = time.Now().Add(-6 * time.Minute) }), "ExpiredTokenException"},
		"of tomorrow":       {with(func(r *samltest.Response) { r.NotBefore = time.Now().Add(time.Hour) }), "InvalidIdentityToken"},
		"another audience":  {with(func(r *samltest.Response) { r.Audience = "https://app.example.com" }), "InvalidIdentityToken"},
		"another recipient": {with(func(r *samltest.Response) { r.Recipient = "https://app.example.com/saml" }), "InvalidIdentityToken"},
		"another issuer":    {with(func(r *samltest.Response) { r.Issuer = "https://partner.example.com/saml" }), "InvalidIdentityToken"},
		"failed":            {with(func(r *samltest.Response) { r.Status = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed" }), "IDPRejectedClaim"},
		"no role":           {with(func(r *samltest.Response) { r.Set(samltest.Role) }), "AccessDenied"},
		"another role":      {with(func(r *samltest.Response) { r.Set(samltest.Role, roleARN("tenant")+","+corpARN) }), "AccessDenied"},
		"the role abroad": {with(func(r *samltest.Response) {
			r.Set(samltest.Role, strings.Replace(roleARN("samluser"), "000000000000", "222222222222", 1)+","+corpARN)
		}), "AccessDenied"},
		"another's role": {with(func(r *samltest.Response) {
			r.Set(samltest.Role, roleARN("samluser")+",arn:aws:iam::000000000000:saml-provider/partner")
		}), "AccessDenied"},
		"a role that is more":  {with(func(r *samltest.Response) { r.Set(samltest.Role, roleARN("samluser")+"s,"+corpARN) }), "AccessDenied"},
		"no name":              {with(func(r *samltest.Response) { r.Set(samltest.SessionName) }), "InvalidIdentityToken"},
		"a bad name":           {with(func(r *samltest.Response) { r.Set(samltest.SessionName, "a/b") }), "InvalidIdentityToken"},
		"two names":            {with(func(r *samltest.Response) { r.Set(samltest.SessionName, "ann", "eve") }), "InvalidIdentityToken"},
		"two tenants":          {with(func(r *samltest.Response) { r.Set(samlAttr+"PrincipalTag:TenantID", "yellow", "blue") }), "InvalidIdentityToken"},
		"tenants in two cases": {with(func(r *samltest.Response) { r.Set(samlAttr+"PrincipalTag:tenantid", "blue") }), "InvalidParameterValue"},
		"a wildcard":           {with(func(r *samltest.Response) { r.Set(samlAttr+"PrincipalTag:TenantID", "*") }), "ValidationError"},
		"a length that isn't":  {with(func(r *samltest.Response) { r.Set(samlAttr+"SessionDuration", "1e9") }), "InvalidIdentityToken"},
		"another subject":      {with(func(r *samltest.Response) { r.Subject = "ann@example.com.evil" }), "AccessDenied"},
		"no base 64":           {"%%%%", "InvalidIdentityToken"},
		"too long":             {strings.Repeat("A", 100_001), "ValidationError"},
	} {
		s.expect(what, s.enter(c.response), c.code)
	}
	// The role and the provider are those of the request.
	response := s.idp.Encode(good())
	s.expect("for another role", s.enter(response, "RoleArn", roleARN("tenant")), "AccessDenied")
	s.expect("for a role that isn't", s.enter(response, "RoleArn", roleARN("nobody")), "AccessDenied")
	s.expect("by another provider", s.enter(response, "PrincipalArn", "arn:aws:iam::000000000000:saml-provider/partner"), "InvalidIdentityToken")
	s.expect("by none", s.enter(response, "PrincipalArn", "arn:aws:iam::000000000000:saml-provider/nobody"), "InvalidIdentityToken")
	s.expect("in another case", s.enter(response, "PrincipalArn", strings.Replace(corpARN, "corp", "Corp", 1)), "InvalidIdentityToken")
	s.expect("the control", s.enter(response), "OK")
	s.alive()
}

// TestOtherAccountsProvidersVouchForNothing has an account register the same
// provider.
func TestOtherAccountsProvidersVouchForNothing(t *testing.T) {
	s := newSAMLSiege(t)
	root, _ := s.account("222222222222")
	theirs := samltest.New(t, corpID)
	s.register(root, "corp", theirs)
	abroad := strings.Replace(corpARN, "000000000000", "222222222222", 1)
	s.samlRole("careless", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"`+abroad+`"},"Action":"sts:AssumeRoleWithSAML"}}`)
	r := theirs.Good(time.Now(), roleARN("samluser"), corpARN)
	s.expect("with our provider's name", s.enter(theirs.Encode(r)), "InvalidIdentityToken")
	r = theirs.Good(time.Now(), roleARN("careless"), abroad)
	s.expect("with its own", s.enter(theirs.Encode(r), "RoleArn", roleARN("careless"), "PrincipalArn", abroad), "InvalidIdentityToken")
	s.must(root, "iam", "CreateRole", map[string]any{"RoleName": "own", "AssumeRolePolicyDocument": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"` + abroad + `"},"Action":"sts:AssumeRoleWithSAML"}}`})
	own := "arn:aws:iam::222222222222:role/own"
	r = theirs.Good(time.Now(), own, abroad)
	s.expect("for a role of its account", s.enter(theirs.Encode(r), "RoleArn", own, "PrincipalArn", abroad), "OK")
}

// TestAProviderThatIsGoneVouchesForNobody changes a provider's keys, and deletes it.
func TestAProviderThatIsGoneVouchesForNobody(t *testing.T) {
	s := newSAMLSiege(t)
	response := s.idp.Encode(s.good("yellow"))
	s.expect("the control", s.enter(response), "OK")
	next := samltest.New(t, corpID)
	update := map[string]any{"SAMLProviderArn": corpARN, "SAMLMetadataDocument": next.Metadata()}
	s.must(s.root, "iam", "UpdateSAMLProvider", update)
	s.expect("the old key", s.enter(response), "InvalidIdentityToken")
	s.expect("the new key", s.enter(next.Encode(s.good("yellow"))), "OK")
	s.do(s.root, "iam", "DeleteSAMLProvider", `{"SAMLProviderArn":"`+corpARN+`"}`)
	s.expect("deleted", s.enter(next.Encode(s.good("yellow"))), "InvalidIdentityToken")
	s.register(s.root, "corp", s.idp)
	s.expect("created again", s.enter(s.idp.Encode(s.good("yellow"))), "OK")
}

// TestTagsOfSAMLIdentitiesStay chains a session, and suspends its tenant.
func TestTagsOfSAMLIdentitiesStay(t *testing.T) {
	s := newSAMLSiege(t)
	session := s.as(s.enter(s.idp.Encode(s.good("yellow"))))
	s.role("next", ownRows)
	s.grant("samluser", allowAll)
	next := s.assume(session, "next", nil)
	s.do(next, "dynamodb", "GetItem", getRow("yellow"))
	s.refuses(next, "dynamodb", "GetItem", getRow("blue"))
	for _, key := range []string{"TenantID", "tenantid"} {
		more := map[string]any{"Tags": []any{map[string]any{"Key": key, "Value": "blue"}}}
		s.fails(session, "InvalidParameterValue", "sts", "AssumeRole", text(t, assumption("next", more)))
	}
	s.fails(session, "ValidationError", "sts", "AssumeRole", text(t, assumption("next", map[string]any{"DurationSeconds": 3601})))
	s.refuses(session, "sts", "GetSessionToken", `{}`)
	s.refuses(session, "sts", "GetFederationToken", `{"Name":"somebody"}`)

	lift := s.revoke(byTenant("TenantID", "yellow"))
	s.fails(session, "UnrecognizedClientException", "dynamodb", "ListTables", `{}`)
	s.fails(next, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("yellow"))
	s.expect("a suspended tenant", s.enter(s.idp.Encode(s.good("yellow"))), "AccessDenied")
	s.expect("another", s.enter(s.idp.Encode(s.good("blue"))), "OK")
	lift()
	s.expect("again", s.enter(s.idp.Encode(s.good("yellow"))), "OK")
}
