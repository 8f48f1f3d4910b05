// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"fmt"
	"syscall"
)

// reserve is how many bytes of their disk the log's files don't use. It is what
// the store keeps free too, and usually of the same disk: calls fail while there
// is less, and what they recorded before is in the journal until there is more.
const reserve = 128 << 20

// room tells whether the disk has room for lines.
type room struct {
	dir   string
	least uint64
}

// check returns an error, which is syscall.ENOSPC, unless a pass of records leaves
// the reserve. If the system can't tell, it does.
func (r *room) check() error {
	if free, ok := freeBytes(r.dir); ok && free < r.least+2*shipAtOnce {
		return fmt.Errorf("the disk of %s is nearly full: %w", r.dir, syscall.ENOSPC)
	}
	return nil
}
