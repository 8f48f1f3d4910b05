// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package listen

import "math"

// maxFiles returns how many files the process may open.
func maxFiles() int { return math.MaxInt32 }
