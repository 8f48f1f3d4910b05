// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// OpenID Connect providers.

type createOIDCProviderInput struct {
	Url            string
	ClientIDList   []string
	ThumbprintList []string
	Tags           []awsapi.Tag

	issuer string // Url as it is kept
}

type createOIDCProviderOutput struct {
	OpenIDConnectProviderArn string
	Tags                     []awsapi.Tag
}

type getOIDCProviderInput struct{ OpenIDConnectProviderArn string }

type getOIDCProviderOutput struct {
	Url            string
	ClientIDList   []string
	ThumbprintList []string
	CreateDate     time.Time
	Tags           []awsapi.Tag
}

type listOIDCProvidersInput struct{}

type oidcProviderEntry struct{ Arn string }

type listOIDCProvidersOutput struct{ OpenIDConnectProviderList []oidcProviderEntry }

type deleteOIDCProviderInput struct{ OpenIDConnectProviderArn string }

type addClientIDInput struct{ OpenIDConnectProviderArn, ClientID string }

type removeClientIDInput struct{ OpenIDConnectProviderArn, ClientID string }

type updateThumbprintInput struct {
	OpenIDConnectProviderArn string
	ThumbprintList           []string
}

type tagOIDCProviderInput struct {
	OpenIDConnectProviderArn string
	Tags                     []awsapi.Tag
}

type untagOIDCProviderInput struct {
	OpenIDConnectProviderArn string
	TagKeys                  []string
}

type listOIDCProviderTagsInput struct {
	OpenIDConnectProviderArn string
	Marker                   *string
	MaxItems                 *int32
}

// SAML providers.

type createSAMLProviderInput struct {
	Name                    string
	SAMLMetadataDocument    string
	AssertionEncryptionMode string
	AddPrivateKey           string
	Tags                    []awsapi.Tag

	metadata metadata
}

type createSAMLProviderOutput struct {
	SAMLProviderArn string
	Tags            []awsapi.Tag
}

type getSAMLProviderInput struct{ SAMLProviderArn string }

type getSAMLProviderOutput struct {
	SAMLMetadataDocument string
	SAMLProviderUUID     string
	CreateDate           time.Time
	ValidUntil           time.Time
	Tags                 []awsapi.Tag
}

type listSAMLProvidersInput struct{}

type samlProviderEntry struct {
	Arn        string
	CreateDate time.Time
	ValidUntil time.Time
}

type listSAMLProvidersOutput struct{ SAMLProviderList []samlProviderEntry }

type updateSAMLProviderInput struct {
	SAMLProviderArn         string
	SAMLMetadataDocument    *string
	AssertionEncryptionMode string
	AddPrivateKey           string

	metadata metadata
}

type updateSAMLProviderOutput struct{ SAMLProviderArn string }

type deleteSAMLProviderInput struct{ SAMLProviderArn string }

type tagSAMLProviderInput struct {
	SAMLProviderArn string
	Tags            []awsapi.Tag
}

type untagSAMLProviderInput struct {
	SAMLProviderArn string
	TagKeys         []string
}

type listSAMLProviderTagsInput struct {
	SAMLProviderArn string
	Marker          *string
	MaxItems        *int32
}
