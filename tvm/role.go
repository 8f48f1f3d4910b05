// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/tenant"
)

const (
	maxRoleName = 64
	maxRolePath = 512
)

// parseSharedRole parses the ARN of a role that all tenants share.
func parseSharedRole(s string, g tenant.Grammar) (pattern, error) {
	p, _, err := parseRole(s, g)
	if err != nil {
		return pattern{}, err
	}
	if p.hasTenant() {
		return pattern{}, fmt.Errorf("role ARN %q is to be the same for all tenants", s)
	}
	return p, nil
}

// parseTenantRole parses the ARN of a role that each tenant has its own of.
func parseTenantRole(s string, g tenant.Grammar) (pattern, error) {
	p, rest, err := parseRole(s, g)
	if err != nil {
		return pattern{}, err
	}
	_, name := splitRole(rest)
	switch {
	case !strings.Contains(name, placeholder):
		return pattern{}, fmt.Errorf("role ARN %q has no %s in the role's name", s, placeholder)
	case strings.HasPrefix(rest, placeholder):
		return pattern{}, fmt.Errorf("role ARN %q lets a tenant id name any role of the account: put something before %s", s, placeholder)
	case g.Allows('a') && g.Allows('A'):
		return pattern{}, errors.New("role names are unique ignoring case, and the tenant grammar admits both cases")
	}
	return p, nil
}

// parseRole parses the ARN of a role, which may have placeholders in the path
// and name only. It returns the path and name as written as well.
func parseRole(s string, g tenant.Grammar) (p pattern, rest string, err error) {
	p, err = parsePattern(s)
	if err != nil {
		return pattern{}, "", fmt.Errorf("role ARN: %w", err)
	}
	// Nothing else about an ARN depends on what its resource part says, so the
	// placeholders in it need not be filled for this.
	a, err := arn.Parse(s)
	if err != nil {
		return pattern{}, "", fmt.Errorf("role ARN: %w", err)
	}
	rest, isRole := strings.CutPrefix(a.Resource, "role/")
	if !isRole || a.Service != "iam" || a.Region != "" || !accountID(a.Account) || strings.ContainsAny(a.Partition, "{}*?$") {
		return pattern{}, "", fmt.Errorf("%q is not the ARN of a role", s)
	}
	path, name := splitRole(rest)
	if len(path) > maxRolePath || !printable(path) {
		return pattern{}, "", fmt.Errorf("role ARN %q: the path is too long or has characters it cannot have", s)
	}
	if strings.Contains(path, placeholder) {
		return pattern{}, "", fmt.Errorf("role ARN %q: %s belongs in the role's name, not in its path", s, placeholder)
	}
	if _, err := parseName(name, g, 1, maxRoleName); err != nil {
		return pattern{}, "", fmt.Errorf("role ARN: %w", err)
	}
	return p, rest, nil
}

// splitRole splits what follows role/ in an ARN into path and name.
func splitRole(rest string) (path, name string) {
	i := strings.LastIndexByte(rest, '/') + 1
	return rest[:i], rest[i:]
}

func accountID(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// printable reports whether s has only the characters of an IAM path, without
// those that a reader would take for a wildcard or a variable.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || strings.IndexByte("*?$", s[i]) >= 0 {
			return false
		}
	}
	return true
}
