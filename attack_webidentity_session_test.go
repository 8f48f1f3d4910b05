// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/go-jose/go-jose/v4"

	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/federation/federationtest"
)

// TestSessionsOfWebIdentitiesKeepWhereTheyComeFrom looks at what later calls of
// the session have.
func TestSessionsOfWebIdentitiesKeepWhereTheyComeFrom(t *testing.T) {
	w := newWebSiege(t)
	w.must(w.root, "iam", "UpdateAssumeRolePolicy", map[string]any{"RoleName": "webuser", "PolicyDocument": `{"Version":"2012-10-17","Statement":[
	 {"Effect":"Allow","Principal":{"Federated":"` + idpARN + `"},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"],
	  "Condition":{"StringEquals":{"aws:FederatedProvider":"` + idpARN + `","aws:PrincipalAccount":"anonymous","aws:PrincipalType":"FederatedProvider","sts:RoleSessionName":"raid","idp.example:azp":"web-app","idp.example:oaud":"sts.amazonaws.com","idp.example:email":"ann@example.com"},
	   "StringEqualsIfExists":{"sts:SourceIdentity":"ann"},"ForAnyValue:StringEquals":{"idp.example:amr":"otp"},"Null":{"aws:PrincipalArn":"true","aws:PrincipalOrgID":"true"}}}]}`})
	s := w.as(w.enter("webuser", w.idp.Token("blue", map[string]any{
		"azp": "web-app", "email": "ann@example.com", "amr": []string{"pwd", "otp"}, "https://aws.amazon.com/source_identity": "ann",
	})))
	for condition, allowed := range map[string]bool{
		`"StringEquals":{"aws:FederatedProvider":"` + idpARN + `"}`:                              true,
		`"StringEquals":{"aws:FederatedProvider":"` + idpARN + `x"}`:                             false,
		`"StringEquals":{"idp.example:sub":"blue"}`:                                              true,
		`"StringEquals":{"idp.example:aud":"web-app"}`:                                           true,
		`"ForAnyValue:StringEquals":{"idp.example:amr":"otp"}`:                                   true,
		`"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"${idp.example:sub}"}`:              true,
		`"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"x${idp.example:sub}"}`:             false,
		`"Null":{"idp.example:azp":"true","idp.example:oaud":"true","idp.example:email":"true"}`: true,
		`"StringEquals":{"aws:SourceIdentity":"ann"}`:                                            true,
		`"StringEquals":{"aws:PrincipalType":"AssumedRole"}`:                                     true,
		`"StringLike":{"aws:userid":"AROA*:raid"}`:                                               true,
		`"StringEquals":{"aws:PrincipalArn":"` + roleARN("webuser") + `"}`:                       true,
		`"Null":{"second.example:sub":"false"}`:                                                  false,
	} {
		w.grant("webuser", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{`+condition+`}}]}`)
		if a := w.try(s, "dynamodb", "GetItem", getRow("blue")); a.OK() != allowed {
			t.Errorf("%s: got %d %s", condition, a.Status, a.Body)
		}
	}
	a := w.try(s, "sts", "GetCallerIdentity", `{}`)
	if !strings.Contains(a.Body, "<Arn>arn:aws:sts::000000000000:assumed-role/webuser/raid</Arn>") {
		t.Errorf("it is %s", a.Body)
	}
}

// TestChainsThatBeginWithATokenKeepItsTags assumes another role from a session.
func TestChainsThatBeginWithATokenKeepItsTags(t *testing.T) {
	w := newWebSiege(t)
	w.grant("webuser", allowAll)
	yellow := w.as(w.enter("webuser", w.token("yellow")))
	next := w.assume(yellow, "tenant", nil)
	w.do(next, "dynamodb", "GetItem", getRow("yellow"))
	w.refuses(next, "dynamodb", "GetItem", getRow("blue"))
	in := assumption("tenant", map[string]any{"Tags": tenantTag("blue")})
	w.fails(yellow, "InvalidParameterValue", "sts", "AssumeRole", text(t, in))
}

// TestRevocationsReachWebIdentities ends sessions by role, by tag and by what they
// come from, and keeps new ones away.
func TestRevocationsReachWebIdentities(t *testing.T) {
	w := newWebSiege(t)
	enter := func(tenant string) aws.Config { return w.as(w.enter("webuser", w.token(tenant))) }
	ended := func(what string, cfg aws.Config) {
		t.Helper()
		if a := w.try(cfg, "dynamodb", "GetItem", getRow("yellow")); a.OK() || codeOf(a.Body) != "UnrecognizedClientException" {
			t.Errorf("%s: got %d %s", what, a.Status, a.Body)
		}
	}
	yellow := enter("yellow")
	w.revoke(client.RevokeInput{RoleArn: roleARN("webuser")})
	ended("after its role's sessions", yellow)
	yellow, blue := enter("yellow"), enter("blue")
	lift := w.revoke(byTenant("tenantid", "yellow"))
	ended("after its tag", yellow)
	w.do(blue, "dynamodb", "GetItem", getRow("blue"))
	w.expect("a token of the tag", w.enter("webuser", w.token("yellow")), "AccessDenied")
	w.expect("a token of another", w.enter("webuser", w.token("blue")), "OK")
	lift()
	w.do(enter("yellow"), "dynamodb", "GetItem", getRow("yellow"))

	yellow = enter("yellow")
	lift = w.revoke(client.RevokeInput{PrincipalArn: idpARN})
	ended("after its provider", yellow)
	w.expect("a token of the provider", w.enter("webuser", w.token("yellow")), "AccessDenied")
	w.do(w.assume(w.vendor, "tenant", map[string]any{"Tags": tenantTag("yellow")}), "dynamodb", "GetItem", getRow("yellow"))
	lift()
	yellow = enter("yellow")

	w.must(w.root, "iam", "DeleteRolePolicy", map[string]any{"RoleName": "webuser", "PolicyName": "p"})
	w.must(w.root, "iam", "DeleteRole", map[string]any{"RoleName": "webuser"})
	w.webRole("webuser", trustsTenants)
	ended("after its role was made anew", yellow)
}

// TestTokensAreRecorded reads the decision log: who was vouched for, by whom, and
// with what result. What isn't a decision isn't there, and no token is.
func TestTokensAreRecorded(t *testing.T) {
	w := newWebSiege(t)
	good, bad := w.token("yellow"), w.idp.Token("admin", nil)
	w.expect("allowed", w.enter("webuser", good), "OK")
	w.expect("denied", w.enter("webuser", bad), "AccessDenied")
	w.expect("unknown", w.enter("webuser", "a.b.c"), "InvalidIdentityToken")
	w.until("the records are there", func() bool { return len(webRecords(t, w.data)) >= 2 })
	records := webRecords(t, w.data)
	if len(records) != 2 {
		t.Fatalf("%d records: %v", len(records), records)
	}
	allowed, denied := records[0], records[1]
	if allowed["principal"] != idpARN || allowed["principalId"] != idpARN+":sts.amazonaws.com:user-1" || allowed["principalType"] != "FederatedProvider" ||
		allowed["account"] != "000000000000" || allowed["decision"] != "Allow" || len(allowed["issued"].(string)) != 32 ||
		allowed["tags"].(map[string]any)["TenantID"] != "yellow" || allowed["accessKeyId"] != "" {
		t.Errorf("allowed: %v", allowed)
	}
	if denied["principalId"] != idpARN+":sts.amazonaws.com:admin" || denied["decision"] != "ImplicitDeny" || denied["issued"] != nil ||
		denied["account"] != "000000000000" {
		t.Errorf("denied: %v", denied)
	}
	for name, text := range files(t, w.data) {
		mustNotHold(t, name, text, []string{good, bad, strings.Split(good, ".")[1], strings.Split(good, ".")[2], strings.Split(bad, ".")[2]})
	}
}

// webRecords returns the records of AssumeRoleWithWebIdentity.
func webRecords(t *testing.T, data string) (out []map[string]any) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "audit", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err == nil && r["operation"] == "AssumeRoleWithWebIdentity" && r["decision"] != nil {
				out = append(out, r)
			}
		}
	}
	return out
}

// TestGoodTokensAreNoStrikes: who comes with good tokens again and again is no
// stranger who fails, and keeps the connection, whatever the role makes of them;
// who comes with bad ones loses it.
func TestGoodTokensAreNoStrikes(t *testing.T) {
	w := newWebSiege(t)
	for what, c := range map[string]struct {
		token, code string
		kept        bool
	}{
		"good tokens":                     {w.token("yellow"), "OK", true},
		"those that the role mistrusts":   {w.idp.Token("admin", nil), "AccessDenied", true},
		"those that nobody has signed":    {"a.b.c", "InvalidIdentityToken", false},
		"those of another's key":          {federationtest.NewKey(t, "key-1", jose.ES256).Token(t, w.idp.Claims("user-1", nil)), "InvalidIdentityToken", false},
		"those that have expired already": {w.idp.Token("user-1", map[string]any{"exp": time.Now().Unix() - 1}), "ExpiredTokenException", false},
	} {
		opened := 0
		dial := new(net.Dialer)
		client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			opened++
			return dial.DialContext(ctx, network, addr)
		}}}
		for range 20 {
			resp, err := client.PostForm(w.srv.Endpoint, webForm("webuser", c.token))
			if err != nil {
				t.Fatal(err)
			}
			w.expect(what, answerOf(t, resp), c.code)
		}
		client.CloseIdleConnections()
		if (opened == 1) != c.kept {
			t.Errorf("%s: %d connections", what, opened)
		}
	}
}
