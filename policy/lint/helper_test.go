// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/lint"
)

// request returns what r asks.
func request(t testing.TB, r *lint.Request) *policy.Request {
	t.Helper()
	caller, err := policy.ParsePrincipal(r.Principal)
	if err != nil {
		t.Fatal(err)
	}
	q := &policy.Request{Principal: &caller, Action: r.Action, ResourceAccount: caller.Account}
	if r.Resource != "*" {
		if q.Resource, err = arn.Parse(r.Resource); err != nil {
			t.Fatal(err)
		}
	}
	if q.Context, err = policy.MapOf(r.Context); err != nil {
		t.Fatal(err)
	}
	return q
}

// statement wraps the members of one into a document.
func statement(members string) []byte {
	return []byte("{\"Version\":\"2012-10-17\",\"Statement\":[\n{" + members + "}]}")
}

type leakVector struct {
	id, description string
	documents       [][]byte
}

// leakVectors returns the engine's vectors that are allowed and should not be.
func leakVectors(t testing.TB) []leakVector {
	t.Helper()
	text, err := os.ReadFile("../testdata/iam-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			ID, Description string
			IsolationLeak   bool
			Policies        struct {
				Identity []json.RawMessage
				Resource json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var leaks []leakVector
	for _, v := range file.Vectors {
		if !v.IsolationLeak {
			continue
		}
		leak := leakVector{id: v.ID, description: v.Description}
		for _, d := range append(v.Policies.Identity, v.Policies.Resource) {
			if len(d) > 0 {
				leak.documents = append(leak.documents, d)
			}
		}
		leaks = append(leaks, leak)
	}
	return leaks
}
