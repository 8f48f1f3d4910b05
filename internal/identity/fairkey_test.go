// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

func TestSharersAreTenantsElseRolesElseUsers(t *testing.T) {
	w := newWorld(t)
	pool, other := w.role("Pool", nil), w.role("Other", nil)
	session := func(r *identity.Role, tags ...awsapi.Tag) identity.Sharer {
		_, issued := w.issue(r, func(s *identity.Session) { s.Tags = tags })
		return w.mustCredential(issued.AccessKeyID, issued.SessionToken).Sharer("TenantID")
	}
	tag := func(key, value string) awsapi.Tag { return awsapi.Tag{Key: key, Value: value} }
	root, foreign := w.mustCredential(w.rootID, ""), w.mustCredential(w.yellowID, "")
	ann, keyID, _ := w.user("ann", nil)
	_, bobsID, _ := w.user("bob", nil)
	secondID := identity.NewAccessKeyID(ann.Account)
	w.update(func(tx *storage.Tx) error {
		_, _, err := w.dir.CreateAccessKey(tx, ann.Account, secondID, ann, now)
		return err
	})
	begun := func(k identity.SessionKind, tags ...awsapi.Tag) identity.Sharer {
		return w.begin(w.mustCaller(w.mustCredential(keyID, "")), k, func(s *identity.Session) { s.Tags = tags }).Sharer("TenantID")
	}
	tenant := session(pool, tag("TenantID", "acme"))
	for _, tt := range []struct {
		name string
		a, b identity.Sharer
		same bool
	}{
		{"two sessions of a tenant", tenant, session(pool, tag("TenantID", "acme")), true},
		{"a tenant in two roles", tenant, session(other, tag("TenantID", "acme")), true},
		{"the tag in another case", tenant, session(pool, tag("tenantid", "acme")), true},
		{"a tenant's other tags", tenant, session(pool, tag("Tier", "gold"), tag("TenantID", "acme")), true},
		{"two tenants of a role", tenant, session(pool, tag("TenantID", "umbrella")), false},
		{"names in another case", tenant, session(pool, tag("TenantID", "Acme")), false},
		{"a tenant and none", tenant, session(pool), false},
		{"another tag of that value", tenant, session(pool, tag("Tenant", "acme")), false},
		{"sessions of a role", session(pool), session(pool), true},
		{"two roles", session(pool), session(other), false},
		{"a tenant called as the role's id", session(pool, tag("TenantID", pool.ID)), session(pool), false},
		{"a tenant called as a key", session(pool, tag("TenantID", keyID)), w.mustCredential(keyID, "").Sharer("TenantID"), false},
		{"two keys of a user", w.mustCredential(keyID, "").Sharer("TenantID"), w.mustCredential(secondID, "").Sharer("TenantID"), true},
		{"two users", w.mustCredential(keyID, "").Sharer("TenantID"), w.mustCredential(bobsID, "").Sharer("TenantID"), false},
		{"root and user", root.Sharer("TenantID"), w.mustCredential(keyID, "").Sharer("TenantID"), false},
		{"a user and its session", w.mustCredential(keyID, "").Sharer("TenantID"), begun(identity.UserSession), true},
		{"a user and whom it names", w.mustCredential(keyID, "").Sharer("TenantID"), begun(identity.FederatedSession), true},
		{"whom a user names for a tenant", tenant, begun(identity.FederatedSession, tag("tenantid", "acme")), true},
		{"accounts", root.Sharer("TenantID"), foreign.Sharer("TenantID"), false},
	} {
		if same := tt.a == tt.b; same != tt.same {
			t.Errorf("%s: got the same %t, want %t", tt.name, same, tt.same)
		}
	}
}
