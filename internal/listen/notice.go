// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"log/slog"
	"strings"
	"sync"
	"time"
)

// A notice is something that an operator is told of, but not each time:
// strangers can make it happen as often as they like.
type notice int

const (
	acceptFails notice = iota
	strangersFull
	knownFull
	headsFull
	refusalsSlow
	handshakeFails
	noticeKinds
)

var texts = [noticeKinds]string{
	acceptFails:    "connections can't be accepted; trying again",
	strangersFull:  "too many connections on which nobody has verified; those that came first are closed",
	knownFull:      "too many connections; those beyond the limit serve one call each",
	headsFull:      "too many large request heads under way; connections are closed",
	refusalsSlow:   "many requests of one source fail to verify; refusals to it are slow",
	handshakeFails: "TLS handshakes fail",
}

// noticeEvery is the time between two notices of a kind.
const noticeEvery = 10 * time.Second

type notices struct {
	log *slog.Logger

	mu    sync.Mutex
	kinds [noticeKinds]struct {
		at     time.Time
		missed int
	}
}

// give logs a notice of the kind, unless one was just given.
func (n *notices) give(kind notice, args ...any) {
	n.mu.Lock()
	k, now := &n.kinds[kind], time.Now()
	if now.Sub(k.at) < noticeEvery {
		k.missed++
		n.mu.Unlock()
		return
	}
	missed := k.missed
	k.at, k.missed = now, 0
	n.mu.Unlock()
	n.log.Warn(texts[kind], append(args, "more", missed)...)
}

// httpLog is where net/http logs to. What strangers cause becomes notices.
type httpLog struct{ n *notices }

func (w httpLog) Write(line []byte) (int, error) {
	text := strings.TrimSuffix(string(line), "\n")
	if about, ok := strings.CutPrefix(text, "http: TLS handshake error from "); ok {
		w.n.give(handshakeFails, "from", about)
	} else {
		w.n.log.Warn(text)
	}
	return len(line), nil
}
