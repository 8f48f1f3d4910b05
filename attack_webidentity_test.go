// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/go-jose/go-jose/v4"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/federation/federationtest"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// A webSiege is a siege where strangers come with tokens: the first account trusts the
// issuer idp.example for the client ids sts.amazonaws.com and web-app. Its role
// webuser may be assumed by whom that vouches for as one of the tenant that the
// token names.
type webSiege struct {
	*siege
	net  *federationtest.Net
	idp  *federationtest.Issuer
	data string // directory
}

const idpARN = "arn:aws:iam::000000000000:oidc-provider/idp.example"

// trustsTenants is the trust policy of webuser.
const trustsTenants = `{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Principal":{"Federated":"` + idpARN + `"},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"],
  "Condition":{"StringEquals":{"idp.example:aud":"sts.amazonaws.com"},"StringLike":{"idp.example:sub":"user-*","aws:RequestTag/TenantID":"?*"},
   "ForAllValues:StringEquals":{"aws:TagKeys":["TenantID"]}}}]}`

func newWebSiege(t *testing.T) *webSiege {
	t.Helper()
	n := federationtest.New(t)
	cfg := bailiwick.Config{OIDCCAFile: n.AuthorityFile(), Data: t.TempDir()}
	cfg.DialIssuers(n.Dial)
	w := &webSiege{newSiege(t, cfg), n, n.Issuer("idp.example"), cfg.Data}
	w.register(w.root, "idp.example", "sts.amazonaws.com", "web-app")
	w.webRole("webuser", trustsTenants)
	return w
}

// register has the account of cfg trust an issuer.
func (w *webSiege) register(cfg aws.Config, url string, clients ...string) {
	w.t.Helper()
	w.must(cfg, "iam", "CreateOpenIDConnectProvider", map[string]any{"Url": "https://" + url, "ClientIDList": clients})
}

func (w *webSiege) deregister(url string) {
	w.t.Helper()
	w.must(w.root, "iam", "DeleteOpenIDConnectProvider", map[string]any{"OpenIDConnectProviderArn": "arn:aws:iam::000000000000:oidc-provider/" + url})
}

// webRole makes a role with that trust policy, whose sessions reach their tenant's
// rows.
func (w *webSiege) webRole(name, trust string) {
	w.t.Helper()
	w.must(w.root, "iam", "CreateRole", map[string]any{"RoleName": name, "AssumeRolePolicyDocument": trust})
	w.grant(name, ownRows)
}

// token returns a token for a user of the tenant.
func (w *webSiege) token(tenant string) string {
	return w.idp.Token("user-1", federationtest.Tags(map[string]string{"TenantID": tenant}, "TenantID"))
}

// enter asks for a session with a token, unsigned, as SDKs do.
func (w *webSiege) enter(role, token string, more ...string) servicetest.Answer {
	w.t.Helper()
	return w.postForm(webForm(role, token, more...))
}

func webForm(role, token string, more ...string) url.Values {
	v := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"},
		"RoleArn": {roleARN(role)}, "RoleSessionName": {"raid"}, "WebIdentityToken": {token},
	}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func answerOf(t *testing.T, resp *http.Response) servicetest.Answer {
	t.Helper()
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return servicetest.Answer{Status: resp.StatusCode, Body: string(text)}
}

// as returns the credentials of an answer, which must be a session's.
func (w *webSiege) as(a servicetest.Answer) aws.Config {
	w.t.Helper()
	var out struct {
		C key `xml:"AssumeRoleWithWebIdentityResult>Credentials"`
	}
	if err := xml.Unmarshal([]byte(a.Body), &out); err != nil || !a.OK() {
		w.t.Fatalf("got %d %s", a.Status, a.Body)
	}
	return w.srv.As(out.C.AccessKeyId, out.C.SecretAccessKey, out.C.SessionToken)
}

// mustAnswer checks the code of an answer, "OK" if it must be a success.
func mustAnswer(t *testing.T, what string, a servicetest.Answer, code string) {
	t.Helper()
	got := codeOf(a.Body)
	if a.OK() {
		got = "OK"
	}
	if got != code {
		t.Errorf("%s: got %d %s, want %s", what, a.Status, a.Body, code)
	}
}

// expect checks the code of an answer, "OK" if it must be a success.
func (w *webSiege) expect(what string, a servicetest.Answer, code string) {
	w.t.Helper()
	mustAnswer(w.t, what, a, code)
}

// TestWebIdentitiesReachTheirTenantAlone is the way in, as the AWS SDK goes it.
func TestWebIdentitiesReachTheirTenantAlone(t *testing.T) {
	w := newWebSiege(t)
	anonymous := client.Config(w.srv.Endpoint, "us-east-1", aws.AnonymousCredentials{})
	out, err := sts.NewFromConfig(anonymous).AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String(roleARN("webuser")), RoleSessionName: aws.String("ann"), WebIdentityToken: aws.String(w.token("yellow")),
		DurationSeconds: aws.Int32(900),
	})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(out.SubjectFromWebIdentityToken) != "user-1" || aws.ToString(out.Audience) != "sts.amazonaws.com" ||
		aws.ToString(out.Provider) != "https://idp.example" || out.SourceIdentity != nil ||
		aws.ToString(out.AssumedRoleUser.Arn) != "arn:aws:sts::000000000000:assumed-role/webuser/ann" {
		t.Errorf("got %+v %+v", out, out.AssumedRoleUser)
	}
	if left := time.Until(*out.Credentials.Expiration); left < 890*time.Second || left > 900*time.Second {
		t.Errorf("it lasts %v", left)
	}
	if a := w.enter("webuser", w.token("yellow")); !strings.Contains(a.Body, "<PackedPolicySize>4</PackedPolicySize>") {
		t.Errorf("got %s", a.Body)
	}
	c := out.Credentials
	db := dynamodb.NewFromConfig(w.srv.As(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken))
	get := func(tenant string) error {
		_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Ledger"), Key: map[string]types.AttributeValue{
			"TenantID": &types.AttributeValueMemberS{Value: tenant}, "Row": &types.AttributeValueMemberS{Value: "1"},
		}})
		return err
	}
	if err := get("yellow"); err != nil {
		t.Error(err)
	}
	if err := get("blue"); err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
		t.Errorf("the other tenant's row: %v", err)
	}
	w.alive()
}

// TestStrangersTokens tries tokens that nobody may come in with, each beside one
// that is good.
func TestStrangersTokens(t *testing.T) {
	w := newWebSiege(t)
	now := time.Now().Unix()
	tagged := func(more map[string]any) map[string]any {
		c := federationtest.Tags(map[string]string{"TenantID": "yellow"}, "TenantID")
		for k, v := range more {
			c[k] = v
		}
		return c
	}
	evil := w.net.Issuer("idp.example.evil")
	second := w.net.Issuer("second.example")
	w.register(w.root, "second.example", "sts.amazonaws.com")
	otherRoot, _ := w.account("222222222222")
	foreign := w.net.Issuer("foreign.example")
	w.register(otherRoot, "foreign.example", "sts.amazonaws.com")
	mine := federationtest.NewKey(t, "key-1", jose.ES256)
	unlisted := federationtest.NewKey(t, "key-7", jose.ES256)
	claims := func(i *federationtest.Issuer, more map[string]any) map[string]any {
		return i.Claims("user-1", tagged(more))
	}
	good := w.token("yellow")
	for name, c := range map[string]struct{ token, code string }{
		"good":                                  {good, "OK"},
		"the same again":                        {good, "OK"}, // as with AWS, a token is good until it expires
		"of an issuer with a longer name":       {evil.Token("user-1", tagged(nil)), "InvalidIdentityToken"},
		"of one that differs in a slash":        {w.idp.Token("user-1", tagged(map[string]any{"iss": "https://idp.example/"})), "InvalidIdentityToken"},
		"of another account's issuer":           {foreign.Token("user-1", tagged(nil)), "InvalidIdentityToken"},
		"of an issuer that the role mistrusts":  {second.Token("user-1", tagged(nil)), "AccessDenied"},
		"signed by another issuer":              {second.Keys()[0].Token(t, claims(w.idp, nil)), "InvalidIdentityToken"},
		"that names the wrong issuer":           {w.idp.Keys()[0].Token(t, claims(second, nil)), "InvalidIdentityToken"},
		"signed with a key that isn't listed":   {unlisted.Token(t, claims(w.idp, nil)), "InvalidIdentityToken"},
		"signed with a key of a listed name":    {mine.Token(t, claims(w.idp, nil)), "InvalidIdentityToken"},
		"expired":                               {w.idp.Token("user-1", tagged(map[string]any{"exp": now - 1})), "ExpiredTokenException"},
		"of tomorrow":                           {w.idp.Token("user-1", tagged(map[string]any{"nbf": now + 86400})), "InvalidIdentityToken"},
		"for another":                           {w.idp.Token("user-1", tagged(map[string]any{"aud": "nobody"})), "InvalidIdentityToken"},
		"for a client that the role mistrusts":  {w.idp.Token("user-1", tagged(map[string]any{"aud": "web-app"})), "AccessDenied"},
		"for its client, issued to another":     {w.idp.Token("user-1", tagged(map[string]any{"azp": "nobody"})), "AccessDenied"},
		"of somebody whom the role mistrusts":   {w.idp.Token("admin", tagged(nil)), "AccessDenied"},
		"without a tag":                         {w.idp.Token("user-1", nil), "AccessDenied"},
		"with an empty tag":                     {w.token(""), "AccessDenied"},
		"with a wildcard for a tag":             {w.token("*"), "ValidationError"},
		"with a variable for a tag":             {w.token("${aws:username}"), "ValidationError"},
		"with a tag of AWS's own":               {w.idp.Token("user-1", federationtest.Tags(map[string]string{"aws:x": "y"})), "InvalidParameterValue"},
		"with two tags that differ in case":     {w.idp.Token("user-1", federationtest.Tags(map[string]string{"TenantID": "yellow", "tenantid": "blue"})), "InvalidParameterValue"},
		"with one tag more":                     {w.idp.Token("user-1", federationtest.Tags(map[string]string{"TenantID": "yellow", "Admin": "yes"})), "AccessDenied"},
		"with a transitive key but no such tag": {w.idp.Token("user-1", federationtest.Tags(map[string]string{"TenantID": "yellow"}, "Other")), "InvalidParameterValue"},
		"with a source identity":                {w.idp.Token("user-1", tagged(map[string]any{"https://aws.amazon.com/source_identity": "ann"})), "AccessDenied"},
		"with a bad source identity":            {w.idp.Token("user-1", tagged(map[string]any{"https://aws.amazon.com/source_identity": "a b"})), "ValidationError"},
		"with too many tags to pack":            {w.idp.Token("user-1", federationtest.Tags(map[string]string{"TenantID": strings.Repeat("x", 256), "B": strings.Repeat("x", 256)})), "AccessDenied"},
		"giant":                                 {strings.Repeat("A", 19_990), "InvalidIdentityToken"},
		"larger than any":                       {strings.Repeat("A", 20_001), "ValidationError"},
		"none":                                  {"", "ValidationError"},
	} {
		w.expect("a token "+name, w.enter("webuser", c.token), c.code)
	}
	w.expect("a role that isn't there", w.enter("nobody", good), "AccessDenied")
	w.expect("another account's role", w.postForm(webForm("x", good, "RoleArn", "arn:aws:iam::222222222222:role/webuser")), "InvalidIdentityToken")
	w.expect("an account that isn't there", w.postForm(webForm("x", good, "RoleArn", "arn:aws:iam::333333333333:role/webuser")), "InvalidIdentityToken")
	w.expect("an access token", w.enter("webuser", good, "ProviderId", "www.amazon.com"), "ValidationError")
	w.expect("longer than the role's sessions", w.enter("webuser", good, "DurationSeconds", "3601"), "ValidationError")
	w.alive()
}

// TestARefusalTellsNothingOfTheRole compares the denials of a role that doesn't
// exist, one that trusts another provider and one that trusts other people.
func TestARefusalTellsNothingOfTheRole(t *testing.T) {
	w := newWebSiege(t)
	w.webRole("others", strings.ReplaceAll(trustsTenants, "idp.example", "second.example"))
	token := w.idp.Token("admin", federationtest.Tags(map[string]string{"TenantID": "yellow"}))
	for _, role := range []string{"webuser", "others", "nobody"} {
		a := w.enter(role, token)
		if a.Status != http.StatusForbidden || !strings.Contains(a.Body, "<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>") {
			t.Errorf("%s: got %d %s", role, a.Status, a.Body)
		}
	}
	w.expect("who may", w.enter("webuser", w.token("yellow")), "OK")
}

// TestUnsignedRequestsGetNothingElse sends other things without a signature, or
// with half of one.
func TestUnsignedRequestsGetNothingElse(t *testing.T) {
	w := newWebSiege(t)
	good := webForm("webuser", w.token("yellow"))
	with := func(pairs ...string) url.Values {
		v := url.Values{}
		for name, values := range good {
			v[name] = values
		}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for name, form := range map[string]url.Values{
		"GetCallerIdentity":   with("Action", "GetCallerIdentity"),
		"AssumeRole":          with("Action", "AssumeRole"),
		"an operation of IAM": with("Action", "ListUsers", "Version", "2010-05-08"),
		"no such operation":   with("Action", "AssumeRoleWithMagic"),
		"another case":        with("Action", "assumerolewithwebidentity"),
		"no operation":        with("Action", ""),
		"another version":     with("Version", "2000-01-01"),
	} {
		w.expect(name, w.postForm(form), "MissingAuthenticationToken")
	}
	send := func(method, target string, body io.Reader, header ...string) servicetest.Answer {
		r, err := http.NewRequestWithContext(t.Context(), method, w.srv.Endpoint+target, body)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return answerOf(t, resp)
	}
	form := func() io.Reader { return strings.NewReader(good.Encode()) }
	const contentType, urlencoded = "Content-Type", "application/x-www-form-urlencoded; charset=utf-8"
	w.expect("the same by POST", send("POST", "/", form(), contentType, urlencoded), "OK")
	w.expect("the same by GET", send("GET", "/?"+good.Encode(), nil), "OK")
	w.expect("with a session token alone", send("POST", "/", form(), contentType, urlencoded, "X-Amz-Security-Token", "x"), "OK")
	for name, a := range map[string]servicetest.Answer{
		"another scheme":         send("POST", "/", form(), contentType, urlencoded, "Authorization", "Bearer x"),
		"an empty Authorization": send("POST", "/", form(), contentType, urlencoded, "Authorization", ""),
		"half a signature":       send("POST", "/", form(), contentType, urlencoded, "Authorization", "AWS4-HMAC-SHA256 Credential=AKIAAAAAAAAAAAAAAAAA/20260101/us-east-1/sts/aws4_request"),
		"half of one in a query": send("POST", "/?X-Amz-Signature=00", form(), contentType, urlencoded),
		"as DynamoDB":            send("POST", "/", form(), contentType, urlencoded, "X-Amz-Target", "DynamoDB_20120810.GetItem"),
		"a parameter twice":      send("POST", "/?Action=AssumeRoleWithWebIdentity", form(), contentType, urlencoded),
		"as JSON":                send("POST", "/", form(), contentType, "application/json"),
		"another operation":      send("GET", "/?Action=ListUsers", nil),
		"by PUT":                 send("PUT", "/", form(), contentType, urlencoded),
		"at another path":        send("POST", "/x", form(), contentType, urlencoded),
		"a very long one":        send("POST", "/", strings.NewReader(good.Encode()+"&X="+strings.Repeat("x", 300<<10)), contentType, urlencoded),
	} {
		if a.OK() || strings.Contains(a.Body, "Credentials") {
			t.Errorf("%s: got %d %s", name, a.Status, a.Body)
		}
	}
	w.alive()
}

// TestASignatureProvesNothingBesideAToken: who signs the request makes no
// difference, but a signature that is there must be right.
func TestASignatureProvesNothingBesideAToken(t *testing.T) {
	w := newWebSiege(t)
	blue := w.as(w.enter("webuser", w.token("blue")))
	in := func(token string) string {
		return text(t, map[string]any{"RoleArn": roleARN("webuser"), "RoleSessionName": "raid", "WebIdentityToken": token})
	}
	a := w.try(blue, "sts", "AssumeRoleWithWebIdentity", in(w.token("yellow")))
	yellow := w.as(a)
	w.do(yellow, "dynamodb", "GetItem", getRow("yellow"))
	w.refuses(yellow, "dynamodb", "GetItem", getRow("blue"))
	for who, cfg := range map[string]aws.Config{"the root user": w.root, "an administrator": w.admin} {
		w.expect(who+" with a bad token", w.try(cfg, "sts", "AssumeRoleWithWebIdentity", in("x.y.z")), "InvalidIdentityToken")
		w.expect(who+" with somebody's token", w.try(cfg, "sts", "AssumeRoleWithWebIdentity", in(w.idp.Token("admin", nil))), "AccessDenied")
	}
	wrong := keysOf(t, w.admin)
	w.expect("with a wrong signature", w.try(w.srv.As(wrong.AccessKeyID, wrong.SecretAccessKey+"x", ""), "sts", "AssumeRoleWithWebIdentity", in(w.token("yellow"))), "SignatureDoesNotMatch")
}

// TestProvidersAreThoseOfNow takes away what a token depends on.
func TestProvidersAreThoseOfNow(t *testing.T) {
	w := newWebSiege(t)
	token := w.token("yellow")
	w.expect("at first", w.enter("webuser", token), "OK")

	client := map[string]any{"OpenIDConnectProviderArn": idpARN, "ClientID": "sts.amazonaws.com"}
	w.must(w.root, "iam", "RemoveClientIDFromOpenIDConnectProvider", client)
	w.expect("without the client id", w.enter("webuser", token), "InvalidIdentityToken")
	w.must(w.root, "iam", "AddClientIDToOpenIDConnectProvider", client)
	w.expect("with it again", w.enter("webuser", token), "OK")

	w.deregister("idp.example")
	w.expect("without the provider", w.enter("webuser", token), "InvalidIdentityToken")

	// Who has taken the name over meanwhile has keys of its own, and the old ones
	// are forgotten with the registration.
	stolen := w.idp.Keys()[0]
	w.idp.Rotate(federationtest.NewKey(t, "key-1", jose.ES256))
	w.register(w.root, "idp.example", "sts.amazonaws.com")
	w.expect("of the one before", w.enter("webuser", stolen.Token(t, w.idp.Claims("user-1", federationtest.Tags(map[string]string{"TenantID": "yellow"})))), "InvalidIdentityToken")
	w.expect("of the new one", w.enter("webuser", w.token("yellow")), "OK")

	w.must(w.root, "iam", "UpdateAssumeRolePolicy", map[string]any{"RoleName": "webuser", "PolicyDocument": strings.ReplaceAll(trustsTenants, "user-*", "nobody")})
	w.expect("of whom the role trusts no more", w.enter("webuser", w.token("yellow")), "AccessDenied")
}

// TestTheSameIssuerInTwoAccounts: what one account trusts, another need not.
func TestTheSameIssuerInTwoAccounts(t *testing.T) {
	w := newWebSiege(t)
	root, _ := w.account("222222222222")
	trust := strings.ReplaceAll(trustsTenants, "000000000000", "222222222222")
	theirs := map[string]any{"RoleName": "webuser", "AssumeRolePolicyDocument": trust}
	w.must(root, "iam", "CreateRole", theirs)
	w.must(root, "iam", "CreateRole", map[string]any{"RoleName": "fooled", "AssumeRolePolicyDocument": trustsTenants}) // trusts ours
	in := func(role string) url.Values {
		return webForm("x", w.token("yellow"), "RoleArn", "arn:aws:iam::222222222222:role/"+role)
	}
	w.expect("without a provider", w.postForm(in("webuser")), "InvalidIdentityToken")
	w.register(root, "idp.example", "web-app")
	w.expect("with one for another client", w.postForm(in("webuser")), "InvalidIdentityToken")
	w.must(root, "iam", "AddClientIDToOpenIDConnectProvider", map[string]any{"OpenIDConnectProviderArn": "arn:aws:iam::222222222222:oidc-provider/idp.example", "ClientID": "sts.amazonaws.com"})
	w.expect("with one", w.postForm(in("webuser")), "OK")
	w.expect("the role that trusts the other account's", w.postForm(in("fooled")), "AccessDenied")
}

// TestWhatATrustPolicyLeavesOpenIsOpen: without conditions, whoever the provider
// vouches for may come, as with AWS; Principal elements for others let nobody in.
func TestWhatATrustPolicyLeavesOpenIsOpen(t *testing.T) {
	w := newWebSiege(t)
	for principal, code := range map[string]string{
		`{"Federated":"` + idpARN + `"}`:                 "OK",
		`{"Federated":"` + idpARN + `.evil"}`:            "AccessDenied",
		`{"Federated":"cognito-identity.amazonaws.com"}`: "AccessDenied",
		`{"Federated":"accounts.google.com"}`:            "AccessDenied",
		`{"AWS":"000000000000"}`:                         "AccessDenied",
		`{"AWS":"arn:aws:iam::000000000000:root"}`:       "AccessDenied",
		`{"Service":"sts.amazonaws.com"}`:                "AccessDenied",
		`{"AWS":"arn:aws:iam::000000000000:user/admin"}`: "AccessDenied",
	} {
		w.must(w.root, "iam", "UpdateAssumeRolePolicy", map[string]any{"RoleName": "webuser", "PolicyDocument": `{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRoleWithWebIdentity"}]}`})
		w.expect(principal, w.enter("webuser", w.idp.Token("anybody", nil)), code)
		w.expect(principal+", with a tag", w.enter("webuser", w.token("yellow")), "AccessDenied")
	}
}
