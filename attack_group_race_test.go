// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// TestMembershipIsTheSameFromBothSides lets users and groups be made, renamed,
// joined, left and deleted all at once. Then users say to be in the groups that
// say to have them, nobody is in a group that is gone, and the counts are right.
func TestMembershipIsTheSameFromBothSides(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const names = 3
	end := time.Now().Add(1500 * time.Millisecond)
	var g errgroup.Group
	for worker := range 6 {
		g.Go(func() error {
			for i := worker; time.Now().Before(end); i++ {
				user, other := fmt.Sprintf("u%d", i%names), fmt.Sprintf("u%d", (i/5+worker)%names)
				group, next := fmt.Sprintf("g%d", i/3%names), fmt.Sprintf("g%d", (i/7+worker)%names)
				both := `{"UserName":"` + user + `","GroupName":"` + group + `"}`
				for op, in := range map[string]string{
					"CreateUser":          `{"UserName":"` + user + `"}`,
					"CreateGroup":         `{"GroupName":"` + group + `"}`,
					"AddUserToGroup":      both,
					"RemoveUserFromGroup": both,
					"UpdateUser":          `{"UserName":"` + user + `","NewUserName":"` + other + `"}`,
					"UpdateGroup":         `{"GroupName":"` + group + `","NewGroupName":"` + next + `"}`,
					"DeleteUser":          `{"UserName":"` + other + `"}`,
					"DeleteGroup":         `{"GroupName":"` + next + `"}`,
				} {
					a, err := servicetest.Call(t.Context(), s.root, s.services["iam"], op, in)
					if err != nil {
						return err
					}
					if a.Status >= 500 {
						return fmt.Errorf("%s %s: got %d %s", op, in, a.Status, a.Body)
					}
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if len(s.memberships()) == 0 {
		// The race may end with nobody anywhere; what follows has something to see.
		s.must(s.root, "iam", "CreateUser", map[string]any{"UserName": "last"})
		s.must(s.root, "iam", "CreateGroup", map[string]any{"GroupName": "last"})
		s.join("last", "last")
	}
	var fromGroups []string
	for _, group := range s.listed("ListGroups", `{}`, "GroupName") {
		for _, user := range s.listed("GetGroup", `{"GroupName":"`+group+`"}`, "UserName") {
			fromGroups = append(fromGroups, user+" in "+group)
		}
	}
	slices.Sort(fromGroups)
	if fromUsers := s.memberships(); !slices.Equal(fromUsers, fromGroups) || len(fromUsers) == 0 {
		t.Errorf("users say %q, groups %q", fromUsers, fromGroups)
	}
	summary := s.do(s.root, "iam", "GetAccountSummary", `{}`).Body
	for kind, op := range map[string]string{"Users": "ListUsers", "Groups": "ListGroups"} {
		n := between(summary, "<key>"+kind+"</key><value>", "</value>")
		if have := len(s.listed(op, `{}`, strings.TrimSuffix(kind, "s")+"Name")); n != strconv.Itoa(have) {
			t.Errorf("%s: %s are counted, there are %d", kind, n, have)
		}
	}
}

// memberships returns who is in which group, as the users have it.
func (s *siege) memberships() (all []string) {
	s.t.Helper()
	for _, user := range s.listed("ListUsers", `{}`, "UserName") {
		for _, group := range s.listed("ListGroupsForUser", `{"UserName":"`+user+`"}`, "GroupName") {
			all = append(all, user+" in "+group)
		}
	}
	slices.Sort(all)
	return all
}

// listed returns the contents of the elements of that name in lists of an answer.
func (s *siege) listed(op, in, element string) (names []string) {
	s.t.Helper()
	d := xml.NewDecoder(strings.NewReader(s.do(s.root, "iam", op, in).Body))
	within := ""
	for {
		token, err := d.Token()
		if err != nil {
			return names
		}
		switch token := token.(type) {
		case xml.StartElement:
			within = token.Name.Local
		case xml.EndElement:
			within = ""
		case xml.CharData:
			if within == element {
				names = append(names, string(token))
			}
		}
	}
}
