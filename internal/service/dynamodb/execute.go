// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/partiql"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const codeDuplicate = "DuplicateItemException"

// executeRows are the operations that take PartiQL statements.
func (s *service) executeRows() []awsapi.Operation {
	type row = awsapi.Operation
	return []awsapi.Operation{
		awsapi.Op(row{Name: "ExecuteStatement", Access: awsapi.Write, Sample: sampleStatement}, s.executeStatementNeeds, s.executeStatement),
		awsapi.Op(row{Name: "BatchExecuteStatement", Access: awsapi.Write, Guard: awsapi.Each, Sample: sampleBatchStatement}, s.batchExecuteStatementNeeds, s.batchExecuteStatement),
		awsapi.Op(row{Name: "ExecuteTransaction", Access: awsapi.Write, Sample: sampleTransaction}, s.executeTransactionNeeds, s.executeTransaction),
	}
}

const (
	sampleStatement      = `{"Statement":"SELECT * FROM \"Sample\" WHERE pk = '$TENANT'"}`
	sampleBatchStatement = `{"Statements":[
		{"Statement":"SELECT n FROM \"Sample\" WHERE pk = '$TENANT' AND sk = '1'"},
		{"Statement":"SELECT * FROM \"Sample\" WHERE pk = ? AND sk = '2'","Parameters":[{"S":"$TENANT"}]}]}`
	sampleTransaction = `{"TransactStatements":[
		{"Statement":"INSERT INTO \"Sample\" VALUE {'pk': '$TENANT', 'sk': '7', 'n': 1}"},
		{"Statement":"UPDATE \"Sample\" SET n = 2 WHERE pk = '$TENANT' AND sk = '2'"},
		{"Statement":"DELETE FROM \"Sample\" WHERE pk = '$TENANT' AND sk = '8'"},
		{"Statement":"EXISTS(SELECT * FROM \"Sample\" WHERE pk = '$TENANT' AND sk = '4' AND attribute_exists(pk))"}]}`
)

// permissions are the actions that statements take.
var permissions = map[partiql.Kind]string{
	partiql.Select: "PartiQLSelect", partiql.Exists: "PartiQLSelect", partiql.Insert: "PartiQLInsert",
	partiql.Update: "PartiQLUpdate", partiql.Delete: "PartiQLDelete",
}

// executeActions are the actions of the catalogue that statements take.
func executeActions() []awsapi.Action {
	table, tableOrIndex := []string{"table"}, []string{"table", "index"}
	leading, first := leadingKeys, firstKeys
	leading.Always, first.Always = false, false // not of what reads a whole table
	scan := awsapi.Key{Name: "dynamodb:FullTableScan", Always: true}
	values := awsapi.Key{Name: "dynamodb:ReturnValues"} // of EXISTS
	write := []awsapi.Key{leadingKeys, firstKeys, attributesKey, enclosingKey, valuesKey}
	return []awsapi.Action{
		{Name: "dynamodb:PartiQLSelect", Resources: tableOrIndex, Keys: []awsapi.Key{leading, first, someAttributes, enclosingKey, selectKey, scan, values}},
		{Name: "dynamodb:PartiQLInsert", Resources: table, Keys: write[:4]},
		{Name: "dynamodb:PartiQLUpdate", Resources: table, Keys: write},
		{Name: "dynamodb:PartiQLDelete", Resources: table, Keys: write},
	}
}

// A statement is a PartiQL statement of a call. What it is for depends on the key
// of its table, and is found with the call's needs: the one item of the key that
// it gives, or, in a selection, the parts of a table.
type statement struct {
	*partiql.Statement
	ref        tableRef
	consistent *bool
	onFailure  *string // ReturnValuesOnConditionCheckFailure

	target target
	key    *partiql.Key // of the one item
	action action       // what is done to it
	err    error        // why it isn't for one item: told when the call is allowed
}

// index returns the name of the index that the statement is for; nil for the
// table itself.
func (st *statement) index() *string {
	if st.Index == "" {
		return nil
	}
	return &st.Index
}

// selects returns dynamodb:Select. An EXISTS that shows the item if it fails
// shows all of it.
func (st *statement) selects() string {
	switch {
	case st.Columns != nil && (st.Kind == partiql.Select || orNone(st.onFailure) != allOld):
		return selectSpecific
	case st.Index != "":
		return selectProjected
	}
	return selectAll
}

// conditions returns the condition keys of the statement's permission, but for
// the partitions that it is for. enclosing is the transaction that it is part
// of, or "".
func (st *statement) conditions(enclosing string, leading leadingValues) *conditions {
	k := &conditions{
		leading:    leading,
		attributes: func() []string { return names([]attr.Item{st.Item}, st.Paths().Attributes()) },
		enclosing:  enclosing,
	}
	switch st.Kind {
	case partiql.Select:
		k.selects, k.fullScan = st.selects(), "false"
	case partiql.Exists:
		k.selects, k.fullScan, k.returnValues = st.selects(), "false", orNone(st.onFailure)
	case partiql.Update, partiql.Delete:
		returning := st.Returning
		if returning == "" {
			returning = none
		}
		k.returnValues = statedReturn(&returning, st.onFailure)
	}
	if st.Kind.Reads() && leading.values == nil {
		k.fullScan = "true"
	}
	return k
}

// guess returns the values of the statement, for what doesn't give the partitions
// that it is for, or is for a table that doesn't exist: it will come to nothing,
// but is decided by what it asked. A statement without values asks for all.
func (st *statement) guess() leadingValues {
	return leadingValues{values: st.Values(), guessed: true}
}

// item returns the need of a statement for one item, and finds that item. It
// opens what that takes.
func (st *statement) item(s *service, c *awsapi.Call, enclosing string) (n awsapi.Need, err error) {
	if st.target, err = s.target(c, st.ref); err != nil {
		return n, err
	}
	st.key, st.err, st.action = nil, nil, action{}
	t := st.target.table
	if t != nil {
		if st.key, st.err = st.find(t.schema); st.err == nil {
			st.action = st.acts()
		}
	}
	leading := st.guess()
	switch {
	case st.Kind == partiql.Insert:
		leading = st.target.leading(st.Item)
	case st.key != nil:
		leading = st.target.leading(st.key.Item)
	}
	var spans []storage.Span
	if st.key != nil {
		spans = st.target.open(st.action.writes(), st.key.Item)
		st.action.at = st.target.at[0]
	}
	return st.target.need(permissions[st.Kind], st.conditions(enclosing, leading), spans...), nil
}

// find returns the key of the item that the statement is for: of an INSERT, the
// item.
func (st *statement) find(schema attr.Schema) (*partiql.Key, error) {
	if st.Kind == partiql.Insert {
		absent, err := partiql.Absent(schema)
		return &partiql.Key{Item: st.Item, Condition: absent}, validation(err)
	}
	if st.Index != "" {
		return nil, errNoIndex(st.Index)
	}
	k, err := st.Key(schema)
	return k, validation(err)
}

// acts returns what the statement does to the item of its key, as a transaction
// does it.
func (st *statement) acts() action {
	a := action{
		kind: actionKinds[st.Kind], ref: st.ref, item: st.key.Item,
		update: st.Update(), condition: st.key.Condition, onFailure: st.onFailure,
		part: &transactPart{target: st.target},
	}
	if st.Kind == partiql.Insert {
		a.unmet = func(*item) error { return errDuplicateItem() }
	}
	return a
}

var actionKinds = map[partiql.Kind]actionKind{
	partiql.Select: getAction, partiql.Exists: checkAction, partiql.Insert: putAction,
	partiql.Update: updateAction, partiql.Delete: deleteAction,
}

func errDuplicateItem() error {
	return awsapi.Errorf(awsapi.Conflict, codeDuplicate, "Duplicate primary key exists in table")
}

// check refuses a statement that is not for one item of a table.
func (st *statement) check() error {
	if st.target.table == nil {
		return errNoTable()
	}
	return st.err
}

// write does what the statement does to its item, with w, and returns what it
// returns of the item. The effort is added to spent, that of the whole call.
func (st *statement) write(w *writer, spent *int) (attr.Item, error) {
	if err := st.action.check(); err != nil { // before there is a place to look at
		return attr.Item{}, err
	}
	old, err := load(w.tx, st.action.at)
	if err != nil {
		return attr.Item{}, err
	}
	*spent += effort(st.action.condition, st.action.update, old)
	if err := checkEffort(*spent); err != nil {
		return attr.Item{}, err
	}
	new, err := st.action.outcome(old)
	if err != nil {
		return attr.Item{}, err
	}
	if err := w.change(st.action.at, newChange(old, new)); err != nil {
		return attr.Item{}, err
	}
	return st.returned(old, new), nil
}

// returned returns what the RETURNING clause asks for.
func (st *statement) returned(old, new attr.Item) attr.Item {
	switch st.Returning {
	case allOld:
		return old
	case allNew:
		return new
	case updatedOld:
		return st.Update().Updated(old)
	case updatedNew:
		return st.Update().Updated(new)
	}
	return attr.Item{}
}

func (s *service) executeStatementNeeds(_ context.Context, c *awsapi.Call, in *executeStatementInput) ([]awsapi.Need, error) {
	var n awsapi.Need
	var err error
	if in.statement.Kind == partiql.Select {
		n, err = in.selection.need(s, c, &in.statement)
	} else {
		n, err = in.statement.item(s, c, "")
	}
	return []awsapi.Need{n}, err
}

func (s *service) executeStatement(ctx context.Context, c *awsapi.Call, in *executeStatementInput) (*executeStatementOutput, error) {
	st := &in.statement
	if st.Kind == partiql.Select {
		return in.selection.run(ctx, c, in)
	}
	if in.NextToken != nil {
		return nil, errNextToken()
	}
	if err := st.check(); err != nil {
		return nil, err
	}
	w := st.target.table.writer(c.Tx, c.Time)
	returned, err := st.write(w, new(int))
	if err != nil {
		return nil, err
	}
	out := &executeStatementOutput{Items: []item{}, ConsumedCapacity: consumed(in.ReturnConsumedCapacity, st.ref.given, w.used)}
	if returned.Len() > 0 {
		out.Items = append(out.Items, item{returned})
	}
	return out, w.done()
}
