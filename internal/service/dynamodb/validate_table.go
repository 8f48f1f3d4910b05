// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

const (
	maxKeyName  = 255               // of a key attribute's name, in bytes
	maxUnits    = 1_000_000_000_000 // of provisioned throughput
	maxTags     = 50
	maxTagKey   = 128 // characters
	maxTagValue = 256

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
	in.constrainKeys(&v)
	if err := v.err(); err != nil {
		return err
	}
	if err := in.refuse(); err != nil {
		return err
	}
	if err := in.checkThroughput(); err != nil {
		return err
	}
	if err := in.checkKeys(); err != nil {
		return err
	}
	return checkTags(in.Tags)
}

// constrainKeys checks the members one by one, in AWS's order.
func (in *createTableInput) constrainKeys(v *violations) {
	if in.AttributeDefinitions == nil {
		v.missing("attributeDefinitions")
	}
	if len(in.AttributeDefinitions) > maxDefinitions {
		v.add(fmt.Sprintf("[%d definitions]", len(in.AttributeDefinitions)), "attributeDefinitions", lengthAtMost(maxDefinitions))
		return
	}
	for i, d := range in.AttributeDefinitions {
		path := fmt.Sprintf("attributeDefinitions.%d.member.", i+1)
		v.attributeName(d.AttributeName, path+"attributeName")
		v.required(d.AttributeType, path+"attributeType", attributeTypes)
	}
	v.controlName(in.ref)
	v.enum(in.BillingMode, "billingMode", billingModes)
	if p := in.ProvisionedThroughput; p != nil {
		v.units(p.WriteCapacityUnits, "provisionedThroughput.writeCapacityUnits")
		v.units(p.ReadCapacityUnits, "provisionedThroughput.readCapacityUnits")
	}
	switch n := len(in.KeySchema); {
	case in.KeySchema == nil:
		v.missing("keySchema")
	case n == 0:
		v.add("[]", "keySchema", lengthAtLeast(1))
	case n > 2:
		v.add(dumpKeySchema(in.KeySchema), "keySchema", lengthAtMost(2))
	}
	for i, k := range in.KeySchema {
		path := fmt.Sprintf("keySchema.%d.member.", i+1)
		v.attributeName(k.AttributeName, path+"attributeName")
		v.required(k.KeyType, path+"keyType", keyTypes)
	}
	v.enum(in.TableClass, "tableClass", tableClasses)
	if sse := in.SSESpecification; sse != nil {
		v.enum(sse.SSEType, "sSESpecification.sSEType", sseTypes)
	}
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

func (v *violations) units(n *int64, path string) {
	if n == nil {
		v.missing(path)
		return
	}
	v.atLeast(*n, path, 1)
}

// dumpKeySchema writes a key schema as AWS's errors do.
func dumpKeySchema(schema []keySchemaElement) string {
	texts := make([]string, 0, 4)
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

// refuse refuses the features that tables don't have here.
func (in *createTableInput) refuse() error {
	err := unsupported(
		member{"LocalSecondaryIndexes", in.LocalSecondaryIndexes},
		member{"GlobalSecondaryIndexes", in.GlobalSecondaryIndexes},
		member{"VectorIndexes", in.VectorIndexes},
		member{"WarmThroughput", in.WarmThroughput},
		member{"OnDemandThroughput", in.OnDemandThroughput},
		member{"ResourcePolicy", in.ResourcePolicy},
		member{"GlobalTableSourceArn", in.GlobalTableSourceArn},
		member{"GlobalTableSettingsReplicationMode", in.GlobalTableSettingsReplicationMode},
	)
	if err != nil {
		return err
	}
	if s := in.StreamSpecification; s != nil {
		switch {
		case s.StreamEnabled != nil && *s.StreamEnabled:
			return invalid("The parameter StreamSpecification is not supported")
		case s.StreamViewType != nil:
			return invalidParameters("Table is being created with a stream disabled, UpdateViewType should not be specified")
		}
	}
	return in.refuseEncryption()
}

// refuseEncryption refuses encryption under a key: a table that says it is
// encrypted when it isn't would be worse than none.
func (in *createTableInput) refuseEncryption() error {
	switch s := in.SSESpecification; {
	case s == nil:
	case s.Enabled != nil && *s.Enabled:
		return invalid("The parameter SSESpecification is not supported")
	case s.SSEType != nil || s.KMSMasterKeyId != nil:
		return invalidParameters("SSEType/KMSMasterKeyId cannot be specified when SSE is disabled")
	}
	return nil
}

func (in *createTableInput) checkThroughput() error {
	onDemand := in.BillingMode != nil && *in.BillingMode == payPerRequest
	p := in.ProvisionedThroughput
	switch {
	case onDemand && p != nil:
		return invalidParameters("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	case !onDemand && p == nil:
		return invalidParameters("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	case p == nil:
		return nil
	case *p.ReadCapacityUnits > maxUnits:
		return invalid("Given value %d for ReadCapacityUnits is out of bounds", *p.ReadCapacityUnits)
	case *p.WriteCapacityUnits > maxUnits:
		return invalid("Given value %d for WriteCapacityUnits is out of bounds", *p.WriteCapacityUnits)
	}
	return nil
}

// checkKeys checks the key schema against the attribute definitions.
func (in *createTableInput) checkKeys() error {
	var defined, keys []string
	for _, d := range in.AttributeDefinitions {
		defined = append(defined, *d.AttributeName)
	}
	for _, k := range in.KeySchema {
		keys = append(keys, *k.AttributeName)
	}
	if len(keys) > len(defined) {
		return invalid("Invalid KeySchema: Some index key attribute have no definition")
	}
	for _, k := range keys {
		if !slices.Contains(defined, k) {
			return invalidParameters("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]",
				strings.Join(keys, ", "), strings.Join(defined, ", "))
		}
	}
	switch {
	case len(keys) == 2 && keys[0] == keys[1]:
		return invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	case *in.KeySchema[0].KeyType != keyTypes[0]:
		return invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	case len(keys) == 2 && *in.KeySchema[1].KeyType != keyTypes[1]:
		return invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	return checkDefinitions(keys, defined)
}

func checkDefinitions(keys, defined []string) error {
	sorted := slices.Sorted(slices.Values(defined))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return invalidParameters("Attribute Name is duplicated: %s", sorted[i])
		}
	}
	if len(keys) != len(defined) {
		return invalidParameters("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}

// checkTags checks the tags that a table is to have. Keys that differ in case
// only are refused: as condition keys they would be one.
func checkTags(tags []tag) error {
	if len(tags) > maxTags {
		return invalid("One or more parameter values were invalid: Number of tags exceeds the limit of %d", maxTags)
	}
	for i, t := range tags {
		if t.Key == nil || t.Value == nil {
			return invalidParameters("A tag must have a key and a value")
		}
		if n := utf8.RuneCountInString(*t.Key); n < 1 || n > maxTagKey || utf8.RuneCountInString(*t.Value) > maxTagValue {
			return invalidParameters("Tag keys must have 1 to %d characters and tag values up to %d", maxTagKey, maxTagValue)
		}
		if strings.HasPrefix(strings.ToLower(*t.Key), "aws:") {
			return invalidParameters("Tag keys must not begin with aws:")
		}
		// Equal as policies compare them: a tag that could mean two means none.
		if slices.ContainsFunc(tags[:i], func(o tag) bool { return strings.EqualFold(*o.Key, *t.Key) }) {
			return invalidParameters("Duplicate tag key: %s", *t.Key)
		}
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
	if in.Limit != nil {
		v.within(int64(*in.Limit), "limit", 1, maxList)
	}
	if in.ExclusiveStartTableName != nil {
		v.name(*in.ExclusiveStartTableName, "exclusiveStartTableName")
	}
	return v.err()
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
