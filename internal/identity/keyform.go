// SPDX-License-Identifier: Apache-2.0

package identity

// IsAccessKeyID reports whether id has the form of the ids that are given to access
// keys and sessions here. Secrets and tokens don't have it.
func IsAccessKeyID(id string) bool {
	_, _, ok := parseAccessKeyID(id)
	return ok
}
