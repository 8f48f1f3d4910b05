// SPDX-License-Identifier: Apache-2.0

package upstream

// Len returns how much the cache remembers.
func (c *Cache[T]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}
