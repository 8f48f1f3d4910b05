// SPDX-License-Identifier: Apache-2.0

// Package samltest is a SAML identity provider for tests.
package samltest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // for the signatures that must be refused
	"crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// An IDP is an identity provider with one key.
type IDP struct {
	EntityID string
	t        testing.TB
	key      crypto.Signer
	cert     []byte
}

// New returns a provider with an RSA key.
func New(t testing.TB, entityID string) *IDP {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return WithKey(t, entityID, key)
}

// NewECDSA returns a provider with an ECDSA key.
func NewECDSA(t testing.TB, entityID string) *IDP {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return WithKey(t, entityID, key)
}

// WithKey returns a provider with that key, in a certificate that has expired:
// that must not matter.
func WithKey(t testing.TB, entityID string, key crypto.Signer) *IDP {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "idp"},
		NotBefore:    time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2002, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &IDP{EntityID: entityID, t: t, key: key, cert: cert}
}

// Metadata returns the provider's metadata document.
func (p *IDP) Metadata() string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + escape(p.EntityID) + `">
<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>` +
		base64.StdEncoding.EncodeToString(p.cert) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"/>
</md:IDPSSODescriptor></md:EntityDescriptor>`
}

// A Response is what a provider is to say. [IDP.Good] returns one to begin with.
type Response struct {
	Subject, Format string
	Issuer          string
	Recipient       string
	Audience        string
	Status          string
	Destination     string // none if empty
	Issued          time.Time
	NotBefore       time.Time
	NotOnOrAfter    time.Time
	SessionEnd      time.Time // none if zero
	Attributes      []Attribute

	SignAssertion, SignResponse bool
	Method                      string // of the signature; RSA or ECDSA with SHA-256 if empty
	SHA1                        bool   // the digest is by SHA-1

	// SignedInfo, if set, changes what is signed of the signature itself.
	SignedInfo func(string) string
}

// An Attribute is one with its values.
type Attribute struct {
	Name   string
	Values []string
}

// Names of the attributes that AWS reads.
const (
	Role        = "https://aws.amazon.com/SAML/Attributes/Role"
	SessionName = "https://aws.amazon.com/SAML/Attributes/RoleSessionName"
)

// Good returns a response that is good at the time, for the pair of role and
// provider.
func (p *IDP) Good(now time.Time, role, provider string) Response {
	return Response{
		Subject:      "ann@example.com",
		Format:       "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
		Issuer:       p.EntityID,
		Recipient:    "https://signin.aws.amazon.com/saml",
		Audience:     "urn:amazon:webservices",
		Status:       "urn:oasis:names:tc:SAML:2.0:status:Success",
		Destination:  "https://signin.aws.amazon.com/saml",
		Issued:       now,
		NotBefore:    now.Add(-time.Minute),
		NotOnOrAfter: now.Add(5 * time.Minute),
		Attributes: []Attribute{
			{Role, []string{role + "," + provider}},
			{SessionName, []string{"ann"}},
		},
		SignAssertion: true,
	}
}

// Set replaces an attribute, or removes it if there are no values.
func (r *Response) Set(name string, values ...string) {
	var out []Attribute
	for _, a := range r.Attributes {
		if a.Name != name {
			out = append(out, a)
		}
	}
	if len(values) > 0 {
		out = append(out, Attribute{name, values})
	}
	r.Attributes = out
}

// Encode returns the response as AssumeRoleWithSAML takes it.
func (p *IDP) Encode(r Response) string {
	return base64.StdEncoding.EncodeToString([]byte(p.Document(r)))
}

// Document returns the response's XML, signed as it says.
func (p *IDP) Document(r Response) string {
	doc := etree.NewDocument()
	if err := doc.ReadFromString(r.xml()); err != nil {
		p.t.Fatal(err)
	}
	root := doc.Root()
	if r.SignAssertion {
		p.sign(root.SelectElement("Assertion"), &r)
	}
	if r.SignResponse {
		p.sign(root, &r)
	}
	out, err := doc.WriteToString()
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// sign puts a signature behind el's issuer.
func (p *IDP) sign(el *etree.Element, r *Response) {
	method := r.Method
	if method == "" {
		method = dsig.RSASHA256SignatureMethod
		if _, ok := p.key.(*ecdsa.PrivateKey); ok {
			method = dsig.ECDSASHA256SignatureMethod
		}
	}
	info := p.signedInfo(el, method, r.SHA1)
	if r.SignedInfo != nil {
		info = r.SignedInfo(info)
	}
	doc := etree.NewDocument()
	err := doc.ReadFromString(`<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">` + info +
		`<ds:SignatureValue></ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(p.cert) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`)
	if err != nil {
		p.t.Fatal(err)
	}
	sig := doc.Root()
	value := p.value(p.canonical(sig.SelectElement("SignedInfo"), ""), method)
	sig.SelectElement("SignatureValue").SetText(value[:20] + "\n  " + value[20:])
	el.InsertChildAt(el.SelectElement("Issuer").Index()+1, sig)
}

// signedInfo returns what a signature of el says of itself.
func (p *IDP) signedInfo(el *etree.Element, method string, weak bool) string {
	canonical := p.canonical(el, "xs")
	sum := sha256.Sum256(canonical)
	digest, digestMethod := sum[:], "http://www.w3.org/2001/04/xmlenc#sha256"
	if weak {
		sum := sha1.Sum(canonical)
		digest, digestMethod = sum[:], "http://www.w3.org/2000/09/xmldsig#sha1"
	}
	return `<ds:SignedInfo>` +
		`<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="` + method + `"></ds:SignatureMethod>` +
		`<ds:Reference URI="#` + el.SelectAttrValue("ID", "") + `"><ds:Transforms>` +
		`<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>` +
		`<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/></ds:Transform></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + digestMethod + `"></ds:DigestMethod><ds:DigestValue>` + base64.StdEncoding.EncodeToString(digest) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>`
}

// canonical returns el as it is digested.
func (p *IDP) canonical(el *etree.Element, prefixes string) []byte {
	ns, err := etreeutils.NSBuildParentContext(el)
	if err != nil {
		p.t.Fatal(err)
	}
	own, err := etreeutils.NSDetatch(ns, el)
	if err != nil {
		p.t.Fatal(err)
	}
	out, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes).Canonicalize(own)
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// value returns the signature of data, for ECDSA as two numbers in a row.
func (p *IDP) value(data []byte, method string) string {
	hash := crypto.SHA256
	for suffix, h := range map[string]crypto.Hash{"sha1": crypto.SHA1, "sha384": crypto.SHA384, "sha512": crypto.SHA512} {
		if strings.HasSuffix(method, suffix) {
			hash = h
		}
	}
	h := hash.New()
	h.Write(data)
	sig, err := p.key.Sign(rand.Reader, h.Sum(nil), hash)
	if err != nil {
		p.t.Fatal(err)
	}
	if key, ok := p.key.(*ecdsa.PrivateKey); ok {
		size := (key.Params().BitSize + 7) / 8
		var n struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(sig, &n); err != nil {
			p.t.Fatal(err)
		}
		sig = append(n.R.FillBytes(make([]byte, size)), n.S.FillBytes(make([]byte, size))...)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

// xml returns the response without signatures.
func (r *Response) xml() string {
	var b strings.Builder
	destination, session := "", ""
	if r.Destination != "" {
		destination = ` Destination="` + escape(r.Destination) + `"`
	}
	if !r.SessionEnd.IsZero() {
		session = ` SessionNotOnOrAfter="` + stamp(r.SessionEnd) + `"`
	}
	fmt.Fprintf(&b, `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_response1" Version="2.0" IssueInstant="%s"%s>`+
		`<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">%s</saml:Issuer>`+
		`<samlp:Status><samlp:StatusCode Value="%s"/></samlp:Status>`, stamp(r.Issued), destination, escape(r.Issuer), escape(r.Status))
	fmt.Fprintf(&b, `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_assertion1" Version="2.0" IssueInstant="%s">`+
		`<saml:Issuer>%s</saml:Issuer>`+
		`<saml:Subject><saml:NameID Format="%s">%s</saml:NameID>`+
		`<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="%s" Recipient="%s"/></saml:SubjectConfirmation></saml:Subject>`+
		`<saml:Conditions NotBefore="%s" NotOnOrAfter="%[5]s"><saml:AudienceRestriction><saml:Audience>%[8]s</saml:Audience></saml:AudienceRestriction></saml:Conditions>`+
		`<saml:AuthnStatement AuthnInstant="%[1]s" SessionIndex="1"%[9]s><saml:AuthnContext/></saml:AuthnStatement><saml:AttributeStatement>`,
		stamp(r.Issued), escape(r.Issuer), escape(r.Format), escape(r.Subject), stamp(r.NotOnOrAfter), escape(r.Recipient), stamp(r.NotBefore), escape(r.Audience), session)
	for _, a := range r.Attributes {
		fmt.Fprintf(&b, `<saml:Attribute Name="%s">`, escape(a.Name))
		for _, v := range a.Values {
			fmt.Fprintf(&b, `<saml:AttributeValue xsi:type="xs:string">%s</saml:AttributeValue>`, escape(v))
		}
		b.WriteString(`</saml:Attribute>`)
	}
	b.WriteString(`</saml:AttributeStatement></saml:Assertion></samlp:Response>`)
	return b.String()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a Buffer doesn't fail
	return b.String()
}
