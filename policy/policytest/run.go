// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// A Result is what running vectors found.
type Result struct {
	Decisions, Validations int // how many were run
	Mismatches             []Mismatch
}

// A Mismatch is a vector whose outcome is not the one expected.
type Mismatch struct {
	ID, Description string
	Got, Want       string
	Explanation     string // of a decision
}

// RunVectors runs all vectors.
func RunVectors(v *Vectors) *Result {
	r := &Result{Decisions: len(v.Decisions), Validations: len(v.Validations)}
	for i := range v.Decisions {
		d := &v.Decisions[i]
		if d.Err != nil {
			r.Mismatches = append(r.Mismatches, Mismatch{ID: d.ID, Description: d.Description, Got: "error: " + d.Err.Error(), Want: d.Want.String()})
			continue
		}
		if got := d.Policies.Evaluate(&d.Request).Kind; got != d.Want {
			r.Mismatches = append(r.Mismatches, Mismatch{
				d.ID, d.Description, got.String(), d.Want.String(), d.Policies.Explain(&d.Request).String(),
			})
		}
	}
	for i := range v.Validations {
		d := &v.Validations[i]
		if got, want := d.run(), d.want(); got != want {
			r.Mismatches = append(r.Mismatches, Mismatch{ID: d.ID, Description: d.Description, Got: got, Want: want})
		}
	}
	return r
}

const valid = "valid"

func (v *Validation) want() string {
	if v.Valid {
		return valid
	}
	return v.Code + ": " + v.Message
}

// run validates the document and returns the outcome in the form of want;
// what the vector leaves open is taken from it.
func (v *Validation) run() string {
	if v.Err != nil {
		return "error: " + v.Err.Error()
	}
	err := policy.Validate([]byte(v.Document), v.Type)
	if err == nil {
		return valid
	}
	var e *policy.ValidationError
	if v.Valid || !errors.As(err, &e) {
		return err.Error()
	}
	code, msg := e.Code, e.Message
	if v.Code == "" {
		code = ""
	}
	if v.Message == "" {
		msg = ""
	}
	return code + ": " + msg
}
