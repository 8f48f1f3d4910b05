// SPDX-License-Identifier: Apache-2.0

package authn

import (
	"strings"
	"sync"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// credentials keeps what access keys and session tokens stand for, to save
// opening them on every request. Only those that a signature has verified with
// get in, so that strangers take up no place, and only small ones. A hit says nothing about whether
// the credential still holds: [Proof.Caller] does.
type credentials struct {
	half int

	mu       sync.RWMutex
	new, old map[credentialID]*identity.Credential // when new is full it becomes old
}

type credentialID struct{ accessKeyID, token string }

// newCredentials returns a cache of at most n credentials.
func newCredentials(n int) *credentials {
	return &credentials{half: n / 2, new: map[credentialID]*identity.Credential{}}
}

func (k *credentials) get(accessKeyID, token string) (*identity.Credential, bool) {
	id := credentialID{accessKeyID, token}
	k.mu.RLock()
	defer k.mu.RUnlock()
	c, ok := k.new[id]
	if !ok {
		c, ok = k.old[id]
	}
	return c, ok
}

func (k *credentials) put(accessKeyID, token string, c *identity.Credential) {
	if !c.Small() {
		return
	}
	id := credentialID{accessKeyID, token}
	k.mu.RLock()
	_, ok := k.new[id]
	k.mu.RUnlock()
	if ok {
		return
	}
	// They are parts of a request's header, which must not stay for their sake.
	id.accessKeyID, id.token = strings.Clone(accessKeyID), strings.Clone(token)
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.new) >= k.half {
		k.old, k.new = k.new, make(map[credentialID]*identity.Credential, k.half)
	}
	k.new[id] = c
}
