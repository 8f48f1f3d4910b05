// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/netip"
	"sync"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// A room is memory, in bytes, that requests share: so much in all, and so much
// for those of one source. It is safe for concurrent use.
type room[K comparable] struct {
	all, perSource int

	mu   sync.Mutex
	held int
	of   map[K]int
}

// take reports whether there are n more bytes for the source, and takes them.
func (r *room[K]) take(source K, n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held+n > r.all || r.of[source]+n > r.perSource {
		return false
	}
	if r.of == nil {
		r.of = map[K]int{}
	}
	r.held += n
	r.of[source] += n
	return true
}

// give returns n bytes that the source took.
func (r *room[K]) give(source K, n int) {
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
	strangers room[netip.Addr]

	// known is for all other bodies.
	known room[netip.Addr]

	// answers is for those on their way to clients.
	answers room[netip.Addr]

	// results is for what calls have read, until they are answered.
	results room[authn.Sharer]
}

func newRooms() rooms {
	return rooms{
		strangers: room[netip.Addr]{all: 96 << 20, perSource: 48 << 20},
		known:     room[netip.Addr]{all: 256 << 20, perSource: 96 << 20},
		answers:   room[netip.Addr]{all: 256 << 20, perSource: 128 << 20},
		results:   room[authn.Sharer]{all: 512 << 20, perSource: 256 << 20},
	}
}

const (
	// smallResult is how much a call may read that needs no room, in bytes.
	smallResult = 64 << 10
	// perRead is how much memory a byte takes that was read: it is there as it was
	// stored and as it is sent, in a buffer that has grown by doubling.
	perRead = 4
)

// A holding is what a call has of the room for results. It belongs to one goroutine.
type holding struct {
	room    *room[authn.Sharer]
	of      authn.Sharer
	read, n int
}

// took counts n bytes that the call has read, and fails if there is no room for them.
func (h *holding) took(n int) error {
	if h.read += n; h.read <= smallResult {
		return nil
	}
	more := perRead*h.read - h.n
	if !h.room.take(h.of, more) {
		return awsapi.Errorf(awsapi.Throttled, "", "Rate exceeded")
	}
	h.n += more
	return nil
}

// release gives back what the call has.
func (h *holding) release() {
	h.room.give(h.of, h.n)
	h.read, h.n = 0, 0
}
