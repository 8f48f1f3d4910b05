// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"sync/atomic"
	"time"
)

// A clock goes as the real one does, with a shift that a test sets.
type clock struct{ shift atomic.Int64 }

func newClock() *clock { return &clock{} }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.shift.Load())) }

func (c *clock) set(d time.Duration) { c.shift.Store(int64(d)) }
