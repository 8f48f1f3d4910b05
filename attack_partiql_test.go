// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick"
)

// ownStatements is what the sessions of a tenant may do with statements:
// everything with the items of its own partition, in the table and in the
// index whose partitions are the tenants.
const ownStatements = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
 "Action":["dynamodb:PartiQL*","dynamodb:GetItem","dynamodb:PutItem"],
 "Resource":["arn:aws:dynamodb:us-east-1:000000000000:table/Notes","arn:aws:dynamodb:us-east-1:000000000000:table/Notes/index/ByDay"],
 "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]},"Null":{"dynamodb:LeadingKeys":"false"}}}]}`

const notes = `{"TableName":"Notes","BillingMode":"PAY_PER_REQUEST",
 "AttributeDefinitions":[{"AttributeName":"TenantID","AttributeType":"S"},{"AttributeName":"Row","AttributeType":"S"},
  {"AttributeName":"Day","AttributeType":"S"},{"AttributeName":"Kind","AttributeType":"S"}],
 "KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Row","KeyType":"RANGE"}],
 "GlobalSecondaryIndexes":[
  {"IndexName":"ByDay","KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Day","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
  {"IndexName":"ByKind","KeySchema":[{"AttributeName":"Kind","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`

// newStatementSiege returns a siege with the table Notes, in which each tenant
// has two rows, and clients of two tenants.
func newStatementSiege(t *testing.T) (s *siege, yellow, blue *dynamodb.Client) {
	t.Helper()
	s = newSiege(t, bailiwick.Config{})
	s.do(s.admin, "dynamodb", "CreateTable", notes)
	s.grant("tenant", ownStatements)
	for _, tenant := range []string{"yellow", "blue"} {
		for _, row := range []string{"1", "2"} {
			s.do(s.admin, "dynamodb", "PutItem", `{"TableName":"Notes","Item":{"TenantID":{"S":"`+tenant+`"},"Row":{"S":"`+row+
				`"},"Day":{"S":"mon"},"Kind":{"S":"k"},"Note":{"S":"note of `+tenant+`"}}}`)
		}
	}
	client := func(tenant string) *dynamodb.Client { return dynamodb.NewFromConfig(s.session(s.vendor, tenant)) }
	return s, client("yellow"), client("blue")
}

func stringValue(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// execute runs a statement and returns the notes of the items it shows, or the
// code of its error.
func execute(t *testing.T, c *dynamodb.Client, statement string, parameters ...types.AttributeValue) string {
	t.Helper()
	out, err := c.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: &statement, Parameters: parameters})
	if err != nil {
		return errorCode(t, err)
	}
	var all []string
	for _, it := range out.Items {
		if v, ok := it["Note"].(*types.AttributeValueMemberS); ok {
			all = append(all, v.Value)
		}
	}
	return strings.Join(all, ", ")
}

func errorCode(t *testing.T, err error) string {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	return e.ErrorCode()
}

// TestStatementsReachOwnPartitionsOnly has, for each way to another's items, the
// same statement about one's own.
func TestStatementsReachOwnPartitionsOnly(t *testing.T) {
	const denied, own = "AccessDeniedException", "note of yellow, note of yellow"
	_, yellow, blue := newStatementSiege(t)
	for _, c := range []struct{ statement, want string }{
		{`SELECT * FROM Notes WHERE TenantID = 'yellow'`, own},
		{`SELECT * FROM Notes WHERE TenantID = 'blue'`, denied},
		{`select * from "Notes" where "TenantID"='yellow'`, own},
		{`select * from "Notes" where "TenantID"='blue'`, denied},
		{`SELECT * FROM Notes WHERE 'yellow' = TenantID;`, own},
		{`SELECT * FROM Notes WHERE 'blue' = TenantID;`, denied},
		{`SELECT * FROM "arn:aws:dynamodb:us-east-1:000000000000:table/Notes" WHERE TenantID = 'yellow'`, own},
		{`SELECT * FROM "arn:aws:dynamodb:us-east-1:000000000000:table/Notes" WHERE TenantID = 'blue'`, denied},
		{`SELECT * FROM Notes`, denied},
		{`SELECT * FROM Notes WHERE tenantid = 'yellow'`, denied},
		{`SELECT * FROM Notes WHERE Note = 'yellow'`, denied},
		{`SELECT * FROM Notes /* WHERE TenantID = 'yellow' */`, denied},
		{`SELECT * FROM Notes -- WHERE TenantID = 'yellow'`, denied},
		{"SELECT * FROM Notes WHERE TenantID = 'blue' -- \n OR TenantID = 'yellow'", denied},
		{`SELECT * FROM Notes WHERE TenantID = 'yellow' /* OR TenantID = 'blue' */`, own},
		{`SELECT * FROM Notes WHERE TenantID = 'yellow' -- OR TenantID = 'blue'`, own},
		{`SELECT * FROM Notes WHERE TenantID = 'yellow'' OR TenantID = ''blue'`, denied},
		{`SELECT * FROM Notes WHERE TenantID = 'yellow' OR TenantID = 'blue'`, denied},
		{`SELECT * FROM Notes WHERE TenantID = 'yellow' OR Row = '1'`, denied},
		{`SELECT * FROM Notes WHERE TenantID = 'yellow' AND Row = '1' OR TenantID = 'yellow' AND Row = '2'`, own},
		{`SELECT * FROM Notes WHERE TenantID = 'yellow' AND Row = '1' OR TenantID = 'blue' AND Row = '2'`, denied},
		{`SELECT * FROM Notes WHERE TenantID IN ['yellow']`, own},
		{`SELECT * FROM Notes WHERE TenantID IN ['yellow', 'blue']`, denied},
		{`SELECT * FROM Notes WHERE TenantID IN ('blue', 'yellow') AND TenantID = 'yellow'`, own},
		{`SELECT * FROM Notes WHERE TenantID IN ('blue', 'yellow') AND TenantID = 'blue'`, denied},
		{`SELECT * FROM Notes WHERE NOT TenantID = 'yellow'`, denied},
		{`SELECT * FROM Notes WHERE TenantID <> 'yellow'`, denied},
		{`SELECT * FROM Notes WHERE NOT (TenantID <> 'yellow')`, denied},
		{`SELECT * FROM Notes WHERE TenantID >= 'yellow'`, denied},
		{`SELECT * FROM Notes WHERE TenantID BETWEEN 'yellow' AND 'yellow'`, denied},
		{`SELECT * FROM Notes WHERE begins_with(TenantID, 'yellow')`, denied},
		{`SELECT * FROM Notes WHERE TenantID = 'yellow' AND NOT TenantID = 'blue'`, own},
		{`SELECT * FROM Notes WHERE (TenantID = 'yellow' AND Row > '0') = true`, own},
		{`SELECT * FROM Notes WHERE (TenantID = 'yellow' AND Row > '0') = false`, denied},
		{`SELECT * FROM Notes WHERE TenantID.x = 'yellow'`, denied},
		{`SELECT * FROM Notes WHERE TenantID = Note`, denied},
		{`SELECT * FROM Notes WHERE TenantID = 'yellow' AND TenantID = 'blue'`, denied},
		{`SELECT * FROM Notes.ByDay WHERE TenantID = 'yellow' AND "Day" = 'mon'`, own},
		{`SELECT * FROM Notes.ByDay WHERE TenantID = 'blue' AND "Day" = 'mon'`, denied},
		{`SELECT * FROM Notes.ByDay WHERE "Day" = 'mon'`, denied},
		{`SELECT * FROM Notes."ByKind" WHERE Kind = 'k'`, denied},
		{`SELECT * FROM Notes."ByKind" WHERE Kind = 'k' AND TenantID = 'yellow'`, denied},
		{`SELECT * FROM Notes."ByKind" WHERE Kind = 'yellow'`, denied},
		{`SELECT * FROM Ledger WHERE TenantID = 'yellow'`, denied},

		{`INSERT INTO Notes VALUE {'TenantID': 'yellow', 'Row': '9'}`, ""},
		{`INSERT INTO Notes VALUE {'TenantID': 'blue', 'Row': '9'}`, denied},
		{`INSERT INTO Notes VALUE {'TenantID': 'blue', 'Row': '1'}`, denied},
		{`UPDATE Notes SET Seen = true WHERE TenantID = 'yellow' AND Row = '9'`, ""},
		{`UPDATE Notes SET Seen = true WHERE TenantID = 'blue' AND Row = '1'`, denied},
		{`FROM Notes WHERE TenantID = 'blue' AND Row = '1' SET Seen = true`, denied},
		{`UPDATE Notes SET Seen = true WHERE TenantID = 'blue' AND Row = '1' AND TenantID = 'yellow'`, denied},
		{`UPDATE Notes SET Seen = true WHERE TenantID = 'blue' AND Row = '1' RETURNING ALL OLD *`, denied},
		{`UPDATE Notes SET TenantID = 'blue' WHERE TenantID = 'yellow' AND Row = '9'`, "ValidationException"},
		{`DELETE FROM Notes WHERE TenantID = 'blue' AND Row = '1'`, denied},
		{`DELETE FROM Notes WHERE TenantID = 'blue' AND Row = '1' RETURNING ALL OLD *`, denied},
		{`DELETE FROM Notes WHERE TenantID IN ['yellow', 'blue'] AND Row = '1'`, denied},
		{`DELETE FROM Notes`, denied},
		{`DELETE FROM Notes WHERE TenantID = 'yellow' AND Row = '9' RETURNING ALL OLD *`, ""},
		{`DELETE FROM Notes WHERE TenantID = 'yellow' AND Row = '9'`, ""},
	} {
		if got := execute(t, yellow, c.statement); got != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.statement, got, c.want)
		}
	}
	if got := execute(t, yellow, `SELECT * FROM Notes WHERE TenantID = ?`, stringValue("yellow")); got != own {
		t.Errorf("a parameter of one's own: got %q", got)
	}
	for _, statement := range []string{
		`SELECT * FROM Notes WHERE TenantID = ?`, `SELECT * FROM Notes WHERE TenantID IN ['yellow', ?]`,
		`DELETE FROM Notes WHERE TenantID = ? AND Row = '1'`, `INSERT INTO Notes VALUE {'TenantID': ?, 'Row': '9'}`,
	} {
		if got := execute(t, yellow, statement, stringValue("blue")); got != denied {
			t.Errorf("%s of blue: got %q", statement, got)
		}
	}
	// A list is compared with as its members.
	list := &types.AttributeValueMemberL{Value: []types.AttributeValue{stringValue("yellow"), stringValue("blue")}}
	if got := execute(t, yellow, `SELECT * FROM Notes WHERE TenantID IN ?`, list); got != denied {
		t.Errorf("a list of both: got %q", got)
	}
	if got := execute(t, blue, `SELECT * FROM Notes WHERE TenantID = 'blue'`); got != "note of blue, note of blue" {
		t.Errorf("what was another's is %q", got)
	}
}

// TestBatchesOfStatementsReachOwnPartitionsOnly puts one statement about
// another's item beside one about one's own, which is done.
func TestBatchesOfStatementsReachOwnPartitionsOnly(t *testing.T) {
	_, yellow, blue := newStatementSiege(t)
	batch := func(statements ...string) []types.BatchStatementResponse {
		in := &dynamodb.BatchExecuteStatementInput{ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal}
		for _, s := range statements {
			in.Statements = append(in.Statements, types.BatchStatementRequest{
				Statement: &s, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
			})
		}
		out, err := yellow.BatchExecuteStatement(t.Context(), in)
		if err != nil {
			t.Fatalf("%q: %v", statements, err)
		}
		return out.Responses
	}
	const (
		get = `SELECT * FROM Notes WHERE TenantID = 'yellow' AND Row = '1'`
		put = `INSERT INTO Notes VALUE {'TenantID': 'yellow', 'Row': '9'}`
	)
	for own, others := range map[string][]string{
		get: {
			`SELECT * FROM Notes WHERE TenantID = 'blue' AND Row = '1'`, `SELECT * FROM Notes WHERE Row = '1'`,
			`SELECT * FROM Notes.ByKind WHERE Kind = 'k'`, `SELECT * FROM Nothing WHERE TenantID = 'blue' AND Row = '1'`,
		},
		put: {
			`INSERT INTO Notes VALUE {'TenantID': 'blue', 'Row': '3'}`, `INSERT INTO Notes VALUE {'TenantID': 'blue', 'Row': '1'}`,
			`UPDATE Notes SET Seen = true WHERE TenantID = 'blue' AND Row = '1'`,
			`UPDATE Notes SET Seen = true WHERE TenantID = 'blue' AND Row = '1' AND Note = 'x'`,
			`DELETE FROM Notes WHERE TenantID = 'blue' AND Row = '1' RETURNING ALL OLD *`,
		},
	} {
		for _, other := range others {
			for _, both := range [][]string{{own, other}, {other, own}} {
				got := batch(both...)
				mine, denied := got[0], got[1]
				if both[0] == other {
					mine, denied = denied, mine
				}
				if mine.Error != nil || *mine.TableName != "Notes" || (own == get) != (mine.Item != nil) {
					t.Errorf("%q: one's own is answered with %+v", both, mine)
				}
				if e := denied.Error; e == nil || e.Code != types.BatchStatementErrorCodeEnumAccessDenied || e.Item != nil || denied.Item != nil || denied.TableName != nil {
					t.Errorf("%q: another's is answered with %+v %+v", both, denied, e)
				}
				execute(t, yellow, `DELETE FROM Notes WHERE TenantID = 'yellow' AND Row = '9'`)
			}
		}
	}
	// What is no statement needs nothing of anybody.
	for _, both := range [][]string{{`SLECT`}, {get, `SLECT`}, {`SLECT`, strings.Replace(get, "yellow", "blue", 1)}} {
		for i, r := range batch(both...) {
			if malformed := r.Error != nil && r.Error.Code == types.BatchStatementErrorCodeEnumValidationError; malformed != (both[i] == `SLECT`) {
				t.Errorf("%q of %q is answered with %+v", both[i], both, r.Error)
			}
		}
	}
	// What is denied isn't compared with the rest of the batch: that would tell of its table.
	got := batch(`SELECT * FROM Notes WHERE TenantID = 'blue' AND Row = '1'`, `SELECT Row FROM Notes WHERE TenantID = 'blue' AND Row = '1'`, get)
	for i, code := range []types.BatchStatementErrorCodeEnum{"AccessDenied", "AccessDenied"} {
		if got[i].Error == nil || got[i].Error.Code != code {
			t.Errorf("what is there twice and denied is answered with %+v", got[i])
		}
	}
	if got := execute(t, blue, `SELECT * FROM Notes WHERE TenantID = 'blue'`); got != "note of blue, note of blue" {
		t.Errorf("what was another's is %q", got)
	}
}

// TestTransactionsOfStatementsReachOwnPartitionsOnly puts one statement about
// another's item behind one about one's own, which isn't done either.
func TestTransactionsOfStatementsReachOwnPartitionsOnly(t *testing.T) {
	_, yellow, blue := newStatementSiege(t)
	transact := func(statements ...string) error {
		in := &dynamodb.ExecuteTransactionInput{}
		for _, s := range statements {
			in.TransactStatements = append(in.TransactStatements, types.ParameterizedStatement{
				Statement: &s, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
			})
		}
		_, err := yellow.ExecuteTransaction(t.Context(), in)
		return err
	}
	const get = `SELECT * FROM Notes WHERE TenantID = 'yellow' AND Row = '1'`
	if err := transact(get); err != nil {
		t.Error(err)
	}
	const put = `INSERT INTO Notes VALUE {'TenantID': 'yellow', 'Row': '9'}`
	for _, c := range [][]string{
		{get, strings.Replace(get, "yellow", "blue", 1)},
		{put, `INSERT INTO Notes VALUE {'TenantID': 'blue', 'Row': '3'}`},
		{put, `UPDATE Notes SET Seen = true WHERE TenantID = 'blue' AND Row = '1'`},
		{put, `DELETE FROM Notes WHERE TenantID = 'blue' AND Row = '1'`},
		{strings.Replace(get, "Notes", "Notes.ByKind", 1)},
	} {
		if err := transact(c...); err == nil || !strings.Contains("AccessDeniedException ValidationException", errorCode(t, err)) ||
			len(c) > 1 && errorCode(t, err) != "AccessDeniedException" {
			t.Errorf("%q: %v, want a denial", c, err)
		}
	}
	if err := transact(put); err != nil {
		t.Errorf("a denied call has done its first part, or its second can't be done alone: %v", err)
	}
	// A condition that is false would tell what another's item is.
	for _, of := range []string{"yellow", "blue"} {
		err := transact(`EXISTS(SELECT * FROM Notes WHERE TenantID = '`+of+`' AND Row = '1' AND Note = 'x')`,
			`INSERT INTO Notes VALUE {'TenantID': 'yellow', 'Row': '5'}`)
		want := map[string]string{"yellow": "TransactionCanceledException", "blue": "AccessDeniedException"}[of]
		if err == nil || errorCode(t, err) != want {
			t.Errorf("EXISTS of %s: %v, want %s", of, err, want)
		}
	}
	if got := execute(t, blue, `SELECT * FROM Notes WHERE TenantID = 'blue'`); got != "note of blue, note of blue" {
		t.Errorf("what was another's is %q", got)
	}
}

// TestPagesOfStatementsStayInTheirPartition goes on where another statement has
// stopped, and where it likes.
func TestPagesOfStatementsStayInTheirPartition(t *testing.T) {
	s, yellow, blue := newStatementSiege(t)
	page := func(c *dynamodb.Client, statement string, token *string) (*dynamodb.ExecuteStatementOutput, error) {
		return c.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: &statement, NextToken: token, Limit: aws.Int32(1)})
	}
	const own, others = `SELECT * FROM Notes WHERE TenantID = 'yellow'`, `SELECT * FROM Notes WHERE TenantID = 'blue'`
	first, err := page(yellow, own, nil)
	if err != nil || len(first.Items) != 1 || first.NextToken == nil {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := page(yellow, own, first.NextToken)
	if err != nil || len(second.Items) != 1 || second.Items[0]["Row"].(*types.AttributeValueMemberS).Value != "2" {
		t.Errorf("the second page: %+v, %v", second, err)
	}
	foreign, err := page(blue, others, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := page(yellow, own, foreign.NextToken); err == nil || !strings.Contains(err.Error(), "NextToken does not match request") {
		t.Errorf("another's token: %v", err)
	}
	admin := dynamodb.NewFromConfig(s.admin)
	all, err := page(admin, `SELECT * FROM Notes`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := page(yellow, own, all.NextToken); err == nil || !strings.Contains(err.Error(), "NextToken does not match request") {
		t.Errorf("a token of a scan: %v", err)
	}
	if _, err := page(yellow, own, aws.String("AAAA")); err == nil || !strings.Contains(err.Error(), "Invalid NextToken") {
		t.Errorf("a token that is none: %v", err)
	}
}

// TestStatementsTellWhatTheyAskFor has policies of attributes, of what is returned
// and of scans.
func TestStatementsTellWhatTheyAskFor(t *testing.T) {
	const denied = "AccessDeniedException"
	s, yellow, _ := newStatementSiege(t)
	grant := func(condition string) {
		s.grant("tenant", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:PartiQL*","Resource":"*","Condition":`+condition+`}]}`)
	}
	check := func(statement, want string) {
		t.Helper()
		if got := execute(t, yellow, statement); got != want {
			t.Errorf("%s\n got %q\nwant %q", statement, got, want)
		}
	}
	grant(`{"ForAllValues:StringEquals":{"dynamodb:Attributes":["TenantID","Row","Day"]},"StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES","dynamodb:ReturnValues":["NONE","UPDATED_NEW","UPDATED_OLD"]}}`)
	check(`SELECT "Day" FROM Notes WHERE TenantID = 'yellow'`, "")
	check(`SELECT "Day", Note FROM Notes WHERE TenantID = 'yellow'`, denied)
	check(`SELECT * FROM Notes WHERE TenantID = 'yellow'`, denied)
	check(`SELECT "Day" FROM Notes WHERE TenantID = 'yellow' AND begins_with(Note, 'n')`, denied)
	check(`SELECT "Day" FROM Notes WHERE TenantID = 'yellow' AND size(Note) > 1`, denied)
	check(`UPDATE Notes SET "Day" = 'tue' WHERE TenantID = 'yellow' AND Row = '1' RETURNING MODIFIED OLD *`, "")
	check(`UPDATE Notes SET "Day" = 'tue' WHERE TenantID = 'yellow' AND Row = '1' RETURNING ALL OLD *`, denied)
	check(`UPDATE Notes SET "Day" = Note WHERE TenantID = 'yellow' AND Row = '1' RETURNING MODIFIED NEW *`, denied)
	check(`DELETE FROM Notes WHERE TenantID = 'yellow' AND Row = '3' RETURNING ALL OLD *`, denied)
	check(`INSERT INTO Notes VALUE {'TenantID': 'yellow', 'Row': '3', 'Note': 'x'}`, denied)
	check(`INSERT INTO Notes VALUE {'TenantID': 'yellow', 'Row': '3'}`, "")
	exists := func(onFailure types.ReturnValuesOnConditionCheckFailure, want string) {
		t.Helper()
		_, err := yellow.ExecuteTransaction(t.Context(), &dynamodb.ExecuteTransactionInput{TransactStatements: []types.ParameterizedStatement{
			{Statement: aws.String(`EXISTS(SELECT "Day" FROM Notes WHERE TenantID = 'yellow' AND Row = '1' AND "Day" = 'sun')`), ReturnValuesOnConditionCheckFailure: onFailure},
			{Statement: aws.String(`DELETE FROM Notes WHERE TenantID = 'yellow' AND Row = '7'`)},
		}})
		if err == nil || errorCode(t, err) != want {
			t.Errorf("an EXISTS that shows %s if it fails: got %v, want %s", onFailure, err, want)
		}
	}
	grant(`{"ForAllValues:StringEquals":{"dynamodb:Attributes":["TenantID","Row","Day"]},"StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES"}}`)
	exists(types.ReturnValuesOnConditionCheckFailureNone, "TransactionCanceledException")
	exists(types.ReturnValuesOnConditionCheckFailureAllOld, denied)

	grant(`{"BoolIfExists":{"dynamodb:FullTableScan":"false"}}`)
	check(`SELECT Note FROM Notes WHERE TenantID = 'yellow' AND Row = '1'`, "note of yellow")
	check(`SELECT Note FROM Notes WHERE Row = '1'`, denied)
	check(`SELECT Note FROM Notes`, denied)
	check(`SELECT Note FROM Notes.ByDay WHERE "Day" = 'mon'`, denied)

	grant(`{"StringEquals":{"dynamodb:EnclosingOperation":"ExecuteTransaction"}}`)
	check(`SELECT Note FROM Notes WHERE TenantID = 'yellow' AND Row = '1'`, denied)
	_, err := yellow.ExecuteTransaction(t.Context(), &dynamodb.ExecuteTransactionInput{TransactStatements: []types.ParameterizedStatement{
		{Statement: aws.String(`SELECT Note FROM Notes WHERE TenantID = 'yellow' AND Row = '1'`)},
	}})
	if err != nil {
		t.Errorf("in a transaction: %v", err)
	}

	// The permissions of the operations that statements stand for are not theirs.
	s.grant("tenant", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"dynamodb:PartiQL*","Resource":"*"}]}`)
	check(`SELECT * FROM Notes WHERE TenantID = 'yellow'`, denied)
	check(`INSERT INTO Notes VALUE {'TenantID': 'yellow', 'Row': '4'}`, denied)
}
