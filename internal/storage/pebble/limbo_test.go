// SPDX-License-Identifier: Apache-2.0

package pebble

import "testing"

// TestLeftBehind shows that what is durable is not committed a second time: it
// would overwrite what came after it.
func TestLeftBehind(t *testing.T) {
	var s store
	for _, version := range []uint64{4, 1, 3, 2} {
		s.leaveBehind(committed{version: version})
	}
	s.durable.raise(2)
	left := s.leftBehind()
	if len(left) != 2 || left[0].version != 3 || left[1].version != 4 {
		t.Errorf("left behind is %v, want versions 3 and 4", left)
	}
}
