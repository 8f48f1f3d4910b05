// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// tokens holds a record for each transaction that was done under a
// ClientRequestToken, by the account of who called, the window of time and a
// digest of token and caller. The record is written by the transaction itself:
// there is one exactly if the transaction was done.
var tokens = storage.NewTable[tokenRecord]("dynamodb/token")

// tokenLife is how long a token stands for the transaction that was done under
// it. Tokens lie in windows of as long, so that those that have expired are
// found, and thrown away, together.
const tokenLife = 10 * time.Minute

// A tokenRecord is what is kept of a transaction.
type tokenRecord struct {
	At      time.Time
	Content []byte // a digest of what it asked for
}

// A tokenUse is a transaction's use of its token.
type tokenUse struct {
	account string
	window  int64
	name    string
	record  tokenRecord
}

// useToken returns the use that a call makes of a token for what content is the
// digest of, on those tables. A token is known to who used it only: to the same
// principal, with the same tags and limits, calling the same operation.
func useToken(c *awsapi.Call, operation, token string, content [sha256.Size]byte, refs []tableRef) *tokenUse {
	who := newDigest()
	who.string(operation)
	who.string(c.Region)
	who.string(c.Caller.Principal.ARN)
	who.string(c.Caller.Principal.ID)
	tags := slices.SortedFunc(slices.Values(c.Caller.Tags), func(a, b awsapi.Tag) int { return strings.Compare(a.Key, b.Key) })
	who.number(len(tags))
	for _, t := range tags {
		who.string(t.Key)
		who.string(t.Value)
	}
	who.string(sessionMark(c.Caller.Session))
	who.string(token)
	what := newDigest()
	what.h.Write(content[:])
	for _, ref := range refs {
		what.string(ref.account)
		what.string(ref.name)
	}
	name, sum := who.sum(), what.sum()
	return &tokenUse{
		account: c.Caller.Account(),
		window:  tokenWindow(c.Time),
		name:    hex.EncodeToString(name[:]),
		record:  tokenRecord{At: c.Time.UTC(), Content: sum[:]},
	}
}

// sessionMark tells apart sessions of one name whose tenants have no tags: by the
// policies that they were begun with, and by whom their provider vouches for. It is
// the same for a session that takes the place of one that has ended.
func sessionMark(s *awsapi.Session) string {
	if s == nil {
		return ""
	}
	d := newDigest()
	d.number(len(s.Policies))
	for _, p := range s.Policies {
		sum := p.Digest()
		d.bytes(sum[:])
	}
	for i := range s.Claims {
		c := &s.Claims[i]
		if c.Many { // they say how somebody signed in, which changes
			continue
		}
		d.string(c.Key)
		for _, v := range c.Values {
			d.string(v)
		}
	}
	sum := d.sum()
	return string(sum[:])
}

// windowName is a window as part of a key, in the order of time.
func windowName(window int64) string { return fmt.Sprintf("%016x", max(window, 0)) }

// near returns the windows in which a record may be: calls don't run in the
// exact order of their times.
func (u *tokenUse) near() []int64 { return []int64{u.window, u.window - 1, u.window + 1} }

// spans returns the storage that the use takes.
func (u *tokenUse) spans() []storage.Span {
	spans := make([]storage.Span, 0, 3)
	for _, w := range u.near() {
		spans = append(spans, tokens.One(w == u.window, u.account, windowName(w), u.name))
	}
	return spans
}

// done reports whether the transaction was done before, and refuses the token if
// it stands for another one.
func (u *tokenUse) done(tx *storage.Tx) (bool, error) {
	for _, w := range u.near() {
		r, err := tokens.Get(tx, u.account, windowName(w), u.name)
		switch {
		case errors.Is(err, storage.ErrNotFound):
		case err != nil:
			return false, err
		case u.record.At.Sub(r.At) >= tokenLife:
		case !slices.Equal(r.Content, u.record.Content):
			return false, errTokenReused()
		default:
			return true, nil
		}
	}
	return false, nil
}

// keep notes that the transaction is done.
func (u *tokenUse) keep(tx *storage.Tx) error {
	return tokens.Put(tx, u.record, u.account, windowName(u.window), u.name)
}

// errTokenReused answers a token that stands for another transaction.
func errTokenReused() error {
	return awsapi.Errorf(awsapi.Invalid, codeTokenReused,
		"DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token that was already used.")
}

// A digest tells requests apart: each part goes in with its length, so that no
// two requests look the same.
type digest struct{ h hash.Hash }

func newDigest() digest { return digest{sha256.New()} }

func (d digest) number(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	d.h.Write(b[:])
}

func (d digest) bytes(b []byte) {
	d.number(len(b))
	d.h.Write(b)
}

func (d digest) string(s string) { d.bytes([]byte(s)) }

// optional adds a string that may be absent, which is not an empty one.
func (d digest) optional(s *string) {
	if s == nil {
		d.number(-1)
		return
	}
	d.string(*s)
}

// item adds an item that was found valid, or its absence.
func (d digest) item(in itemInput) {
	if !in.Present() {
		d.number(-1)
		return
	}
	it, _ := in.Item()
	d.bytes(it.Stored())
}

func (d digest) names(names map[string]string) {
	d.number(len(names))
	for _, k := range slices.Sorted(maps.Keys(names)) {
		d.string(k)
		d.string(names[k])
	}
}

func (d digest) sum() (out [sha256.Size]byte) {
	d.h.Sum(out[:0])
	return out
}
