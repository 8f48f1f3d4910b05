// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/partiql"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

func (in *executeStatementInput) refs() []tableRef { return []tableRef{in.statement.ref} }

func (in *batchExecuteStatementInput) refs() (refs []tableRef) {
	for i := range in.elements {
		if e := &in.elements[i]; e.invalid == nil {
			refs = append(refs, e.ref)
		}
	}
	return refs
}

func (in *executeTransactionInput) refs() (refs []tableRef) {
	for i := range in.statements {
		refs = append(refs, in.statements[i].ref)
	}
	return refs
}

// A sent is a statement as it is sent on: written anew from what it means, with a
// selection that shows the key besides, by which the answer is looked through.
type sent struct {
	text       *string
	parameters []types.AttributeValue
}

// render writes the statement anew. key has the names of the attributes of the key
// of what a selection reads.
func (st *statement) render(key []string) sent {
	s := *st.Statement
	s.Table = st.target.table.Name
	for _, name := range key {
		if s.Columns != nil && !hasColumn(s.Columns, name) {
			s.Columns = append(s.Columns[:len(s.Columns):len(s.Columns)], expr.Path{{Name: name}})
		}
	}
	text, values := partiql.Render(&s)
	out := sent{text: &text}
	for _, v := range values {
		out.parameters = append(out.parameters, upstream.Value(v))
	}
	return out
}

// hasColumn reports whether one of the columns has the name.
func hasColumn(columns []expr.Path, name string) bool {
	for _, p := range columns {
		if partiql.Column(p) == name {
			return true
		}
	}
	return false
}

// checkColumns refuses a selection that shows something else under the name of a key
// attribute: it couldn't be told which partition an item is of.
func (st *statement) checkColumns(key []string) error {
	for _, p := range st.Columns {
		for _, name := range key {
			if len(p) > 1 && partiql.Column(p) == name {
				return invalid("A column that is shown as the key attribute %s is not supported: the tables are kept by an upstream", name)
			}
		}
	}
	return nil
}

// shown returns what a selection has asked for of an item that the upstream has
// projected already.
func (st *statement) shown(it attr.Item) item {
	if st.Columns == nil {
		return item{it}
	}
	var names []string
	for _, p := range st.Columns {
		names = append(names, partiql.Column(p))
	}
	return item{it.Pick(names...)}
}

// written returns the write that the statement is.
func (st *statement) written() written {
	w := written{key: st.key.Item.Pick(st.target.table.schema.Names()...), onFailure: st.onFailure}
	if st.Kind == partiql.Update {
		w.update = st.Update()
	}
	if st.Returning != "" {
		w.returns = &st.Returning
	}
	return w
}

func (f *front) checkExecuteStatement(in *executeStatementInput) error {
	st := &in.statement
	if st.Kind == partiql.Select {
		if err := in.selection.check(st); err != nil {
			return err
		}
		return st.checkColumns(in.selection.source.names)
	}
	if in.NextToken != nil {
		return errNextToken()
	}
	if err := st.check(); err != nil {
		return err
	}
	return st.action.check()
}

func (f *front) executeStatement(ctx context.Context, c *awsapi.Call, in *executeStatementInput) (*executeStatementOutput, error) {
	st := &in.statement
	s := st.render(in.selection.source.names)
	req := &sdk.ExecuteStatementInput{
		Statement: s.text, Parameters: s.parameters, ConsistentRead: in.ConsistentRead, NextToken: in.NextToken, Limit: in.Limit,
		ReturnConsumedCapacity:              types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailure(unlessNone(in.ReturnValuesOnConditionCheckFailure)),
	}
	answer, err := upstream.Do(ctx, f.client, share(c), upstream.Repeats(st.Kind.Reads()), (*sdk.Client).ExecuteStatement, req)
	if err != nil && st.Kind.Reads() {
		return nil, upstream.Failure(err)
	}
	if err != nil {
		return nil, st.target.table.failed(err, st.written())
	}
	out := &executeStatementOutput{Items: []item{}, ConsumedCapacity: capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity, st.ref.given)}
	if st.Kind.Reads() {
		return out, in.selection.answered(st, answer, out)
	}
	for i, m := range answer.Items {
		if i > 0 {
			return nil, errLie
		}
		it, err := st.target.table.attributes(m, st.written())
		if err != nil {
			return nil, err
		}
		if it != nil {
			out.Items = append(out.Items, *it)
		}
	}
	return out, nil
}

// answered adds what the answer to a SELECT has. All items must lie in what the
// statement reads.
func (sel *selection) answered(st *statement, answer *sdk.ExecuteStatementOutput, out *executeStatementOutput) error {
	for _, m := range answer.Items {
		it, err := sel.of(m)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, st.shown(it))
	}
	out.NextToken = answer.NextToken
	if len(answer.LastEvaluatedKey) == 0 {
		return nil
	}
	last, err := sel.of(answer.LastEvaluatedKey)
	if err != nil {
		return err
	}
	out.LastEvaluatedKey = &item{last.Pick(sel.source.names...)}
	return nil
}

// of returns the item or key of an answer, which must lie in one of the parts.
func (sel *selection) of(m map[string]types.AttributeValue) (attr.Item, error) {
	for _, p := range sel.parts {
		it, err := sel.source.within(m, p.span)
		if err != errLie {
			return it, err
		}
	}
	return attr.Item{}, errLie
}

// checkBatchExecute refuses nothing: elements are refused each by itself.
func (f *front) checkBatchExecute(*batchExecuteStatementInput) error { return nil }

// checkAlone refuses an element as it is answered with by itself.
func (e *batchElement) checkAlone(c *awsapi.Call) error {
	if err := e.refused(c); err != nil {
		return err
	}
	if e.Kind == partiql.Select {
		if err := e.checkGet(); err != nil {
			return err
		}
		return e.checkColumns(e.target.table.schema.Names())
	}
	if err := e.check(); err != nil {
		return err
	}
	return e.action.check()
}

// batchExecuteStatement sends those elements on that are allowed and can be done.
func (f *front) batchExecuteStatement(ctx context.Context, c *awsapi.Call, in *batchExecuteStatementInput) (*batchExecuteStatementOutput, error) {
	if err := in.checkDuplicates(c); err != nil {
		return nil, err
	}
	out := &batchExecuteStatementOutput{Responses: make([]batchStatementResponse, len(in.elements))}
	req := &sdk.BatchExecuteStatementInput{ReturnConsumedCapacity: types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity))}
	var of []int // the elements that are sent on
	reads := true
	for i := range in.elements {
		e := &in.elements[i]
		if err := e.checkAlone(c); err != nil {
			if out.Responses[i], err = e.failed(err); err != nil {
				return nil, err
			}
			continue
		}
		s := e.render(e.target.table.schema.Names())
		of, reads = append(of, i), reads && e.Kind.Reads()
		req.Statements = append(req.Statements, types.BatchStatementRequest{
			Statement: s.text, Parameters: s.parameters, ConsistentRead: e.consistent,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailure(unlessNone(e.onFailure)),
		})
	}
	if len(of) == 0 {
		return out, nil
	}
	answer, err := ask(ctx, f, c, upstream.Repeats(reads), (*sdk.Client).BatchExecuteStatement, req)
	if err != nil {
		return nil, err
	}
	if len(answer.Responses) != len(of) {
		return nil, errLie
	}
	for j, i := range of {
		if out.Responses[i], err = in.elements[i].answered(&answer.Responses[j]); err != nil {
			return nil, err
		}
	}
	out.ConsumedCapacity = in.capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity)
	return out, nil
}

// capacityOf returns the capacity that the upstream reports of the batch's tables, if
// the call has asked for it.
func (in *batchExecuteStatementInput) capacityOf(used []types.ConsumedCapacity, mode *string) (out []consumedCapacity) {
	seen := map[*table]bool{}
	for i := range in.elements {
		e := &in.elements[i]
		if t := e.target.table; t != nil && !seen[t] {
			seen[t] = true
			out = append(out, capacitiesOf(used, mode, t.Name, e.ref.given)...)
		}
	}
	return out
}

// answered returns the answer to the element. An item in it must be the element's.
func (e *batchElement) answered(in *types.BatchStatementResponse) (out batchStatementResponse, err error) {
	t, w := e.target.table, e.written()
	if in.Error == nil || in.TableName != nil { // which not every error has
		out.TableName = &e.Table
	}
	if in.Error != nil {
		out.Error = &batchStatementError{Code: new(string(in.Error.Code)), Message: new(aws.ToString(in.Error.Message))}
		if orNone(w.onFailure) != allOld {
			return out, nil
		}
		old, err := t.itemAt(in.Error.Item, w.key)
		out.Error.Item = shown(old)
		return out, err
	}
	if e.Kind != partiql.Select {
		out.Item, err = t.attributes(in.Item, w)
		return out, err
	}
	it, err := t.itemAt(in.Item, w.key)
	if err == nil && it.Len() > 0 {
		out.Item = new(e.shown(it))
	}
	return out, err
}

func (f *front) checkExecuteTransaction(in *executeTransactionInput) error {
	if err := in.check(); err != nil {
		return err
	}
	for i := range in.statements {
		st := &in.statements[i]
		if err := st.checkColumns(st.target.table.schema.Names()); err != nil {
			return inTransaction(i, err)
		}
	}
	return in.tx.check()
}

func (f *front) executeTransaction(ctx context.Context, c *awsapi.Call, in *executeTransactionInput) (*executeTransactionOutput, error) {
	req := &sdk.ExecuteTransactionInput{
		ClientRequestToken:     in.tx.upstreamToken(c),
		ReturnConsumedCapacity: types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
	}
	for i := range in.statements {
		st := &in.statements[i]
		var key []string
		if st.Kind == partiql.Select {
			key = st.target.table.schema.Names()
		}
		s := st.render(key)
		req.TransactStatements = append(req.TransactStatements, types.ParameterizedStatement{
			Statement: s.text, Parameters: s.parameters,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailure(unlessNone(st.onFailure)),
		})
	}
	answer, err := upstream.Do(ctx, f.client, share(c), upstream.Again, (*sdk.Client).ExecuteTransaction, req)
	if err != nil {
		return nil, in.tx.canceled(err)
	}
	out := &executeTransactionOutput{
		Responses:        []itemResponse{},
		ConsumedCapacity: in.tx.capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity),
	}
	if !in.Reads() {
		return out, nil
	}
	if len(answer.Responses) != len(in.statements) {
		return nil, errLie
	}
	for i := range in.statements {
		st := &in.statements[i]
		it, err := st.target.table.itemAt(answer.Responses[i].Item, st.key.Item)
		if err != nil {
			return nil, err
		}
		var r itemResponse
		if it.Len() > 0 {
			r.Item = new(st.shown(it))
		}
		out.Responses = append(out.Responses, r)
	}
	return out, nil
}
