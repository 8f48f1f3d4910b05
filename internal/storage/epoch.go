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

// epochs is the table of the owners' epochs.
var epochs = NewTable[uint64]("storage/epoch")

var allEpochs = epochs.Under(false)

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
	n, err := epochs.Get(tx, owner)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return 0, err
	}
	tx.root.epochs = append(tx.root.epochs, ownerEpoch{owner, n})
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
	if err := epochs.Put(tx, n+1, owner); err != nil {
		return fmt.Errorf("advance epoch: %w", err)
	}
	for i := range tx.root.epochs {
		if e := &tx.root.epochs[i]; e.owner == owner {
			e.epoch = n + 1
		}
	}
	return nil
}
