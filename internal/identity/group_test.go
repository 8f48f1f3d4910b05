// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const denyList = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:ListBucket","Resource":"*"}}`

// group adds a group.
func (w *world) group(name string, change func(*identity.Group)) (g *identity.Group) {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		g = &identity.Group{Entity: identity.Entity{Account: blue, ID: identity.NewGroupID(), Name: name, Path: "/"}}
		if change != nil {
			change(g)
		}
		return identity.CreateGroup(tx, g)
	})
	return g
}

func (w *world) join(g *identity.Group, u *identity.User) {
	w.Helper()
	w.update(func(tx *storage.Tx) error { return identity.Join(tx, g, u) })
}

func (w *world) leave(g *identity.Group, u *identity.User) {
	w.Helper()
	w.update(func(tx *storage.Tx) error { return identity.Leave(tx, g, u) })
}

// membersOf returns the names of g's members.
func (w *world) membersOf(g *identity.Group, after string) string {
	w.Helper()
	var names []string
	err := w.view(func(tx *storage.Tx) error {
		for u, err := range identity.Members(tx, g, after) {
			if err != nil {
				return err
			}
			names = append(names, u.Name)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return strings.Join(names, " ")
}

func TestPoliciesOfGroupsHoldForTheirMembersWhileTheyAreThat(t *testing.T) {
	w := newWorld(t)
	u, keyID, _ := w.user("Ann", nil)
	may := func(when string, get, list bool) {
		t.Helper()
		caller := w.mustCaller(w.mustCredential(keyID, ""))
		for range 2 {
			if g, l := w.may(caller, "s3:GetObject"), w.may(caller, "s3:ListBucket"); g != get || l != list {
				t.Errorf("%s: may get %v, list %v", when, g, l)
			}
		}
	}
	arnOf := w.managed("any-s3", anyS3)
	all := w.group("all", func(g *identity.Group) { g.Attached = []string{arnOf} })
	quiet := w.group("quiet", func(g *identity.Group) { g.Inline = []identity.Inline{{Name: "p", Text: denyList}} })
	may("in no group", false, false)
	w.join(all, u)
	may("in a group", true, true)
	w.join(quiet, u)
	may("in a group with a Deny", true, false)
	w.leave(quiet, u)
	may("out of it", true, true)
	w.managed("any-s3", readS3)
	may("the group's policy has shrunk", true, false)
	all.Attached = nil
	w.update(func(tx *storage.Tx) error { return identity.Groups.Put(tx, blue, all.Name, all) })
	may("the group's policy was detached", false, false)
}

// What can't be found may hold a Deny.
func TestAGroupThatIsGoneFails(t *testing.T) {
	w := newWorld(t)
	dev := w.group("dev", nil)
	for name, change := range map[string]func(*identity.User){
		"gone": func(u *identity.User) { u.Groups = []string{identity.NewGroupID()} },
		"another of its name": func(u *identity.User) {
			old := w.group("ops", nil)
			u.Groups = []string{old.ID}
			w.update(func(tx *storage.Tx) error {
				return identity.Groups.Put(tx, blue, "ops", &identity.Group{Entity: identity.Entity{Account: blue, ID: dev.ID, Name: "ops"}})
			})
		},
		"malformed policy": func(u *identity.User) {
			g := w.group("bad", func(g *identity.Group) {
				g.Inline = []identity.Inline{{Name: "p", Text: `{"Version":"2012-10-17"}`}}
			})
			u.Groups = []string{g.ID}
		},
		"policy gone": func(u *identity.User) {
			g := w.group("bare", func(g *identity.Group) { g.Attached = []string{"arn:aws:iam::" + blue + ":policy/gone"} })
			u.Groups = []string{g.ID}
		},
	} {
		u, keyID, _ := w.user(strings.ReplaceAll(name, " ", "-"), nil)
		change(u)
		w.update(func(tx *storage.Tx) error { return identity.Users.Put(tx, blue, u.Name, u) })
		caller := w.mustCaller(w.mustCredential(keyID, ""))
		if err := w.view(func(tx *storage.Tx) error {
			_, err := w.dir.Grants(tx, caller)
			return err
		}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMembersStayWhateverChangesItsName(t *testing.T) {
	w := newWorld(t)
	dev, devOps := w.group("Dev", nil), w.group("dev-ops", nil)
	ann, _, _ := w.user("Ann", nil)
	bob, _, _ := w.user("bob", nil)
	w.join(dev, bob)
	w.join(dev, ann)
	w.join(dev, ann)
	if got := w.membersOf(dev, ""); got != "Ann bob" {
		t.Errorf("members are %s", got)
	}
	if got := w.membersOf(dev, "ANN"); got != "bob" {
		t.Errorf("members after Ann are %s", got)
	}
	if got := w.membersOf(devOps, ""); got != "" {
		t.Errorf("members of another are %s", got)
	}
	ann.Name = "zoe"
	w.update(func(tx *storage.Tx) error { return identity.RenameUser(tx, ann, "Ann") })
	dev.Name = "Development"
	w.update(func(tx *storage.Tx) error { return identity.RenameGroup(tx, dev, "Dev") })
	if got := w.membersOf(dev, ""); got != "bob zoe" {
		t.Errorf("after both were renamed the members are %s", got)
	}
	err := w.view(func(tx *storage.Tx) error {
		groups, err := identity.UserGroups(tx, ann)
		if err == nil && (len(groups) != 1 || groups[0].Name != "Development") {
			t.Errorf("groups are %v", groups)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.leave(dev, ann)
	w.leave(dev, ann)
	if got := w.membersOf(dev, ""); got != "bob" {
		t.Errorf("after zoe has left the members are %s", got)
	}
}

// Keys and trust policies mean a user by its id, and so does whoever comes after.
func TestARenamedUserIsTheSame(t *testing.T) {
	w := newWorld(t)
	ann, keyID, _ := w.user("ann", func(u *identity.User) { u.Inline = []identity.Inline{{Name: "p", Text: readS3}} })
	w.update(func(tx *storage.Tx) error {
		ann.AccessKeys = []string{keyID}
		return identity.Users.Put(tx, blue, ann.Name, ann)
	})
	var trust []byte
	w.update(func(tx *storage.Tx) (err error) {
		trust, err = identity.ResolvePrincipals(tx, []byte(strings.Replace(trustAll, `"*"`, `"`+ann.ARN().String()+`"`, 1)))
		return err
	})
	ann.Name, ann.Path = "zoe", "/"
	w.update(func(tx *storage.Tx) error { return identity.RenameUser(tx, ann, "ann") })
	other, _, _ := w.user("ann", nil)
	caller := w.mustCaller(w.mustCredential(keyID, ""))
	if caller.Principal.ID != ann.ID || caller.Principal.Name != "zoe" || !w.may(caller, "s3:GetObject") {
		t.Errorf("the key's owner is %v", caller.Principal)
	}
	err := w.view(func(tx *storage.Tx) error {
		shown, err := identity.ShowPrincipals(tx, trust)
		if err == nil && !strings.Contains(string(shown), ann.ARN().String()) {
			t.Errorf("the trust policy shows %s", shown)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(trust), other.ID) || !strings.Contains(string(trust), ann.ID) {
		t.Errorf("the trust policy is %s", trust)
	}
}

// Counting is cheap, but what was never counted is.
func TestEntitiesAreCounted(t *testing.T) {
	w := newWorld(t)
	count := func(when string, want int) {
		t.Helper()
		err := w.view(func(tx *storage.Tx) error {
			n, err := identity.UserCount.Count(tx, blue)
			if n != want {
				t.Errorf("%s: %d users", when, n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put := func(name string) {
		u := &identity.User{Entity: identity.Entity{Account: blue, ID: identity.NewUserID(), Name: name, Path: "/"}}
		w.update(func(tx *storage.Tx) error { return identity.Users.Put(tx, blue, name, u) })
	}
	count("at first", 0)
	put("uncounted")
	put("as-well")
	count("never counted", 2)
	ann, _, _ := w.user("ann", nil)
	count("one more", 3)
	w.update(func(tx *storage.Tx) error { return identity.DeleteUser(tx, ann) })
	count("one less", 2)
	put("in-secret")
	count("counted", 2)
}
