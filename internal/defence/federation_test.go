// SPDX-License-Identifier: Apache-2.0

package defence

const (
	authn      = "internal/authn"
	federation = "internal/federation"
)

// federations is what a token of an identity provider must be, and what keys of
// it are worth.
var federations = []mutation{
	{"a token is of the issuer", federation + "/federation.go", `if t.Issuer != scheme+p.URL {`, `if false && t.Issuer != scheme+p.URL {`, federation, "TestClaims"},
	{"a token is signed", federation + "/federation.go", `if err := v.verify(ctx, t, p); err != nil {`, `if err := v.verify(ctx, t, p); false && err != nil {`, federation, "TestForgedTokens"},
	{"a token expires", federation + "/federation.go", `if now.Unix() >= c.Expires {`, `if false && now.Unix() >= c.Expires {`, federation, "TestClaims"},
	{"a token is not of the future", federation + "/federation.go", `if c.NotBefore > latest || c.IssuedAt > latest {`, `if false && (c.NotBefore > latest || c.IssuedAt > latest) {`, federation, "TestClaims"},
	{"a token is for a client that is registered", federation + "/federation.go", `if !ok {`, `if false && !ok {`, federation, "TestClaims"},
	{"a token that was verified expires", federation + "/federation.go", `if now.Unix() >= id.expires {`, `if false && now.Unix() >= id.expires {`, federation, "TestAnIdentityEndsWithItsToken"},
	{"a token asks for nothing that isn't understood", federation + "/token.go", `case "crit", "b64", "zip", "enc":`, `case "zip", "enc":`, federation, "TestForgedTokens"},
	{"a token has an end", federation + "/token.go", `if len(text) > maxToken ||`, `if len(text) > maxToken<<10 ||`, federation, "TestForgedTokens"},
	{"claims are not deep", federation + "/json.go", `case depth > maxDepth:`, `case false && depth > maxDepth:`, federation, "TestForgedTokens"},

	{"a key is strong", federation + "/keys.go", `if key.N.BitLen() >= minRSA {`, `if key.N.BitLen() >= 0 {`, federation, "TestKeysThatAreTooWeakOrNotForTokens"},
	{"a key is one to sign with", federation + "/keys.go", `j.Use != "" && j.Use != "sig" ||`, ``, federation, "TestKeysThatAreTooWeakOrNotForTokens"},
	{"few keys are tried", federation + "/keys.go", `if t.kid == "" && len(out) > 1 || len(out) > maxTried {`, `if false && (t.kid == "" && len(out) > 1 || len(out) > maxTried) {`, federation, "TestKeysOfOneName"},
	{"keys are those of the registration", federation + "/cache.go", `strings.Join(p.Thumbprints, " ")`, `strings.Join(nil, " ")`, federation, "TestARegistrationHasItsOwnKeys"},
	{"a provider is asked now and then", federation + "/cache.go", ` || now.Before(e.next) {`, ` {`, federation, "TestKeysAreAskedForAsSeldomAsMayBe"},
	{"so many keys are remembered", federation + "/cache.go", ` || c.kept > maxKept)`, `)`, federation, "TestWhatIsRememberedIsBounded"},

	{"a configuration is the issuer's", federation + "/fetch.go", `if stated != issuer {`, `if false && stated != issuer {`, federation, "TestWhatIssuersAnswer"},
	{"keys come over TLS", federation + "/fetch.go", ` || u.Scheme != "https"`, ``, federation, "TestWhatIssuersAnswer"},
	{"a provider sends nobody elsewhere", federation + "/fetch.go", `return http.ErrUseLastResponse`, `return nil`, federation, "TestWhatIssuersAnswer"},
	{"a provider's answer has an end", federation + "/fetch.go", `if len(text) > maxDocument {`, `if false && len(text) > maxDocument {`, federation, "TestWhatIssuersAnswer"},
	{"private addresses are not asked", federation + "/address.go", `return checkAddress(address)`, `return nil`, federation, "TestTheAddressThatANameHasIsChecked"},
	{"other ports are not asked", federation + "/address.go", `if port != "443" {`, `if false && port != "443" {`, federation, "TestTheAddressThatANameHasIsChecked"},
	{"a provider's certificate is trusted", federation + "/certificate.go", "\t}\n\treturn errCertificate", "\t}\n\treturn nil", federation, "TestServersAreBelievedAsAWSDoes"},
	{"a provider's certificate is for its name", federation + "/certificate.go", `DNSName: host, `, ``, federation, "TestCertificatesAreForTheirNameAlone"},

	{"a token's provider is still the same", identity + "/federated.go", `p.ID != f.ProviderID ||`, ``, authn, "TestAVerifiedTokenIsLookedAtAgain"},
	{"a token's client is still registered", identity + "/federated.go", ` || !slices.Contains(p.ClientIDs, client) {`, ` || false && !slices.Contains(p.ClientIDs, client) {`, authn, "TestAVerifiedTokenIsLookedAtAgain"},
	{"a provider's account is open", identity + "/federated.go", `if err := openAccount(tx, account); err != nil {`, `if err := openAccount(tx, account); false && err != nil {`, authn, "TestAVerifiedTokenIsLookedAtAgain"},
	{"a session comes from its provider", identity + "/federated.go", `s.Lineage = []awsapi.Ancestor{{Account: s.Account, PrincipalID: f.ProviderID}}`, `s.Lineage = nil`, "", "TestRevocationsReachWebIdentities"},
	{"a provider that is shut out lets nobody in", sts + "/role.go", `if r.provider != "" {`, `if false && r.provider != "" {`, "", "TestRevocationsReachWebIdentities"},
	{"who is turned away learns nothing of the role", authz + "/authz.go", `if caller.Federation != nil {`, `if false && caller.Federation != nil {`, "", "TestARefusalTellsNothingOfTheRole"},

	{"a service that takes no tokens wants a signature", authn + "/authn.go", `if p.Unsigned() && svc.TakesProof() {`, `if p.Unsigned() {`, authn, "TestAnUnsignedRequestIsNobodys"},
	{"an operation that takes no token wants a signature", server + "/identify.go", `case proof.Unsigned() && (op == nil ||`, `case false && proof.Unsigned() && (op == nil ||`, "", "TestUnsignedRequestsGetNothingElse"},
	{"a body without a signature is small", server + "/body.go", `if proof.Unsigned() {`, `if false && proof.Unsigned() {`, "", "TestUnsignedRequestsGetNothingElse"},
	{"a signature proves nothing beside a token", server + "/identify.go", `if c.Operation.Auth != awsapi.FromInput {`, `if c.Operation.Auth != awsapi.FromInput || !proof.Unsigned() {`, "", "TestASignatureProvesNothingBesideAToken"},
}
