// SPDX-License-Identifier: Apache-2.0

package service_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// TestChoresAreTheGoldenOnes holds the list of all that services do without a
// call, which nobody's policies decide. Chores reach what their service keeps, and
// no record of who may do what.
func TestChoresAreTheGoldenOnes(t *testing.T) {
	golden := []string{
		"dynamodb.expire: deletes items whose time has come",
		"dynamodb.fill: adds to indexes the items that were there before them",
		"dynamodb.tokens: forgets the tokens of old transactions",
		"dynamodb.trim: forgets what streams have had for a day",
		"dynamodb.usage: counts what tenants use",
	}
	var got []string
	for _, svc := range service.All(nil) {
		own := storage.AppendString([]byte{byte(storage.Metadata)}, svc.Name+"/")
		own = own[:bytes.Index(own, []byte(svc.Name+"/"))+len(svc.Name)+1]
		for _, c := range svc.Chores {
			got = append(got, svc.Name+"."+c.Name)
			for _, s := range c.Spans {
				data := s.Lo[0] == byte(storage.Data) && bytes.Compare(s.Hi, storage.Data.Span(false).Hi) <= 0
				record := bytes.HasPrefix(s.Lo, own) && bytes.Compare(s.Hi, storage.PrefixEnd(own)) <= 0
				if !data && !record {
					t.Errorf("chore %s of %s may touch %q to %q, which is not the service's", c.Name, svc.Name, s.Lo, s.Hi)
				}
			}
		}
	}
	var want []string
	for _, line := range golden {
		name, _, _ := strings.Cut(line, ":")
		want = append(want, name)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("chores are %q, want %q", got, want)
	}
}
