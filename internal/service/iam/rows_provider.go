// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// What samples of identity providers name.
const (
	sampleOIDC = `{"OpenIDConnectProviderArn":"arn:aws:iam::000000000000:oidc-provider/yellow.example.com/login"`
	sampleSAML = `{"SAMLProviderArn":"arn:aws:iam::000000000000:saml-provider/yellow-login"`
)

// providerOperations returns the operations on identity providers.
func providerOperations() []awsapi.Operation {
	return slices.Concat(oidcOperations(), samlOperations())
}

func oidcOperations() []awsapi.Operation {
	k := oidcKind()
	return []awsapi.Operation{
		awsapi.Op(control("CreateOpenIDConnectProvider", `{"Url":"https://yellow.example.com/login","ClientIDList":["app"]}`), createOIDCProviderNeeds, createOIDCProvider),
		awsapi.Op(read("GetOpenIDConnectProvider", sampleOIDC+`}`), onProvider[getOIDCProviderInput](k, "iam:GetOpenIDConnectProvider", reads), getOIDCProvider),
		awsapi.Op(read("ListOpenIDConnectProviders", `{}`), listing[listOIDCProvidersInput]("iam:ListOpenIDConnectProviders", oidcProviderSpans), listOIDCProviders),
		awsapi.Op(control("AddClientIDToOpenIDConnectProvider", sampleOIDC+`,"ClientID":"web"}`), onProvider[addClientIDInput](k, "iam:AddClientIDToOpenIDConnectProvider", writes), addClientID),
		awsapi.Op(control("RemoveClientIDFromOpenIDConnectProvider", sampleOIDC+`,"ClientID":"web"}`), onProvider[removeClientIDInput](k, "iam:RemoveClientIDFromOpenIDConnectProvider", writes), removeClientID),
		awsapi.Op(control("UpdateOpenIDConnectProviderThumbprint", sampleOIDC+`,"ThumbprintList":["`+sampleThumbprint+`"]}`), onProvider[updateThumbprintInput](k, "iam:UpdateOpenIDConnectProviderThumbprint", writes), updateThumbprint),
		awsapi.Op(control("TagOpenIDConnectProvider", sampleOIDC+`,"Tags":[{"Key":"team","Value":"sales"}]}`), onProvider[tagOIDCProviderInput](k, "iam:TagOpenIDConnectProvider", writes), tagOIDCProvider),
		awsapi.Op(read("ListOpenIDConnectProviderTags", sampleOIDC+`}`), onProvider[listOIDCProviderTagsInput](k, "iam:ListOpenIDConnectProviderTags", reads), listOIDCProviderTags),
		awsapi.Op(control("UntagOpenIDConnectProvider", sampleOIDC+`,"TagKeys":["team"]}`), onProvider[untagOIDCProviderInput](k, "iam:UntagOpenIDConnectProvider", writes), untagOIDCProvider),
		awsapi.Op(control("DeleteOpenIDConnectProvider", sampleOIDC+`}`), onProvider[deleteOIDCProviderInput](k, "iam:DeleteOpenIDConnectProvider", writes), deleteOIDCProvider),
	}
}

func samlOperations() []awsapi.Operation {
	k := samlKind()
	document := `"SAMLMetadataDocument":"` + sampleMetadata + `"`
	return []awsapi.Operation{
		awsapi.Op(control("CreateSAMLProvider", `{"Name":"yellow-login",`+document+`}`), createSAMLProviderNeeds, createSAMLProvider),
		awsapi.Op(read("GetSAMLProvider", sampleSAML+`}`), onProvider[getSAMLProviderInput](k, "iam:GetSAMLProvider", reads), getSAMLProvider),
		awsapi.Op(read("ListSAMLProviders", `{}`), listing[listSAMLProvidersInput]("iam:ListSAMLProviders", samlProviderSpans), listSAMLProviders),
		awsapi.Op(control("UpdateSAMLProvider", sampleSAML+`,`+document+`}`), onProvider[updateSAMLProviderInput](k, "iam:UpdateSAMLProvider", writes), updateSAMLProvider),
		awsapi.Op(control("TagSAMLProvider", sampleSAML+`,"Tags":[{"Key":"team","Value":"sales"}]}`), onProvider[tagSAMLProviderInput](k, "iam:TagSAMLProvider", writes), tagSAMLProvider),
		awsapi.Op(read("ListSAMLProviderTags", sampleSAML+`}`), onProvider[listSAMLProviderTagsInput](k, "iam:ListSAMLProviderTags", reads), listSAMLProviderTags),
		awsapi.Op(control("UntagSAMLProvider", sampleSAML+`,"TagKeys":["team"]}`), onProvider[untagSAMLProviderInput](k, "iam:UntagSAMLProvider", writes), untagSAMLProvider),
		awsapi.Op(control("DeleteSAMLProvider", sampleSAML+`}`), onProvider[deleteSAMLProviderInput](k, "iam:DeleteSAMLProvider", writes), deleteSAMLProvider),
	}
}

// providerActions returns their actions.
func providerActions() []awsapi.Action {
	oidc, saml := []string{"oidc-provider"}, []string{"saml-provider"}
	return slices.Concat(
		declare(oidc, requesting, "CreateOpenIDConnectProvider"),
		declare(oidc, slices.Concat(requesting, showing), "TagOpenIDConnectProvider", "UntagOpenIDConnectProvider"),
		declare(oidc, showing,
			"GetOpenIDConnectProvider", "DeleteOpenIDConnectProvider", "ListOpenIDConnectProviderTags",
			"AddClientIDToOpenIDConnectProvider", "RemoveClientIDFromOpenIDConnectProvider", "UpdateOpenIDConnectProviderThumbprint"),
		declare(saml, requesting, "CreateSAMLProvider"),
		declare(saml, slices.Concat(requesting, showing), "TagSAMLProvider", "UntagSAMLProvider"),
		declare(saml, showing, "GetSAMLProvider", "UpdateSAMLProvider", "DeleteSAMLProvider", "ListSAMLProviderTags"),
		declare(nil, nil, "ListOpenIDConnectProviders", "ListSAMLProviders"),
	)
}

// sampleThumbprint has the form of the SHA-1 of a certificate.
const sampleThumbprint = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"

// sampleMetadata is the metadata of an identity provider, fit to stand in JSON.
const sampleMetadata = "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='https://login.yellow.example.com/saml'>" +
	"<IDPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>" +
	"<KeyDescriptor use='signing'><KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><X509Data><X509Certificate>" +
	sampleCertificate +
	"</X509Certificate></X509Data></KeyInfo></KeyDescriptor>" +
	"<SingleSignOnService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect' Location='https://login.yellow.example.com/saml'/>" +
	"</IDPSSODescriptor></EntityDescriptor>"

// sampleCertificate is a certificate whose key nobody has.
const sampleCertificate = "MIIDKTCCAhGgAwIBAgIUIpWj/5laONC4prK6DXCH8077BBYwDQYJKoZIhvcNAQELBQAwIzEhMB8GA1UEAwwYbG9naW4ueWVsbG93" +
	"LmV4YW1wbGUuY29tMCAXDTI2MTEyMjA4Mzc0MloYDzIxMjYxMDI5MDgzNzQyWjAjMSEwHwYDVQQDDBhsb2dpbi55ZWxsb3cuZXhh" +
	"bXBsZS5jb20wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCkQHaN6Vep+aafCOOZco+fBSRwEVI6LcbKQfq4IqDpz2yB" +
	"9hIV1m1fFT43DPpOHY5XGnrJnzN6Js5dQo8DORfqBiDUi7tAGB3wsBrftARa8zLohL5k2DK8YXbS0MKmlTzhd+KBHLFo0BelevV/" +
	"tgQJxJXMIScDFX6vhNkcdYI7Re/R1vyAXK8WEEcqpSapBDKbeOd5DPF2y0oejpr02Tl3Djypb7l70hO9HItdNFptQPDkdzC0kYUD" +
	"/GazL+/fsQnm1D7kAi8KRFZMOLWPiT2sDtxS+I8mUhsAog8aREWnS9QYl84HOXB+dJabUPHVEd+tmtKR2Yg2Wunh7GQJS4lLAgMB" +
	"AAGjUzBRMB0GA1UdDgQWBBSmjUfDqd2E8XLpJeNQopupy537bzAfBgNVHSMEGDAWgBSmjUfDqd2E8XLpJeNQopupy537bzAPBgNV" +
	"HRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBSI6LsIl6/RCHfCWQWm346WiFYO/ROlcAxrtOU87Ct5/AQqVFaZbgdAlQI" +
	"ABUNRvPP/7gTgsKZ+6WluYCK8cBOqtOEg3kogOT2/thcTgTJJ71XB82ZJYfQPUcy6W3K9OZeLBS778ZG105A3+o32IgMuKE+wQsn" +
	"H28K9NcKaA9191lODnyHsYQOzO22dPERAqEWLej7ARF5HO/GIneWm52Zwju3gV3Cfqpi3EEf7oXeuM3kKtBsDmMdwxA/g7seh6XO" +
	"wAfim/i4ZdOpVSnAAZ6dTPBSWYrnk4s5it9nV3Di5FHkxpMIBCiH0yKLW6VlMZJRLA+TLN41iexOm+z03aTF"
