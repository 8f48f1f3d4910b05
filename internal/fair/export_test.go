// SPDX-License-Identifier: Apache-2.0

package fair

// The bounds.
const (
	MaxWaiting      = maxWaiting
	MaxWaitingOfKey = maxWaitingOfKey
	MaxIdle         = maxIdle
)

// Waiting returns how many calls wait.
func (s *Scheduler[K]) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Known returns how many keys take memory.
func (s *Scheduler[K]) Known() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.flows)
}
