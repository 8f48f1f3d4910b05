// SPDX-License-Identifier: Apache-2.0

package clienttest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/federation/federationtest"
)

// TestWebIdentities has clients come with a token of an issuer on this machine,
// whose port isn't that of HTTPS: the server is told of the host and its authority.
func TestWebIdentities(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer(n.Local() + "/pool")
	srv := bailiwicktest.Start(t, bailiwick.Config{Data: t.TempDir(), OIDCPrivateIssuers: "other.example, localhost", OIDCCAFile: n.AuthorityFile()})
	admin := iam.NewFromConfig(srv.Config())
	provider, err := admin.CreateOpenIDConnectProvider(t.Context(), &iam.CreateOpenIDConnectProviderInput{
		Url: aws.String("https://" + idp.URL), ClientIDList: []string{federationtest.Audience},
	})
	if err != nil {
		t.Fatal(err)
	}
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + *provider.OpenIDConnectProviderArn + `"},` +
		`"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"` + idp.URL + `:sub":"ann"}}}]}`
	if _, err := admin.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("web"), AssumeRolePolicyDocument: &trust}); err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(idp.Token("ann", nil)), 0o600); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"session: arn:aws:sts::000000000000:assumed-role/web/ann",
		"subject: ann",
		"audience: sts.amazonaws.com",
		"provider: https://" + idp.URL,
		"identity: arn:aws:sts::000000000000:assumed-role/web/ann",
		"another role: AccessDenied",
		"no token: InvalidIdentityToken",
		"",
	}, "\n")
	for name, enter := range map[string]func() string{
		"AWS CLI": func() string { return run(t, srv, "bash", "testdata/webidentity.sh", token) },
		"boto3":   func() string { return run(t, srv, "../../scripts/python-boto3.sh", "testdata/webidentity.py", token) },
		"Go SDK":  func() string { return webIdentityByGo(t, srv, token) },
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, enter()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func webIdentityByGo(t *testing.T, srv *bailiwicktest.Server, tokenFile string) string {
	t.Helper()
	var out strings.Builder
	ctx := context.Background()
	text, err := os.ReadFile(tokenFile)
	if err != nil {
		t.Fatal(err)
	}
	anonymous := sts.NewFromConfig(client.Config(srv.Endpoint, "us-east-1", aws.AnonymousCredentials{}))
	enter := func(role, token string) (*sts.AssumeRoleWithWebIdentityOutput, error) {
		return anonymous.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
			RoleArn: aws.String("arn:aws:iam::000000000000:role/" + role), RoleSessionName: aws.String("ann"), WebIdentityToken: &token,
		})
	}
	s, err := enter("web", string(text))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&out, "session: %s\nsubject: %s\naudience: %s\nprovider: %s\n", *s.AssumedRoleUser.Arn, *s.SubjectFromWebIdentityToken, *s.Audience, *s.Provider)

	// As a pod does that has its token in a file.
	provider := stscreds.NewWebIdentityRoleProvider(anonymous, "arn:aws:iam::000000000000:role/web", stscreds.IdentityTokenFile(tokenFile),
		func(o *stscreds.WebIdentityRoleOptions) { o.RoleSessionName = "ann" })
	who, err := sts.NewFromConfig(client.Config(srv.Endpoint, "us-east-1", provider)).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&out, "identity: %s\nanother role: %s\nno token: %s\n", *who.Arn, code(enter("other", string(text))), code(enter("web", "a.b.c")))
	return out.String()
}
