// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// Values of Select.
const (
	selectAll       = "ALL_ATTRIBUTES"
	selectProjected = "ALL_PROJECTED_ATTRIBUTES"
	selectSpecific  = "SPECIFIC_ATTRIBUTES"
	selectCount     = "COUNT"
)

// maxSegments is how many segments a scan may be cut into.
const maxSegments = 1_000_000

// Validate implements [awsapi.Validator].
func (in *queryInput) Validate() (err error) {
	var v violations
	v.enum(in.Select, "select", selects)
	v.optionalIndex(in.IndexName)
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	v.conditions(in.QueryFilter, "queryFilter")
	in.ref = v.table(in.TableName)
	v.enum(in.ConditionalOperator, "conditionalOperator", conditionalOperators)
	v.attributesToGet(in.AttributesToGet, "attributesToGet")
	v.limit(in.Limit)
	v.conditions(in.KeyConditions, "keyConditions")
	if err := v.err(); err != nil {
		return err
	}
	if err := in.checkStyles(); err != nil {
		return err
	}
	if in.read.filter, err = legacyFilter(in.QueryFilter, in.ConditionalOperator); err != nil {
		return err
	}
	in.read.set(in.Limit, in.ConsistentRead)
	if err := in.read.setStart(in.ExclusiveStartKey); err != nil {
		return err
	}
	if in.read.projection, err = attributesToGet(in.AttributesToGet); err != nil {
		return err
	}
	if err := in.read.setSelect(in.Select, in.IndexName, shows(in.ProjectionExpression, in.AttributesToGet)); err != nil {
		return err
	}
	if err := in.legacyKey(); err != nil {
		return err
	}
	return in.compile()
}

// checkStyles refuses parameters that do not go together. KeyConditions go with
// expressions other than their own.
func (in *queryInput) checkStyles() error {
	takers := []clause{{"FilterExpression", in.FilterExpression}, {"KeyConditionExpression", in.KeyConditionExpression}}
	projection := clause{"ProjectionExpression", in.ProjectionExpression}
	err := checkStyles(append([]clause{projection}, takers...),
		parameter{"AttributesToGet", in.AttributesToGet != nil},
		parameter{"QueryFilter", in.QueryFilter != nil},
		parameter{"ConditionalOperator", in.ConditionalOperator != nil},
		parameter{"KeyConditions", in.KeyConditions != nil && in.KeyConditionExpression != nil})
	if err != nil {
		return err
	}
	return checkClauses(in.ExpressionAttributeNames, in.ExpressionAttributeValues, takers, projection)
}

// legacyKey compiles KeyConditions, if they are given.
func (in *queryInput) legacyKey() error {
	switch {
	case in.KeyConditions == nil && in.KeyConditionExpression == nil:
		return invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	case in.KeyConditions == nil:
		return nil
	}
	comparisons, err := checkedConditions(in.KeyConditions)
	if err != nil {
		return err
	}
	in.key, err = keyCondition(comparisons)
	return err
}

// compile compiles the expressions; what is not given is left as it is.
func (in *queryInput) compile() error {
	p, err := placeholders(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return err
	}
	if err := compileTo(&in.key, in.KeyConditionExpression, p.KeyCondition); err != nil {
		return err
	}
	if err := compileTo(&in.read.filter, in.FilterExpression, p.Filter); err != nil {
		return err
	}
	if err := compileTo(&in.read.projection, in.ProjectionExpression, p.Projection); err != nil {
		return err
	}
	if err := p.CheckUnused(); err != nil {
		return validation(err)
	}
	return validation(in.key.Check())
}

// Validate implements [awsapi.Validator].
func (in *scanInput) Validate() (err error) {
	var v violations
	v.enum(in.Select, "select", selects)
	v.optionalIndex(in.IndexName)
	if in.TotalSegments != nil {
		v.within(int64(*in.TotalSegments), "totalSegments", 1, maxSegments)
	}
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	in.ref = v.table(in.TableName)
	v.enum(in.ConditionalOperator, "conditionalOperator", conditionalOperators)
	v.conditions(in.ScanFilter, "scanFilter")
	if in.Segment != nil {
		v.within(int64(*in.Segment), "segment", 0, maxSegments-1)
	}
	v.limit(in.Limit)
	v.attributesToGet(in.AttributesToGet, "attributesToGet")
	if err := v.err(); err != nil {
		return err
	}
	if err := in.checkStyles(); err != nil {
		return err
	}
	if in.read.filter, err = legacyFilter(in.ScanFilter, in.ConditionalOperator); err != nil {
		return err
	}
	in.read.set(in.Limit, in.ConsistentRead)
	if err := in.read.setStart(in.ExclusiveStartKey); err != nil {
		return err
	}
	if in.read.projection, err = attributesToGet(in.AttributesToGet); err != nil {
		return err
	}
	if err := in.read.setSelect(in.Select, in.IndexName, shows(in.ProjectionExpression, in.AttributesToGet)); err != nil {
		return err
	}
	if err := in.checkSegment(); err != nil {
		return err
	}
	return in.compile()
}

// checkStyles refuses parameters that do not go together.
func (in *scanInput) checkStyles() error {
	takers := []clause{{"FilterExpression", in.FilterExpression}}
	projection := clause{"ProjectionExpression", in.ProjectionExpression}
	err := checkStyles(append([]clause{projection}, takers...),
		parameter{"AttributesToGet", in.AttributesToGet != nil},
		parameter{"ScanFilter", in.ScanFilter != nil},
		parameter{"ConditionalOperator", in.ConditionalOperator != nil})
	if err != nil {
		return err
	}
	return checkClauses(in.ExpressionAttributeNames, in.ExpressionAttributeValues, takers, projection)
}

// compile compiles the expressions; what is not given is left as it is.
func (in *scanInput) compile() error {
	p, err := placeholders(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return err
	}
	if err := compileTo(&in.read.filter, in.FilterExpression, p.Filter); err != nil {
		return err
	}
	if err := compileTo(&in.read.projection, in.ProjectionExpression, p.Projection); err != nil {
		return err
	}
	return validation(p.CheckUnused())
}

func (in *scanInput) checkSegment() error {
	switch {
	case in.Segment == nil && in.TotalSegments == nil:
	case in.TotalSegments == nil:
		return invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case in.Segment == nil:
		return invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case *in.Segment >= *in.TotalSegments:
		return invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d",
			*in.Segment, *in.TotalSegments)
	}
	return nil
}

func (v *violations) optionalIndex(name *string) {
	if name != nil {
		v.name(*name, "indexName")
	}
}

func (v *violations) limit(n *int32) {
	if n != nil {
		v.atLeast(int64(*n), "limit", 1)
	}
}

func (r *read) set(limit *int32, consistent *bool) {
	if limit != nil {
		r.limit = int(*limit)
	}
	r.consistent = consistent
}

// setStart takes the exclusive start key.
func (r *read) setStart(key itemInput) error {
	it, err := key.Item()
	if err != nil {
		if numeric(err.Error()) {
			return validation(err)
		}
		return invalid("%s%s", startKeyInvalid, err)
	}
	r.start, r.started = it, key.Present()
	return nil
}

// numeric reports whether a refusal is one of those that AWS leaves without a
// prefix: of duplicates and of numbers.
func numeric(message string) bool {
	message = strings.TrimPrefix(message, attr.InvalidParameters)
	for _, begin := range []string{"Input collection", "An number set", "The parameter cannot", "Number ", "Attempting to store"} {
		if strings.HasPrefix(message, begin) {
			return true
		}
	}
	return false
}

// shows returns the name of the parameter that says which attributes are shown;
// "" if there is none.
func shows(projection *string, attributes []string) string {
	switch {
	case projection != nil:
		return "ProjectionExpression"
	case attributes != nil:
		return "AttributesToGet"
	}
	return ""
}

// setSelect finds what of the items is asked for. shown is the parameter that
// says which attributes, if there is one.
func (r *read) setSelect(given, index *string, shown string) error {
	switch {
	case given != nil:
		r.selects = *given
	case shown != "":
		r.selects = selectSpecific
	case index != nil:
		r.selects = selectProjected
	default:
		r.selects = selectAll
	}
	switch {
	case r.selects == selectSpecific && shown == "":
		return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case r.selects == selectProjected && index == nil:
		return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	case shown == "" || r.selects == selectSpecific:
		return nil
	case r.selects == selectCount:
		return invalid("Cannot specify the %s when choosing to get only the Count", shown)
	}
	return invalid("Cannot specify the %s when choosing to get %s", shown, r.selects)
}
