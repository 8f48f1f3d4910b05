// SPDX-License-Identifier: Apache-2.0

package constraint

import (
	"strings"
	"unicode"
)

// maxTags is how many tags an entity or a session has at most.
const maxTags = 50

// A Limit is what a parameter must satisfy.
type Limit struct {
	Min, Max int // characters
	Syntax   Syntax
	Secret   bool // errors don't repeat the value
}

// The limits of the models of IAM and STS.
var (
	UserName        = Limit{Min: 1, Max: 64, Syntax: nameSyntax}
	RoleName        = Limit{Min: 1, Max: 64, Syntax: nameSyntax}
	AccountAlias    = Limit{Min: 3, Max: 63, Syntax: aliasSyntax}
	GroupName       = Limit{Min: 1, Max: 128, Syntax: nameSyntax}
	ExistingName    = Limit{Min: 1, Max: 128, Syntax: nameSyntax}
	PolicyName      = Limit{Min: 1, Max: 128, Syntax: nameSyntax}
	Path            = Limit{Min: 1, Max: 512, Syntax: pathSyntax}
	PathPrefix      = Limit{Min: 1, Max: 512, Syntax: pathPrefixSyntax}
	ARN             = Limit{Min: 20, Max: 2048, Syntax: arnSyntax}
	AccessKeyID     = Limit{Min: 16, Max: 128, Syntax: wordSyntax}
	Marker          = Limit{Min: 1, Max: 320, Syntax: markerSyntax}
	RoleDescription = Limit{Max: 1000, Syntax: descriptionSyntax}
	Description     = Limit{Max: 1000}
	Document        = Limit{Min: 1, Max: 131072, Syntax: documentSyntax, Secret: true}
	VersionID       = Limit{Min: 1, Max: 64, Syntax: versionSyntax}
	ProviderURL     = Limit{Min: 1, Max: 255, Syntax: arnSyntax}
	ClientID        = Limit{Min: 1, Max: 255, Syntax: arnSyntax}
	Thumbprint      = Limit{Min: 40, Max: 40, Syntax: wordSyntax}
	ProviderName    = Limit{Min: 1, Max: 128, Syntax: providerSyntax}
	Metadata        = Limit{Min: 1000, Max: 10000000, Secret: true}
	TagKey          = Limit{Min: 1, Max: 128, Syntax: tagKeySyntax}
	TagValue        = Limit{Max: 256, Syntax: tagValueSyntax}
	SessionName     = Limit{Min: 2, Max: 64, Syntax: sessionSyntax}
	SessionPolicy   = Limit{Min: 1, Max: 2048, Syntax: documentSyntax, Secret: true}
	ExternalID      = Limit{Min: 2, Max: 1224, Syntax: externalIDSyntax, Secret: true}
)

// A Syntax is a set of strings with the pattern that AWS shows for it. The zero
// Syntax is all strings.
type Syntax struct {
	pattern string
	ok      func(string) bool
}

func (s Syntax) matches(v string) bool { return s.ok == nil || s.ok(v) }

var (
	nameSyntax        = Syntax{`[\w+=,.@-]+`, all(isName)}
	sessionSyntax     = Syntax{`[\w+=,.@-]*`, all(isName)}
	wordSyntax        = Syntax{`[\w]+`, all(isWord)}
	providerSyntax    = Syntax{`[\w._-]+`, all(func(r rune) bool { return isWord(r) || r == '.' || r == '-' })}
	externalIDSyntax  = Syntax{`[\w+=,.@:\/-]*`, all(func(r rune) bool { return isName(r) || r == ':' || r == '/' })}
	aliasSyntax       = Syntax{`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`, isAlias}
	pathSyntax        = Syntax{`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, isPath}
	pathPrefixSyntax  = Syntax{`\u002F[\u0021-\u007F]*`, isPathPrefix}
	arnSyntax         = Syntax{`[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`, all(isText)}
	markerSyntax      = Syntax{`[\u0020-\u00FF]+`, all(func(r rune) bool { return 0x20 <= r && r <= 0xFF })}
	descriptionSyntax = Syntax{`[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`, all(isDescription)}
	documentSyntax    = Syntax{`[\u0009\u000A\u000D\u0020-\u00FF]+`, all(isDocument)}
	versionSyntax     = Syntax{`v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`, isVersion}
	tagKeySyntax      = Syntax{`[\p{L}\p{Z}\p{N}_.:/=+\-@]+`, all(isTag)}
	tagValueSyntax    = Syntax{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, all(isTag)}
)

// all returns a function that reports whether all of a string's characters are
// ok. Bytes that aren't UTF-8 are not.
func all(ok func(rune) bool) func(string) bool {
	return func(s string) bool {
		for _, r := range s {
			if r == unicode.ReplacementChar || !ok(r) {
				return false
			}
		}
		return true
	}
}

func isWord(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
}

func isName(r rune) bool { return isWord(r) || r < 0x80 && strings.ContainsRune("+=,.@-", r) }

func isTag(r rune) bool {
	return unicode.In(r, unicode.L, unicode.Z, unicode.N) || strings.ContainsRune("_.:/=+-@", r)
}

func isBlank(r rune) bool { return r == '\t' || r == '\n' || r == '\r' }

func isText(r rune) bool {
	return isBlank(r) || 0x20 <= r && r <= 0x7E || r == 0x85 || r >= 0xA0
}

func isDescription(r rune) bool {
	return isBlank(r) || 0x20 <= r && r <= 0x7E || 0xA1 <= r && r <= 0xFF
}

func isDocument(r rune) bool { return isBlank(r) || 0x20 <= r && r <= 0xFF }

// isAlias reports whether s has the form of an account's alias: lower-case
// letters, digits, and hyphens in between that don't follow each other.
func isAlias(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case c == '-' && i > 0 && i < len(s)-1 && s[i-1] != '-':
		default:
			return false
		}
	}
	return true
}

func isPath(s string) bool {
	if s == "/" {
		return true
	}
	return len(s) >= 3 && s[0] == '/' && s[len(s)-1] == '/' && graphic(s, 0x7E)
}

func isPathPrefix(s string) bool { return strings.HasPrefix(s, "/") && graphic(s, 0x7F) }

// graphic reports whether all bytes of s lie between '!' and last.
func graphic(s string, last byte) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > last {
			return false
		}
	}
	return true
}

func isVersion(s string) bool {
	rest, ok := strings.CutPrefix(s, "v")
	if !ok || rest == "" || rest[0] < '1' || rest[0] > '9' {
		return false
	}
	number, suffix, dot := strings.Cut(rest, ".")
	digit := func(r rune) bool { return '0' <= r && r <= '9' }
	return all(digit)(number) && (!dot || all(func(r rune) bool { return r == '-' || isWord(r) && r != '_' })(suffix))
}
