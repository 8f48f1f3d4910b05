// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"strings"
	"testing"
)

// guideDocument returns a document about the table Wares.
func guideDocument(statements ...string) string {
	text := `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
	return strings.NewReplacer("<table>", "arn:aws:dynamodb:us-east-1:000000000000:table/Wares", "<tenant>", "${aws:PrincipalTag/TenantID}").Replace(text)
}

// shows are the parameters that show a caller no more than what it names.
const shows = `"StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES","dynamodb:ReturnValues":["NONE","UPDATED_OLD","UPDATED_NEW"]}`

// TestDocumentsOfGuides holds the kinds of policies that the DynamoDB developer
// guide has for attributes, transactions and statements against every call.
func TestDocumentsOfGuides(t *testing.T) {
	all, one := []string{"yellow", "blue"}, []string{"yellow"}
	holdAgainstCalls(t, map[string]published{
		// The document pins what is selected, and says nothing of what writes return.
		"one's own items, and some of their attributes": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:BatchGetItem","dynamodb:Query","dynamodb:PutItem",
			 "dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:BatchWriteItem"],"Resource":"<table>","Condition":{
			 "ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["<tenant>"],"dynamodb:Attributes":["TenantID","Row","Note"]},
			 "StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES"}}}`),
			table: "Wares", tag: "TenantID", given: one, withheld: []string{"blue", "yellow2"},
			allows: `get-note get-note-legacy transact-get-note batch-get-note batch-get-note-legacy query-note query-note-legacy
			 put put-old put-shown put-legacy update update-all-new update-all-old update-updated-new update-shown update-legacy
			 delete delete-old delete-shown batch-put batch-delete transact-put transact-put-shown transact-update transact-update-shown transact-delete transact-delete-shown`,
		},
		"one's own items, by the other name of the partition key": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:BatchGetItem","dynamodb:Query","dynamodb:PutItem","dynamodb:UpdateItem",
			 "dynamodb:DeleteItem","dynamodb:BatchWriteItem","dynamodb:ConditionCheckItem","dynamodb:PartiQLInsert","dynamodb:PartiQLUpdate","dynamodb:PartiQLDelete"],
			 "Resource":"<table>","Condition":{"ForAllValues:StringEquals":{"dynamodb:FirstPartitionKeyValues":["<tenant>"]}}}`,
				`{"Effect":"Allow","Action":"dynamodb:*","Resource":"<table>/index/*","Condition":{"ForAllValues:StringEquals":{"dynamodb:FirstPartitionKeyValues":["<tenant>"]},
				 "Null":{"dynamodb:FirstPartitionKeyValues":"false"}}}`),
			table: "Wares", tag: "TenantID", given: one, withheld: []string{"blue", "yellow2"},
			allows: gets + batches + queries + entries + puts + updates + deletes + writes + changes + checks + alters +
				` select-global-note select-local batch-update-statement transact-update-statement insert-at-once `,
		},
		"some attributes of all items": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:UpdateItem","dynamodb:GetItem","dynamodb:Query","dynamodb:BatchGetItem","dynamodb:Scan"],
			 "Resource":"<table>","Condition":{"ForAllValues:StringEquals":{"dynamodb:Attributes":["TenantID","Row","Note"]},` + shows + `}}`),
			table: "Wares", given: all,
			allows: `get-note get-note-legacy transact-get-note batch-get-note batch-get-note-legacy query-note query-note-legacy scan-note
			 update update-updated-new update-legacy transact-update`,
			hides: "secret of",
		},
		"updates of all attributes but one": {
			document: guideDocument(`{"Effect":"Allow","Action":"dynamodb:UpdateItem","Resource":"<table>","Condition":{
			 "ForAllValues:StringNotLike":{"dynamodb:Attributes":["Secret"]},"StringEquals":{"dynamodb:ReturnValues":["NONE","UPDATED_OLD","UPDATED_NEW"]}}}`),
			table: "Wares", given: all,
			allows: `update update-updated-new update-legacy transact-update`,
			hides:  "secret of",
		},
		"some attributes that an index projects": {
			document: guideDocument(`{"Effect":"Allow","Action":"dynamodb:Query","Resource":"<table>/index/ByDay","Condition":{
			 "ForAllValues:StringEquals":{"dynamodb:Attributes":["TenantID","Row","Day","Note"]},"StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES"}}}`),
			table: "Wares", given: all,
			allows: `query-global-note`,
			hides:  "secret of",
		},
		"all attributes but one, by denials": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query","dynamodb:Scan"],"Resource":"<table>"}`,
				`{"Effect":"Deny","Action":["dynamodb:GetItem","dynamodb:Query","dynamodb:Scan"],"Resource":"<table>","Condition":{
				 "ForAnyValue:StringEquals":{"dynamodb:Attributes":["Secret","Other"]}}}`,
				`{"Effect":"Deny","Action":["dynamodb:GetItem","dynamodb:Query","dynamodb:Scan"],"Resource":"<table>","Condition":{
				 "StringNotEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES"}}}`),
			table: "Wares", given: all,
			allows: `get-note get-note-legacy transact-get-note query-note query-note-legacy scan-note`,
			hides:  "secret of",
		},
		"some attributes of one's own items, also of an index": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:UpdateItem","dynamodb:GetItem","dynamodb:Query","dynamodb:BatchGetItem"],
			 "Resource":["<table>","<table>/index/ByDay"],"Condition":{
			 "ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["<tenant>"],"dynamodb:Attributes":["TenantID","Row","Day","Note"]},` + shows + `}}`),
			table: "Wares", tag: "TenantID", given: one, withheld: []string{"blue", "yellow2"},
			allows: `get-note get-note-legacy transact-get-note batch-get-note batch-get-note-legacy query-note query-note-legacy query-global-note
			 update update-updated-new update-legacy transact-update`,
			hides: "secret of",
		},
		// What is read of an index is what it projects, unless more is selected.
		"what indexes project": {
			document: guideDocument(`{"Effect":"Allow","Action":"dynamodb:Query","Resource":"<table>/index/*","Condition":{
			 "StringEquals":{"dynamodb:Select":"ALL_PROJECTED_ATTRIBUTES"}}}`),
			table: "Wares", given: all,
			allows: `query-local query-local-by-secret query-global`,
			hides:  "secret of",
		},

		// These operations are no actions: what they do is.
		"operations that are no actions": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:TransactGetItems","dynamodb:TransactWriteItems","dynamodb:ExecuteStatement",
			 "dynamodb:BatchExecuteStatement","dynamodb:ExecuteTransaction","dynamodb:PartiQL","dynamodb:Get","dynamodb:BatchGet"],"Resource":"*"}`),
			table: "Wares", given: one,
		},
		// There may be several keys, of which an operator for one value says nothing.
		"one's own items, without a set operator": {
			document: guideDocument(`{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"StringEquals":{"dynamodb:LeadingKeys":["<tenant>"]}}}`,
				`{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"StringLike":{"dynamodb:Attributes":["*"]},"Null":{"dynamodb:Attributes":"false"}}}`),
			table: "Wares", tag: "TenantID", given: one, withheld: []string{"blue"},
		},

		"items in transactions": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:ConditionCheckItem","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:GetItem"],
			 "Resource":"<table>","Condition":{"ForAnyValue:StringEquals":{"dynamodb:EnclosingOperation":["TransactWriteItems","TransactGetItems"]}}}`),
			table: "Wares", given: all,
			allows: changes + checks + ` transact-get transact-get-note `,
		},
		"items outside of transactions": {
			document: guideDocument(
				`{"Effect":"Deny","Action":["dynamodb:ConditionCheckItem","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:GetItem"],
				 "Resource":"<table>","Condition":{"ForAnyValue:StringEquals":{"dynamodb:EnclosingOperation":["TransactWriteItems","TransactGetItems"]}}}`,
				`{"Effect":"Allow","Action":["dynamodb:PutItem","dynamodb:DeleteItem","dynamodb:GetItem","dynamodb:UpdateItem"],"Resource":"<table>"}`),
			table: "Wares", given: all,
			allows: ` get get-note get-note-legacy get-secret get-by-arn ` + puts + updates + deletes,
		},
		"checks that show nothing": {
			document: guideDocument(`{"Effect":"Allow","Action":"dynamodb:ConditionCheckItem","Resource":"<table>","Condition":{"StringEqualsIfExists":{"dynamodb:ReturnValues":["NONE"]}}}`,
				`{"Effect":"Allow","Action":["dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem"],"Resource":"<table>"}`),
			table: "Wares", given: all,
			allows: puts + updates + deletes + changes + ` transact-check transact-all `,
		},

		"statements": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:PartiQLInsert","dynamodb:PartiQLUpdate","dynamodb:PartiQLDelete","dynamodb:PartiQLSelect"],"Resource":"<table>"}`),
			table:    "Wares", given: all,
			allows: selects + alters + together + atOnce,
		},
		"selections": {
			document: guideDocument(`{"Effect":"Allow","Action":"dynamodb:PartiQLSelect","Resource":"<table>"}`),
			table:    "Wares", given: all,
			allows: selects + ` batch-select batch-select-note transact-select transact-select-note `,
		},
		"statements in transactions": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:PartiQLInsert","dynamodb:PartiQLUpdate","dynamodb:PartiQLDelete","dynamodb:PartiQLSelect"],
			 "Resource":"<table>","Condition":{"StringEquals":{"dynamodb:EnclosingOperation":["ExecuteTransaction"]}}}`),
			table: "Wares", given: all,
			allows: atOnce,
		},
		"statements outside of transactions": {
			document: guideDocument(
				`{"Effect":"Deny","Action":["dynamodb:PartiQLInsert","dynamodb:PartiQLUpdate","dynamodb:PartiQLDelete","dynamodb:PartiQLSelect"],
				 "Resource":"<table>","Condition":{"StringEquals":{"dynamodb:EnclosingOperation":["ExecuteTransaction"]}}}`,
				`{"Effect":"Allow","Action":["dynamodb:PartiQLInsert","dynamodb:PartiQLUpdate","dynamodb:PartiQLDelete","dynamodb:PartiQLSelect"],"Resource":"<table>"}`),
			table: "Wares", given: all,
			allows: selects + alters + together,
		},
		"selections that aren't scans": {
			document: guideDocument(`{"Effect":"Deny","Action":"dynamodb:PartiQLSelect","Resource":"<table>","Condition":{"Bool":{"dynamodb:FullTableScan":["true"]}}}`,
				`{"Effect":"Allow","Action":"dynamodb:PartiQLSelect","Resource":"<table>"}`),
			table: "Wares", given: all,
			allows: `select select-one select-note select-by-arn select-in batch-select batch-select-note transact-select transact-select-note`,
		},
		"statements about some attributes of one's own items": {
			document: guideDocument(`{"Effect":"Allow","Action":["dynamodb:PartiQLInsert","dynamodb:PartiQLUpdate","dynamodb:PartiQLDelete","dynamodb:PartiQLSelect"],
			 "Resource":["<table>","<table>/index/ByDay"],"Condition":{"Null":{"dynamodb:LeadingKeys":"false"},
			 "ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["<tenant>"],"dynamodb:Attributes":["TenantID","Row","Note"]},` + shows + `}}`),
			table: "Wares", tag: "TenantID", given: one, withheld: []string{"blue", "yellow2"},
			allows: `select-note select-global-note insert insert-batch insert-at-once update-statement delete-statement batch-select-note batch-update-statement
			 transact-select-note transact-update-statement`,
			hides: "secret of",
		},
		"statements about one's own items": {
			document: guideDocument(`{"Effect":"Allow","Action":"dynamodb:PartiQL*","Resource":["<table>","<table>/index/*"],"Condition":{
			 "Null":{"dynamodb:LeadingKeys":"false"},"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["<tenant>"]}}}`),
			table: "Wares", tag: "TenantID", given: one, withheld: []string{"blue", "yellow2"},
			allows: `select select-one select-note select-by-arn select-in select-global-note select-local` + alters + together + atOnce,
		},
	})
}
