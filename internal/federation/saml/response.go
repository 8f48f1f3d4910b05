// SPDX-License-Identifier: Apache-2.0

package saml

import (
	"encoding/base64"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const success = "urn:oasis:names:tc:SAML:2.0:status:Success"

// Verify returns the assertion of an encoded response, if it is made and signed by
// the provider that m is of, and for AWS. When it is good, [Assertion.Good] tells.
// It fails with one of the errors of this package.
//
// The assertion must be signed, or the response that it is in. Whatever claims to
// be signed must be.
func Verify(encoded string, m *Metadata) (*Assertion, error) {
	if len(encoded) > MaxResponse {
		return nil, ErrMalformed
	}
	document, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, ErrMalformed
	}
	root, err := parse(document, maxResponseElements)
	if err != nil {
		return nil, ErrMalformed
	}
	if err := checkResponse(root); err != nil {
		return nil, err
	}
	if err := m.signers(root); err != nil {
		return nil, err
	}
	if !stable(document) {
		return nil, ErrMalformed
	}
	el, err := m.authentic(root)
	if err != nil {
		return nil, err
	}
	a, err := readAssertion(el)
	if err != nil {
		return nil, err
	}
	if a.Issuer != m.EntityID {
		return nil, ErrIssuer
	}
	if err := a.readConditions(el); err != nil {
		return nil, err
	}
	if err := a.readConfirmation(child(el, assertionSpace, "Subject")); err != nil {
		return nil, err
	}
	return a, nil
}

// checkResponse checks what may be outside of what is signed: that the response
// is one, with one assertion at its place and as many signatures as are looked
// at, and that it is for AWS.
func checkResponse(root *etree.Element) error {
	if !is(root, protocolSpace, "Response") || attr(root, "Version") != version {
		return ErrMalformed
	}
	a := child(root, assertionSpace, "Assertion")
	if a == nil || count(root, "Assertion") != 1 || count(root, "Response") != 1 || count(root, "EncryptedAssertion") != 0 {
		return ErrMalformed
	}
	own := len(children(root, dsig.Namespace, dsig.SignatureTag)) + len(children(a, dsig.Namespace, dsig.SignatureTag))
	if count(root, dsig.SignatureTag) != own {
		return ErrMalformed
	}
	status := child(root, protocolSpace, "Status")
	if status == nil {
		return ErrMalformed
	}
	code := child(status, protocolSpace, "StatusCode")
	if code == nil || attr(code, "Value") != success {
		return ErrStatus
	}
	if d := attr(root, "Destination"); d != "" && !isEndpoint(d) {
		return ErrRecipient
	}
	return nil
}

// signers fails with ErrSignature unless keys of m have made the signatures of the
// response and of the assertion, and there is one.
func (m *Metadata) signers(root *etree.Element) error {
	a := child(root, assertionSpace, "Assertion")
	for _, el := range []*etree.Element{root, a} {
		if !isSigned(el) && (el == root || isSigned(root)) {
			continue
		}
		if _, err := m.signer(el); err != nil {
			return err
		}
	}
	return nil
}

// authentic returns the assertion of the response, read from what is signed.
func (m *Metadata) authentic(root *etree.Element) (*etree.Element, error) {
	a := child(root, assertionSpace, "Assertion")
	if isSigned(root) {
		whole, err := m.signed(root)
		if err != nil {
			return nil, err
		}
		if !isSigned(a) {
			if a = child(whole, assertionSpace, "Assertion"); a == nil {
				return nil, ErrSignature
			}
			return a, nil
		}
	}
	return m.signed(a)
}
