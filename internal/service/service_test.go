// SPDX-License-Identifier: Apache-2.0

package service_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service"
)

// TestUnguardedOperationsAreTheGoldenOnes holds the list of every operation
// that a request may reach unsigned, that no permission guards, or that is allowed
// in parts.
func TestUnguardedOperationsAreTheGoldenOnes(t *testing.T) {
	golden := []string{
		"dynamodb.BatchExecuteStatement: each statement is answered by itself, with a denial too",
		"sts.AssumeRoleWithSAML: who calls is in the assertion; the role's trust policy decides",
		"sts.AssumeRoleWithWebIdentity: who calls is in the token; the role's trust policy decides",
		"sts.GetCallerIdentity: any caller may ask who it is, whatever its policies say",
	}
	var got []string
	for _, svc := range service.All(nil) {
		for i := range svc.Operations {
			if op := &svc.Operations[i]; op.Auth != awsapi.Signed || op.Guard != awsapi.Needs {
				got = append(got, svc.Name+"."+op.Name)
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
		t.Errorf("unguarded operations are %q, want %q", got, want)
	}
}

// TestServicesAndOperationsHaveOneName: no service, target or operation hides
// another.
func TestServicesAndOperationsHaveOneName(t *testing.T) {
	seen := map[string]bool{}
	once := func(format string, args ...any) {
		name := fmt.Sprintf(format, args...)
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
	}
	for _, svc := range service.All(nil) {
		once("service %s", svc.Name)
		if svc.Target != "" {
			once("target %s", svc.Target)
		}
		for i := range svc.Operations {
			once("operation %s.%s", svc.Name, svc.Operations[i].Name)
		}
		for _, a := range svc.Actions {
			once("action %s", a.Name)
		}
	}
}
