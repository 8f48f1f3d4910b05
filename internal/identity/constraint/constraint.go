// SPDX-License-Identifier: Apache-2.0

// Package constraint checks parameters of IAM and STS operations against the
// constraints of their models, and words what is wrong as AWS does:
//
//	1 validation error detected: Value 'x' at 'roleSessionName' failed to
//	satisfy constraint: Member must have length greater than or equal to 2
package constraint

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// maxShown is the number of characters of a wrong value that are repeated.
const maxShown = 256

// Violations collects what is wrong with an input. The zero Violations is
// empty.
type Violations struct{ list []string }

// Err returns the violations as one error, or nil if there are none.
func (v *Violations) Err() error {
	switch len(v.list) {
	case 0:
		return nil
	case 1:
		return awsapi.Errorf(awsapi.Invalid, "ValidationError", "1 validation error detected: %s", v.list[0])
	}
	return awsapi.Errorf(awsapi.Invalid, "ValidationError", "%d validation errors detected: %s",
		len(v.list), strings.Join(v.list, "; "))
}

func (v *Violations) add(value, member, constraint string) {
	v.list = append(v.list, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: Member must %s", value, member, constraint))
}

// Required says so if value is empty.
func (v *Violations) Required(member, value string) bool {
	if value == "" {
		v.add(" null", member, "not be null")
		return false
	}
	return true
}

// Name checks a parameter that must be there; see [Violations.Text].
func (v *Violations) Name(member, value string, limit Limit) {
	if v.Required(member, value) {
		v.Text(member, &value, limit)
	}
}

// Text checks the length in characters and the syntax of a parameter that may be
// nil.
func (v *Violations) Text(member string, value *string, limit Limit) {
	if value == nil {
		return
	}
	shown := " '" + shorten(*value) + "'"
	if limit.Secret {
		shown = ""
	}
	n := utf8.RuneCountInString(*value)
	if n < limit.Min {
		v.add(shown, member, fmt.Sprintf("have length greater than or equal to %d", limit.Min))
	}
	if n > limit.Max {
		v.add(shown, member, fmt.Sprintf("have length less than or equal to %d", limit.Max))
	}
	if !limit.Syntax.matches(*value) {
		v.add(shown, member, "satisfy regular expression pattern: "+limit.Syntax.pattern)
	}
}

// Number checks a parameter that may be nil.
func (v *Violations) Number(member string, value *int32, low, high int32) {
	switch {
	case value == nil:
	case *value < low:
		v.add(fmt.Sprintf(" '%d'", *value), member, fmt.Sprintf("have value greater than or equal to %d", low))
	case *value > high:
		v.add(fmt.Sprintf(" '%d'", *value), member, fmt.Sprintf("have value less than or equal to %d", high))
	}
}

// Enum checks a parameter that may be empty and else must be one of values.
func (v *Violations) Enum(member, value string, values ...string) {
	if value != "" && !slices.Contains(values, value) {
		v.add(" '"+shorten(value)+"'", member, "satisfy enum value set: ["+strings.Join(values, ", ")+"]")
	}
}

// Count checks the length of a list. It reports whether the list is short
// enough for its members to be looked at.
func (v *Violations) Count(member string, n, limit int) bool {
	if n > limit {
		v.add("", member, fmt.Sprintf("have length less than or equal to %d", limit))
	}
	return n <= limit
}

// Tags checks the keys and the values of tags, of which there may be 50.
func (v *Violations) Tags(member string, tags []awsapi.Tag) {
	if !v.Count(member, len(tags), maxTags) {
		return
	}
	for i := range tags {
		at := fmt.Sprintf("%s.%d.member.", member, i+1)
		v.Name(at+"key", tags[i].Key, TagKey)
		v.Text(at+"value", &tags[i].Value, TagValue)
	}
}

// TagKeys checks keys of tags, of which there may be 50.
func (v *Violations) TagKeys(member string, keys []string) {
	if !v.Count(member, len(keys), maxTags) {
		return
	}
	for i := range keys {
		v.Name(fmt.Sprintf("%s.%d.member", member, i+1), keys[i], TagKey)
	}
}

// shorten returns the beginning of s.
func shorten(s string) string {
	n := 0
	for i := range s {
		if n == maxShown {
			return s[:i] + "..."
		}
		n++
	}
	return s
}
