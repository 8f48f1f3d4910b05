// SPDX-License-Identifier: Apache-2.0

package audit

// WithReserve returns c with another reserve of the disk, in bytes.
func WithReserve(c Config, bytes uint64) Config {
	c.reserve = bytes
	return c
}

// SignEvery is how old lines get before they are signed.
const SignEvery = signEvery
