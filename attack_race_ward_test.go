// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A ward is a role whose trust policy changes all the time, and which now and
// then is deleted and made anew under the same name. Trust n asks for the
// external id n, so whoever is let in by it must get a session of the role as it
// was under trust n; and the sessions of a role that is gone are gone.
type ward struct {
	*fray
	trusts  timeline[trust]
	current atomic.Int64 // number of the trust

	mu     sync.Mutex
	lives  map[int]int    // life of the role, by trust
	roles  map[int]string // unique id of the role, by life
	issued []issue

	assumed, refused, used, dead atomic.Int64
}

// An issue is a session that was let in by a trust.
type issue struct {
	trust int
	role  string // unique id
}

// A trust is a state of the ward. Life 0 is no role.
type trust struct{ number, life int }

const assumeByID = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"trust-$N"}}}]}`

func (f *fray) newWard() *ward {
	return &ward{fray: f, trusts: timeline[trust]{now: f.now}, lives: map[int]int{}, roles: map[int]string{}}
}

func (w *ward) start() {
	vendor := keysOf(w.t, w.vendor)
	w.trusts.change(trust{}, func() {})
	life := 0
	w.repeat(1, func(rnd *rand.Rand) {
		n := int(w.current.Load()) + 1
		document := strings.ReplaceAll(assumeByID, "$N", strconv.Itoa(n))
		assumed := w.assumed.Load()
		if life > 0 && rnd.IntN(2) == 0 {
			w.note(n, life)
			w.trusts.change(trust{n, life}, func() {
				w.change("iam", "UpdateAssumeRolePolicy", map[string]any{"RoleName": "ward", "PolicyDocument": document})
			})
		} else {
			if life > 0 {
				w.trusts.change(trust{}, func() { w.change("iam", "DeleteRole", map[string]any{"RoleName": "ward"}) })
			}
			life++
			w.note(n, life)
			w.trusts.change(trust{n, life}, func() { w.create(life, document) })
		}
		w.current.Store(int64(n))
		w.wait(pace, func() bool { return w.assumed.Load() >= assumed+2 })
	})
	w.repeat(3, func(rnd *rand.Rand) { w.enter(vendor, int(w.current.Load())+rnd.IntN(2)) })
}

// note notes that trust n is of that life of the role.
func (w *ward) note(n, life int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lives[n] = life
}

func (w *ward) create(life int, document string) {
	a := w.change("iam", "CreateRole", map[string]any{"RoleName": "ward", "AssumeRolePolicyDocument": document})
	var out struct {
		ID string `xml:"CreateRoleResult>Role>RoleId"`
	}
	if err := xml.Unmarshal([]byte(a.Body), &out); err != nil {
		w.wrong("%v in %s", err, a.Body)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.roles[life] = out.ID
}

// enter assumes the role by trust n, and uses the session a few times.
func (w *ward) enter(vendor aws.Credentials, n int) {
	c := w.sts(vendor, "AssumeRole", "RoleArn", roleARN("ward"), "RoleSessionName", "fray", "ExternalId", "trust-"+strconv.Itoa(n))
	if !c.OK() && !c.Denied() {
		w.wrong("AssumeRole: %d %s", c.Status, c.Body)
		return
	}
	if !w.trusts.explains(c, func(t trust) bool { return (t.number == n) == c.OK() }) {
		w.wrong("AssumeRole, from %d to %d, was answered by what was never so meanwhile: allowed %v, by trust %d", c.from, c.to, c.OK(), n)
	}
	if !c.OK() {
		w.refused.Add(1)
		return
	}
	w.assumed.Add(1)
	var out struct {
		AccessKeyID     string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		SecretAccessKey string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		SessionToken    string `xml:"AssumeRoleResult>Credentials>SessionToken"`
		ID              string `xml:"AssumeRoleResult>AssumedRoleUser>AssumedRoleId"`
	}
	if err := xml.Unmarshal([]byte(c.Body), &out); err != nil {
		w.wrong("%v in %s", err, c.Body)
		return
	}
	role, _, _ := strings.Cut(out.ID, ":")
	w.mu.Lock()
	life := w.lives[n]
	w.issued = append(w.issued, issue{n, role})
	w.mu.Unlock()
	session := aws.Credentials{AccessKeyID: out.AccessKeyID, SecretAccessKey: out.SecretAccessKey, SessionToken: out.SessionToken}
	for range 4 {
		if !w.use(session, life) {
			return
		}
	}
}

// use uses a session of that life of the role, and reports whether it is alive.
func (w *ward) use(session aws.Credentials, life int) bool {
	c := w.sts(session, "GetCallerIdentity")
	if !c.OK() && codeOf(c.Body) != "InvalidClientTokenId" {
		w.wrong("GetCallerIdentity: %d %s", c.Status, c.Body)
		return false
	}
	if !w.trusts.explains(c, func(t trust) bool { return (t.life == life) == c.OK() }) {
		w.wrong("GetCallerIdentity, from %d to %d, was answered by what was never so meanwhile: allowed %v, in life %d of the role", c.from, c.to, c.OK(), life)
	}
	if c.OK() {
		w.used.Add(1)
	} else {
		w.dead.Add(1)
	}
	return c.OK()
}

// enough implements contest.
func (w *ward) enough() bool {
	return w.current.Load() > 2 && w.assumed.Load() > 3 && w.refused.Load() > 0 && w.used.Load() > 0 && w.dead.Load() > 0
}

// check looks at whose sessions were issued.
func (w *ward) check() {
	for _, i := range w.issued {
		if want := w.roles[w.lives[i.trust]]; i.role != want {
			w.t.Errorf("trust %d, of the role %s, let in a session of %s", i.trust, want, i.role)
		}
	}
}

// String implements contest.
func (w *ward) String() string {
	return fmt.Sprintf("ward: %d trusts in %d roles; %d sessions were issued and %d refused; they were good for %d calls, and %d ended with their role",
		w.current.Load(), len(w.roles), w.assumed.Load(), w.refused.Load(), w.used.Load(), w.dead.Load())
}
