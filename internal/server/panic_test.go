// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

func TestACallThatBreaksDownIsAnsweredAndRecorded(t *testing.T) {
	broken := func(name string, access awsapi.Access) awsapi.Operation {
		return awsapi.Op(awsapi.Operation{Name: name, Access: access, Guard: awsapi.None, Sample: `{}`}, nil,
			func(context.Context, *awsapi.Call, *input) (*output, error) { panic("broken") })
	}
	l := newLab(t, broken("Get", awsapi.Read), broken("Put", awsapi.Write))
	for _, op := range []string{"Get", "Put"} {
		l.expect(op, http.StatusInternalServerError)
	}
	if log := l.records(); strings.Count(log, `"error":"InternalFailure"`) != 2 {
		t.Errorf("of 2 calls the log has\n%s", log)
	}
	if n := strings.Count(l.logged.String(), "panic_test.go"); n < 2 {
		t.Errorf("it isn't logged where they broke down: %s", l.logged)
	}
}
