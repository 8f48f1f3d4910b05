// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/federation/saml"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

const (
	maxProviders   = 100 // of each kind in an account
	maxClientIDs   = 100 // of an OpenID Connect provider
	maxThumbprints = 5   // likewise
)

func (in *createOIDCProviderInput) Validate() (err error) {
	var v checks
	v.Name("url", in.Url, constraint.ProviderURL)
	for i := range min(len(in.ClientIDList), maxClientIDs+1) {
		v.Name(member("clientIDList", i), in.ClientIDList[i], constraint.ClientID)
	}
	if err := v.thumbprints(in.ThumbprintList); err != nil {
		return err
	}
	if len(in.ClientIDList) > maxClientIDs {
		return overQuota("ClientIdsPerOpenIdConnectProvider", maxClientIDs)
	}
	if err := v.tags(in.Tags); err != nil {
		return err
	}
	in.issuer, err = issuer(in.Url)
	return err
}

// member returns the name of the i-th element of a list.
func member(list string, i int) string { return list + "." + strconv.Itoa(i+1) + ".member" }

// thumbprints checks the thumbprints of certificates after everything before
// them is well.
func (v *checks) thumbprints(list []string) error {
	for i := range min(len(list), maxThumbprints+1) {
		v.Name(member("thumbprintList", i), list[i], constraint.Thumbprint)
	}
	if err := v.Err(); err != nil {
		return err
	}
	if len(list) > maxThumbprints {
		return invalidInput("Thumbprint list must contain fewer than %d entries.", maxThumbprints)
	}
	return nil
}

// issuer returns the URL of an OpenID Connect provider as it is kept: what tokens
// have to say they are from, without "https://". A host, in lower case, may be
// followed by a port and a path; what would make one provider look like two, or
// two like one, is refused.
func issuer(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || !validHost(u.Hostname()) || strings.HasSuffix(u.Host, ":") {
		return "", invalid("Invalid Open ID Connect Provider URL")
	}
	// Nothing may stand before the host, such as a user, and only a path after it.
	rest, ok := strings.CutPrefix(text[len("https://"):], u.Host)
	if !ok || !validPath(rest) {
		return "", invalid("Invalid Open ID Connect Provider URL")
	}
	return strings.ToLower(u.Host) + rest, nil
}

// validHost reports whether s is a name of ASCII letters, digits, hyphens,
// underscores and single dots, or an address in that form.
func validHost(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || !only(label, "-_") {
			return false
		}
	}
	return true
}

// validPath reports whether s is empty, or a path without empty or dotted
// segments in it. It may end with a slash.
func validPath(s string) bool {
	if s == "" || s == "/" {
		return true
	}
	rest, ok := strings.CutPrefix(s, "/")
	for segment := range strings.SplitSeq(strings.TrimSuffix(rest, "/"), "/") {
		if segment == "" || segment == "." || segment == ".." || !only(segment, "-_.~:@+=,") {
			return false
		}
	}
	return ok
}

// only reports whether s has nothing but ASCII letters, digits and those
// characters.
func only(s, others string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(others, c) >= 0:
		default:
			return false
		}
	}
	return true
}

func (in *getOIDCProviderInput) Validate() error {
	return oidcARN(in.OpenIDConnectProviderArn).Err()
}

func (in *deleteOIDCProviderInput) Validate() error {
	return oidcARN(in.OpenIDConnectProviderArn).Err()
}

func (in *addClientIDInput) Validate() error {
	v := oidcARN(in.OpenIDConnectProviderArn)
	v.Name("clientID", in.ClientID, constraint.ClientID)
	return v.Err()
}

func (in *removeClientIDInput) Validate() error {
	v := oidcARN(in.OpenIDConnectProviderArn)
	v.Name("clientID", in.ClientID, constraint.ClientID)
	return v.Err()
}

func (in *updateThumbprintInput) Validate() error {
	return oidcARN(in.OpenIDConnectProviderArn).thumbprints(in.ThumbprintList)
}

func (in *tagOIDCProviderInput) Validate() error {
	return oidcARN(in.OpenIDConnectProviderArn).tags(in.Tags)
}

func (in *untagOIDCProviderInput) Validate() error {
	v := oidcARN(in.OpenIDConnectProviderArn)
	v.TagKeys("tagKeys", in.TagKeys)
	return v.Err()
}

func (in *listOIDCProviderTagsInput) Validate() error {
	v := oidcARN(in.OpenIDConnectProviderArn)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *createSAMLProviderInput) Validate() error {
	var v checks
	v.Name("name", in.Name, constraint.ProviderName)
	v.Name("sAMLMetadataDocument", in.SAMLMetadataDocument, constraint.Metadata)
	if err := v.tags(in.Tags); err != nil {
		return err
	}
	if err := plainAssertions(in.AssertionEncryptionMode, in.AddPrivateKey); err != nil {
		return err
	}
	return in.metadata.read(in.SAMLMetadataDocument)
}

func (in *getSAMLProviderInput) Validate() error { return samlARN(in.SAMLProviderArn).Err() }

func (in *updateSAMLProviderInput) Validate() error {
	v := samlARN(in.SAMLProviderArn)
	v.Text("sAMLMetadataDocument", in.SAMLMetadataDocument, constraint.Metadata)
	if err := v.Err(); err != nil {
		return err
	}
	if err := plainAssertions(in.AssertionEncryptionMode, in.AddPrivateKey); err != nil {
		return err
	}
	if in.SAMLMetadataDocument == nil {
		return nil
	}
	return in.metadata.read(*in.SAMLMetadataDocument)
}

func (in *deleteSAMLProviderInput) Validate() error { return samlARN(in.SAMLProviderArn).Err() }

func (in *tagSAMLProviderInput) Validate() error { return samlARN(in.SAMLProviderArn).tags(in.Tags) }

func (in *untagSAMLProviderInput) Validate() error {
	v := samlARN(in.SAMLProviderArn)
	v.TagKeys("tagKeys", in.TagKeys)
	return v.Err()
}

func (in *listSAMLProviderTagsInput) Validate() error {
	v := samlARN(in.SAMLProviderArn)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

// plainAssertions refuses what would have assertions encrypted, which they can't
// be here: to take that for done would promise too much.
func plainAssertions(mode, key string) error {
	if mode != "" && mode != "Allowed" || key != "" {
		return invalidInput("Encrypted SAML assertions are not supported.")
	}
	return nil
}

// metadata is what is kept of a metadata document besides its text.
type metadata struct{ validUntil time.Time }

// read reads the document, which must name the provider and its keys.
func (m *metadata) read(document string) error {
	parsed, err := saml.ParseMetadata([]byte(document))
	if err != nil {
		return invalidInput("Could not parse metadata")
	}
	m.validUntil = parsed.ValidUntil
	return nil
}

// oidcARN begins the checks of an input that names an OpenID Connect provider.
func oidcARN(name string) *checks {
	var v checks
	v.Name("openIDConnectProviderArn", name, constraint.ARN)
	return &v
}

// samlARN begins the checks of an input that names a SAML provider.
func samlARN(name string) *checks {
	var v checks
	v.Name("sAMLProviderArn", name, constraint.ARN)
	return &v
}
