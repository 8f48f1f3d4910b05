// SPDX-License-Identifier: Apache-2.0

package constraint

// The limits of parameters that only STS has.
var (
	FederatedName = Limit{Min: 2, Max: 32, Syntax: sessionSyntax}
	SerialNumber  = Limit{Min: 9, Max: 256, Syntax: serialSyntax}
	TokenCode     = Limit{Min: 6, Max: 6, Syntax: digitSyntax, Secret: true}
	SAMLAssertion = Limit{Min: 4, Max: 100_000, Secret: true}
)

var (
	serialSyntax = Syntax{`[\w+=/:,.@-]*`, all(func(r rune) bool { return isName(r) || r == '/' || r == ':' })}
	digitSyntax  = Syntax{`[\d]*`, all(func(r rune) bool { return '0' <= r && r <= '9' })}
)
