// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/go-jose/go-jose/v4"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/internal/federation/federationtest"
)

// BenchmarkWebIdentity is what AssumeRoleWithWebIdentity costs beyond net/http, and
// beside it the check of the token's signature alone.
func BenchmarkWebIdentity(b *testing.B) {
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.ES256} {
		n := federationtest.New(b)
		idp := n.Issuer("idp.example")
		idp.Rotate(federationtest.NewKey(b, "k", alg))
		token := idp.Token("user-1", federationtest.Tags(map[string]string{"TenantID": "yellow"}, "TenantID"))
		cfg := bailiwick.Config{Data: b.TempDir(), Log: slog.New(slog.DiscardHandler), OIDCCAFile: n.AuthorityFile()}
		cfg.DialIssuers(n.Dial)
		srv, err := bailiwick.Open(cfg)
		if err != nil {
			b.Fatal(err)
		}
		handler := srv.Handler()
		front := httptest.NewServer(handler)
		b.Cleanup(func() {
			front.Close()
			if err := srv.Close(); err != nil {
				b.Error(err)
			}
		})
		trustIssuer(b, &bailiwicktest.Server{Endpoint: front.URL, Root: srv.Root()})
		form := webForm("webuser", token).Encode()
		raw := fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form)
		b.Run(string(alg)+"/call", func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(64)
			b.RunParallel(func(pb *testing.PB) {
				call := serveRaw(b, handler, raw)
				for pb.Next() {
					call()
				}
			})
		})
		b.Run(string(alg)+"/floor", func(b *testing.B) {
			signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{alg})
			if err != nil {
				b.Fatal(err)
			}
			key := idp.Keys()[0].Public().Key
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := signed.Verify(key); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// trustIssuer makes the role webuser, for those whom idp.example vouches for.
func trustIssuer(b *testing.B, srv *bailiwicktest.Server) {
	b.Helper()
	admin := iam.NewFromConfig(srv.Config())
	_, err := admin.CreateOpenIDConnectProvider(b.Context(), &iam.CreateOpenIDConnectProviderInput{
		Url: aws.String("https://idp.example"), ClientIDList: []string{federationtest.Audience},
	})
	if err != nil {
		b.Fatal(err)
	}
	_, err = admin.CreateRole(b.Context(), &iam.CreateRoleInput{RoleName: aws.String("webuser"), AssumeRolePolicyDocument: aws.String(trustsTenants)})
	if err != nil {
		b.Fatal(err)
	}
}
