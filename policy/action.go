// SPDX-License-Identifier: Apache-2.0

package policy

import "strings"

// maxAction is the length in bytes of the longest action there can be.
const maxAction = 128

// An actionEntry is one entry of Action or NotAction.
type actionEntry struct {
	text    string  // in lower case, if it names one action
	service string  // in lower case, with the colon; "" for "*" and malformed entries
	glob    pattern // in lower case, if it does not
	kind    actionKind
}

type actionKind uint8

const (
	oneAction actionKind = iota
	someActions
	allActions
	malformedActions // wildcards where AWS takes none: nobody can say what it matches
	noActions
)

func compileAction(entry string) actionEntry {
	if entry == "*" {
		return actionEntry{kind: allActions}
	}
	text := strings.ToLower(entry)
	service, name, ok := strings.Cut(text, ":")
	switch {
	case isService(service) && ok && name != "" && !strings.Contains(name, ":"):
		if !hasWildcard(name) {
			return actionEntry{kind: oneAction, text: text, service: service + ":"}
		}
		return actionEntry{kind: someActions, service: service + ":", glob: wildcardPattern(text)}
	case hasWildcard(text):
		return actionEntry{kind: malformedActions, glob: wildcardPattern(text)}
	default:
		return actionEntry{kind: noActions}
	}
}

// wildcardPattern compiles text, in which only * and ? are special.
func wildcardPattern(text string) pattern {
	p, _ := compilePattern(text, syntax{wildcards: true}) // only variables can be malformed
	return p
}

// isService reports whether s can be the prefix of an action.
func isService(s string) bool {
	for i := range len(s) {
		if !isServiceByte(lowerASCII(s[i])) {
			return false
		}
	}
	return s != ""
}

func isServiceByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '.' || c == '-'
}

// match compares the entry with a well-formed action in any case.
func (a *actionEntry) match(action string) answer {
	switch a.kind {
	case oneAction:
		return answerOf(len(action) == len(a.text) && equalASCII(action, a.text))
	case someActions:
		return answerOf(a.glob.match(nil, action, foldASCII))
	case allActions:
		return yes
	case malformedActions:
		if a.glob.match(nil, action, foldASCII) {
			return unknown
		}
	}
	return no
}

// IsAction reports whether s names one action, in the form service:Name. Of what
// does not, [Policies.Evaluate] allows nothing.
func IsAction(s string) bool {
	var buf [maxAction]byte
	return foldAction(&buf, s) > 0
}

// foldAction writes action in lower case to buf and returns the length of its
// prefix with the colon, or 0 if action is not of the form service:Name, which
// nothing may be decided about.
func foldAction(buf *[maxAction]byte, action string) int {
	if len(action) > maxAction {
		return 0
	}
	service := 0
	for i := range len(action) {
		c := lowerASCII(action[i])
		switch {
		case 'a' <= c && c <= 'z':
		case c == ':':
			if service > 0 || i == 0 {
				return 0
			}
			service = i + 1
		case c <= ' ', c > '~', c == '*', c == '?', service == 0 && !isServiceByte(c):
			return 0
		}
		buf[i] = c
	}
	if service == len(action) {
		return 0
	}
	return service
}
