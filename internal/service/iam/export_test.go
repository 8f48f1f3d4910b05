// SPDX-License-Identifier: Apache-2.0

package iam

// Issuer returns the URL of an OpenID Connect provider as it is kept.
var Issuer = issuer

// SampleMetadata is the metadata of an identity provider.
const SampleMetadata = sampleMetadata
