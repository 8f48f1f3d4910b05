// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/listen"
)

const (
	// smallAnswer is the size up to which an answer needs no room, in bytes: it
	// is taken over by the operating system, mostly.
	smallAnswer = 64 << 10

	// A larger answer must be read within answerTime, and a second more for
	// every bodyRate bytes of it. One that there is no room for has hurryTime
	// only: clients that read at all are not cut off by those that don't.
	answerTime = 10 * time.Second
	hurryTime  = time.Second
)

// An answer writes what a call results in, within bounds of time. How many of
// them wait for their clients is bounded by a room.
type answer struct {
	http.ResponseWriter
	room   *room[netip.Addr]
	source netip.Addr
}

// answer returns w for the result of a call from address from.
func (s *Server) answer(w http.ResponseWriter, from netip.Addr) http.ResponseWriter {
	return answer{w, &s.rooms.answers, listen.Source(from)}
}

func (a answer) Write(p []byte) (int, error) {
	if len(p) <= smallAnswer {
		return a.ResponseWriter.Write(p)
	}
	limit := hurryTime
	if a.room.take(a.source, len(p)) {
		defer a.room.give(a.source, len(p))
		limit = answerTime + time.Duration(len(p)/bodyRate)*time.Second
	}
	if err := http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(limit)); err != nil {
		return 0, err
	}
	return a.ResponseWriter.Write(p)
}

// settle tells the connection of r how the call came out, and has the answer
// end the connection if it must.
func settle(w http.ResponseWriter, r *http.Request, refused bool) {
	if listen.From(r.Context()).Settle(r.Context(), refused) {
		w.Header().Set("Connection", "close")
	}
}

// refused reports whether a failure of the kind leaves it open who called.
func refused(k awsapi.Kind) bool {
	switch k {
	case awsapi.NoToken, awsapi.BadAuthHeader, awsapi.UnknownKey, awsapi.ExpiredToken, awsapi.BadSignature,
		awsapi.UnsignedHeaders, awsapi.InactiveIdentity:
		return true
	}
	return false
}
