// SPDX-License-Identifier: Apache-2.0

package saml

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	maxEntityID     = 1024 // characters
	maxCertificates = 16
	minRSA, maxRSA  = 2048, 8192 // bits
)

// Metadata is what an identity provider says of itself. It is immutable and safe
// for concurrent use.
type Metadata struct {
	EntityID   string    // the issuer of its assertions
	ValidUntil time.Time // zero if it doesn't say

	// keys come in certificates. As the IAM user guide has it, nothing of these
	// counts but the keys: not who issued them, nor when they expire.
	keys []*x509.Certificate
}

// ParseMetadata reads the metadata document of one identity provider. It fails
// with [ErrMetadata] unless that has a name and from 1 to 16 keys to sign with,
// RSA of 2048 to 8192 bits or ECDSA.
func ParseMetadata(document []byte) (*Metadata, error) {
	if len(document) > MaxMetadata {
		return nil, ErrMetadata
	}
	root, err := parse(document, maxMetadataElements)
	if err != nil || !stable(document) || !is(root, metadataSpace, "EntityDescriptor") {
		return nil, ErrMetadata
	}
	m := &Metadata{EntityID: attr(root, "entityID")}
	if m.EntityID == "" || len(m.EntityID) > maxEntityID {
		return nil, ErrMetadata
	}
	roles := children(root, metadataSpace, "IDPSSODescriptor")
	for _, el := range append([]*etree.Element{root}, roles...) {
		if !m.limit(el) {
			return nil, ErrMetadata
		}
	}
	for _, role := range roles {
		for _, k := range children(role, metadataSpace, "KeyDescriptor") {
			if use := attr(k, "use"); use != "" && use != "signing" {
				continue
			}
			if err := m.addKeys(k); err != nil {
				return nil, err
			}
		}
	}
	if len(m.keys) == 0 {
		return nil, ErrMetadata
	}
	return m, nil
}

// limit lowers m.ValidUntil to what el says. It reports false if that is no time.
func (m *Metadata) limit(el *etree.Element) bool {
	t, ok := instant(el, "validUntil")
	if ok && !t.IsZero() && (m.ValidUntil.IsZero() || t.Before(m.ValidUntil)) {
		m.ValidUntil = t.UTC()
	}
	return ok
}

// addKeys adds the keys of a KeyDescriptor.
func (m *Metadata) addKeys(descriptor *etree.Element) error {
	info := child(descriptor, dsig.Namespace, dsig.KeyInfoTag)
	if info == nil {
		return ErrMetadata
	}
	for _, data := range children(info, dsig.Namespace, dsig.X509DataTag) {
		for _, c := range children(data, dsig.Namespace, dsig.X509CertificateTag) {
			cert, err := certificate(c)
			if err != nil {
				return err
			}
			if len(m.keys) == maxCertificates {
				return ErrMetadata
			}
			m.keys = append(m.keys, cert)
		}
	}
	return nil
}

// certificate returns the certificate in an X509Certificate element, if it has a
// key that is good enough.
func certificate(el *etree.Element) (*x509.Certificate, error) {
	encoded, ok := text(el)
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	if !ok || err != nil {
		return nil, ErrMetadata
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, ErrMetadata
	}
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits >= minRSA && bits <= maxRSA {
			return cert, nil
		}
	case *ecdsa.PublicKey:
		return cert, nil
	}
	return nil, ErrMetadata
}
