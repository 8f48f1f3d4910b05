// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"errors"
	"fmt"
)

// ownerEpoch is an epoch as read or advanced in one transaction.
type ownerEpoch struct {
	owner string
	epoch uint64
}

// Epochs are 8 bytes each, under the owner's name: every call reads one, and
// has no time for JSON.
var (
	epochPrefix = AppendString([]byte{byte(Metadata)}, "storage/epoch")
	allEpochs   = Span{Lo: epochPrefix, Hi: PrefixEnd(epochPrefix)}
)

// Epochs returns the span of all owners' epochs, for reading: who may read them
// may use a [Cache].
func Epochs() Span { return allEpochs }

// epochKey returns the key of the owner's epoch in a buffer that the
// transaction uses again.
func (r *root) epochKey(owner string) []byte {
	r.key = AppendString(append(r.key[:0], epochPrefix...), owner)
	return r.key
}

// Epoch returns the owner's epoch as of this transaction: a number that
// [Tx.Advance] raises with every change of the owner's control records, and 0
// for an owner that never had one. It is read once in each transaction. A Tx
// narrowed to less than the Metadata area may not read it.
func (tx *Tx) Epoch(owner string) (uint64, error) {
	if !tx.control {
		return 0, tx.refuse()
	}
	if tx.root.r == nil {
		return 0, errOver
	}
	for i := range tx.root.epochs {
		if e := &tx.root.epochs[i]; e.owner == owner {
			return e.epoch, nil
		}
	}
	n, err := tx.readEpoch(owner)
	if err != nil {
		return 0, err
	}
	tx.root.epochs = append(tx.root.epochs, ownerEpoch{owner, n})
	return n, nil
}

func (tx *Tx) readEpoch(owner string) (uint64, error) {
	b, err := tx.Get(tx.root.epochKey(owner))
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, rest, err := DecodeUint64(b)
	if err != nil || len(rest) > 0 {
		return 0, tx.root.fail(fmt.Errorf("%w: epoch", ErrCorrupt))
	}
	return n, nil
}

// Advance raises the owner's epoch, so that nothing cached before this
// transaction is used after it. Whoever changes what is cached for the owner
// calls it in the same transaction. Only the Tx given to Update may.
func (tx *Tx) Advance(owner string) error {
	if !tx.whole {
		return tx.refuse()
	}
	n, err := tx.Epoch(owner)
	if err != nil {
		return err
	}
	if err := tx.Put(tx.root.epochKey(owner), AppendUint64(nil, n+1)); err != nil {
		return fmt.Errorf("advance epoch: %w", err)
	}
	for i := range tx.root.epochs {
		if e := &tx.root.epochs[i]; e.owner == owner {
			e.epoch = n + 1
		}
	}
	return nil
}
