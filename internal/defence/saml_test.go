// SPDX-License-Identifier: Apache-2.0

package defence

const saml = federation + "/saml"

// assertions is what a SAML response must be, and its provider.
var assertions = []mutation{
	{"there is one assertion", saml + "/response.go", `count(root, "Assertion") != 1`, `false && count(root, "Assertion") != 1`, saml, "TestWhatIsSignedIsWhatIsRead"},
	{"nothing is encrypted", saml + "/response.go", ` || count(root, "EncryptedAssertion") != 0`, ``, saml, "TestWhatIsSignedIsWhatIsRead"},
	{"a signature that is there is good", saml + "/response.go", "whole, err := m.signed(root)\n\t\tif err != nil {", "whole, err := m.signed(root)\n\t\tif err != nil && !isSigned(a) {", saml, "TestAKeyThatIsNotTheProvidersCountsNot"},
	{"a response is a success", saml + "/response.go", ` || attr(code, "Value") != success {`, ` {`, saml, "TestAResponseMustBeForAWSAndNow"},
	{"a response is sent to AWS", saml + "/response.go", `d != "" && !isEndpoint(d) {`, `false && d != "" && !isEndpoint(d) {`, saml, "TestAResponseMustBeForAWSAndNow"},
	{"a response is of the issuer", saml + "/response.go", `if a.Issuer != m.EntityID {`, `if false && a.Issuer != m.EntityID {`, saml, "TestAResponseMustBeForAWSAndNow"},
	{"a signature is over its own element", saml + "/signature.go", `attr(ref, dsig.URIAttr) != "#"+id`, `false && attr(ref, dsig.URIAttr) != "#"+id`, saml, "TestSignaturesAreOfOneForm"},
	{"a signature's digest is strong", saml + "/signature.go", `slices.Contains(digestMethods, algorithm(ref, dsig.DigestMethodTag)) &&`, `len(digestMethods) > 0 &&`, saml, "TestSignaturesAreOfOneForm"},
	{"what a signature is over is written in one way", saml + "/signature.go", `algorithm(info, dsig.CanonicalizationMethodTag) == exclusive`, `algorithm(info, dsig.CanonicalizationMethodTag) != ""`, saml, "TestSignaturesAreOfOneForm"},
	{"what is signed is transformed in one way", saml + "/signature.go", " &&\n\t\twellTransformed(ref)", ``, saml, "TestSignaturesAreOfOneForm"},
	{"there are no comments", saml + "/document.go", "default:\n\t\treturn false", "case xml.Comment:\n\t\treturn true\n\tdefault:\n\t\treturn false", saml, "TestWhatIsSignedIsWhatIsRead"},
	{"there are so many elements", saml + "/document.go", ` && s.left >= 0`, ``, saml, "TestDocumentsAreWithoutTricks"},
	{"an assertion is for AWS", saml + "/assertion.go", `if !forAWS(r) {`, `if false && !forAWS(r) {`, saml, "TestAResponseMustBeForAWSAndNow"},
	{"an assertion is made for an address of AWS's", saml + "/assertion.go", `isEndpoint(a.Recipient) &&`, ``, saml, "TestAResponseMustBeForAWSAndNow"},
	{"an address of AWS's is a region's", saml + "/assertion.go", `return ok && regional && isRegion(region)`, `return ok && regional && (isRegion(region) || true)`, saml, "TestAResponseMustBeForAWSAndNow"},
	{"an assertion is good for minutes", saml + "/assertion.go", `case now.After(a.issued.Add(Redeem)):`, `case false && now.After(a.issued.Add(Redeem)):`, saml, "TestAResponseMustBeForAWSAndNow"},
	{"an assertion ends", saml + "/assertion.go", `case !now.Before(a.until), !a.SessionEnd`, `case !a.SessionEnd`, saml, "TestAResponseMustBeForAWSAndNow"},
	{"an assertion ends with its subject's session", saml + "/assertion.go", `, !a.SessionEnd.IsZero() && !now.Before(a.SessionEnd):`, `:`, saml, "TestAResponseMustBeForAWSAndNow"},
	{"a provider's key is strong", saml + "/metadata.go", `bits >= minRSA && bits <= maxRSA`, `bits > 0`, saml, "TestMetadata"},
	{"a provider's key is one to sign with", saml + "/metadata.go", `use != "" && use != "signing"`, `use == "none"`, saml, "TestMetadata"},
	{"a tag has one value", saml + "/vouch.go", `if !single ||`, `if false && !single ||`, saml, "TestAProviderSaysWhatTheSessionHas"},

	{"a provider is the role's account's", authn + "/saml.go", `if !ok || account != p.Account {`, `if p.Account = account; !ok {`, "", "TestOtherAccountsProvidersVouchForNothing"},
	{"a response's provider is still the same", authn + "/saml.go", `p.id != s.provider.id ||`, ``, authn, "TestAResponseCountsOnlyWhileItsProviderDoes"},
	{"a response's provider has the same keys", authn + "/saml.go", `p.digest != s.provider.digest ||`, ``, authn, "TestAResponseCountsOnlyWhileItsProviderDoes"},
	{"a provider has the very name", authn + "/saml.go", `if p.Name != name {`, `if false && p.Name != name {`, authn, "TestAResponseCountsOnlyWhileItsProviderDoes"},
	{"a response that was verified ends", authn + "/saml.go", `if err := s.assertion.Good(now); err != nil {`, `if err := s.assertion.Good(now); false && err != nil {`, authn, "TestAResponseCountsOnlyWhileItsProviderDoes"},
	{"an assertion names role and provider", sts + "/saml.go", `if !f.ForRole {`, `if false && !f.ForRole {`, "", "TestForgedSAMLResponsesAreRefused"},
	{"a session is no longer than its provider's", sts + "/role.go", `if !r.until.IsZero() && r.until.Before(s.Expires) {`, `if false && !r.until.IsZero() && r.until.Before(s.Expires) {`, "", "TestSAMLIdentitiesReachTheirTenantAlone"},
}
