// SPDX-License-Identifier: Apache-2.0

package clienttest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// TestATablesLife manages a table with boto3: its indexes, units, stream, tags and
// policy.
func TestATablesLife(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/table.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := run(t, bailiwicktest.New(t), "../../scripts/python-boto3.sh", "testdata/table.py")
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
