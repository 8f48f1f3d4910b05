// SPDX-License-Identifier: Apache-2.0

package dynamodb

// Validate implements [awsapi.Validator].
func (in *updateTimeToLiveInput) Validate() error {
	var v violations
	in.ref = v.table(in.TableName)
	switch spec := in.TimeToLiveSpecification; {
	case spec == nil:
		v.missing("timeToLiveSpecification")
	case spec.AttributeName == nil:
		v.missing("timeToLiveSpecification.attributeName")
	default:
		v.length(*spec.AttributeName, "timeToLiveSpecification.attributeName", 1, 255)
	}
	if spec := in.TimeToLiveSpecification; spec != nil && spec.Enabled == nil {
		v.missing("timeToLiveSpecification.enabled")
	}
	return v.err()
}

// Validate implements [awsapi.Validator].
func (in *describeTimeToLiveInput) Validate() error {
	var v violations
	in.ref = v.table(in.TableName)
	return v.err()
}
