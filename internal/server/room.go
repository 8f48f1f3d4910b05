// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/netip"
	"sync"
)

// A room is memory, in bytes, that requests share: so much in all, and so much
// for those of one source. It is safe for concurrent use.
type room struct {
	all, perSource int

	mu   sync.Mutex
	held int
	of   map[netip.Addr]int
}

// take reports whether there are n more bytes for the source, and takes them.
func (r *room) take(source netip.Addr, n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held+n > r.all || r.of[source]+n > r.perSource {
		return false
	}
	if r.of == nil {
		r.of = map[netip.Addr]int{}
	}
	r.held += n
	r.of[source] += n
	return true
}

// give returns n bytes that the source took.
func (r *room) give(source netip.Addr, n int) {
	if n == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held -= n
	if r.of[source] -= n; r.of[source] == 0 {
		delete(r.of, source)
	}
}

// rooms are those of a server.
type rooms struct {
	// strangers is for bodies whose signature is not checked yet, on connections
	// where none ever was.
	strangers room

	// known is for all other bodies.
	known room

	// answers is for those on their way to clients.
	answers room
}

func newRooms() rooms {
	return rooms{
		strangers: room{all: 96 << 20, perSource: 48 << 20},
		known:     room{all: 256 << 20, perSource: 96 << 20},
		answers:   room{all: 256 << 20, perSource: 128 << 20},
	}
}
