// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"hash/maphash"
	"sync"
)

// cacheShards keeps goroutines on several cores off each other's lock.
const cacheShards = 16

// A Cache remembers what was made from an owner's control records, such as
// compiled policies, for as long as the owner's epoch stands. What it returns is
// what fill would have returned in the same transaction, provided that fill reads
// nothing but control records of that owner whose every change advances the
// epoch.
//
// It is safe for concurrent use. Its values are shared and so must not be
// changed.
type Cache[T any] struct {
	seed   maphash.Seed
	max    int // of each shard
	shards [cacheShards]cacheShard[T]
}

type cacheShard[T any] struct {
	mu      sync.RWMutex
	entries map[cacheKey]cacheEntry[T]
}

type cacheKey struct{ owner, key string }

type cacheEntry[T any] struct {
	epoch uint64
	value T
}

// NewCache returns a cache of about max values; it keeps at least one for each
// of its shards. When it is full, any one gives way.
func NewCache[T any](max int) *Cache[T] {
	c := &Cache[T]{seed: maphash.MakeSeed(), max: (max + cacheShards - 1) / cacheShards}
	if c.max < 1 {
		c.max = 1
	}
	for i := range c.shards {
		c.shards[i].entries = make(map[cacheKey]cacheEntry[T])
	}
	return c
}

// Get returns the value of key for the owner's epoch as tx reads it, or else what
// fill returns, which it remembers unless that is an error. A transaction that
// has written anything neither uses nor fills the cache: what it sees may never
// be committed. tx must be able to read the owner's epoch.
func (c *Cache[T]) Get(tx *Tx, owner, key string, fill func(*Tx) (T, error)) (T, error) {
	epoch, err := tx.Epoch(owner)
	if err != nil {
		var zero T
		return zero, err
	}
	if tx.root.wrote {
		return fill(tx)
	}
	k := cacheKey{owner, key}
	s := &c.shards[maphash.Comparable(c.seed, k)%cacheShards]
	s.mu.RLock()
	e, ok := s.entries[k]
	s.mu.RUnlock()
	if ok && e.epoch == epoch {
		return e.value, nil
	}
	v, err := fill(tx)
	// A fill that overlooked a failed read must not outlive its transaction.
	if err == nil && tx.root.err == nil && !tx.root.wrote {
		s.put(k, cacheEntry[T]{epoch, v}, c.max)
	}
	return v, err
}

// put keeps e unless there is a newer entry, and drops another if s is full.
func (s *cacheShard[T]) put(k cacheKey, e cacheEntry[T], max int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.entries[k]
	if ok && old.epoch > e.epoch {
		return
	}
	if !ok && len(s.entries) >= max {
		for victim := range s.entries {
			delete(s.entries, victim)
			break
		}
	}
	s.entries[k] = e
}
