// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

const (
	maxKeyName = 255               // of a key attribute's name, in bytes
	maxUnits   = 1_000_000_000_000 // of provisioned throughput

	// maxDefinitions bounds the list of attribute definitions. A table with
	// all the indexes there can be has fewer key attributes.
	maxDefinitions = 200
)

// Validate implements [awsapi.Validator].
func (in *createTableInput) Validate() (err error) {
	if in.ref, err = controlTable(in.TableName); err != nil {
		return err
	}
	var v violations
	in.constrain(&v)
	if err := v.err(); err != nil {
		return err
	}
	if err := in.refuse(); err != nil {
		return err
	}
	for _, check := range []func() error{in.checkThroughput, in.checkKeys, in.checkSettings} {
		if err := check(); err != nil {
			return err
		}
	}
	return checkTags(in.Tags)
}

// constrain checks the members one by one, in AWS's order.
func (in *createTableInput) constrain(v *violations) {
	if in.AttributeDefinitions == nil {
		v.missing("attributeDefinitions")
	}
	if !v.definitions(in.AttributeDefinitions) {
		return
	}
	v.controlName(in.ref)
	v.enum(in.BillingMode, "billingMode", billingModes)
	v.provisioned(in.ProvisionedThroughput, "provisionedThroughput")
	v.keySchema(in.KeySchema, "keySchema", maxTableKeys)
	// AWS looks at the names of global indexes before those of local ones.
	for i := range in.GlobalSecondaryIndexes {
		v.globalIndex(&in.GlobalSecondaryIndexes[i], fmt.Sprintf("globalSecondaryIndexes.%d.member.", i+1))
	}
	for i, x := range in.LocalSecondaryIndexes {
		v.secondaryIndex(x.IndexName, x.KeySchema, x.Projection, fmt.Sprintf("localSecondaryIndexes.%d.member.", i+1), maxTableKeys)
	}
	v.stream(in.StreamSpecification)
	v.encryption(in.SSESpecification)
	v.enum(in.TableClass, "tableClass", tableClasses)
	v.warm(in.WarmThroughput, "warmThroughput")
	v.onDemand(in.OnDemandThroughput, "onDemandThroughput")
	if in.ResourcePolicy != nil {
		v.length(*in.ResourcePolicy, "resourcePolicy", 1, maxPolicy)
	}
	v.tags(in.Tags)
}

// definitions checks the definitions of attributes. It reports false if they are
// too many to look at.
func (v *violations) definitions(list []attributeDefinition) bool {
	if len(list) > maxDefinitions {
		v.add(fmt.Sprintf("[%d definitions]", len(list)), "attributeDefinitions", lengthAtMost(maxDefinitions))
		return false
	}
	for i, d := range list {
		path := fmt.Sprintf("attributeDefinitions.%d.member.", i+1)
		v.attributeName(d.AttributeName, path+"attributeName")
		v.required(d.AttributeType, path+"attributeType", attributeTypes)
	}
	return true
}

func (v *violations) attributeName(name *string, path string) {
	if name == nil {
		v.missing(path)
		return
	}
	v.length(*name, path, 1, maxKeyName)
}

func (v *violations) required(value *string, path string, set []string) {
	if value == nil {
		v.missing(path)
		return
	}
	v.enum(value, path, set)
}

// provisioned checks provisioned throughput, if it is given.
func (v *violations) provisioned(p *provisionedThroughput, path string) {
	if p == nil {
		return
	}
	v.units(p.WriteCapacityUnits, path+".writeCapacityUnits")
	v.units(p.ReadCapacityUnits, path+".readCapacityUnits")
}

func (v *violations) units(n *int64, path string) {
	if n == nil {
		v.missing(path)
		return
	}
	v.atLeast(*n, path, 1)
}

// warm checks warm throughput, if it is given.
func (v *violations) warm(w *warmThroughput, path string) {
	if w == nil {
		return
	}
	if w.ReadUnitsPerSecond != nil {
		v.atLeast(*w.ReadUnitsPerSecond, path+".readUnitsPerSecond", 1)
	}
	if w.WriteUnitsPerSecond != nil {
		v.atLeast(*w.WriteUnitsPerSecond, path+".writeUnitsPerSecond", 1)
	}
}

// onDemand checks limits on demand, if they are given.
func (v *violations) onDemand(o *onDemandThroughput, path string) {
	if o == nil {
		return
	}
	if n := o.MaxReadRequestUnits; n != nil && *n != noLimit {
		v.atLeast(*n, path+".maxReadRequestUnits", 1)
	}
	if n := o.MaxWriteRequestUnits; n != nil && *n != noLimit {
		v.atLeast(*n, path+".maxWriteRequestUnits", 1)
	}
}

func (v *violations) stream(s *streamSpecification) {
	if s == nil {
		return
	}
	if s.StreamEnabled == nil {
		v.missing("streamSpecification.streamEnabled")
	}
	v.enum(s.StreamViewType, "streamSpecification.streamViewType", streamViewTypes)
}

func (v *violations) encryption(s *sseSpecification) {
	if s != nil {
		v.enum(s.SSEType, "sSESpecification.sSEType", sseTypes)
	}
}

// refuse refuses the features that tables don't have here.
func (in *createTableInput) refuse() error {
	return unsupported(
		member{"VectorIndexes", in.VectorIndexes},
		member{"GlobalTableSourceArn", in.GlobalTableSourceArn},
		member{"GlobalTableSettingsReplicationMode", in.GlobalTableSettingsReplicationMode},
	)
}

func (in *createTableInput) checkThroughput() error {
	onDemand := in.BillingMode != nil && *in.BillingMode == payPerRequest
	p := in.ProvisionedThroughput
	switch {
	case onDemand && p != nil:
		return errUnitsOnDemand()
	case !onDemand && p == nil:
		return invalidParameters("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	if err := p.checkBounds(""); err != nil {
		return err
	}
	for _, x := range in.GlobalSecondaryIndexes {
		if err := x.ProvisionedThroughput.checkBounds(" for index " + *x.IndexName); err != nil {
			return err
		}
	}
	return nil
}

func errUnitsOnDemand() error {
	return invalidParameters("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
}

// checkBounds refuses units that are out of bounds. p may be nil. of says of
// which index they are, or is "" for a table's.
func (p *provisionedThroughput) checkBounds(of string) error {
	switch {
	case p == nil:
	case *p.ReadCapacityUnits > maxUnits:
		return invalid("Given value %d for ReadCapacityUnits is out of bounds%s", *p.ReadCapacityUnits, of)
	case *p.WriteCapacityUnits > maxUnits:
		return invalid("Given value %d for WriteCapacityUnits is out of bounds%s", *p.WriteCapacityUnits, of)
	}
	return nil
}

// checkKeys checks the keys of the table and of its indexes against the
// attribute definitions, and against each other.
func (in *createTableInput) checkKeys() error {
	defined := definedNames(in.AttributeDefinitions)
	if len(in.KeySchema) > len(defined) {
		return invalid("Invalid KeySchema: Some index key attribute have no definition")
	}
	if err := checkTableKey(in.KeySchema, defined); err != nil {
		return err
	}
	if name, ok := repeated(defined); ok {
		return invalidParameters("Attribute Name is duplicated: %s", name)
	}
	if in.LocalSecondaryIndexes == nil && in.GlobalSecondaryIndexes == nil {
		if len(in.KeySchema) != len(defined) {
			return invalidParameters("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
		}
		return nil
	}
	return in.checkIndexes(defined)
}

func definedNames(list []attributeDefinition) []string {
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = *d.AttributeName
	}
	return names
}

// repeated returns the first, by the alphabet, of the names that are there more
// than once.
func repeated(names []string) (string, bool) {
	sorted := slices.Sorted(slices.Values(names))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return sorted[i], true
		}
	}
	return "", false
}

// checkSettings checks the stream, encryption, what limits a table on demand,
// and the policy.
func (in *createTableInput) checkSettings() error {
	if s := in.StreamSpecification; s != nil {
		switch {
		case *s.StreamEnabled && s.StreamViewType == nil:
			return errNoViewType()
		case !*s.StreamEnabled && s.StreamViewType != nil:
			return invalidParameters("Table is being created with a stream disabled, UpdateViewType should not be specified")
		}
	}
	if err := in.SSESpecification.check(); err != nil {
		return err
	}
	if in.ResourcePolicy != nil {
		if err := checkPolicy(*in.ResourcePolicy); err != nil {
			return err
		}
	}
	if in.BillingMode == nil || *in.BillingMode == provisioned {
		if err := checkProvisionedLimits(in.OnDemandThroughput, "table"); err != nil {
			return err
		}
		for _, x := range in.GlobalSecondaryIndexes {
			if err := checkProvisionedLimits(x.OnDemandThroughput, "table"); err != nil {
				return err
			}
		}
	}
	return nil
}

func errNoViewType() error {
	return invalidParameters("If stream is being enabled then UpdateViewType is required")
}

// checkProvisionedLimits refuses limits that only tables on demand have. of is
// how AWS speaks of the table.
func checkProvisionedLimits(o *onDemandThroughput, of string) error {
	const text = "%s for OnDemandThroughput cannot be specified when %s BillingMode is PROVISIONED."
	switch {
	case o == nil:
	case o.MaxReadRequestUnits != nil:
		return invalid(text, "MaxReadRequestUnits", of)
	case o.MaxWriteRequestUnits != nil:
		return invalid(text, "MaxWriteRequestUnits", of)
	}
	return nil
}

// check refuses encryption under a key: a table that says it is encrypted when
// it isn't would be worse than none. s may be nil.
func (s *sseSpecification) check() error {
	switch {
	case s == nil:
	case s.Enabled != nil && *s.Enabled:
		return invalidParameters("Server-side encryption with a KMS key is not supported")
	case s.SSEType != nil || s.KMSMasterKeyId != nil:
		return invalidParameters("SSEType/KMSMasterKeyId cannot be specified when SSE is disabled")
	}
	return nil
}

// Validate implements [awsapi.Validator].
func (in *describeTableInput) Validate() (err error) {
	in.ref, err = checkedTable(in.TableName)
	return err
}

// Validate implements [awsapi.Validator].
func (in *deleteTableInput) Validate() (err error) {
	in.ref, err = checkedTable(in.TableName)
	return err
}

func checkedTable(name *string) (tableRef, error) {
	ref, err := controlTable(name)
	if err != nil {
		return tableRef{}, err
	}
	var v violations
	v.controlName(ref)
	return ref, v.err()
}

// Validate implements [awsapi.Validator].
func (in *listTablesInput) Validate() error {
	var v violations
	v.page(in.Limit, "limit", maxList)
	if in.ExclusiveStartTableName != nil {
		v.name(*in.ExclusiveStartTableName, "exclusiveStartTableName")
	}
	return v.err()
}

// dumpKeySchema writes a key schema as AWS's errors do.
func dumpKeySchema(schema []keySchemaElement) string {
	texts := make([]string, 0, 10)
	for _, k := range schema[:min(len(schema), cap(texts))] {
		texts = append(texts, "KeySchemaElement(attributeName="+orNull(k.AttributeName)+", keyType="+orNull(k.KeyType)+")")
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func orNull(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

var (
	_ awsapi.Validator = (*createTableInput)(nil)
	_ awsapi.Validator = (*describeTableInput)(nil)
	_ awsapi.Validator = (*deleteTableInput)(nil)
	_ awsapi.Validator = (*listTablesInput)(nil)
	_ awsapi.Validator = (*getItemInput)(nil)
	_ awsapi.Validator = (*putItemInput)(nil)
	_ awsapi.Validator = (*deleteItemInput)(nil)
	_ awsapi.Validator = (*updateItemInput)(nil)
	_ awsapi.Validator = (*queryInput)(nil)
	_ awsapi.Validator = (*scanInput)(nil)
	_ awsapi.Validator = (*batchGetItemInput)(nil)
	_ awsapi.Validator = (*batchWriteItemInput)(nil)
)
