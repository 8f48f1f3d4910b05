// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"os"
	"testing"

	"github.com/bailiwick-dev/bailiwick/policy/policytest"
)

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("../testdata/iam-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := policytest.LoadVectors(text)
	if err != nil {
		t.Fatal(err)
	}
	r := policytest.RunVectors(v)
	for _, m := range r.Mismatches {
		t.Errorf("%s: %s: got %s, want %s\n%s", m.ID, m.Description, m.Got, m.Want, m.Explanation)
	}
	if r.Decisions != 139 || r.Validations != 24 {
		t.Errorf("ran %d decisions and %d validations, want 139 and 24", r.Decisions, r.Validations)
	}
}
