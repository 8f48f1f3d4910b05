// SPDX-License-Identifier: Apache-2.0

package saml_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/federation/saml"
	"github.com/bailiwick-dev/bailiwick/internal/federation/saml/samltest"
)

const (
	role     = "arn:aws:iam::111122223333:role/reader"
	provider = "arn:aws:iam::111122223333:saml-provider/corp"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func metadata(t testing.TB, p *samltest.IDP) *saml.Metadata {
	t.Helper()
	m, err := saml.ParseMetadata([]byte(p.Metadata()))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// verify returns the assertion of a response if it is good at the time.
func verify(encoded string, m *saml.Metadata, now time.Time) (*saml.Assertion, error) {
	a, err := saml.Verify(encoded, m)
	if err != nil {
		return nil, err
	}
	return a, a.Good(now)
}

func encode(document string) string { return base64.StdEncoding.EncodeToString([]byte(document)) }

func TestAGoodResponseSaysWhoItIs(t *testing.T) {
	rsa, ecdsa := samltest.New(t, "https://idp.example.com/saml"), samltest.NewECDSA(t, "https://idp.example.com/saml")
	for name, c := range map[string]struct {
		idp                 *samltest.IDP
		assertion, response bool
		method              string
	}{
		"signed assertion":         {rsa, true, false, ""},
		"signed response":          {rsa, false, true, ""},
		"both signed":              {rsa, true, true, ""},
		"RSA with SHA-512":         {rsa, true, false, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"},
		"ECDSA":                    {ecdsa, true, false, ""},
		"ECDSA, both":              {ecdsa, true, true, ""},
		"ECDSA with SHA-384":       {ecdsa, true, false, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"},
		"signed response by ECDSA": {ecdsa, false, true, ""},
	} {
		r := c.idp.Good(now, role, provider)
		r.SignAssertion, r.SignResponse, r.Method = c.assertion, c.response, c.method
		r.SessionEnd = now.Add(time.Hour)
		a, err := verify(c.idp.Encode(r), metadata(t, c.idp), now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a.Issuer != "https://idp.example.com/saml" || a.Subject != "ann@example.com" || a.Recipient != "https://signin.aws.amazon.com/saml" ||
			a.Format != "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" || !a.SessionEnd.Equal(now.Add(time.Hour)) {
			t.Errorf("%s: got %+v", name, a)
		}
		if got := a.Values(samltest.Role); !slices.Equal(got, []string{role + "," + provider}) {
			t.Errorf("%s: the role is %q", name, got)
		}
	}
}

func TestAResponseMustBeForAWSAndNow(t *testing.T) {
	idp := samltest.New(t, "https://idp.example.com/saml")
	m := metadata(t, idp)
	for name, c := range map[string]struct {
		change func(*samltest.Response)
		want   error
	}{
		"as it is":                     {func(*samltest.Response) {}, nil},
		"not signed":                   {func(r *samltest.Response) { r.SignAssertion = false }, saml.ErrSignature},
		"SHA-1":                        {func(r *samltest.Response) { r.Method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }, saml.ErrSignature},
		"failed":                       {func(r *samltest.Response) { r.Status = "urn:oasis:names:tc:SAML:2.0:status:Responder" }, saml.ErrStatus},
		"another issuer":               {func(r *samltest.Response) { r.Issuer += "/" }, saml.ErrIssuer},
		"an issuer in another case":    {func(r *samltest.Response) { r.Issuer = strings.ToUpper(r.Issuer) }, saml.ErrIssuer},
		"another audience":             {func(r *samltest.Response) { r.Audience = "urn:other" }, saml.ErrAudience},
		"an audience that begins well": {func(r *samltest.Response) { r.Audience = "urn:amazon:webservices.example" }, saml.ErrAudience},
		"the address as audience":      {func(r *samltest.Response) { r.Audience = "https://signin.aws.amazon.com/saml" }, nil},
		"another recipient":            {func(r *samltest.Response) { r.Recipient = "https://sp.example.com/saml" }, saml.ErrRecipient},
		"a region's":                   {func(r *samltest.Response) { r.Recipient = "https://us-east-1.signin.aws.amazon.com/saml" }, nil},
		"no region's":                  {func(r *samltest.Response) { r.Recipient = "https://evil.example.signin.aws.amazon.com/saml" }, saml.ErrRecipient},
		"in plain text":                {func(r *samltest.Response) { r.Recipient = "http://signin.aws.amazon.com/saml" }, saml.ErrRecipient},
		"a longer host":                {func(r *samltest.Response) { r.Recipient = "https://xsignin.aws.amazon.com/saml" }, saml.ErrRecipient},
		"sent elsewhere":               {func(r *samltest.Response) { r.Destination = "https://sp.example.com/saml" }, saml.ErrRecipient},
		"sent nowhere":                 {func(r *samltest.Response) { r.Destination = "" }, nil},
		"over":                         {func(r *samltest.Response) { r.NotOnOrAfter = now }, saml.ErrExpired},
		"nearly over":                  {func(r *samltest.Response) { r.NotOnOrAfter = now.Add(time.Second) }, nil},
		"too early":                    {func(r *samltest.Response) { r.NotBefore = now.Add(61 * time.Second) }, saml.ErrEarly},
		"a clock ahead":                {func(r *samltest.Response) { r.NotBefore, r.Issued = now.Add(time.Minute), now.Add(time.Minute) }, nil},
		"issued in future":             {func(r *samltest.Response) { r.Issued = now.Add(61 * time.Second) }, saml.ErrEarly},
		"issued five minutes ago":      {func(r *samltest.Response) { r.Issued = now.Add(-5 * time.Minute) }, nil},
		"issued earlier":               {func(r *samltest.Response) { r.Issued = now.Add(-5*time.Minute - time.Second) }, saml.ErrRedeemed},
		"a session that is over":       {func(r *samltest.Response) { r.SessionEnd = now }, saml.ErrExpired},
		"nobody":                       {func(r *samltest.Response) { r.Subject = "" }, saml.ErrMalformed},
		"a long name":                  {func(r *samltest.Response) { r.Subject = strings.Repeat("x", 1024) }, nil},
		"too long a name":              {func(r *samltest.Response) { r.Subject = strings.Repeat("x", 1025) }, saml.ErrMalformed},
	} {
		r := idp.Good(now, role, provider)
		c.change(&r)
		if _, err := verify(idp.Encode(r), m, now); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestAKeyThatIsNotTheProvidersCountsNot(t *testing.T) {
	idp, other := samltest.New(t, "https://idp.example.com/saml"), samltest.New(t, "https://idp.example.com/saml")
	// The other's certificate comes with its signature, in KeyInfo.
	if _, err := verify(other.Encode(other.Good(now, role, provider)), metadata(t, idp), now); !errors.Is(err, saml.ErrSignature) {
		t.Errorf("a key of somebody else: %v", err)
	}
	// A good signature on the assertion doesn't help one on the response.
	r := idp.Good(now, role, provider)
	r.SignResponse = true
	forged := strings.Replace(idp.Document(r), `IssueInstant="`, `Consent="yes" IssueInstant="`, 1)
	if _, err := verify(encode(forged), metadata(t, idp), now); !errors.Is(err, saml.ErrSignature) {
		t.Errorf("a response whose own signature is bad: %v", err)
	}
}

// TestSignaturesAreOfOneForm has the provider itself sign in ways that it could,
// and that are no longer safe, or give whoever passes the response on a choice.
func TestSignaturesAreOfOneForm(t *testing.T) {
	idp := samltest.New(t, "https://idp.example.com/saml")
	m := metadata(t, idp)
	replace := func(old, new string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, new, 1) }
	}
	const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	const enveloped = `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>`
	for name, c := range map[string]struct {
		change func(string) string
		sha1   bool
		want   error
	}{
		"as it is":                 {func(s string) string { return s }, false, nil},
		"a SHA-1 digest":           {nil, true, saml.ErrSignature},
		"of the whole document":    {replace("#_assertion1", ""), false, saml.ErrSignature},
		"of something else":        {replace("#_assertion1", "#_response1"), false, saml.ErrSignature},
		"written otherwise":        {replace(exclusive, exclusive+"WithComments"), false, saml.ErrSignature},
		"with comments":            {replace(`<ds:Transform Algorithm="`+exclusive, `<ds:Transform Algorithm="`+exclusive+"WithComments"), false, saml.ErrSignature},
		"transformed twice":        {replace(enveloped, enveloped+enveloped), false, saml.ErrSignature},
		"not taken out of what is": {replace(enveloped, ""), false, saml.ErrSignature},
		"in another order": {func(s string) string {
			return strings.Replace(strings.Replace(s, enveloped, "", 1), "</ds:Transforms>", enveloped+"</ds:Transforms>", 1)
		}, false, saml.ErrSignature},
		"of two things": {func(s string) string {
			r := between(s, "<ds:Reference", "</ds:Reference>")
			return strings.Replace(s, r, r+r, 1)
		}, false, saml.ErrSignature},
		"with more than it must say": {replace("</ds:SignedInfo>", "<ds:Object></ds:Object></ds:SignedInfo>"), false, saml.ErrSignature},
	} {
		r := idp.Good(now, role, provider)
		r.SignedInfo, r.SHA1 = c.change, c.sha1
		if _, err := verify(idp.Encode(r), m, now); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// TestWhatIsSignedIsWhatIsRead moves the signed assertion about and puts a forged
// one in its place: the variants of signature wrapping.
func TestWhatIsSignedIsWhatIsRead(t *testing.T) {
	idp := samltest.New(t, "https://idp.example.com/saml")
	m := metadata(t, idp)
	good := idp.Document(idp.Good(now, role, provider))
	if _, err := verify(encode(good), m, now); err != nil {
		t.Fatal("the control:", err)
	}
	signed := between(good, "<saml:Assertion ", "</saml:Assertion>")
	signature := between(signed, "<ds:Signature ", "</ds:Signature>")
	plain := strings.Replace(signed, signature, "", 1)
	evil := strings.NewReplacer("ann@example.com", "root@example.com", "_assertion1", "_evil").Replace(plain)
	same := strings.ReplaceAll(plain, "ann@example.com", "root@example.com")
	object := func(s string) string {
		return strings.Replace(signature, "</ds:Signature>", "<ds:Object>"+s+"</ds:Object></ds:Signature>", 1)
	}
	within := func(outer, inner string) string {
		return strings.Replace(outer, "</saml:Issuer>", "</saml:Issuer>"+inner, 1)
	}
	extension := func(s string) string { return "<samlp:Extensions>" + s + "</samlp:Extensions>" }
	for name, replacement := range map[string]string{
		"XSW3: forged before":                        evil + signed,
		"XSW3 with the same id":                      same + signed,
		"XSW4: signed within forged":                 within(evil, signed),
		"XSW5: forged with the signature, then bare": within(evil, signature) + plain,
		"XSW6: bare within its signature":            within(evil, strings.Replace(signature, "</ds:Signature>", plain+"</ds:Signature>", 1)),
		"XSW7: forged in extensions":                 extension(evil) + signed,
		"XSW7 the other way":                         evil + extension(signed),
		"XSW8: bare in an object":                    within(evil, object(plain)),
		"XSW8 with the same id":                      within(same, object(plain)),
		"the signature of another":                   within(evil, signature),
		"a changed subject":                          strings.Replace(signed, "ann@example.com", "root@example.com", 1),
		"an added attribute":                         strings.Replace(signed, "<saml:AttributeStatement>", `<saml:AttributeStatement><saml:Attribute Name="x"/>`, 1),
		"two signatures":                             within(signed, signature),
		"another's namespace":                        evil + strings.ReplaceAll(strings.ReplaceAll(signed, "<saml:", "<x:"), "</saml:", "</x:"),
		"an id with a prefix":                        strings.Replace(signed, `ID="_assertion1"`, `xsi:ID="_evil" ID="_assertion1"`, 1),
		"a namespace named as the id":                strings.Replace(signed, `ID="_assertion1"`, `xmlns:ID="_evil" ID="_assertion1"`, 1),
		"two ids":                                    strings.Replace(signed, `ID="_assertion1"`, `ID="_evil" ID="_assertion1"`, 1),
		"no id at all":                               strings.Replace(signed, ` ID="_assertion1"`, "", 1),
		"all of the document referred to":            strings.Replace(signed, `URI="#_assertion1"`, `URI=""`, 1),
		"a second reference":                         strings.Replace(signed, "</ds:SignedInfo>", between(signed, "<ds:Reference ", "</ds:Reference>")+"</ds:SignedInfo>", 1),
		"a second list of what is signed":            strings.Replace(signed, "<ds:SignatureValue>", between(signed, "<ds:SignedInfo>", "</ds:SignedInfo>")+"<ds:SignatureValue>", 1),
		"a comment in the name":                      strings.Replace(signed, "ann@example.com", "ann@example.com<!-- -->", 1),
		"a comment elsewhere":                        signed + "<!-- -->",
		"an instruction":                             signed + "<?x y?>",
		"encrypted":                                  signed + "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>",
		"none":                                       "",
	} {
		forged := strings.Replace(good, signed, replacement, 1)
		if forged == good {
			t.Errorf("%s: nothing was changed", name)
		}
		if a, err := verify(encode(forged), m, now); err == nil {
			t.Errorf("%s: says %q", name, a.Subject)
		}
	}
	// XSW1 and XSW2: the response is what is signed, and moves.
	r := idp.Good(now, role, provider)
	r.SignAssertion, r.SignResponse = false, true
	whole := idp.Document(r)
	signature = between(whole, "<ds:Signature ", "</ds:Signature>")
	bare := strings.Replace(whole, signature, "", 1)
	outer := strings.NewReplacer("ann@example.com", "root@example.com", "_response1", "_evil", "_assertion1", "_evil2").Replace(bare)
	for name, forged := range map[string]string{
		"XSW1: the signed within":        within(outer, object(bare)),
		"XSW2: the signed beside":        within(outer, signature+extension(bare)),
		"as the child of another":        within(outer, whole),
		"a changed subject":              strings.Replace(whole, "ann@example.com", "root@example.com", 1),
		"the signature at the assertion": strings.Replace(bare, "<saml:Subject>", signature+"<saml:Subject>", 1),
	} {
		if a, err := verify(encode(forged), m, now); err == nil {
			t.Errorf("%s: says %q", name, a.Subject)
		}
	}
}

// between returns the part of s from the first begin up to and with the end.
func between(s, begin, end string) string {
	i := strings.Index(s, begin)
	return s[i : i+strings.Index(s[i:], end)+len(end)]
}

func TestDocumentsAreWithoutTricks(t *testing.T) {
	idp := samltest.New(t, "https://idp.example.com/saml")
	m := metadata(t, idp)
	good := idp.Document(idp.Good(now, role, provider))
	bomb := `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>`
	for name, document := range map[string]string{
		"a document type":     bomb + good,
		"an entity":           bomb + strings.Replace(good, "ann@", "&c;@", 1),
		"an unknown entity":   strings.Replace(good, "ann@", "&c;@", 1),
		"a file":              `<!DOCTYPE r [<!ENTITY c SYSTEM "file:///etc/passwd">]>` + strings.Replace(good, "ann@", "&c;@", 1),
		"two roots":           good + good,
		"text behind":         good + "x",
		"deep":                strings.Repeat("<a>", 100_000),
		"deep, closed":        strings.Repeat("<a>", 33) + strings.Repeat("</a>", 33),
		"many elements":       "<a>" + strings.Repeat("<b/>", 1000) + "</a>",
		"many attributes":     "<a" + strings.Repeat(" b", 33) + "/>",
		"another encoding":    `<?xml version="1.0" encoding="UTF-7"?>` + good,
		"not closed":          good[:len(good)-1],
		"empty":               "",
		"no XML":              "{}",
		"a byte order mark":   "\ufeff" + good,
		"not UTF-8":           strings.Replace(good, "ann@", "\xff@", 1),
		"a late declaration":  "\n" + `<?xml version="1.0"?>` + good,
		"longer than is good": good + strings.Repeat(" ", 100_000),
	} {
		if _, err := verify(encode(document), m, now); !errors.Is(err, saml.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := verify(encode(`<?xml version="1.0" encoding="UTF-8"?>`+good), m, now); err != nil {
		t.Error("a declaration:", err)
	}
	// What isn't signed is bounded too.
	for name, c := range map[string]struct {
		extensions string
		ok         bool
	}{
		"some":     {"<a><b/></a>", true},
		"thirty":   {strings.Repeat("<a>", 30) + strings.Repeat("</a>", 30), true},
		"too deep": {strings.Repeat("<a>", 31) + strings.Repeat("</a>", 31), false},
		"many":     {strings.Repeat("<b/>", 900), true},
		"too many": {strings.Repeat("<b/>", 1000), false},
	} {
		document := strings.Replace(good, "<samlp:Status>", "<samlp:Extensions>"+c.extensions+"</samlp:Extensions><samlp:Status>", 1)
		if _, err := verify(encode(document), m, now); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := verify("%%%%", m, now); !errors.Is(err, saml.ErrMalformed) {
		t.Error("no base 64:", err)
	}
}

func TestMetadata(t *testing.T) {
	good := samltest.New(t, "https://idp.example.com/saml").Metadata()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	descriptor := between(good, "<md:KeyDescriptor", "</md:KeyDescriptor>")
	for name, c := range map[string]struct {
		document string
		ok       bool
	}{
		"as it is":                 {good, true},
		"a key for all uses":       {strings.Replace(good, ` use="signing"`, "", 1), true},
		"two keys":                 {strings.Replace(good, descriptor, descriptor+descriptor, 1), true},
		"seventeen keys":           {strings.Replace(good, descriptor, strings.Repeat(descriptor, 17), 1), false},
		"a key for encryption":     {strings.Replace(good, "signing", "encryption", 1), false},
		"no key":                   {strings.Replace(good, descriptor, "", 1), false},
		"a short key":              {samltest.WithKey(t, "x", weak).Metadata(), false},
		"no name":                  {strings.Replace(good, "https://idp.example.com/saml", "", 1), false},
		"a service provider":       {strings.ReplaceAll(good, "IDPSSODescriptor", "SPSSODescriptor"), false},
		"no metadata":              {"<a/>", false},
		"a document type":          {"<!DOCTYPE a>" + good, false},
		"a certificate that isn't": {strings.Replace(good, "<ds:X509Certificate>", "<ds:X509Certificate>AAAA", 1), false},
		"empty":                    {"", false},
		"a time that is none":      {strings.Replace(good, " entityID", ` validUntil="soon" entityID`, 1), false},
		"too long":                 {good + strings.Repeat(" ", saml.MaxMetadata), false},
	} {
		m, err := saml.ParseMetadata([]byte(c.document))
		if (err == nil) != c.ok || err != nil && !errors.Is(err, saml.ErrMetadata) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && m.EntityID != "https://idp.example.com/saml" {
			t.Errorf("%s: is of %q", name, m.EntityID)
		}
	}
	m, err := saml.ParseMetadata([]byte(strings.Replace(good, " entityID", ` validUntil="2027-01-02T03:04:05Z" entityID`, 1)))
	if want := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC); err != nil || !m.ValidUntil.Equal(want) {
		t.Errorf("it is valid until %v: %v", m, err)
	}
}

func FuzzVerify(f *testing.F) {
	idp := samltest.New(f, "https://idp.example.com/saml")
	m := metadata(f, idp)
	r := idp.Good(now, role, provider)
	f.Add([]byte(idp.Document(r)))
	r.SignAssertion, r.SignResponse = false, true
	f.Add([]byte(idp.Document(r)))
	f.Fuzz(func(t *testing.T, document []byte) {
		a, err := saml.Verify(base64.StdEncoding.EncodeToString(document), m)
		if err == nil && a.Subject != "ann@example.com" { // nobody else is ever signed
			t.Errorf("says %q", a.Subject)
		}
	})
}

func FuzzParseMetadata(f *testing.F) {
	f.Add([]byte(samltest.New(f, "https://idp.example.com/saml").Metadata()))
	f.Fuzz(func(t *testing.T, document []byte) {
		m, err := saml.ParseMetadata(document)
		if err == nil && (m.EntityID == "" || !bytes.Contains(document, []byte("EntityDescriptor"))) {
			t.Errorf("%+v", m)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	idp := samltest.New(b, "https://idp.example.com/saml")
	m := metadata(b, idp)
	response := idp.Encode(idp.Good(now, role, provider))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verify(response, m, now); err != nil {
			b.Fatal(err)
		}
	}
}
