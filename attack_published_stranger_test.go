// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// holdAgainstStrangers has sessions of the role whose tag isn't the tenant's try
// each call for what is the tenant's. All calls have succeeded for the tenant or an
// administrator.
func (r *reading) holdAgainstStrangers() {
	if r.tag == "" {
		return // all sessions are the tenant's
	}
	own := r.given[0]
	for who, more := range map[string]map[string]any{
		"without a tag":             nil,
		"with an empty tag":         tagsOf(r.tag, ""),
		"with another's tag":        tagsOf(r.tag, "blue"),
		"whose tag is a prefix":     tagsOf(r.tag, "yello"),
		"whose tag is longer":       tagsOf(r.tag, "yellow2"),
		"whose tag is in capitals":  tagsOf(r.tag, "YELLOW"),
		"whose tag has another key": tagsOf(r.tag+"2", "yellow"),
	} {
		r.refuseAll("a session "+who, r.assume(r.vendor, "tenant", more), own)
	}
	// A tag that is absent gives nothing. One that is empty gives what the text says
	// with nothing in its place, which is no tenant's.
	if bare := strings.ReplaceAll(own, "yellow", ""); bare != "" {
		r.refuseAll("a session without a tag", r.assume(r.vendor, "tenant", nil), bare)
		r.allowed(r.assume(r.vendor, "tenant", tagsOf(r.tag, "")), reaches[0], bare)
	}
}

// refuseAll makes all calls for a partition, those apart that the document allows
// everybody. Each is to be denied.
func (r *reading) refuseAll(who string, as aws.Config, partition string) {
	r.t.Helper()
	var calls []reach
	for _, c := range reaches {
		if !slices.Contains(strings.Fields(r.leaks), c.name) {
			calls = append(calls, reach{c.name, c.op, r.expandCall(c.in, partition, partition)})
		}
	}
	r.refuseCalls(who, as, calls)
}

// refuseCalls makes calls, several at a time. Each is to be denied.
func (s *siege) refuseCalls(who string, as aws.Config, calls []reach) {
	s.t.Helper()
	var all sync.WaitGroup
	room := make(chan struct{}, 48)
	for _, c := range calls {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			a, err := servicetest.Call(s.t.Context(), as, s.services[c.service()], c.op, c.in)
			inParts := c.op == "BatchExecuteStatement" && a.Status == http.StatusOK && a.Denied() // all of them
			if err != nil || codeOf(a.Body) != "AccessDeniedException" && !inParts {
				s.t.Errorf("%s, %s by %s is to be denied: got %d %s, %v", c.name, c.in, who, a.Status, a.Body, err)
			}
		})
	}
	all.Wait()
}

// elsewhere is another account, whose administrator has a role that has each
// document in its turn.
type elsewhere struct{ admin aws.Config }

const otherAccount = "222222222222"

func newElsewhere(s *siege) elsewhere {
	s.t.Helper()
	_, admin := s.account(otherAccount)
	s.must(admin, "iam", "CreateRole", map[string]any{"RoleName": "tenant", "AssumeRolePolicyDocument": openTo(otherAccount)})
	return elsewhere{admin}
}

// holdElsewhere makes all calls on the table from another account, where the same
// document lets a session with the same tag: the table's account says nothing of
// it.
func (r *reading) holdElsewhere(e elsewhere) {
	r.t.Helper()
	r.must(e.admin, "iam", "PutRolePolicy", map[string]any{"RoleName": "tenant", "PolicyName": "p", "PolicyDocument": r.document})
	in := map[string]any{"RoleArn": "arn:aws:iam::" + otherAccount + ":role/tenant", "RoleSessionName": "raid"}
	if r.tag != "" {
		in["Tags"] = tagsOf(r.tag, "yellow")["Tags"]
	}
	there := *r
	there.table = "arn:aws:dynamodb:us-east-1:000000000000:table/" + r.table
	var calls []reach
	for _, c := range reaches {
		if c.op == "ListTables" || c.op == "ListStreams" {
			continue // they list what is the caller's own
		}
		text := strings.ReplaceAll(c.in, "arn:aws:dynamodb:us-east-1:000000000000:table/<T>", "<T>")
		calls = append(calls, reach{c.name, c.op, there.expandCall(text, r.given[0], r.given[0])})
	}
	r.refuseCalls("another account's administrator", e.admin, calls)
	r.refuseCalls("another account's session", r.credentials(r.must(e.admin, "sts", "AssumeRole", in)), calls)
}
