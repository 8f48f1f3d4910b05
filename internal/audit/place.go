// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A place is where the log stands: in its files after a line.
type place struct {
	File     string // name of the newest file; empty before the first
	Size     int64  // of that file
	Began    time.Time
	Last     uint64 // number of the last record
	Lines    uint64 // in all files
	Chain    trail.Value
	Unsigned int       // lines after the last note
	Oldest   time.Time // when the first of those was written
	Key      []byte    // public, that signs
}

// An intent is what the database knows of the files: that they reached Base, and
// what they reach when the lines are written that are to come next. It is kept
// before those are written. So no line counts after a crash that the database, or
// a signature, doesn't vouch for; and files that were cut are seen.
type intent struct{ Base, Next place }

// placeKey is the place in the journal, of no record, where the intent is kept.
const placeKey = 0

// known returns the stored intent, and the highest number that the database
// knows of, 0 if there is none. If nothing was ever intended, in is nil.
func known(db *storage.DB) (in *intent, highest uint64, err error) {
	err = db.View(context.Background(), func(tx *storage.Tx) error {
		in, highest = nil, 0
		switch v, err := tx.Get(journalKey(placeKey)); {
		case err == nil:
			in = new(intent)
			if json.Unmarshal(v, in) != nil {
				return fmt.Errorf("what is known of the files: %w", storage.ErrCorrupt)
			}
			highest = max(in.Base.Last, in.Next.Last)
		case !errors.Is(err, storage.ErrNotFound):
			return err
		}
		c := tx.Scan(storage.Range{Lo: journalKey(placeKey + 1), Hi: []byte{byte(storage.Journal) + 1}, Reverse: true})
		defer c.Close()
		if c.Next() {
			highest = max(highest, seqOf(c.Key()))
		}
		return c.Err()
	})
	return in, highest, err
}

// intend keeps that the files, which are where they are, are to reach next. It
// discards what the journal holds of what is in the files already.
func (l *Log) intend(next place) error {
	base := l.files.at
	text, err := json.Marshal(intent{base, next})
	if err != nil {
		return err
	}
	err = l.db.Update(context.Background(), func(tx *storage.Tx) error {
		if err := tx.Put(journalKey(placeKey), text); err != nil || !l.journaled {
			return err
		}
		return tx.Discard(journalKey(placeKey+1), journalKey(base.Last+1))
	})
	if err == nil {
		l.journaled, l.settled = false, base.Lines == next.Lines
	}
	return err
}

// Known returns where the files ended as far as db knows, and the key that signs
// them, of a log that nobody has open. It fails with storage.ErrNotFound if there
// is none.
func Known(db *storage.DB) (head trail.Head, key ed25519.PublicKey, err error) {
	in, _, err := known(db)
	if err != nil {
		return head, nil, fmt.Errorf("audit: %w", err)
	}
	if in == nil {
		return head, nil, fmt.Errorf("audit: %w", storage.ErrNotFound)
	}
	var rec signerRecord
	err = db.View(context.Background(), func(tx *storage.Tx) (err error) {
		rec, err = signers.Get(tx, signerPart)
		return err
	})
	if err != nil {
		return head, nil, fmt.Errorf("audit: %w", err)
	}
	return trail.Head{Lines: in.Base.Lines, Chain: in.Base.Chain}, rec.Current.Public, nil
}
