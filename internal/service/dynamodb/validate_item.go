// SPDX-License-Identifier: Apache-2.0

package dynamodb

// The methods here check what can be checked without the table, in the order
// in which AWS finds mistakes: constraints on members, in AWS's order of
// members; then what can't go together; then values; then expressions.

// Validate implements [awsapi.Validator].
func (in *getItemInput) Validate() (err error) {
	var v violations
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	v.attributesToGet(in.AttributesToGet, "attributesToGet")
	in.ref = v.table(in.TableName)
	v.item(in.Key, "key")
	if err := v.err(); err != nil {
		return err
	}
	projection := clause{"ProjectionExpression", in.ProjectionExpression}
	if err := checkStyles([]clause{projection}, parameter{"AttributesToGet", in.AttributesToGet != nil}); err != nil {
		return err
	}
	if err := checkClauses(in.ExpressionAttributeNames, itemInput{}, nil, projection); err != nil {
		return err
	}
	if in.key, err = in.Key.checked(); err != nil {
		return err
	}
	if in.projection, err = attributesToGet(in.AttributesToGet); err != nil || in.projection != nil {
		return err
	}
	in.projection, err = compileProjection(in.ProjectionExpression, in.ExpressionAttributeNames)
	return err
}

func (v *violations) item(in itemInput, path string) {
	if !in.Present() {
		v.missing(path)
	}
}

// Validate implements [awsapi.Validator].
func (in *putItemInput) Validate() (err error) {
	var v violations
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	in.ref = v.table(in.TableName)
	v.item(in.Item, "item")
	v.enum(in.ConditionalOperator, "conditionalOperator", conditionalOperators)
	v.expected(in.Expected)
	v.enum(in.ReturnValues, "returnValues", returnValues)
	v.enum(in.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", returnCollectionMetrics)
	v.enum(in.ReturnValuesOnConditionCheckFailure, "returnValuesOnConditionCheckFailure", returnValuesOnFailure)
	if err := v.err(); err != nil {
		return err
	}
	condition := []clause{{"ConditionExpression", in.ConditionExpression}}
	err = checkStyles(condition,
		parameter{"Expected", in.Expected != nil}, parameter{"ConditionalOperator", in.ConditionalOperator != nil})
	if err != nil {
		return err
	}
	if err := checkClauses(in.ExpressionAttributeNames, in.ExpressionAttributeValues, condition); err != nil {
		return err
	}
	if in.item, err = in.Item.checked(); err != nil {
		return err
	}
	if err := checkReturnOld(in.ReturnValues); err != nil {
		return err
	}
	if err := in.item.CheckSize(); err != nil {
		return validation(err)
	}
	if in.condition, err = expectation(in.Expected, in.ConditionalOperator); err != nil || in.condition != nil {
		return err
	}
	in.condition, err = compileCondition(in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	return err
}

// checkReturnOld refuses what only updates can return.
func checkReturnOld(mode *string) error {
	if m := orNone(mode); m != none && m != allOld {
		return invalid("ReturnValues can only be ALL_OLD or NONE")
	}
	return nil
}

// Validate implements [awsapi.Validator].
func (in *deleteItemInput) Validate() (err error) {
	var v violations
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	in.ref = v.table(in.TableName)
	v.enum(in.ReturnValues, "returnValues", returnValues)
	v.enum(in.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", returnCollectionMetrics)
	v.item(in.Key, "key")
	v.enum(in.ConditionalOperator, "conditionalOperator", conditionalOperators)
	v.expected(in.Expected)
	v.enum(in.ReturnValuesOnConditionCheckFailure, "returnValuesOnConditionCheckFailure", returnValuesOnFailure)
	if err := v.err(); err != nil {
		return err
	}
	condition := []clause{{"ConditionExpression", in.ConditionExpression}}
	err = checkStyles(condition,
		parameter{"Expected", in.Expected != nil}, parameter{"ConditionalOperator", in.ConditionalOperator != nil})
	if err != nil {
		return err
	}
	if err := checkClauses(in.ExpressionAttributeNames, in.ExpressionAttributeValues, condition); err != nil {
		return err
	}
	if in.key, err = in.Key.checked(); err != nil {
		return err
	}
	if err := checkReturnOld(in.ReturnValues); err != nil {
		return err
	}
	if in.condition, err = expectation(in.Expected, in.ConditionalOperator); err != nil || in.condition != nil {
		return err
	}
	in.condition, err = compileCondition(in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	return err
}

// Validate implements [awsapi.Validator].
func (in *updateItemInput) Validate() (err error) {
	var v violations
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	in.ref = v.table(in.TableName)
	v.enum(in.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", returnCollectionMetrics)
	v.enum(in.ReturnValues, "returnValues", returnValues)
	v.item(in.Key, "key")
	v.enum(in.ConditionalOperator, "conditionalOperator", conditionalOperators)
	v.expected(in.Expected)
	v.attributeUpdates(in.AttributeUpdates)
	v.enum(in.ReturnValuesOnConditionCheckFailure, "returnValuesOnConditionCheckFailure", returnValuesOnFailure)
	if err := v.err(); err != nil {
		return err
	}
	clauses := []clause{{"UpdateExpression", in.UpdateExpression}, {"ConditionExpression", in.ConditionExpression}}
	err = checkStyles(clauses,
		parameter{"AttributeUpdates", in.AttributeUpdates != nil},
		parameter{"Expected", in.Expected != nil},
		parameter{"ConditionalOperator", in.ConditionalOperator != nil})
	if err != nil {
		return err
	}
	if err := checkClauses(in.ExpressionAttributeNames, in.ExpressionAttributeValues, clauses); err != nil {
		return err
	}
	if in.key, err = in.Key.checked(); err != nil {
		return err
	}
	if in.update, err = attributeUpdates(in.AttributeUpdates); err != nil {
		return err
	}
	if in.condition, err = expectation(in.Expected, in.ConditionalOperator); err != nil {
		return err
	}
	if in.update != nil || in.condition != nil {
		return nil
	}
	return in.compile()
}

func (in *updateItemInput) compile() error {
	p, err := placeholders(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return err
	}
	if in.update, err = compile(in.UpdateExpression, p.Update); err != nil {
		return err
	}
	if in.condition, err = compile(in.ConditionExpression, p.Condition); err != nil {
		return err
	}
	return validation(p.CheckUnused())
}
