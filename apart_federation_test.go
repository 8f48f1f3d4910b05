// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/federation/federationtest"
	"github.com/bailiwick-dev/bailiwick/internal/federation/saml/samltest"
	"github.com/bailiwick-dev/bailiwick/internal/service"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// A voucher makes proof that somebody is of a tenant, or of none if it is nil, for
// the samples of operations that take proof in their input.
type voucher struct {
	placeholder string // in the sample
	vouch       func(tenant *string) string
	trust       func(action string) string // policy of the role that the sample names
	role        string
}

// TestEveryFederatedOperationKeepsTenantsApart tries every operation that takes
// proof of who calls in its input, with its sample: with proof of others than the
// tenant yellow first, unsigned and signed by whoever, who must be denied, then with
// yellow's.
func TestEveryFederatedOperationKeepsTenantsApart(t *testing.T) {
	n := federationtest.New(t)
	cfg := bailiwick.Config{Data: t.TempDir(), OIDCCAFile: n.AuthorityFile()}
	cfg.DialIssuers(n.Dial)
	cfg.Observe(newCatalogue(t).check)
	s := besiege(t, bailiwicktest.Start(t, cfg))
	vouchers := map[string]voucher{
		"AssumeRoleWithWebIdentity": s.webVoucher(n),
		"AssumeRoleWithSAML":        s.samlVoucher(),
	}
	admin := s.user(s.root, "admin", allowAll)
	tried := 0
	for _, svc := range service.All(nil) {
		for i := range svc.Operations {
			op := &svc.Operations[i]
			if op.Auth != awsapi.FromInput {
				continue
			}
			v, ok := vouchers[op.Name]
			if !ok {
				t.Errorf("nobody vouches for callers of %s", op.Name)
				continue
			}
			tried++
			s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": v.role, "Path": "/tenants/yellow/", "AssumeRolePolicyDocument": v.trust(op.Name)})
			in := func(tenant *string) string {
				return s.expand(strings.ReplaceAll(op.Sample, v.placeholder, v.vouch(tenant)))
			}
			for _, tenant := range []string{"blue", "yell", "yellowstone", "Yellow", ""} {
				if a := s.unsigned(svc, op.Name, in(&tenant)); !a.Denied() {
					t.Errorf("%s of tenant %q: got %d %s, want a denial", op.Name, tenant, a.Status, a.Body)
				}
				if a := s.call(admin, svc, op.Name, in(&tenant)); !a.Denied() {
					t.Errorf("%s of tenant %q, signed by an administrator: got %d %s, want a denial", op.Name, tenant, a.Status, a.Body)
				}
			}
			if a := s.unsigned(svc, op.Name, in(nil)); !a.Denied() {
				t.Errorf("%s of no tenant: got %d %s, want a denial", op.Name, a.Status, a.Body)
			}
			if a := s.unsigned(svc, op.Name, s.expand(op.Sample)); a.OK() {
				t.Errorf("%s without proof: got %d %s", op.Name, a.Status, a.Body)
			}
			yellow := "yellow"
			if a := s.unsigned(svc, op.Name, in(&yellow)); !a.OK() {
				t.Errorf("%s of tenant yellow: got %d %s", op.Name, a.Status, a.Body)
			}
		}
	}
	if tried == 0 {
		t.Fatal("no operation was tried")
	}
}

// unsigned makes a call without a signature.
func (s *siege) unsigned(svc *awsapi.Service, op, in string) servicetest.Answer {
	s.t.Helper()
	form, err := servicetest.Form(op, in)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.postForm(form)
}

// postForm sends a form without a signature.
func (s *siege) postForm(form url.Values) servicetest.Answer {
	s.t.Helper()
	resp, err := http.PostForm(s.srv.Endpoint, form)
	if err != nil {
		s.t.Fatal(err)
	}
	return answerOf(s.t, resp)
}

// onlyYellow is a trust policy for the provider of that ARN, which lets in whom it
// vouches for as of the tenant yellow.
func onlyYellow(provider, action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + provider + `"},"Action":["sts:` + action +
		`","sts:TagSession"],"Condition":{"StringEquals":{"aws:RequestTag/TenantID":"yellow"}}}]}`
}

func (s *siege) webVoucher(n *federationtest.Net) voucher {
	s.t.Helper()
	idp := n.Issuer("idp.example")
	s.must(s.root, "iam", "CreateOpenIDConnectProvider", map[string]any{"Url": "https://idp.example", "ClientIDList": []string{federationtest.Audience}})
	return voucher{
		placeholder: "$WEBIDENTITYTOKEN", role: "yellow-web",
		trust: func(action string) string { return onlyYellow(idpARN, action) },
		vouch: func(tenant *string) string {
			if tenant == nil {
				return idp.Token("user-1", nil)
			}
			return idp.Token("user-1", federationtest.Tags(map[string]string{"TenantID": *tenant}))
		},
	}
}

func (s *siege) samlVoucher() voucher {
	s.t.Helper()
	const provider = "arn:aws:iam::000000000000:saml-provider/yellow-saml"
	idp := samltest.New(s.t, "https://idp.example.com/metadata")
	s.must(s.root, "iam", "CreateSAMLProvider", map[string]any{"Name": "yellow-saml", "SAMLMetadataDocument": idp.Metadata()})
	return voucher{
		placeholder: "$SAMLASSERTION", role: "yellow-saml",
		trust: func(action string) string { return onlyYellow(provider, action) },
		vouch: func(tenant *string) string {
			r := idp.Good(time.Now(), "arn:aws:iam::000000000000:role/tenants/yellow/yellow-saml", provider)
			if tenant != nil {
				r.Set("https://aws.amazon.com/SAML/Attributes/PrincipalTag:TenantID", *tenant)
			}
			return idp.Encode(r)
		},
	}
}
