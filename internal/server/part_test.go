// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// inParts is an operation that is allowed in parts: the first need is of what is
// ours, the second of what is theirs and opens it.
func inParts(access awsapi.Access, handle handleFunc, more ...awsapi.Need) awsapi.Operation {
	needs := append([]awsapi.Need{need(ours, mine(true)), need(theirs, notes.One(true, theirs, "mine"))}, more...)
	return awsapi.Op(awsapi.Operation{Name: "Do", Access: access, Guard: awsapi.Each, Sample: `{}`},
		func(context.Context, *awsapi.Call, *input) ([]awsapi.Need, error) { return needs, nil },
		func(_ context.Context, c *awsapi.Call, _ *input) (*output, error) {
			value, err := handle(c)
			return &output{value}, err
		})
}

// TestAPartThatIsDeniedOpensNothing has a handler do the part that is allowed, and
// then what is denied all the same.
func TestAPartThatIsDeniedOpensNothing(t *testing.T) {
	for name, access := range map[string]awsapi.Access{"Read": awsapi.Read, "Write": awsapi.Write} {
		l := newLab(t, inParts(access, func(c *awsapi.Call) (string, error) {
			if len(c.Denied) != 2 || c.Denied[0] != nil || c.Denied[1] == nil || c.Denied[1].Kind != awsapi.Denied {
				t.Errorf("%s: the handler is told %v", name, c.Denied)
			}
			return notes.Get(c.Tx, ours, "mine")
		}))
		if body := l.expect("Do", http.StatusOK); !strings.Contains(body, "before") {
			t.Errorf("%s: got %s", name, body)
		}
		l = newLab(t, inParts(access, func(c *awsapi.Call) (string, error) {
			value, _ := notes.Get(c.Tx, theirs, "mine")
			return value, nil
		}))
		if body := l.expect("Do", http.StatusInternalServerError); strings.Contains(body, "before") {
			t.Errorf("%s: got %s", name, body)
		}
	}
}

// TestAPartThatIsDeniedIsOnDiskBeforeTheAnswer looks at the records of calls whose
// second part is denied: of one that reads, of one that changes something, and of
// those if they fail.
func TestAPartThatIsDeniedIsOnDiskBeforeTheAnswer(t *testing.T) {
	decision := regexp.MustCompile(`"decision":"ImplicitDeny",("error":"InternalFailure",)?"checks":\[\{[^}]*"decision":"Allow".*\{"action":"lab:Do","resource":"arn:aws:lab:us-east-1:` + theirs + `:thing/x","decision":"ImplicitDeny"`)
	for name, access := range map[string]awsapi.Access{"Read": awsapi.Read, "Write": awsapi.Write} {
		for _, failure := range []error{nil, errors.New("broken")} {
			want := http.StatusOK
			if failure != nil {
				want = http.StatusInternalServerError
			}
			l := newLab(t, inParts(access, func(c *awsapi.Call) (string, error) { return "", failure }))
			l.expect("Do", want)
			if !l.recorded(`"operation":"Do"`) {
				t.Errorf("%s, which fails with %v, is answered and not on record", name, failure)
			}
			records := l.records()
			m := decision.FindStringSubmatch(records)
			if m == nil || (m[1] != "") != (failure != nil) || strings.Count(records, `"operation":"Do"`) != 1 {
				t.Errorf("%s, which fails with %v: the record is %s", name, failure, records)
			}
		}
	}
}

// TestRefusalsOfPartsAreRecordedApart denies two parts by different policies.
func TestRefusalsOfPartsAreRecordedApart(t *testing.T) {
	closed := func(condition string) awsapi.Need {
		n := need(theirs)
		n.Policy = resourcePolicy(t, `,"Condition":{"StringEquals":{"aws:PrincipalTag/of":"`+condition+`"}}`)
		return n
	}
	l := newLab(t, inParts(awsapi.Read, func(*awsapi.Call) (string, error) { return "", nil }, closed("one"), closed("two")))
	l.expect("Do", http.StatusOK)
	records := l.records()
	var digests []string
	for _, m := range regexp.MustCompile(`"policies":\[\{"kind":"resource-based policy"[^]]*"digest":"([0-9a-f]+)"`).FindAllStringSubmatch(records, -1) {
		digests = append(digests, m[1])
	}
	if len(digests) != 2 || digests[0] == digests[1] {
		t.Errorf("the policies of the two parts are %q in %s", digests, records)
	}
}

// TestWhatEndsCachesIsNotAllowedInParts: a Control operation ends the caches of the
// owner of every need, also of one that is denied.
func TestWhatEndsCachesIsNotAllowedInParts(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("such an operation can be made")
		}
	}()
	inParts(awsapi.Control, func(*awsapi.Call) (string, error) { return "", nil })
}
