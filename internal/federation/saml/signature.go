// SPDX-License-Identifier: Apache-2.0

package saml

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// What signatures may be made with.
var (
	signatureMethods = map[string]x509.SignatureAlgorithm{
		dsig.RSASHA256SignatureMethod:   x509.SHA256WithRSA,
		dsig.RSASHA384SignatureMethod:   x509.SHA384WithRSA,
		dsig.RSASHA512SignatureMethod:   x509.SHA512WithRSA,
		dsig.ECDSASHA256SignatureMethod: x509.ECDSAWithSHA256,
		dsig.ECDSASHA384SignatureMethod: x509.ECDSAWithSHA384,
		dsig.ECDSASHA512SignatureMethod: x509.ECDSAWithSHA512,
	}
	digestMethods = []string{
		"http://www.w3.org/2001/04/xmlenc#sha256",
		"http://www.w3.org/2001/04/xmldsig-more#sha384",
		"http://www.w3.org/2001/04/xmlenc#sha512",
	}
)

// exclusive is the one way in which what is signed may be written.
const exclusive = string(dsig.CanonicalXML10ExclusiveAlgorithmId)

// isSigned reports whether el has a signature, good or bad.
func isSigned(el *etree.Element) bool {
	return len(children(el, dsig.Namespace, dsig.SignatureTag)) > 0
}

// signer returns the certificate of m with whose key the signature in el is made,
// whatever that covers, or ErrSignature. It is little work, which is all that
// strangers get.
func (m *Metadata) signer(el *etree.Element) (*x509.Certificate, error) {
	if !wellSigned(el) {
		return nil, ErrSignature
	}
	sig := child(el, dsig.Namespace, dsig.SignatureTag)
	info := child(sig, dsig.Namespace, dsig.SignedInfoTag)
	own, err := detach(info)
	if err != nil {
		return nil, ErrSignature
	}
	written, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(own)
	if err != nil {
		return nil, ErrSignature
	}
	method := signatureMethods[algorithm(info, dsig.SignatureMethodTag)]
	for _, cert := range m.keys {
		value, ok := signatureValue(sig, cert)
		if ok && cert.CheckSignature(method, written, value) == nil {
			return cert, nil
		}
	}
	return nil, ErrSignature
}

// signed returns what the signature in el covers, which is el without the
// signature, read from the bytes that were digested. It fails with ErrSignature
// unless a key of m has signed exactly that.
func (m *Metadata) signed(el *etree.Element) (*etree.Element, error) {
	cert, err := m.signer(el)
	if err != nil {
		return nil, err
	}
	got, err := verify(el, cert)
	if err != nil || got == nil || !is(got, el.NamespaceURI(), el.Tag) || attr(got, "ID") != attr(el, "ID") {
		return nil, ErrSignature
	}
	return got, nil
}

// detach returns a copy of el that stands for itself, with all namespaces declared.
func detach(el *etree.Element) (*etree.Element, error) {
	ns, err := etreeutils.NSBuildParentContext(el)
	if err != nil {
		return nil, err
	}
	return etreeutils.NSDetatch(ns, el)
}

// wellSigned reports whether el has one signature, of the one form that is
// understood: over el as a whole, by its id, with the transforms of the SAML core
// specification, section 5.4. Nothing of what it points at is up to the sender.
func wellSigned(el *etree.Element) bool {
	id := attr(el, "ID")
	sig := child(el, dsig.Namespace, dsig.SignatureTag)
	if !isName(id) || sig == nil || !onlyChildren(sig, dsig.SignedInfoTag, dsig.SignatureValueTag, dsig.KeyInfoTag) {
		return false
	}
	info := child(sig, dsig.Namespace, dsig.SignedInfoTag)
	if info == nil || child(sig, dsig.Namespace, dsig.SignatureValueTag) == nil ||
		!onlyChildren(info, dsig.CanonicalizationMethodTag, dsig.SignatureMethodTag, dsig.ReferenceTag) {
		return false
	}
	ref := child(info, dsig.Namespace, dsig.ReferenceTag)
	if ref == nil || attr(ref, dsig.URIAttr) != "#"+id ||
		!onlyChildren(ref, dsig.TransformsTag, dsig.DigestMethodTag, dsig.DigestValueTag) {
		return false
	}
	return algorithm(info, dsig.CanonicalizationMethodTag) == exclusive &&
		signatureMethods[algorithm(info, dsig.SignatureMethodTag)] != x509.UnknownSignatureAlgorithm &&
		slices.Contains(digestMethods, algorithm(ref, dsig.DigestMethodTag)) &&
		child(ref, dsig.Namespace, dsig.DigestValueTag) != nil &&
		wellTransformed(ref)
}

// wellTransformed reports whether what ref points at is to be digested without
// its signature and written in the one way.
func wellTransformed(ref *etree.Element) bool {
	transforms := child(ref, dsig.Namespace, dsig.TransformsTag)
	if transforms == nil || !onlyChildren(transforms, dsig.TransformTag) {
		return false
	}
	all := transforms.ChildElements()
	return len(all) == 2 &&
		attr(all[0], dsig.AlgorithmAttr) == string(dsig.EnvelopedSignatureAltorithmId) &&
		attr(all[1], dsig.AlgorithmAttr) == exclusive
}

// onlyChildren reports whether all child elements of el have those names.
func onlyChildren(el *etree.Element, tags ...string) bool {
	for _, c := range el.ChildElements() {
		if c.NamespaceURI() != dsig.Namespace || !slices.Contains(tags, c.Tag) {
			return false
		}
	}
	return true
}

// algorithm returns the algorithm that the one child of that name has.
func algorithm(el *etree.Element, tag string) string {
	c := child(el, dsig.Namespace, tag)
	if c == nil {
		return ""
	}
	return attr(c, dsig.AlgorithmAttr)
}

// verify returns what the signature in el, which is well formed, covers, if it is
// by the key of the certificate.
func verify(el *etree.Element, cert *x509.Certificate) (*etree.Element, error) {
	own, err := detach(el)
	if err != nil {
		return nil, err
	}
	sig := child(own, dsig.Namespace, dsig.SignatureTag)
	// The key is that of the certificate and never one that comes along.
	for _, k := range children(sig, dsig.Namespace, dsig.KeyInfoTag) {
		sig.RemoveChild(k)
	}
	value, ok := signatureValue(sig, cert)
	if !ok {
		return nil, ErrSignature
	}
	child(sig, dsig.Namespace, dsig.SignatureValueTag).SetText(base64.StdEncoding.EncodeToString(value))
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
	ctx.Clock = dsig.NewFakeClockAt(cert.NotBefore) // see Metadata.keys
	return ctx.Validate(own)
}

// signatureValue returns the value of a signature as package x509 takes it: for
// ECDSA in ASN.1, and not as two numbers in a row.
func signatureValue(sig *etree.Element, cert *x509.Certificate) ([]byte, bool) {
	encoded, ok := text(child(sig, dsig.Namespace, dsig.SignatureValueTag))
	value, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	if !ok || err != nil {
		return nil, false
	}
	key, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return value, true
	}
	size := (key.Curve.Params().BitSize + 7) / 8
	if len(value) != 2*size {
		return nil, false
	}
	r, s := new(big.Int).SetBytes(value[:size]), new(big.Int).SetBytes(value[size:])
	value, err = asn1.Marshal(struct{ R, S *big.Int }{r, s})
	return value, err == nil
}

// isName reports whether s is a name that a reference can hold.
func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}
