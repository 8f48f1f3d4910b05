// SPDX-License-Identifier: Apache-2.0

// Package bell wakes a goroutine once the runtime has looked at the network, and not
// before.
//
// The runtime looks there when a processor has nothing else to run. While there always
// is something, as when one goroutine hands its work straight to the next, a request
// that has just come lies unseen for up to 10 ms, until the runtime looks anyway. What
// waits for a pipe is found by the very look that finds new requests, so that they have
// their chance first.
package bell

import (
	"fmt"
	"os"
)

// A Bell is rung by any number of goroutines, and waited for by one at a time.
type Bell struct{ r, w *os.File }

// New returns a Bell, which takes two file descriptors until it is closed.
func New() (*Bell, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("bell: %w", err)
	}
	return &Bell{r, w}, nil
}

// Ring lets the [Bell.Wait] that is under way, or the next, return, and reports whether
// it could. It doesn't block, unless thousands of rings were never waited for.
func (b *Bell) Ring() bool {
	_, err := b.w.Write([]byte{0})
	return err == nil
}

// Wait waits until the bell rings, and reports false when it won't any more. One Wait
// may take several rings.
func (b *Bell) Wait() bool {
	var rings [16]byte
	_, err := b.r.Read(rings[:])
	return err == nil
}

// Stop ends the Wait that is under way, and all later ones.
func (b *Bell) Stop() error { return b.w.Close() }

// Close frees what b holds. Nobody may wait.
func (b *Bell) Close() error { return b.r.Close() }
