// SPDX-License-Identifier: Apache-2.0

package dynamodb

import "github.com/bailiwick-dev/bailiwick/internal/awsapi"

// settingRows are the operations that change a table itself, and not its items:
// its description, its tags and its policy.
func (s *service) settingRows() []awsapi.Operation {
	type row = awsapi.Operation
	const on = `{"ResourceArn":"` + sampleARN + `"`
	return []awsapi.Operation{
		awsapi.Op(row{Name: "UpdateTable", Access: awsapi.Control, Sample: sampleUpdateTable}, s.updateTableNeeds, s.updateTable),
		awsapi.Op(row{Name: "TagResource", Access: awsapi.Control, Sample: on + `,"Tags":[{"Key":"team","Value":"sales"}]}`}, s.tagResourceNeeds, s.tagResource),
		awsapi.Op(row{Name: "ListTagsOfResource", Sample: on + `}`}, s.listTagsOfResourceNeeds, s.listTagsOfResource),
		awsapi.Op(row{Name: "UntagResource", Access: awsapi.Control, Sample: on + `,"TagKeys":["team"]}`}, s.untagResourceNeeds, s.untagResource),
		awsapi.Op(row{Name: "PutResourcePolicy", Access: awsapi.Control, Sample: on + `,"Policy":"` + samplePolicy + `"}`}, s.putResourcePolicyNeeds, s.putResourcePolicy),
		awsapi.Op(row{Name: "GetResourcePolicy", Sample: on + `}`}, s.getResourcePolicyNeeds, s.getResourcePolicy),
		awsapi.Op(row{Name: "DeleteResourcePolicy", Access: awsapi.Control, Sample: on + `}`}, s.deleteResourcePolicyNeeds, s.deleteResourcePolicy),
	}
}

const (
	sampleARN         = `arn:aws:dynamodb:us-east-1:$ACCOUNT:table/Sample`
	sampleUpdateTable = `{"TableName":"Sample","AttributeDefinitions":[{"AttributeName":"n","AttributeType":"N"}],
		"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"ByNumber","KeySchema":[{"AttributeName":"n","KeyType":"HASH"}],
		"Projection":{"ProjectionType":"KEYS_ONLY"}}}]}`
	samplePolicy = `{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"$ACCOUNT\"},` +
		`\"Action\":\"dynamodb:DescribeTable\",\"Resource\":\"` + sampleARN + `\"}}`
)

// settingActions is the part of the catalogue for settingRows.
func settingActions() []awsapi.Action {
	table, policied := []string{"table"}, []string{"table", "stream"}
	return []awsapi.Action{
		{Name: "dynamodb:UpdateTable", Resources: table},
		{Name: "dynamodb:TagResource", Resources: table},
		{Name: "dynamodb:UntagResource", Resources: table},
		{Name: "dynamodb:ListTagsOfResource", Resources: table},
		{Name: "dynamodb:PutResourcePolicy", Resources: policied},
		{Name: "dynamodb:GetResourcePolicy", Resources: policied},
		{Name: "dynamodb:DeleteResourcePolicy", Resources: policied},
	}
}
