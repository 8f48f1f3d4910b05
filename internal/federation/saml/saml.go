// SPDX-License-Identifier: Apache-2.0

// Package saml judges SAML 2.0 responses by which an identity provider vouches
// for who asks the Security Token Service for a role, as the IAM user guide lays
// down for AssumeRoleWithSAML. It is pure: it knows no clock, no storage and no
// network.
//
//	metadata.go   what an identity provider says of itself: its name, its keys
//	document.go   XML, as little of it as SAML needs
//	signature.go  what a signature covers, and nothing else
//	response.go   the response, and the assertion in it
//	assertion.go  what an assertion says
//	claims.go     the condition keys that it supplies
//	vouch.go      what it says to who wants a role
//	error.go      why it counts for nothing, in AWS's words
//
// Everything in a response that its sender could have added is a way to have
// something else read than what was signed. Here what is read is parsed anew from
// the very bytes whose digest the signature holds; a response has one assertion,
// at one place; and what SAML can do without is refused: document types,
// processing instructions, comments, encryption, keys that come with a
// signature, all transforms but the two that SAML prescribes, and SHA-1.
package saml

import "time"

// MaxResponse is the greatest length of an encoded response, in characters.
const MaxResponse = 100_000

// MaxMetadata is the greatest length of a metadata document, in bytes.
const MaxMetadata = 10_000_000

// Redeem is for how long after its issue an assertion is good at most.
const Redeem = 5 * time.Minute

// skew is how far the clock of an identity provider may be ahead.
const skew = time.Minute

// The namespaces of SAML.
const (
	assertionSpace = "urn:oasis:names:tc:SAML:2.0:assertion"
	protocolSpace  = "urn:oasis:names:tc:SAML:2.0:protocol"
	metadataSpace  = "urn:oasis:names:tc:SAML:2.0:metadata"
	version        = "2.0"
)
