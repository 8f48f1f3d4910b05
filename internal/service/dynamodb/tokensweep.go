// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// keptWindows is how many windows of tokens are kept besides the one that it
	// is: the one before, and another for calls that began in that.
	keptWindows = 2
	// sweepPage is how many windows are thrown away in one transaction.
	sweepPage = 64
)

// sweepTokens throws away the windows in which all tokens have expired.
func (s *service) sweepTokens(ctx context.Context, st *awsapi.Station) error {
	for from := tokens.Key(); from != nil; {
		var expired [][]byte
		var next []byte
		oldest := windowName(tokenWindow(st.Now()) - keptWindows)
		err := st.View(ctx, func(tx *storage.Tx) (err error) {
			expired, next, err = expiredWindows(tx, from, oldest)
			return err
		})
		if err != nil || len(expired) == 0 {
			return err
		}
		err = st.Update(ctx, func(tx *storage.Tx) error {
			for _, prefix := range expired {
				if err := tx.Discard(prefix, storage.PrefixEnd(prefix)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}

// expiredWindows returns the prefixes of the first windows of tokens, from the
// key lo on, that are older than oldest, and where to go on; nil at the end.
// What lies in a window isn't looked at.
func expiredWindows(tx *storage.Tx, lo []byte, oldest string) (expired [][]byte, next []byte, err error) {
	all := tokens.Key()
	c := tx.Scan(storage.Range{Lo: lo, Hi: storage.PrefixEnd(all)})
	defer c.Close()
	for more := c.Next(); more; more = c.Seek(next) {
		account, rest, err := storage.DecodeString(c.Key()[len(all):])
		if err != nil {
			return nil, nil, err
		}
		window, _, err := storage.DecodeString(rest)
		if err != nil {
			return nil, nil, err
		}
		if window >= oldest { // and so are the account's other windows
			next = storage.PrefixEnd(tokens.Key(account))
			continue
		}
		prefix := tokens.Key(account, window)
		expired, next = append(expired, prefix), storage.PrefixEnd(prefix)
		if len(expired) == sweepPage {
			return expired, next, nil
		}
	}
	return expired, nil, c.Close()
}

// tokenWindow returns the window of a time.
func tokenWindow(t time.Time) int64 { return t.Unix() / int64(tokenLife/time.Second) }
