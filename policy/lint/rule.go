// SPDX-License-Identifier: Apache-2.0

package lint

import "slices"

// A Rule is one kind of finding.
type Rule struct {
	ID    string // L0 to L8
	Name  string // in camel case
	Short string // one sentence
	Help  string // why it matters and what to do
}

// The rules' ids.
const (
	malformedRule = "L0"
	prefixRule    = "L1"
	vacuousRule   = "L2"
	unknownRule   = "L3"
	wildcardRule  = "L4"
	mismatchRule  = "L5"
	trustRule     = "L6"
	taggingRule   = "L7"
	templateRule  = "L8"
)

var rules = [...]Rule{
	{
		malformedRule, "malformedDocument", "AWS would not save the document.",
		"The message is AWS's own, of the first check that fails. Comments are among what JSON does not have.",
	},
	{
		prefixRule, "noSeparator", "A tenant's text is next to a wildcard, so that one tenant's name may begin or end another's.",
		"Where a pattern has acme*, the tenant acme also reaches what is acme2's. Put a character between them that tenant ids " +
			"can't have, such as / or #, or compare for equality. A - does not help where ids may have one. A prefix of keys that are listed is " +
			"such a pattern by itself.",
	},
	{
		vacuousRule, "holdsWithoutKey", "A condition that is to confine a tenant holds for requests that don't carry its key, or other tenants' beside it.",
		"ForAllValues, ...IfExists and the negated operators are true if the key is absent, as dynamodb:LeadingKeys is from a Scan. " +
			"Beside them, require that it is there: \"Null\": {\"KEY\": \"false\"}. ForAnyValue is true if one of a batch's keys is the tenant's own.",
	},
	{
		unknownRule, "unknownName", "No request carries a condition key of this name, or no service has an action of this name.",
		"AWS takes policies with names that it does not know. A key that no request carries leaves a ForAllValues condition always true " +
			"and a Deny without effect. A variable of such a key matches nothing.",
	},
	{
		wildcardRule, "wildcardWithForAllValues", "A wildcard lets in actions that don't carry the key of a ForAllValues condition.",
		"For these the condition is true: dynamodb:* with a condition on dynamodb:LeadingKeys allows Scan and DeleteTable. List the actions, " +
			"or require the key with Null.",
	},
	{
		mismatchRule, "actionWithoutResource", "The action applies to no type of resource that the statement names.",
		"The statement does nothing for it. An Allow that does nothing tends to be mended by a wider one: s3:ListBucket needs the bucket, and " +
			"then a condition on s3:prefix.",
	},
	{
		trustRule, "looseTrust", "A trust policy lets the caller do without the tenant's tag, add others, or shed it along a chain of roles.",
		"Name who may assume the role. Require the tag where it is assumed (aws:RequestTag), list the tags that may be passed (aws:TagKeys), make the tag transitive " +
			"(sts:TransitiveTagKeys), and of an identity provider's tokens take only those that were issued to you (its aud key).",
	},
	{
		taggingRule, "writableTenantTag", "A tenant may write the tag that says whose something is.",
		"Who can set the tag of a role, a user or a resource chooses the tenant. Keep the key out of what may be tagged, with a condition on aws:TagKeys.",
	},
	{
		templateRule, "placeholder", "The document is a template, and what fills it becomes a part of the policy.",
		"A tenant's text that is pasted into a pattern may be a *. Use a policy variable, whose value is always literal, or have the template filled " +
			"by something that escapes, such as package tvm.",
	},
}

// Rules returns every rule, in the order of their ids.
func Rules() []Rule { return slices.Clone(rules[:]) }
