// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

const (
	maxResourceARN = 1283
	maxRevision    = 255
)

// A resourceRef is a table or a stream by its ARN.
type resourceRef struct {
	table  tableRef
	stream string // the stream's label, "" for the table
}

// parseResourceRef reads the ARN of a table or a stream.
func parseResourceRef(s string) (resourceRef, bool) {
	if !strings.HasPrefix(s, "arn:") {
		return resourceRef{}, false
	}
	if ref, ok := parseTableRef(s); ok {
		return resourceRef{table: ref}, true
	}
	sub, ok := parseSubARN(s, "stream")
	if !ok {
		return resourceRef{}, false
	}
	_, label, _ := strings.Cut(sub.arn.Resource, "/stream/")
	return resourceRef{sub.table, label}, true
}

// resource checks the ARN that a policy is attached to.
func (v *violations) resource(s *string) {
	if s == nil {
		v.missing("resourceArn")
		return
	}
	v.length(*s, "resourceArn", 1, maxResourceARN)
}

func (v *violations) revision(s *string) {
	if s != nil {
		v.length(*s, "expectedRevisionId", 1, maxRevision)
	}
}

func checkResource(v *violations, s *string, ref *resourceRef) error {
	if err := v.err(); err != nil {
		return err
	}
	var ok bool
	if *ref, ok = parseResourceRef(*s); !ok {
		return invalid("Invalid ResourceArn provided as input %s", echo(*s))
	}
	return nil
}

// Validate implements [awsapi.Validator].
func (in *putResourcePolicyInput) Validate() error {
	var v violations
	v.resource(in.ResourceArn)
	if in.Policy == nil {
		v.missing("policy")
	} else if len(*in.Policy) > maxPolicy {
		v.add("[document]", "policy", lengthAtMost(maxPolicy))
	}
	v.revision(in.ExpectedRevisionId)
	if err := checkResource(&v, in.ResourceArn, &in.ref); err != nil {
		return err
	}
	return checkPolicy(*in.Policy)
}

// checkPolicy refuses what isn't the policy of a resource.
func checkPolicy(text string) error {
	if err := policy.Validate([]byte(text), policy.Resource); err != nil {
		return errBadPolicy(err)
	}
	return nil
}

// Validate implements [awsapi.Validator].
func (in *getResourcePolicyInput) Validate() error {
	var v violations
	v.resource(in.ResourceArn)
	return checkResource(&v, in.ResourceArn, &in.ref)
}

// Validate implements [awsapi.Validator].
func (in *deleteResourcePolicyInput) Validate() error {
	var v violations
	v.resource(in.ResourceArn)
	v.revision(in.ExpectedRevisionId)
	return checkResource(&v, in.ResourceArn, &in.ref)
}

// Validate implements [awsapi.Validator].
func (in *tagResourceInput) Validate() (err error) {
	var v violations
	if in.ResourceArn != nil && *in.ResourceArn != "" {
		if in.Tags == nil {
			v.missing("tags")
		}
		v.tags(in.Tags)
	}
	if err := v.err(); err != nil {
		return err
	}
	if in.ref, err = taggedTable(in.ResourceArn); err != nil {
		return err
	}
	if len(in.Tags) == 0 {
		return invalid("Atleast one Tag needs to be provided as Input.")
	}
	return checkTags(in.Tags)
}

// Validate implements [awsapi.Validator].
func (in *untagResourceInput) Validate() (err error) {
	var v violations
	if in.ResourceArn != nil && *in.ResourceArn != "" {
		if in.TagKeys == nil {
			v.missing("tagKeys")
		}
		v.tagKeys(in.TagKeys)
	}
	if err := v.err(); err != nil {
		return err
	}
	if in.ref, err = taggedTable(in.ResourceArn); err != nil {
		return err
	}
	if len(in.TagKeys) == 0 {
		return invalid("Atleast one Tag Key needs to be provided as Input.")
	}
	if len(in.TagKeys) > maxTags {
		return errTooManyTags()
	}
	for _, key := range in.TagKeys {
		if err := checkTagKey(key); err != nil {
			return err
		}
	}
	return nil
}

// Validate implements [awsapi.Validator].
func (in *listTagsOfResourceInput) Validate() (err error) {
	if in.ref, err = taggedTable(in.ResourceArn); err != nil {
		return err
	}
	if in.NextToken != nil { // all tags fit into one page
		return invalid("Invalid NextToken")
	}
	return nil
}

// taggedTable returns the table whose tags an operation is about. What isn't an
// ARN names nothing, and is left to the needs to refuse.
func taggedTable(s *string) (tableRef, error) {
	switch {
	case s == nil || *s == "":
		return tableRef{}, invalid("Invalid TableArn")
	case !strings.HasPrefix(*s, "arn:"):
		return tableRef{given: *s}, nil
	}
	ref, ok := parseTableRef(*s)
	if !ok {
		return tableRef{}, invalid("Invalid TableArn: Invalid ResourceArn provided as input %s", echo(*s))
	}
	return ref, nil
}

var (
	_ awsapi.Validator = (*putResourcePolicyInput)(nil)
	_ awsapi.Validator = (*getResourcePolicyInput)(nil)
	_ awsapi.Validator = (*deleteResourcePolicyInput)(nil)
	_ awsapi.Validator = (*tagResourceInput)(nil)
	_ awsapi.Validator = (*untagResourceInput)(nil)
	_ awsapi.Validator = (*listTagsOfResourceInput)(nil)
)
