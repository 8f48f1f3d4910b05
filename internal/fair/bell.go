// SPDX-License-Identifier: Apache-2.0

package fair

import (
	"fmt"
	"os"
)

// A bell wakes a goroutine once the runtime has looked at the network, and not
// before.
//
// The runtime looks there when a processor has nothing else to run. If each call
// handed its permit straight to the next there would always be something, and a
// request that has just come would lie unseen for up to 10 ms, until the runtime
// looks anyway. What waits for a pipe is found by the very look that finds new
// requests, so that they have their chance first.
type bell struct{ r, w *os.File }

func newBell() (*bell, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("fair: %w", err)
	}
	return &bell{r, w}, nil
}

// ring lets the wait that is under way, or the next, return, and reports whether
// it could. At most a few bytes are ever in the pipe, so it never blocks.
func (b *bell) ring() bool {
	_, err := b.w.Write([]byte{0})
	return err == nil
}

// wait waits until the bell rings, and reports false when it won't any more.
func (b *bell) wait() bool {
	var rings [16]byte
	_, err := b.r.Read(rings[:])
	return err == nil
}

// stop ends the wait.
func (b *bell) stop() error { return b.w.Close() }

func (b *bell) close() error { return b.r.Close() }
