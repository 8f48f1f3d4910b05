// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"fmt"
	"slices"
	"strings"
)

const (
	maxTableKeys = 2 // key attributes of a table or a local index
	maxIndexKeys = 8 // of a global index
	maxKeyPart   = 4 // of each of the two parts of a global index's key

	maxLocal     = 5  // local indexes of a table
	maxGlobal    = 20 // global indexes of a table
	maxNonKey    = 20 // attributes that an index projects besides keys
	maxProjected = 100
)

// secondaryIndex checks what local and global indexes have in common.
func (v *violations) secondaryIndex(name *string, schema []keySchemaElement, p *projection, path string, maxKeys int) {
	v.projection(p, path+"projection")
	v.requiredName(name, path+"indexName")
	v.keySchema(schema, path+"keySchema", maxKeys)
}

func (v *violations) globalIndex(x *globalSecondaryIndex, path string) {
	v.secondaryIndex(x.IndexName, x.KeySchema, x.Projection, path, maxIndexKeys)
	v.provisioned(x.ProvisionedThroughput, path+"provisionedThroughput")
	v.warm(x.WarmThroughput, path+"warmThroughput")
	v.onDemand(x.OnDemandThroughput, path+"onDemandThroughput")
}

func (v *violations) requiredName(name *string, path string) {
	if name == nil {
		v.missing(path)
		return
	}
	v.name(*name, path)
}

func (v *violations) projection(p *projection, path string) {
	if p == nil {
		v.missing(path)
		return
	}
	v.enum(p.ProjectionType, path+".projectionType", projectionTypes)
	switch n := len(p.NonKeyAttributes); {
	case p.NonKeyAttributes != nil && n == 0:
		v.add("[]", path+".nonKeyAttributes", lengthAtLeast(1))
	case n > maxNonKey:
		v.add("["+strings.Join(p.NonKeyAttributes[:maxNonKey+1], ", ")+"]", path+".nonKeyAttributes", lengthAtMost(maxNonKey))
		return
	}
	for i, name := range p.NonKeyAttributes {
		v.length(name, fmt.Sprintf("%s.nonKeyAttributes.%d.member", path, i+1), 1, maxKeyName)
	}
}

func (v *violations) keySchema(schema []keySchemaElement, path string, most int) {
	switch n := len(schema); {
	case schema == nil:
		v.missing(path)
	case n == 0:
		v.add("[]", path, lengthAtLeast(1))
	case n > most:
		v.add(dumpKeySchema(schema), path, lengthAtMost(most))
		return
	}
	for i, k := range schema {
		member := fmt.Sprintf("%s.%d.member.", path, i+1)
		v.attributeName(k.AttributeName, member+"attributeName")
		v.required(k.KeyType, member+"keyType", keyTypes)
	}
}

// checkIndexes checks the indexes of a new table, in AWS's order.
func (in *createTableInput) checkIndexes(defined []string) error {
	if in.LocalSecondaryIndexes != nil && len(in.LocalSecondaryIndexes) == 0 {
		return invalidParameters("List of LocalSecondaryIndexes is empty")
	}
	if in.GlobalSecondaryIndexes != nil && len(in.GlobalSecondaryIndexes) == 0 {
		return invalidParameters("List of GlobalSecondaryIndexes is empty")
	}
	if in.LocalSecondaryIndexes != nil && len(in.KeySchema) < maxTableKeys {
		return invalidParameters("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
	}
	used, err := in.checkIndexKeys(defined)
	if err != nil {
		return err
	}
	if len(used) < len(defined) {
		return invalidParameters("Some AttributeDefinitions are not used. AttributeDefinitions: %s, keys used: %s", listed(defined), listed(used))
	}
	if err := in.checkLocal(); err != nil {
		return err
	}
	if err := in.checkGlobal(); err != nil {
		return err
	}
	return in.checkProjected()
}

// checkIndexKeys checks the indexes' keys, and returns all attributes that are
// in a key, in the order of their use.
func (in *createTableInput) checkIndexKeys(defined []string) (used []string, err error) {
	use := func(schema []keySchemaElement) {
		for _, k := range schema {
			if !slices.Contains(used, *k.AttributeName) {
				used = append(used, *k.AttributeName)
			}
		}
	}
	use(in.KeySchema)
	for _, x := range in.LocalSecondaryIndexes {
		if err := checkTableKey(x.KeySchema, defined); err != nil {
			return nil, err
		}
		use(x.KeySchema)
	}
	for _, x := range in.GlobalSecondaryIndexes {
		if err := checkIndexKey(x.KeySchema, defined); err != nil {
			return nil, err
		}
		use(x.KeySchema)
	}
	return used, nil
}

// checkTableKey checks the key of a table or a local index.
func checkTableKey(schema []keySchemaElement, defined []string) error {
	if err := checkDefined(schema, defined); err != nil {
		return err
	}
	if len(schema) == 2 && *schema[0].AttributeName == *schema[1].AttributeName {
		return invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	}
	if err := checkFirst(schema); err != nil {
		return err
	}
	if len(schema) == 2 && *schema[1].KeyType != keyTypes[1] {
		return invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	return nil
}

// checkIndexKey checks the key of a global index, whose two parts may be of
// several attributes each.
func checkIndexKey(schema []keySchemaElement, defined []string) error {
	if len(schema) == 2 && *schema[0].AttributeName == *schema[1].AttributeName {
		return checkTableKey(schema, defined)
	}
	if err := checkDefined(schema, defined); err != nil {
		return err
	}
	if err := checkFirst(schema); err != nil {
		return err
	}
	names := make([]string, len(schema))
	of := [2]int{}
	for i, k := range schema {
		names[i] = *k.AttributeName
		part := slices.Index(keyTypes, *k.KeyType)
		if of[part]++; of[part] > maxKeyPart {
			return invalid("The KeySchema exceeds the maximum allowed number of %s key attributes", *k.KeyType)
		}
		if part == 0 && of[1] > 0 {
			return invalid("All HASH key attributes must precede RANGE key attributes in the KeySchema")
		}
	}
	if _, ok := repeated(names); ok {
		return invalid("The KeySchema contains multiple key attributes with the same name")
	}
	return nil
}

// checkDefined refuses keys of attributes that have no definition.
func checkDefined(schema []keySchemaElement, defined []string) error {
	keys, undefined := make([]string, len(schema)), false
	for i, k := range schema {
		keys[i] = *k.AttributeName
		undefined = undefined || !slices.Contains(defined, keys[i])
	}
	if undefined {
		return invalidParameters("Some index key attributes are not defined in AttributeDefinitions. Keys: %s, AttributeDefinitions: %s", listed(keys), listed(defined))
	}
	return nil
}

func checkFirst(schema []keySchemaElement) error {
	if *schema[0].KeyType != keyTypes[0] {
		return invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	}
	return nil
}

func listed(names []string) string { return "[" + strings.Join(names, ", ") + "]" }

// checkLocal checks what is particular to local indexes.
func (in *createTableInput) checkLocal() error {
	hash := *in.KeySchema[0].AttributeName
	for i, x := range in.LocalSecondaryIndexes {
		switch own := *x.KeySchema[0].AttributeName; {
		case len(x.KeySchema) < maxTableKeys:
			return invalidParameters("Index KeySchema does not have a range key for index: %s", *x.IndexName)
		case own != hash:
			return invalidParameters("Index KeySchema does not have the same leading hash key as table KeySchema for index: %s. index hash key: %s, table hash key: %s",
				*x.IndexName, own, hash)
		}
		if err := x.Projection.check(); err != nil {
			return err
		}
		if in.isTaken(*x.IndexName, i, 0) {
			return errDuplicateIndex(*x.IndexName)
		}
	}
	if len(in.LocalSecondaryIndexes) > maxLocal {
		return invalidParameters("Number of LocalSecondaryIndexes exceeds per-table limit of %d", maxLocal)
	}
	return nil
}

// checkGlobal checks what is particular to global indexes.
func (in *createTableInput) checkGlobal() error {
	onDemand := in.BillingMode != nil && *in.BillingMode == payPerRequest
	for i, x := range in.GlobalSecondaryIndexes {
		if err := checkIndexUnits(*x.IndexName, onDemand, x.ProvisionedThroughput != nil); err != nil {
			return err
		}
		if err := x.Projection.check(); err != nil {
			return err
		}
		if in.isTaken(*x.IndexName, len(in.LocalSecondaryIndexes), i) {
			return errDuplicateIndex(*x.IndexName)
		}
	}
	if len(in.GlobalSecondaryIndexes) > maxGlobal {
		return invalidParameters("GlobalSecondaryIndex count exceeds the per-table limit of %d", maxGlobal)
	}
	return nil
}

// checkIndexUnits refuses units for an index of a table on demand, and none for
// that of another.
func checkIndexUnits(index string, onDemand, given bool) error {
	switch {
	case onDemand && given:
		return invalidParameters("ProvisionedThroughput should not be specified for index: %s when BillingMode is PAY_PER_REQUEST", index)
	case !onDemand && !given:
		return invalidParameters("ProvisionedThroughput is not specified for index: %s", index)
	}
	return nil
}

// isTaken reports whether one of the first local or global indexes has the name.
func (in *createTableInput) isTaken(name string, local, global int) bool {
	return slices.ContainsFunc(in.LocalSecondaryIndexes[:local], func(x localSecondaryIndex) bool { return *x.IndexName == name }) ||
		slices.ContainsFunc(in.GlobalSecondaryIndexes[:global], func(x globalSecondaryIndex) bool { return *x.IndexName == name })
}

func errDuplicateIndex(name string) error { return invalidParameters("Duplicate index name: %s", name) }

// check checks a projection, whose type must be given.
func (p *projection) check() error {
	if p.ProjectionType == nil {
		return invalidParameters("Unknown ProjectionType: null")
	}
	switch include := *p.ProjectionType == projectInclude; {
	case !include && p.NonKeyAttributes != nil:
		return invalidParameters("ProjectionType is %s, but NonKeyAttributes is specified", *p.ProjectionType)
	case include && p.NonKeyAttributes == nil:
		return invalidParameters("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	}
	if name, ok := repeated(p.NonKeyAttributes); ok {
		return invalidParameters("Duplicate element in NonKeyAttributes: %s", name)
	}
	return nil
}

// checkProjected bounds the attributes that all indexes project together.
func (in *createTableInput) checkProjected() error {
	n := 0
	for _, x := range in.LocalSecondaryIndexes {
		n += len(x.Projection.NonKeyAttributes)
	}
	for _, x := range in.GlobalSecondaryIndexes {
		n += len(x.Projection.NonKeyAttributes)
	}
	return checkProjectedCount(n)
}

func checkProjectedCount(n int) error {
	if n > maxProjected {
		return invalidParameters("Number of projected attributes of all indexes exceeds the per-table limit of %d", maxProjected)
	}
	return nil
}
