// SPDX-License-Identifier: Apache-2.0

package audit

import "time"

// WithReserve returns c with another reserve of the disk, in bytes.
func WithReserve(c Config, bytes uint64) Config {
	c.reserve = bytes
	return c
}

// WithPatience returns c with another bound on how long writing may take.
func WithPatience(c Config, patience time.Duration) Config {
	c.patience = patience
	return c
}

// SignEvery is how old lines get before they are signed.
const SignEvery = signEvery
