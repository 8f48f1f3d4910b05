// SPDX-License-Identifier: Apache-2.0

package listen

// MostConnections is how many connections the process may hold, for the files
// that it may open: the other half is for what it keeps.
func MostConnections() int { return max(MinConnections, maxFiles()/2) }
