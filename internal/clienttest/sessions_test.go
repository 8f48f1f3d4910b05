// SPDX-License-Identifier: Apache-2.0

package clienttest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/internal/federation/saml/samltest"
)

// TestSessions has boto3 begin sessions of users, of whom they name, and of whom a
// SAML provider vouches for.
func TestSessions(t *testing.T) {
	srv := bailiwicktest.New(t)
	idp := samltest.New(t, "https://idp.example.com/saml")
	admin := iam.NewFromConfig(srv.Config())
	provider, err := admin.CreateSAMLProvider(t.Context(), &iam.CreateSAMLProviderInput{
		Name: aws.String("corp"), SAMLMetadataDocument: aws.String(idp.Metadata()),
	})
	if err != nil {
		t.Fatal(err)
	}
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + *provider.SAMLProviderArn + `"},` +
		`"Action":"sts:AssumeRoleWithSAML","Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}}]}`
	role, err := admin.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("saml"), AssumeRolePolicyDocument: &trust})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	assertion, policy := filepath.Join(dir, "assertion"), filepath.Join(dir, "policy")
	for name, text := range map[string]string{
		assertion: idp.Encode(idp.Good(time.Now(), *role.Role.Arn, *provider.SAMLProviderArn)),
		policy:    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := strings.Join([]string{
		"own: arn:aws:iam::000000000000:user/ann",
		"own, IAM: InvalidClientTokenId 403",
		"own, again: AccessDenied 403",
		"named: arn:aws:sts::000000000000:federated-user/bob True",
		"named, who: 000000000000:bob",
		"named, IAM: InvalidClientTokenId 403",
		"name: ValidationError 400",
		"key: 000000000000",
		"SAML: arn:aws:sts::000000000000:assumed-role/saml/ann ann@example.com persistent https://idp.example.com/saml https://signin.aws.amazon.com/saml",
		"SAML, who: arn:aws:sts::000000000000:assumed-role/saml/ann",
		"SAML, nothing: InvalidIdentityToken 400",
		"SAML, another role: AccessDenied 403",
		"",
	}, "\n")
	got := run(t, srv, "../../scripts/python-boto3.sh", "testdata/sessions.py", *provider.SAMLProviderArn, assertion, policy)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
