// SPDX-License-Identifier: Apache-2.0

package awsquery

import (
	"mime"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

const (
	maxParameters = 4096 // of one form, counting empty ones
	maxName       = 512  // bytes of a parameter's name
	maxDots       = 32   // in a parameter's name
)

// A form is a list of parameters, sorted by name and each given once. What
// belongs to one structure, list or map is therefore next to each other.
type form []parameter

type parameter struct{ name, value string }

func isForm(contentType string) bool {
	if contentType == "" {
		return true
	}
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && t == "application/x-www-form-urlencoded"
}

// parseForm reads the parameters of a body and a query.
func parseForm(body, query string) (form, error) {
	if strings.Count(body, "&")+strings.Count(query, "&") >= maxParameters {
		return nil, malformed("form has too many parameters")
	}
	f := make(form, 0, strings.Count(body, "&")+strings.Count(query, "&")+2)
	for _, encoded := range [...]string{body, query} {
		for pair := range strings.SplitSeq(encoded, "&") {
			p, err := parseParameter(pair)
			if err != nil {
				return nil, err
			}
			if p.name != "" {
				f = append(f, p)
			}
		}
	}
	slices.SortFunc(f, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(f); i++ {
		if f[i].name == f[i-1].name {
			return nil, malformed("parameter " + f[i].name + " must be given once")
		}
	}
	return f, nil
}

func parseParameter(pair string) (p parameter, err error) {
	k, v, _ := strings.Cut(pair, "=")
	name, err1 := url.QueryUnescape(k)
	value, err2 := url.QueryUnescape(v)
	switch {
	case err1 != nil || err2 != nil || !utf8.ValidString(name) || !utf8.ValidString(value):
		return p, malformed("form is malformed")
	case len(name) > maxName || strings.Count(name, ".") > maxDots:
		return p, malformed("form has a name that is too long")
	}
	return parameter{name, value}, nil
}

// get returns the value of the named parameter.
func (f form) get(name string) (string, bool) {
	i, ok := slices.BinarySearchFunc(f, name, func(p parameter, name string) int { return strings.Compare(p.name, name) })
	if !ok {
		return "", false
	}
	return f[i].value, true
}

// has reports whether there is a parameter of that name, or one that begins with
// it and a dot.
func (f form) has(name string) bool {
	i, ok := slices.BinarySearchFunc(f, name, func(p parameter, name string) int { return strings.Compare(p.name, name) })
	if ok {
		return true
	}
	for ; i < len(f) && strings.HasPrefix(f[i].name, name); i++ {
		if f[i].name[len(name)] == '.' {
			return true
		}
	}
	return false
}

// under returns the parameters whose names begin with prefix.
func (f form) under(prefix string) form {
	lo, _ := slices.BinarySearchFunc(f, prefix, func(p parameter, prefix string) int { return strings.Compare(p.name, prefix) })
	f = f[lo:]
	n, _ := slices.BinarySearchFunc(f, true, func(p parameter, _ bool) int {
		if strings.HasPrefix(p.name, prefix) {
			return -1
		}
		return 1
	})
	return f[:n]
}

func malformed(message string) error {
	return &awsapi.Error{Kind: awsapi.NotSerialized, Message: message}
}
