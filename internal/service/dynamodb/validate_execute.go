// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/partiql"
)

const (
	// maxBatchStatements is how many statements a BatchExecuteStatement may have.
	maxBatchStatements = 25
	// maxNextToken is the longest NextToken, in bytes.
	maxNextToken = 32768
)

// Validate implements [awsapi.Validator].
func (in *executeStatementInput) Validate() (err error) {
	var v violations
	v.statement(in.Statement, "statement")
	v.parameters(in.Parameters, "parameters")
	if in.NextToken != nil {
		v.length(*in.NextToken, "nextToken", 1, maxNextToken)
	}
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	v.limit(in.Limit)
	v.enum(in.ReturnValuesOnConditionCheckFailure, "returnValuesOnConditionCheckFailure", returnValuesOnFailure)
	if err := v.err(); err != nil {
		return err
	}
	if in.statement, err = newStatement(*in.Statement, in.Parameters); err != nil {
		return err
	}
	in.statement.consistent, in.statement.onFailure = in.ConsistentRead, in.ReturnValuesOnConditionCheckFailure
	switch in.statement.Kind {
	case partiql.Exists:
		return invalid("EXISTS is only supported in ExecuteTransaction.")
	case partiql.Select:
		return in.selection.compile(in)
	}
	return nil
}

// Reads implements [awsapi.Reader].
func (in *executeStatementInput) Reads() bool { return in.statement.Kind.Reads() }

// Validate implements [awsapi.Validator].
func (in *batchExecuteStatementInput) Validate() error {
	var v violations
	v.statements(in.Statements == nil, len(in.Statements), "statements", maxBatchStatements)
	for i, s := range in.Statements {
		path := "statements." + strconv.Itoa(i+1) + ".member."
		v.statement(s.Statement, path+"statement")
		v.parameters(s.Parameters, path+"parameters")
		v.enum(s.ReturnValuesOnConditionCheckFailure, path+"returnValuesOnConditionCheckFailure", returnValuesOnFailure)
	}
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	if err := v.err(); err != nil {
		return err
	}
	in.elements = make([]batchElement, len(in.Statements))
	reads, writes := false, false
	for i, s := range in.Statements {
		e := &in.elements[i]
		if e.statement, e.invalid = newStatement(*s.Statement, s.Parameters); e.invalid != nil {
			continue
		}
		e.consistent, e.onFailure = s.ConsistentRead, s.ReturnValuesOnConditionCheckFailure
		if e.Kind == partiql.Exists {
			e.invalid = invalid("EXISTS is only supported in ExecuteTransaction.")
		}
		reads, writes = reads || e.Kind.Reads(), writes || !e.Kind.Reads()
	}
	if reads && writes {
		return invalid("Read and write requests together in the same batch is not supported.")
	}
	return nil
}

// Reads implements [awsapi.Reader].
func (in *batchExecuteStatementInput) Reads() bool {
	for i := range in.elements {
		if e := &in.elements[i]; e.invalid == nil && !e.Kind.Reads() {
			return false
		}
	}
	return true
}

// Validate implements [awsapi.Validator].
func (in *executeTransactionInput) Validate() error {
	var v violations
	v.token(in.ClientRequestToken)
	v.statements(in.TransactStatements == nil, len(in.TransactStatements), "transactStatements", maxActions)
	for i, s := range in.TransactStatements {
		path := "transactStatements." + strconv.Itoa(i+1) + ".member."
		v.statement(s.Statement, path+"statement")
		v.parameters(s.Parameters, path+"parameters")
		v.enum(s.ReturnValuesOnConditionCheckFailure, path+"returnValuesOnConditionCheckFailure", returnValuesOnFailure)
	}
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	if err := v.err(); err != nil {
		return err
	}
	in.statements = make([]statement, len(in.TransactStatements))
	d := newDigest()
	for i, s := range in.TransactStatements {
		var err error
		if in.statements[i], err = newStatement(*s.Statement, s.Parameters); err == nil {
			in.statements[i].onFailure = s.ReturnValuesOnConditionCheckFailure
			err = in.statements[i].checkTransactional()
		}
		if err != nil {
			return inTransaction(i, err)
		}
		in.statements[i].digest(d)
	}
	return in.set(d)
}

// set makes the checks of all statements together, and the transaction that they
// are but for its actions.
func (in *executeTransactionInput) set(d digest) error {
	reads := in.statements[0].Kind == partiql.Select
	size := 0
	for i := range in.statements {
		if reads != (in.statements[i].Kind == partiql.Select) {
			return invalid("ExecuteTransaction API does not support both read and write operations in the same request.")
		}
		size += sizeOf(in.statements[i].Item)
	}
	if size > maxTransaction {
		return errTransactionTooLarge()
	}
	if in.ClientRequestToken != nil && !reads {
		in.tx.token, in.tx.content = *in.ClientRequestToken, d.sum()
	}
	return nil
}

// Reads implements [awsapi.Reader].
func (in *executeTransactionInput) Reads() bool { return in.statements[0].Kind == partiql.Select }

// inTransaction says of which statement of a transaction an error is.
func inTransaction(i int, err error) error {
	e, ok := errors.AsType[*awsapi.Error](err)
	if !ok || e.Code != codeValidation {
		return err
	}
	return invalid("Validation failed in TransactStatements[%d]: %s", i, e.Message)
}

// checkTransactional refuses what transactions don't do.
func (st *statement) checkTransactional() error {
	switch {
	case st.Kind.Reads() && st.Index != "":
		return invalid("Reads on indices are not supported within transactions.")
	case st.Returning != "":
		return invalid("RETURNING clause is not supported in ExecuteTransaction.")
	}
	return nil
}

// statement checks the length of a statement.
func (v *violations) statement(text *string, path string) {
	switch {
	case text == nil:
		v.missing(path)
	case *text == "":
		v.add("", path, lengthAtLeast(1))
	case utf8.RuneCountInString(*text) > partiql.MaxText:
		v.add(*text, path, lengthAtMost(partiql.MaxText))
	}
}

func (v *violations) parameters(parameters []valueInput, path string) {
	if parameters != nil && len(parameters) == 0 {
		v.add("[]", path, lengthAtLeast(1))
	}
}

// statements checks how many statements a call has.
func (v *violations) statements(missing bool, n int, path string, most int) {
	switch {
	case missing:
		v.missing(path)
	case n == 0:
		v.add("[]", path, lengthAtLeast(1))
	case n > most:
		v.add("[…]", path, lengthAtMost(most))
	}
}

// newStatement parses a statement.
func newStatement(text string, parameters []valueInput) (st statement, err error) {
	values := make([]attr.Value, len(parameters))
	for i, p := range parameters {
		if values[i], err = p.checked(); err != nil {
			return st, err
		}
		if values[i].Type() == 0 {
			return st, invalid("1 validation error detected: Value null at 'parameters.%d.member' failed to satisfy constraint: Member must not be null", i+1)
		}
	}
	if st.Statement, err = partiql.Parse(text, values); err != nil {
		return statement{}, validation(err)
	}
	var v violations
	st.ref = v.tableAt(&st.Table, "tableName")
	v.optionalIndex(st.index())
	return st, v.err()
}

// digest adds the statement to a digest, in the form that depends on what it
// means only.
func (st *statement) digest(d digest) {
	text, values := partiql.Render(st.Statement)
	d.string(text)
	d.number(len(values))
	for _, v := range values {
		d.bytes(v.Stored())
	}
	d.optional(st.onFailure)
}

// compile prepares what a SELECT reads, as far as that needs no table.
func (sel *selection) compile(in *executeStatementInput) error {
	st := &in.statement
	r := &sel.read
	r.set(in.Limit, in.ConsistentRead)
	r.selects, r.asProjected = st.selects(), true
	if st.Columns == nil {
		return nil
	}
	// What is read is whole attributes: columns have names of their own.
	var paths []expr.Path
	for _, name := range expr.Paths(st.Columns).Attributes() {
		paths = append(paths, expr.Path{{Name: name}})
	}
	var err error
	r.projection, err = expr.NewProjection(paths...)
	return validation(err)
}
