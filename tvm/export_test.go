// SPDX-License-Identifier: Apache-2.0

package tvm

import "github.com/bailiwick-dev/bailiwick/tenant"

// Escape is what makes an id literal within a policy.
var Escape = escape

// Fill parses a template and fills it with id.
func Fill(text []byte, g tenant.Grammar, id tenant.ID) (string, error) {
	t, err := parseTemplate(text, g, false)
	if err != nil {
		return "", err
	}
	return t.fill(id)
}
