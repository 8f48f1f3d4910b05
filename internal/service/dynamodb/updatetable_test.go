// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// accepted makes the call, which must succeed.
func accepted(t *testing.T, srv *bailiwicktest.Server, operation, input string) string {
	t.Helper()
	a, err := servicetest.Call(t.Context(), srv.Config(), service.New(), operation, input)
	if err != nil {
		t.Fatal(err)
	}
	if !a.OK() {
		t.Fatalf("%s %s\nanswers %d %s", operation, input, a.Status, a.Body)
	}
	return a.Body
}

// A gsi writes an update of global indexes.
func gsi(updates ...string) string {
	return `"GlobalSecondaryIndexUpdates":[` + strings.Join(updates, ",") + `]`
}

const (
	byA       = `"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}`
	unitsOf   = `"ProvisionedThroughput":{"ReadCapacityUnits":%d,"WriteCapacityUnits":%d}`
	refers    = "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
	exceeding = "LimitExceededException"
)

func TestUpdatesOfTablesThatCannotBe(t *testing.T) {
	srv := bailiwicktest.New(t)
	const one = "1 validation error detected: "
	units := func(r, w int) string { return fmt.Sprintf(unitsOf, r, w) }
	defA := defined("a")
	accepted(t, srv, "CreateTable", `{"TableName":"Demand",`+keySchema("pk:HASH", "sk:RANGE")+`,`+defined("pk", "sk", "a")+`,"BillingMode":"PAY_PER_REQUEST",
		"LocalSecondaryIndexes":[{"IndexName":"Local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"a","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
		"GlobalSecondaryIndexes":[{"IndexName":"Global",`+byA+`}]}`)
	accepted(t, srv, "CreateTable", `{"TableName":"Units",`+keySchema("pk:HASH")+`,`+defined("pk", "a")+`,`+units(10, 10)+`,
		"GlobalSecondaryIndexes":[{"IndexName":"Global",`+byA+`,`+units(5, 5)+`}]}`)
	for _, tc := range []struct{ table, input, code, want string }{
		// What needs no table.
		{"None", `"AttributeDefinitions":[]`, validation, "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"},
		{"None", gsi(), validation, "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"},
		{"None", gsi() + `,` + units(1, 1), validation, omPrefix + "List of GlobalSecondaryIndexUpdates is empty"},
		{"None", `"ReplicaUpdates":[]`, validation, "The parameter ReplicaUpdates is not supported"},
		{"None", `"DisassociationProtectionEnabled":true`, validation, "The parameter DisassociationProtectionEnabled is not supported"},
		{"None", `"GlobalTableSettingsReplicationMode":"ENABLED"`, validation, "The parameter GlobalTableSettingsReplicationMode is not supported"},
		{"None", units(0, 1), validation, one + "Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"None", gsi(`{"Update":{}}`), validation, one + "Value null at 'globalSecondaryIndexUpdates.1.member.update.indexName' failed to satisfy constraint: Member must not be null"},
		{"None", `"OnDemandThroughput":{"MaxReadRequestUnits":0,"MaxWriteRequestUnits":-1}`, validation, one + "Value '0' at 'onDemandThroughput.maxReadRequestUnits' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"None", `"BillingMode":"FREE"`, validation, one + "Value 'FREE' at 'billingMode' failed to satisfy constraint: Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]"},
		{"None", gsi(`{}`), validation, omPrefix + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null"},
		{"None", gsi(`{"Delete":{"IndexName":"Idx"},"Update":{"IndexName":"Idx",` + units(1, 1) + `}}`), validation, "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"},
		{"None", gsi(`{"Delete":{"IndexName":"Idx"}}`, `{"Delete":{"IndexName":"Idx"}}`), validation, omPrefix + "Only one global secondary index update per index is allowed simultaneously. Index: Idx"},
		{"None", gsi(`{"Create":{"IndexName":"Idx",` + byA + `}}`), validation, "AttributeDefinitions is not specified for index: Idx"},
		{"None", defined("b") + `,` + gsi(`{"Create":{"IndexName":"Idx",`+byA+`}}`), validation, omPrefix + "Some index key attributes are not defined in AttributeDefinitions. Keys: [a], AttributeDefinitions: [b]"},
		{"Demand", defA + `,` + gsi(`{"Create":{"IndexName":"Idx","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}}`), validation, omPrefix + "Some index key attributes are not defined in AttributeDefinitions. Keys: [a, sk], AttributeDefinitions: [a]"},
		{"None", `"BillingMode":"PROVISIONED"`, validation, omPrefix + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED"},
		{"None", `"BillingMode":"PAY_PER_REQUEST",` + units(1, 1), validation, omPrefix + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"},
		{"None", gsi(`{"Delete":{"IndexName":"Idx"}}`) + `,` + units(1, 1), validation, "You cannot create or delete index while updating table IOPS"},
		{"None", gsi(`{"Delete":{"IndexName":"Idx"}}`) + `,"StreamSpecification":{"StreamEnabled":false}`, validation, "You cannot create or delete index while changing stream status"},
		{"None", `"DeletionProtectionEnabled":true,"TableClass":"STANDARD"`, validation, "DeletionProtection modification must be the only operation in the request"},
		{"None", `"SSESpecification":{"Enabled":true},"TableClass":"STANDARD"`, validation, "Server-Side Encryption modification must be the only operation in the request"},
		{"None", `"TableClass":"STANDARD",` + units(1, 1), validation, "TableClass modification must be the only operation in the request"},
		{"None", `"WarmThroughput":{"ReadUnitsPerSecond":1},` + defA + `,` + gsi(`{"Create":{"IndexName":"Idx",`+byA+`}}`), validation, "Create global secondary index cannot be specified when updating WarmThroughput"},
		{"None", `"WarmThroughput":{"ReadUnitsPerSecond":1},` + units(1, 1), validation, "WarmThroughput must be the only operation in the request"},
		{"None", `"OnDemandThroughput":{"MaxReadRequestUnits":1},"StreamSpecification":{"StreamEnabled":false}`, validation, "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"},
		{"None", `"StreamSpecification":{"StreamEnabled":true}`, validation, omPrefix + "If stream is being enabled then UpdateViewType is required"},
		{"None", `"StreamSpecification":{"StreamEnabled":false,"StreamViewType":"KEYS_ONLY"}`, validation, omPrefix + "If stream is being disabled, then UpdateViewType must not be specified"},
		{"None", units(1, 1), notFound, "Requested resource not found: Table: None not found"},

		// Indexes that are there, or aren't.
		{"Demand", defA + `,` + gsi(`{"Create":{"IndexName":"Global",`+byA+`}}`), validation, "Attempting to create an index which already exists"},
		{"Demand", defA + `,` + gsi(`{"Create":{"IndexName":"Local",`+byA+`}}`), validation, "Attempting to create an index which already exists"},
		{"Demand", gsi(`{"Delete":{"IndexName":"Idx"}}`), notFound, "Requested resource not found: Index Idx for table Demand"},
		{"Demand", gsi(`{"Update":{"IndexName":"Idx",` + units(1, 1) + `}}`), notFound, "Requested resource not found: Index Idx for table Demand"},
		{"Demand", gsi(`{"Delete":{"IndexName":"Local"}}`), validation, "Cannot delete an index that is not a GlobalSecondaryIndex: Local"},
		{"Demand", gsi(`{"Update":{"IndexName":"Local",` + units(1, 1) + `}}`), validation, "Cannot update an index that is not a GlobalSecondaryIndex: Local"},
		{"Demand", defA + `,` + gsi(`{"Create":{"IndexName":"Idx",`+byA+`}}`, `{"Delete":{"IndexName":"Global"}}`), exceeding, "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"},

		// Units.
		{"Demand", units(1, 1), validation, omPrefix + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"},
		{"Demand", gsi(`{"Update":{"IndexName":"Global",` + units(1, 1) + `}}`), validation, "The only Updates for index: Global when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput"},
		{"Demand", `"BillingMode":"PROVISIONED",` + units(1, 1), validation, omPrefix + "ProvisionedThroughput must be specified for index: Global"},
		{"Demand", defA + `,` + gsi(`{"Create":{"IndexName":"Idx",`+byA+`,`+units(1, 1)+`}}`), validation, omPrefix + "ProvisionedThroughput should not be specified for index: Idx when BillingMode is PAY_PER_REQUEST"},
		{"Units", defA + `,` + gsi(`{"Create":{"IndexName":"Idx",`+byA+`}}`), validation, omPrefix + "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: Idx"},
		{"Units", units(10, 10), validation, "The provisioned throughput for the table will not change. The requested value equals the current value. " +
			"Current ReadCapacityUnits provisioned for the table: 10. Requested ReadCapacityUnits: 10. Current WriteCapacityUnits provisioned for the table: 10. Requested WriteCapacityUnits: 10. " + refers},
		{"Units", gsi(`{"Update":{"IndexName":"Global",` + units(5, 5) + `}}`), validation, "The provisioned throughput for the index Global will not change. The requested value equals the current value. " +
			"Current ReadCapacityUnits provisioned for index Global: 5. Requested ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for index Global: 5. Requested WriteCapacityUnits: 5. " + refers},
		{"Units", units(40001, 10), validation, "The requested ReadCapacityUnits, 40001, is above the per table maximum for the account in us-east-1. Per table maximum: 40000. " + refers},
		{"Units", units(10, 50000), validation, "The requested WriteCapacityUnits, 50000, is above the per table maximum for the account in us-east-1. Per table maximum: 40000. " + refers},
		{"Units", `"OnDemandThroughput":{"MaxReadRequestUnits":1}`, validation, "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED."},

		// What can only grow.
		{"Demand", `"WarmThroughput":{"ReadUnitsPerSecond":11999}`, validation, "Requested ReadUnitsPerSecond for WarmThroughput for table Demand is lower than current WarmThroughput, decreasing WarmThroughput is not supported"},
		{"Units", gsi(`{"Update":{"IndexName":"Global","WarmThroughput":{"WriteUnitsPerSecond":4}}}`), validation, "Requested WriteUnitsPerSecond for WarmThroughput for index Global is lower than current WarmThroughput, decreasing WarmThroughput is not supported"},
	} {
		refused(t, srv, "UpdateTable", `{"TableName":"`+tc.table+`",`+tc.input+`}`, tc.code, tc.want)
	}
	accepted(t, srv, "UpdateTable", `{"TableName":"Units",`+units(40000, 40000)+`}`)
	accepted(t, srv, "CreateTable", `{"TableName":"More",`+keySchema("pk:HASH")+`,`+defined("pk")+`,`+units(39990, 10)+`}`)
	refused(t, srv, "UpdateTable", `{"TableName":"More",`+units(39996, 10)+`}`, validation, "This request would have caused the ReadCapacityUnits limit to be exceeded for the account in us-east-1. "+
		"Current ReadCapacityUnits reserved by the account: 79995. Limit: 80000. Requested: 6. "+refers)
	accepted(t, srv, "UpdateTable", `{"TableName":"More",`+units(39995, 10)+`}`)
}

func describe(t *testing.T, db *dynamodb.Client, table string) *types.TableDescription {
	t.Helper()
	out, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	return out.Table
}

func update(t *testing.T, db *dynamodb.Client, in *dynamodb.UpdateTableInput) *types.TableDescription {
	t.Helper()
	out, err := db.UpdateTable(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out.TableDescription
}

func throughput(r, w int64) *types.ProvisionedThroughput {
	return &types.ProvisionedThroughput{ReadCapacityUnits: &r, WriteCapacityUnits: &w}
}

func TestBillingModesAndUnitsChange(t *testing.T) {
	db := connect(t)
	create(t, db, "Tab", "pk")
	name := aws.String("Tab")
	if s := describe(t, db, "Tab").BillingModeSummary; s == nil || s.BillingMode != types.BillingModePayPerRequest || s.LastUpdateToPayPerRequestDateTime == nil {
		t.Errorf("a table on demand is described by %+v", s)
	}
	same := update(t, db, &dynamodb.UpdateTableInput{TableName: name, BillingMode: types.BillingModePayPerRequest})
	if same.TableStatus != types.TableStatusUpdating {
		t.Errorf("an update leaves it %s", same.TableStatus)
	}
	update(t, db, &dynamodb.UpdateTableInput{TableName: name, OnDemandThroughput: &types.OnDemandThroughput{MaxReadRequestUnits: aws.Int64(100), MaxWriteRequestUnits: aws.Int64(50)}})
	update(t, db, &dynamodb.UpdateTableInput{TableName: name, OnDemandThroughput: &types.OnDemandThroughput{MaxWriteRequestUnits: aws.Int64(-1)}})
	if o := describe(t, db, "Tab").OnDemandThroughput; o == nil || *o.MaxReadRequestUnits != 100 || *o.MaxWriteRequestUnits != -1 {
		t.Errorf("limits are %+v", o)
	}
	changed := update(t, db, &dynamodb.UpdateTableInput{TableName: name, BillingMode: types.BillingModeProvisioned, ProvisionedThroughput: throughput(20, 30)})
	if p := changed.ProvisionedThroughput; *p.ReadCapacityUnits != 0 || *p.WriteCapacityUnits != 0 {
		t.Errorf("the answer has the new units: %+v", p)
	}
	d := describe(t, db, "Tab")
	if p := d.ProvisionedThroughput; *p.ReadCapacityUnits != 20 || *p.WriteCapacityUnits != 30 || p.LastIncreaseDateTime == nil || p.LastDecreaseDateTime != nil ||
		d.OnDemandThroughput != nil || d.BillingModeSummary.BillingMode != types.BillingModeProvisioned || *d.WarmThroughput.ReadUnitsPerSecond != 20 {
		t.Errorf("with units it is %+v %+v", d, p)
	}
	for i := range int64(4) {
		update(t, db, &dynamodb.UpdateTableInput{TableName: name, ProvisionedThroughput: throughput(19-i, 30)})
	}
	_, err := db.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: name, ProvisionedThroughput: throughput(16, 29)})
	if err == nil || !strings.Contains(err.Error(), exceeding) || !strings.Contains(err.Error(), "Number of decreases today: 4.") {
		t.Errorf("a fifth decrease: %v", err)
	}
	update(t, db, &dynamodb.UpdateTableInput{TableName: name, ProvisionedThroughput: throughput(17, 30)})
	if p := describe(t, db, "Tab").ProvisionedThroughput; *p.NumberOfDecreasesToday != 4 || p.LastDecreaseDateTime == nil || *p.ReadCapacityUnits != 17 {
		t.Errorf("units are %+v", p)
	}
	update(t, db, &dynamodb.UpdateTableInput{TableName: name, BillingMode: types.BillingModePayPerRequest})
	if p := describe(t, db, "Tab").ProvisionedThroughput; *p.ReadCapacityUnits != 0 || *p.WriteCapacityUnits != 0 {
		t.Errorf("on demand, units are %+v", p)
	}
}

func TestSettingsChange(t *testing.T) {
	db := connect(t)
	create(t, db, "Tab", "pk")
	name := aws.String("Tab")
	update(t, db, &dynamodb.UpdateTableInput{TableName: name, DeletionProtectionEnabled: aws.Bool(true)})
	_, err := db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: name})
	wantError(t, err, validation, "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	update(t, db, &dynamodb.UpdateTableInput{TableName: name, TableClass: types.TableClassStandardInfrequentAccess})
	update(t, db, &dynamodb.UpdateTableInput{TableName: name, WarmThroughput: &types.WarmThroughput{ReadUnitsPerSecond: aws.Int64(13000)}})
	d := describe(t, db, "Tab")
	if !*d.DeletionProtectionEnabled || d.TableClassSummary.TableClass != types.TableClassStandardInfrequentAccess ||
		d.TableClassSummary.LastUpdateDateTime == nil || time.Since(*d.TableClassSummary.LastUpdateDateTime).Abs() > time.Minute ||
		*d.WarmThroughput.ReadUnitsPerSecond != 13000 || *d.WarmThroughput.WriteUnitsPerSecond != 4000 || d.SSEDescription != nil {
		t.Errorf("it is described as %+v", d)
	}
	update(t, db, &dynamodb.UpdateTableInput{TableName: name, SSESpecification: &types.SSESpecification{Enabled: aws.Bool(false)}})
	_, err = db.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: name, SSESpecification: &types.SSESpecification{Enabled: aws.Bool(true)}})
	wantError(t, err, validation, omPrefix+"Server-side encryption with a KMS key is not supported")
	update(t, db, &dynamodb.UpdateTableInput{TableName: name, DeletionProtectionEnabled: aws.Bool(false)})
	if _, err := db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: name}); err != nil {
		t.Error(err)
	}
}

// TestIndexesComeAndGo adds an index to a table that has items, and takes it
// away again.
func TestIndexesComeAndGo(t *testing.T) {
	db := connect(t)
	create(t, db, "Tab", "pk")
	name, index := aws.String("Tab"), aws.String("ByColour")
	for i := range 30 {
		put(t, db, "Tab", item{"pk": str(fmt.Sprint(i)), "colour": str([]string{"red", "blue"}[i%2])})
	}
	put(t, db, "Tab", item{"pk": str("odd"), "colour": num(5)}) // can't be in the index
	add := &dynamodb.UpdateTableInput{
		TableName: name,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("colour"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("unused"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeN}, // has a type already
		},
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
			IndexName: index,
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("colour"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("pk"), KeyType: types.KeyTypeRange},
			},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		}}},
	}
	d := update(t, db, add)
	if g := d.GlobalSecondaryIndexes; len(g) != 1 || g[0].IndexStatus != types.IndexStatusCreating || *g[0].Backfilling {
		t.Errorf("a new index is described as %+v", g)
	}
	if a := d.AttributeDefinitions; len(a) != 2 || *a[0].AttributeName != "colour" || a[1].AttributeType != types.ScalarAttributeTypeS {
		t.Errorf("attributes are %+v", a)
	}
	_, err := db.UpdateTable(t.Context(), add)
	wantError(t, err, validation, "Attempting to create an index which already exists")
	await(t, "the index", func() bool {
		g := describe(t, db, "Tab").GlobalSecondaryIndexes[0]
		return g.IndexStatus == types.IndexStatusActive && g.Backfilling == nil && *g.ItemCount == 30
	})
	out, err := db.Query(t.Context(), &dynamodb.QueryInput{
		TableName: name, IndexName: index, KeyConditionExpression: aws.String("colour = :c"), ExpressionAttributeValues: item{":c": str("red")},
	})
	if err != nil || out.Count != 15 {
		t.Fatalf("the index has %+v, %v", out, err)
	}
	gone := update(t, db, &dynamodb.UpdateTableInput{TableName: name, GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: index}}}})
	if g := gone.GlobalSecondaryIndexes; len(g) != 1 || g[0].IndexStatus != types.IndexStatusDeleting {
		t.Errorf("an index on its way out is described as %+v", g)
	}
	if d := describe(t, db, "Tab"); len(d.GlobalSecondaryIndexes) != 0 || len(d.AttributeDefinitions) != 1 {
		t.Errorf("without it the table is %+v", d)
	}
	update(t, db, add) // begins anew
	await(t, "the index, again", func() bool {
		g := describe(t, db, "Tab").GlobalSecondaryIndexes[0]
		return g.IndexStatus == types.IndexStatusActive && *g.ItemCount == 30
	})
}

// await waits until something has come about.
func await(t *testing.T, what string, come func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !come(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s doesn't come about", what)
		}
	}
}
