// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/partiql"
)

// A batchElement is one statement of a batch.
type batchElement struct {
	statement
	invalid error // why it isn't even a statement; then it needs nothing
	need    int   // its place among the call's needs; -1 for none
	part    *batchPart
}

// A batchPart is what a batch does to one table.
type batchPart struct {
	name   string // as the caller wrote it first
	writer *writer
	used   charge
}

// batchExecuteStatementNeeds states the need of each element. An element that is
// denied is answered so, and the others are done.
func (s *service) batchExecuteStatementNeeds(_ context.Context, c *awsapi.Call, in *batchExecuteStatementInput) ([]awsapi.Need, error) {
	var needs []awsapi.Need
	for i := range in.elements {
		e := &in.elements[i]
		if e.need = -1; e.invalid != nil {
			continue
		}
		n, err := e.item(s, c, "")
		if err != nil {
			return nil, err
		}
		n.Resource = e.target.readARN(e.index())
		e.need = len(needs)
		needs = append(needs, n)
	}
	if len(needs) == 0 {
		// What isn't a statement names no table. Whoever sends it is told so, as by
		// ExecuteStatement: this is no element's need.
		needs = append(needs, awsapi.Need{Action: serviceName + ":" + permissions[partiql.Select], Owner: c.Caller.Account()})
	}
	return needs, nil
}

// batchExecuteStatement does what can be done of the batch: an element that
// fails changes nothing, and the others are done. All of it is one transaction.
func (s *service) batchExecuteStatement(ctx context.Context, c *awsapi.Call, in *batchExecuteStatementInput) (*batchExecuteStatementOutput, error) {
	if err := in.checkDuplicates(c); err != nil {
		return nil, err
	}
	out := &batchExecuteStatementOutput{Responses: make([]batchStatementResponse, len(in.elements))}
	parts, spent := in.parts(c), 0
	for i := range in.elements {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e := &in.elements[i]
		shown, err := e.do(c, &spent)
		if err != nil {
			if out.Responses[i], err = e.failed(err); err != nil {
				return nil, err
			}
			continue
		}
		out.Responses[i] = batchStatementResponse{TableName: &e.Table, Item: shown}
	}
	for _, p := range parts {
		p.used.add(p.writer.used)
		if err := p.writer.done(); err != nil {
			return nil, err
		}
		if u := consumed(in.ReturnConsumedCapacity, p.name, p.used); u != nil {
			out.ConsumedCapacity = append(out.ConsumedCapacity, *u)
		}
	}
	return out, nil
}

// parts finds the tables of the batch, in the order in which its elements come to
// them.
func (in *batchExecuteStatementInput) parts(c *awsapi.Call) (all []*batchPart) {
	byTable := map[*table]*batchPart{}
	for i := range in.elements {
		e := &in.elements[i]
		t := e.target.table
		if e.refused(c) != nil {
			continue
		}
		if byTable[t] == nil {
			byTable[t] = &batchPart{name: e.ref.given, writer: t.writer(c.Tx, c.Time)}
			all = append(all, byTable[t])
		}
		e.part = byTable[t]
	}
	return all
}

// refused returns why the element is not looked at any further. What is denied is
// told nothing else: neither of the table nor of its key.
func (e *batchElement) refused(c *awsapi.Call) error {
	switch {
	case e.need >= 0 && c.Denied[e.need] != nil:
		return c.Denied[e.need]
	case e.invalid != nil:
		return e.invalid
	case e.target.table == nil:
		return errNoTable()
	}
	return nil
}

// checkDuplicates refuses batches that have an item twice.
func (in *batchExecuteStatementInput) checkDuplicates(c *awsapi.Call) error {
	seen := map[string]bool{}
	for i := range in.elements {
		if in.elements[i].refused(c) != nil {
			continue
		}
		at := in.elements[i].action.at
		if at != nil && seen[string(at)] {
			return errDuplicateKeys()
		}
		seen[string(at)] = true
	}
	return nil
}

// do does the element and returns the item that it shows, if it does. spent is the
// effort of the elements so far.
func (e *batchElement) do(c *awsapi.Call, spent *int) (*item, error) {
	if err := e.refused(c); err != nil {
		return nil, err
	}
	if e.Kind == partiql.Select {
		return e.get(c)
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	returned, err := e.write(e.part.writer, spent)
	if err != nil {
		return nil, e.charge(c, err)
	}
	return shown(returned), nil
}

// get returns the item that a SELECT is for.
func (e *batchElement) get(c *awsapi.Call) (*item, error) {
	if err := e.checkGet(); err != nil {
		return nil, err
	}
	it, err := load(c.Tx, e.action.at)
	if err != nil {
		return nil, err
	}
	units := readUnits(sizeOf(it), e.consistent)
	e.target.table.readItem(it, e.key.Item, units)
	e.part.used.table += units
	if it.Len() == 0 {
		return nil, nil
	}
	return &item{e.Show(it)}, nil
}

// checkGet refuses a SELECT that is not for one item of a table.
func (e *batchElement) checkGet() error {
	if ix := e.target.table.index(e.Index); ix != nil && (len(ix.schema.Hash) > 1 || len(ix.schema.Range) > 1) {
		_, err := e.Plan(ix.schema)
		return validation(err)
	}
	if e.err != nil || e.Index != "" || !e.key.Alone {
		return invalid("Select statements within BatchExecuteStatement must specify the primary key in the where clause.")
	}
	if err := e.action.check(); err != nil {
		return err
	}
	return e.target.table.checkPaths(e.Paths())
}

// charge charges for a write whose condition didn't hold, which err says, and
// returns err.
func (e *batchElement) charge(c *awsapi.Call, err error) error {
	answer, ok := errors.AsType[*awsapi.Error](err)
	if !ok || answer.Code != codeConditionFailed && answer.Code != codeDuplicate {
		return err
	}
	old, loadErr := load(c.Tx, e.action.at)
	if loadErr != nil {
		return loadErr
	}
	e.part.used.table += newChange(old, e.Item).units()
	return err
}

// batchCodes are the codes of the errors of elements, by those of the calls that
// they stand for, and whether the element came as far as its table.
var batchCodes = map[string]struct {
	code    string
	reached bool
}{
	codeValidation:      {"ValidationError", false},
	codeNotFound:        {"ResourceNotFound", true},
	codeConditionFailed: {"ConditionalCheckFailed", true},
	codeDuplicate:       {"DuplicateItem", true},
}

// failed returns the answer to an element that failed. An error that is no answer
// to a caller is the batch's own.
func (e *batchElement) failed(err error) (r batchStatementResponse, _ error) {
	answer, ok := errors.AsType[*awsapi.Error](err)
	if !ok {
		return r, err
	}
	c, ok := batchCodes[answer.Code]
	if answer.Kind == awsapi.Denied {
		c.code, ok = "AccessDenied", true
	}
	if !ok {
		return r, err
	}
	r.Error = &batchStatementError{Code: &c.code, Message: &answer.Message}
	if d, ok := answer.Details.(conditionFailed); ok {
		r.Error.Item = d.Item
	}
	if c.reached {
		r.TableName = &e.Table
	}
	return r, nil
}

// add adds what another call takes.
func (c *charge) add(d charge) {
	c.table += d.table
	for _, i := range d.indexes {
		c.index(i.index, i.units)
	}
}
