// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

type getSessionTokenInput struct {
	DurationSeconds *int32
	SerialNumber    *string
	TokenCode       *string

	epoch uint64 // of the caller's account
}

type getSessionTokenOutput struct {
	Credentials credentials

	session string // id of the session issued
}

// Issued implements awsapi.Issuer.
func (out *getSessionTokenOutput) Issued() string { return out.session }

// Validate checks the constraints.
func (in *getSessionTokenInput) Validate() error {
	var v constraint.Violations
	v.Number("durationSeconds", in.DurationSeconds, minDuration, maxUserDuration)
	deviceConstraints(&v, in.SerialNumber, in.TokenCode)
	return v.Err()
}

// deviceConstraints checks how a device and its code are written.
func deviceConstraints(v *constraint.Violations, serialNumber, tokenCode *string) {
	v.Text("serialNumber", serialNumber, constraint.SerialNumber)
	v.Text("tokenCode", tokenCode, constraint.TokenCode)
}
