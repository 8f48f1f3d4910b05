// SPDX-License-Identifier: Apache-2.0

package saml_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/federation/saml"
	"github.com/bailiwick-dev/bailiwick/internal/federation/saml/samltest"
)

const attributes = "https://aws.amazon.com/SAML/Attributes/"

// vouch returns what a response with other attributes than a good one says.
func vouch(t *testing.T, idp *samltest.IDP, change func(*samltest.Response)) (*awsapi.Federation, error) {
	t.Helper()
	r := idp.Good(now, role, provider)
	change(&r)
	a, err := verify(idp.Encode(r), metadata(t, idp), now)
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := arn.Parse(role)
	if err != nil {
		t.Fatal(err)
	}
	by, err := arn.Parse(provider)
	if err != nil {
		t.Fatal(err)
	}
	return a.Vouch(wanted, by, "corp", "AIDP1", now)
}

func TestAProviderSaysWhatTheSessionHas(t *testing.T) {
	idp := samltest.New(t, "https://idp.example.com/saml")
	for name, c := range map[string]struct {
		change func(*samltest.Response)
		ok     func(*awsapi.Federation) bool
		want   error
	}{
		"the role and the provider": {func(*samltest.Response) {}, func(f *awsapi.Federation) bool {
			return f.ForRole && f.SessionName == "ann" && f.Provider == provider && f.ProviderID == "AIDP1" && f.Until.IsZero() && f.Tags == nil
		}, nil},
		"in the other order": {func(r *samltest.Response) { r.Set(samltest.Role, provider+", "+role) }, func(f *awsapi.Federation) bool { return f.ForRole }, nil},
		"among others": {func(r *samltest.Response) {
			r.Set(samltest.Role, role+"x,"+provider, role+","+provider)
		}, func(f *awsapi.Federation) bool { return f.ForRole }, nil},
		"the role twice":        {func(r *samltest.Response) { r.Set(samltest.Role, role+","+role) }, func(f *awsapi.Federation) bool { return !f.ForRole }, nil},
		"the role alone":        {func(r *samltest.Response) { r.Set(samltest.Role, role) }, func(f *awsapi.Federation) bool { return !f.ForRole }, nil},
		"more than a pair":      {func(r *samltest.Response) { r.Set(samltest.Role, role+","+provider+",x") }, func(f *awsapi.Federation) bool { return !f.ForRole }, nil},
		"apart":                 {func(r *samltest.Response) { r.Set(samltest.Role, role+",x", "x,"+provider) }, func(f *awsapi.Federation) bool { return !f.ForRole }, nil},
		"no session name":       {func(r *samltest.Response) { r.Set(samltest.SessionName) }, nil, saml.ErrSessionName},
		"two session names":     {func(r *samltest.Response) { r.Set(samltest.SessionName, "ann", "ann") }, nil, saml.ErrSessionName},
		"two source identities": {func(r *samltest.Response) { r.Set(attributes+"SourceIdentity", "ann", "bob") }, nil, saml.ErrAttribute},
		"a length":              {func(r *samltest.Response) { r.Set(attributes+"SessionDuration", "900") }, func(f *awsapi.Federation) bool { return f.Until.Equal(now.Add(15 * time.Minute)) }, nil},
		"a length that is shorter": {func(r *samltest.Response) {
			r.SessionEnd = now.Add(time.Hour)
			r.Set(attributes+"SessionDuration", "900")
		}, func(f *awsapi.Federation) bool { return f.Until.Equal(now.Add(15 * time.Minute)) }, nil},
		"a session that is": {func(r *samltest.Response) {
			r.SessionEnd = now.Add(time.Minute)
			r.Set(attributes+"SessionDuration", "900")
		}, func(f *awsapi.Federation) bool { return f.Until.Equal(now.Add(time.Minute)) }, nil},
		"too short a length": {func(r *samltest.Response) { r.Set(attributes+"SessionDuration", "899") }, nil, saml.ErrAttribute},
		"too long a length":  {func(r *samltest.Response) { r.Set(attributes+"SessionDuration", "43201") }, nil, saml.ErrAttribute},
		"tags": {func(r *samltest.Response) {
			r.Set(attributes+"PrincipalTag:TenantID", "yellow")
			r.Set(attributes+"PrincipalTag:plan", "")
			r.Set(attributes+"TransitiveTagKeys", "TenantID", "plan")
		}, func(f *awsapi.Federation) bool {
			return slices.Equal(f.Tags, []awsapi.Tag{{Key: "TenantID", Value: "yellow"}, {Key: "plan"}}) && slices.Equal(f.Transitive, []string{"TenantID", "plan"})
		}, nil},
		"a tag with two values": {func(r *samltest.Response) { r.Set(attributes+"PrincipalTag:TenantID", "yellow", "yellow") }, nil, saml.ErrAttribute},
	} {
		f, err := vouch(t, idp, c.change)
		if !errors.Is(err, c.want) || err == nil && !c.ok(f) {
			t.Errorf("%s: got %+v, %v", name, f, err)
		}
	}
}

func TestConditionKeysOfAssertions(t *testing.T) {
	idp := samltest.New(t, "https://idp.example.com/saml")
	f, err := vouch(t, idp, func(r *samltest.Response) {
		r.Set("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "staff", "alum")
		r.Set("urn:oid:0.9.2342.19200300.100.1.3", "ann@example.com")
		r.Set("urn:oid:2.5.4.4", "one", "two")
		r.Set("saml:sub", "root@example.com")
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]struct {
		values []string
		kept   bool
	}{
		"saml:aud":                   {[]string{"https://signin.aws.amazon.com/saml"}, false},
		"saml:iss":                   {[]string{"https://idp.example.com/saml"}, false},
		"saml:doc":                   {[]string{"111122223333/corp"}, false},
		"saml:sub":                   {[]string{"ann@example.com"}, true},
		"saml:sub_type":              {[]string{"persistent"}, true},
		"saml:edupersonaffiliation":  {[]string{"staff", "alum"}, false},
		"saml:mail":                  {[]string{"ann@example.com"}, false},
		"saml:surname":               {nil, false}, // two values of a key that has one
		"saml:uid":                   {nil, false},
		"aws:principaltag/something": {nil, false},
	} {
		v := awsapi.ClaimValue(f.Claims, key)
		var got []string
		for i := range v.Len() {
			got = append(got, v.At(i))
		}
		kept := slices.ContainsFunc(f.Claims, func(c awsapi.Claim) bool { return c.Key == key && c.Kept })
		if !slices.Equal(got, want.values) || kept != want.kept {
			t.Errorf("%s is %q, kept %v", key, got, kept)
		}
	}
	other := samltest.New(t, "https://idp.example.com/other")
	g, err := vouch(t, other, func(*samltest.Response) {})
	if err != nil {
		t.Fatal(err)
	}
	const qualifier = "saml:namequalifier"
	if a, b := awsapi.ClaimValue(f.Claims, qualifier), awsapi.ClaimValue(g.Claims, qualifier); a.At(0) == b.At(0) {
		t.Errorf("two issuers have the qualifier %s", a.At(0))
	}
}

func TestRefusalsAreWordedAsByAWS(t *testing.T) {
	for err, want := range map[error]string{
		saml.ErrSignature:   "InvalidIdentityToken: Response signature invalid",
		saml.ErrRedeemed:    "ExpiredTokenException: Token must be redeemed within 5 minutes of issuance",
		saml.ErrStatus:      "IDPRejectedClaim: ",
		saml.ErrSessionName: "InvalidIdentityToken: RoleSessionName is required in AuthnResponse",
	} {
		e := awsapi.AsError(saml.Refusal(err))
		if got := e.Code + ": " + e.Message; len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("%v: %s", err, got)
		}
	}
	if other := errors.New("disk"); saml.Refusal(other) != other || saml.Refusal(nil) != nil {
		t.Error("other errors are changed")
	}
}
