// SPDX-License-Identifier: Apache-2.0

package saml

import (
	"crypto/sha1" // as AWS makes the qualifier: no decision of ours depends on it being hard to forge
	"encoding/base64"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// nameIDFormat is what formats of names begin with that AWS shortens.
const nameIDFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:"

// SubjectType returns the format of the subject's name as AWS shows it.
func (a *Assertion) SubjectType() string { return strings.TrimPrefix(a.Format, nameIDFormat) }

// NameQualifier returns what tells subjects of the same name apart by who named
// them: a digest of the issuer, the account and the provider's name there.
func (a *Assertion) NameQualifier(account, provider string) string {
	sum := sha1.Sum([]byte(a.Issuer + account + "/" + provider))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Claims returns the condition keys that a supplies when the provider of that name
// in the account has made it. Which sessions keep is as the IAM user guide has it:
// those that say who somebody is.
func (a *Assertion) Claims(account, provider string) []awsapi.Claim {
	kept := func(key, value string) awsapi.Claim {
		return awsapi.Claim{Key: key, Values: []string{value}, Kept: true}
	}
	claims := []awsapi.Claim{
		{Key: "saml:aud", Values: []string{a.Recipient}},
		{Key: "saml:iss", Values: []string{a.Issuer}},
		{Key: "saml:doc", Values: []string{account + "/" + provider}},
		kept("saml:sub", a.Subject),
		kept("saml:namequalifier", a.NameQualifier(account, provider)),
	}
	if t := a.SubjectType(); t != "" {
		claims = append(claims, kept("saml:sub_type", t))
	}
	for i := range keys {
		k := &keys[i]
		var values []string
		for _, name := range k.attributes {
			values = append(values, a.Values(name)...)
		}
		if len(values) > 0 {
			claims = append(claims, awsapi.Claim{Key: k.name, Values: values, Many: k.many})
		}
	}
	return claims
}

// A key is a condition key that attributes supply.
type key struct {
	name       string // in lower case
	many       bool
	attributes []string
}

// keys is the table of the IAM user guide, "Mapping SAML attributes to AWS trust
// policy context keys".
var keys = []key{
	{"saml:edupersonaffiliation", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.1"}},
	{"saml:edupersonnickname", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.2"}},
	{"saml:edupersonorgdn", false, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.3"}},
	{"saml:edupersonorgunitdn", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.4"}},
	{"saml:edupersonprimaryaffiliation", false, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.5"}},
	{"saml:edupersonprincipalname", false, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.6"}},
	{"saml:edupersonentitlement", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.7"}},
	{"saml:edupersonprimaryorgunitdn", false, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.8"}},
	{"saml:edupersonscopedaffiliation", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.9"}},
	{"saml:edupersontargetedid", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.10"}},
	{"saml:edupersonassurance", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.11"}},
	{"saml:eduorghomepageuri", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.2.1.2"}},
	{"saml:eduorgidentityauthnpolicyuri", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.2.1.3"}},
	{"saml:eduorglegalname", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.2.1.4"}},
	{"saml:eduorgsuperioruri", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.2.1.5"}},
	{"saml:eduorgwhitepagesuri", true, []string{"urn:oid:1.3.6.1.4.1.5923.1.2.1.6"}},
	{"saml:cn", true, []string{"urn:oid:2.5.4.3"}},
	{"saml:commonname", false, []string{"http://schemas.xmlsoap.org/claims/CommonName"}},
	{"saml:givenname", false, []string{"urn:oid:2.5.4.42", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"}},
	{"saml:surname", false, []string{"urn:oid:2.5.4.4", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"}},
	{"saml:name", false, []string{"urn:oid:2.5.4.41", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"}},
	{"saml:mail", false, []string{"urn:oid:0.9.2342.19200300.100.1.3", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"}},
	{"saml:uid", false, []string{"urn:oid:0.9.2342.19200300.100.1.1"}},
	{"saml:organizationstatus", false, []string{"urn:oid:0.9.2342.19200300.100.1.45"}},
	{"saml:x500uniqueidentifier", false, []string{"urn:oid:2.5.4.45"}},
	{"saml:primarygroupsid", false, []string{"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid"}},
}
