// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/partiql"
)

const executeTransactionName = "ExecuteTransaction"

// executeTransactionNeeds states one need for each statement, and makes them the
// actions of a transaction, if all of them are for one item.
func (s *service) executeTransactionNeeds(_ context.Context, c *awsapi.Call, in *executeTransactionInput) ([]awsapi.Need, error) {
	needs := make([]awsapi.Need, len(in.statements))
	in.tx.actions = make([]action, len(in.statements))
	for i := range in.statements {
		st := &in.statements[i]
		var err error
		if needs[i], err = st.item(s, c, executeTransactionName); err != nil {
			return nil, err
		}
		needs[i].Spans = nil // the transaction opens what it touches
		in.tx.actions[i] = st.action
	}
	if in.check() != nil {
		return needs, nil // the handler says so
	}
	if err := in.tx.resolve(s, c, executeTransactionName); err != nil {
		return nil, err
	}
	needs[0].Spans = in.tx.spans()
	return needs, nil
}

// check refuses statements that are not for one item.
func (in *executeTransactionInput) check() error {
	for i := range in.statements {
		if in.statements[i].target.table == nil {
			return errNoTable()
		}
	}
	for i := range in.statements {
		st := &in.statements[i]
		var err error
		switch {
		case st.Kind == partiql.Select && (st.err != nil || !st.key.Alone):
			err = invalid("Select statements within ExecuteTransaction must specify the primary key in the where clause.")
		case st.Kind == partiql.Exists && (st.err != nil || st.key.Alone):
			err = invalid("EXISTS() must contain a single item read with additional condition")
		case st.err != nil:
			err = st.err
		default:
			err = st.target.table.checkPaths(st.Paths())
		}
		if err != nil {
			return inTransaction(i, err)
		}
	}
	return nil
}

func (s *service) executeTransaction(_ context.Context, c *awsapi.Call, in *executeTransactionInput) (*executeTransactionOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	out := &executeTransactionOutput{Responses: []itemResponse{}}
	if in.Reads() {
		items, err := in.tx.read(c)
		if err != nil {
			return nil, err
		}
		for i, it := range items {
			var r itemResponse
			if it.Len() > 0 { // a projection may show nothing of an item that is there
				r.Item = &item{in.statements[i].Show(it)}
			}
			out.Responses = append(out.Responses, r)
		}
	} else if err := in.tx.write(c); err != nil {
		return nil, err
	}
	out.ConsumedCapacity = in.tx.consumed(in.ReturnConsumedCapacity)
	return out, nil
}
