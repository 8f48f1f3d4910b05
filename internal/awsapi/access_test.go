// SPDX-License-Identifier: Apache-2.0

package awsapi_test

import (
	"context"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

type statement struct{ Reading bool }

func (s *statement) Reads() bool { return s.Reading }

// TestOnlyWritesMayTurnOutToBeReads: what an input says of itself makes no
// operation more than it is, and no change of what decisions depend on less.
func TestOnlyWritesMayTurnOutToBeReads(t *testing.T) {
	for _, c := range []struct {
		is      awsapi.Access
		reading bool
		want    awsapi.Access
	}{
		{awsapi.Read, true, awsapi.Read},
		{awsapi.Read, false, awsapi.Read},
		{awsapi.Write, true, awsapi.Read},
		{awsapi.Write, false, awsapi.Write},
		{awsapi.Control, true, awsapi.Control},
		{awsapi.Control, false, awsapi.Control},
	} {
		op := awsapi.Op(awsapi.Operation{Name: "Execute", Access: c.is, Guard: awsapi.None, Sample: "{}"}, nil,
			func(context.Context, *awsapi.Call, *statement) (*struct{}, error) { return nil, nil })
		if got := op.AccessOf(&statement{c.reading}); got != c.want {
			t.Errorf("access %d, reading %v: got %d, want %d", c.is, c.reading, got, c.want)
		}
	}
	op := awsapi.Operation{Access: awsapi.Write}
	if op.AccessOf(&struct{}{}) != awsapi.Write {
		t.Error("an input that says nothing reads")
	}
}
