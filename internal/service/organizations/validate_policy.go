// SPDX-License-Identifier: Apache-2.0

package organizations

// maxDescription is the length of the longest description of a policy, in
// characters.
const maxDescription = 512

func (in *enablePolicyTypeInput) Validate() error {
	var k checker
	k.matches("RootId", in.RootId, rootPattern)
	k.policyType("PolicyType", in.PolicyType)
	return k.err
}

func (in *disablePolicyTypeInput) Validate() error {
	var k checker
	k.matches("RootId", in.RootId, rootPattern)
	k.policyType("PolicyType", in.PolicyType)
	return k.err
}

func (in *createPolicyInput) Validate() error {
	var k checker
	k.text("Name", in.Name, 1, 128)
	k.matches("Name", in.Name, namePattern)
	if in.Description != nil {
		k.text("Description", *in.Description, 0, maxDescription)
	}
	k.policyType("Type", in.Type)
	k.text("Content", in.Content, 1, 1<<17)
	k.tags(in.Tags)
	return k.err
}

func (in *updatePolicyInput) Validate() error {
	var k checker
	k.matches("PolicyId", in.PolicyId, policyPattern)
	if in.Name != nil {
		k.text("Name", *in.Name, 1, 128)
		k.matches("Name", *in.Name, namePattern)
	}
	if in.Description != nil {
		k.text("Description", *in.Description, 0, maxDescription)
	}
	if in.Content != nil {
		k.text("Content", *in.Content, 1, 1<<17)
	}
	return k.err
}

func (in *deletePolicyInput) Validate() error {
	var k checker
	k.matches("PolicyId", in.PolicyId, policyPattern)
	return k.err
}

func (in *describePolicyInput) Validate() error {
	var k checker
	k.matches("PolicyId", in.PolicyId, policyPattern)
	return k.err
}

func (in *listPoliciesInput) Validate() error {
	var k checker
	k.policyType("Filter", in.Filter)
	k.page(in.MaxResults, in.NextToken)
	return k.err
}

func (in *attachPolicyInput) Validate() error {
	var k checker
	k.matches("PolicyId", in.PolicyId, policyPattern)
	k.matches("TargetId", in.TargetId, targetPattern)
	return k.err
}

func (in *detachPolicyInput) Validate() error {
	var k checker
	k.matches("PolicyId", in.PolicyId, policyPattern)
	k.matches("TargetId", in.TargetId, targetPattern)
	return k.err
}

func (in *listPoliciesForTargetInput) Validate() error {
	var k checker
	k.policyType("Filter", in.Filter)
	k.matches("TargetId", in.TargetId, targetPattern)
	k.page(in.MaxResults, in.NextToken)
	return k.err
}

func (in *listTargetsForPolicyInput) Validate() error {
	var k checker
	k.matches("PolicyId", in.PolicyId, policyPattern)
	k.page(in.MaxResults, in.NextToken)
	return k.err
}
