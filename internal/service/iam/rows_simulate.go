// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// simulationOperations returns the operations that try policies without a request.
func simulationOperations(d *identity.Directory) []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(read("GetContextKeysForCustomPolicy", `{"PolicyInputList":[`+samplePolicy+`]}`),
			listing[getContextKeysForCustomPolicyInput]("iam:GetContextKeysForCustomPolicy", noSpans), getContextKeysForCustomPolicy),
		awsapi.Op(read("GetContextKeysForPrincipalPolicy", `{"PolicySourceArn":"`+sampleSource+`"}`),
			onSource[getContextKeysForPrincipalPolicyInput](d, "iam:GetContextKeysForPrincipalPolicy"), getContextKeysForPrincipalPolicy),
		awsapi.Op(read("SimulateCustomPolicy", `{"PolicyInputList":[`+samplePolicy+`],"ActionNames":["s3:GetObject"]}`),
			listing[simulateCustomPolicyInput]("iam:SimulateCustomPolicy", noSpans), simulateCustomPolicy),
		awsapi.Op(read("SimulatePrincipalPolicy", `{"PolicySourceArn":"`+sampleSource+`","ActionNames":["s3:GetObject"]}`),
			onSource[simulatePrincipalPolicyInput](d, "iam:SimulatePrincipalPolicy"), simulatePrincipalPolicy),
	}
}

// sampleSource is a group that is there while the samples of these run.
const sampleSource = `arn:aws:iam::000000000000:group/tenants/yellow/teams/yellow-team`

// simulationActions returns their actions.
func simulationActions() []awsapi.Action {
	of := []string{"user", "role", "group"}
	tags := []awsapi.Key{{Name: "aws:ResourceTag/"}, {Name: "iam:ResourceTag/"}, {Name: "iam:PermissionsBoundary"}}
	return append(
		declare(nil, nil, "GetContextKeysForCustomPolicy", "SimulateCustomPolicy"),
		declare(of, tags, "GetContextKeysForPrincipalPolicy", "SimulatePrincipalPolicy")...)
}
