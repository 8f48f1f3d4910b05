// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"fmt"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	statusCreating = "CREATING"
	statusActive   = "ACTIVE"
	statusDeleting = "DELETING"

	provisioned   = "PROVISIONED"
	payPerRequest = "PAY_PER_REQUEST"

	// maxTables is how many tables an account may have in a region.
	maxTables = 2500
	// maxList is the most names that ListTables answers with.
	maxList = 100
)

func (s *service) createTableNeeds(_ context.Context, c *awsapi.Call, in *createTableInput) ([]awsapi.Need, error) {
	ref, err := in.ref.resolve(c)
	if err != nil {
		return nil, err
	}
	in.target = target{ref: ref}
	tags := tagsOf(in.Tags)
	create := in.target.need("CreateTable", nil,
		append(in.target.usageSpans(),
			tables.One(true, ref.account, ref.region, ref.name),
			tables.Under(false, ref.account, ref.region))...) // to count them
	if in.StreamSpecification != nil {
		create.Spans = append(create.Spans, ref.streamSpans()...)
	}
	create.RequestTags = tags
	needs := []awsapi.Need{create}
	if len(tags) > 0 {
		label := in.target.need("TagResource", nil)
		label.RequestTags = tags
		needs = append(needs, label)
	}
	if in.ResourcePolicy != nil {
		if in.document, err = resolveDocument(c.Tx, *in.ResourcePolicy); err != nil {
			return nil, err
		}
		needs = append(needs, in.target.need("PutResourcePolicy", nil))
	}
	return needs, nil
}

// createTable makes the table at once; it is described as being created, as
// AWS does, so that clients which wait for a table find what they expect.
func (s *service) createTable(_ context.Context, c *awsapi.Call, in *createTableInput) (*createTableOutput, error) {
	ref := in.target.ref
	switch exists, err := tables.Exists(c.Tx, ref.account, ref.region, ref.name); {
	case err != nil:
		return nil, err
	case exists:
		return nil, awsapi.Errorf(awsapi.Conflict, codeInUse, "Table already exists: %s", ref.name)
	}
	if err := checkTableLimit(c.Tx, ref); err != nil {
		return nil, err
	}
	if err := in.document.err; err != nil {
		return nil, err
	}
	r := in.record()
	if err := r.checkUnits(c.Tx, ref); err != nil {
		return nil, err
	}
	r.Name, r.ID, r.Created = ref.name, newTableID(), c.Time.UTC()
	in.complete(&r)
	if err := in.stream(&r, ref, c.Tx, c.Time); err != nil {
		return nil, err
	}
	if err := in.target.declareUsage(c.Tx, &r); err != nil {
		return nil, err
	}
	t, err := newTable(ref, r)
	if err != nil {
		return nil, fmt.Errorf("create table: %w", err)
	}
	if err := tables.Put(c.Tx, r, ref.account, ref.region, ref.name); err != nil {
		return nil, err
	}
	return &createTableOutput{t.describeNew()}, nil
}

func checkTableLimit(tx *storage.Tx, ref tableRef) error {
	all := tables.Under(false, ref.account, ref.region)
	c := tx.Scan(storage.Range{Lo: all.Lo, Hi: all.Hi})
	defer c.Close()
	n := 0
	for c.Next() {
		n++
	}
	if err := c.Close(); err != nil {
		return err
	}
	if n >= maxTables {
		return awsapi.Errorf(awsapi.Conflict, codeLimitExceeded,
			"Subscriber limit exceeded: There is a limit of %d tables per subscriber", maxTables)
	}
	return nil
}

// checkUnits checks that the account may have the units of a new table.
func (r *tableRecord) checkUnits(tx *storage.Tx, ref tableRef) error {
	if err := checkTableUnits(ref.region, r.ReadUnits, r.WriteUnits); err != nil {
		return err
	}
	for i := range r.Indexes {
		if err := checkTableUnits(ref.region, r.Indexes[i].ReadUnits, r.Indexes[i].WriteUnits); err != nil {
			return err
		}
	}
	reads, writes := r.provisioned()
	return checkAccountUnits(tx, ref, reads, writes)
}

// record returns what the input says of the table.
func (in *createTableInput) record() tableRecord {
	r := tableRecord{BillingMode: provisioned, Tags: tagsOf(in.Tags)}
	types := map[string]string{}
	for _, d := range in.AttributeDefinitions {
		types[*d.AttributeName] = *d.AttributeType
	}
	r.Keys, _ = keyRecords(in.KeySchema, types)
	for i := range in.LocalSecondaryIndexes {
		x := &in.LocalSecondaryIndexes[i]
		r.addIndex(newIndexRecord(*x.IndexName, x.KeySchema, types, x.Projection)).Local = true
	}
	for i := range in.GlobalSecondaryIndexes {
		x := &in.GlobalSecondaryIndexes[i]
		r.addIndex(x.record(types))
	}
	if in.BillingMode != nil {
		r.BillingMode = *in.BillingMode
	}
	if p := in.ProvisionedThroughput; p != nil {
		r.ReadUnits, r.WriteUnits = *p.ReadCapacityUnits, *p.WriteCapacityUnits
	}
	if in.TableClass != nil {
		r.Class = *in.TableClass
	}
	r.DeletionProtection = in.DeletionProtectionEnabled != nil && *in.DeletionProtectionEnabled
	return r
}

// complete adds to the record what depends on whose the table is, and when it is
// made.
func (in *createTableInput) complete(r *tableRecord) {
	if r.BillingMode == payPerRequest {
		r.OnDemandSince = r.Created
	}
	r.Throughput.limit(in.OnDemandThroughput)
	r.Throughput.warm(in.WarmThroughput)
	if in.ResourcePolicy != nil {
		r.Policy = in.document.record(nil, r.Created.UnixMilli())
	}
}

func (s *service) describeTableNeeds(_ context.Context, c *awsapi.Call, in *describeTableInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	var spans []storage.Span
	if t := in.target.table; t != nil {
		spans = append(spans, under(t.counts, false))
	}
	return []awsapi.Need{in.target.need("DescribeTable", nil, spans...)}, nil
}

func (s *service) describeTable(_ context.Context, c *awsapi.Call, in *describeTableInput) (*describeTableOutput, error) {
	t := in.target.table
	if t == nil {
		return nil, errTableNotFound(in.ref.name)
	}
	n, err := t.total(c.Tx)
	if err != nil {
		return nil, err
	}
	return &describeTableOutput{t.describe(n, c.Time)}, nil
}

func (s *service) deleteTableNeeds(_ context.Context, c *awsapi.Call, in *deleteTableInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	ref := in.target.ref
	var spans []storage.Span
	if t := in.target.table; t != nil {
		spans = append(spans, tables.One(true, ref.account, ref.region, ref.name), under(t.prefix, true))
		spans = append(spans, ref.streamSpans()...)
	}
	return []awsapi.Need{in.target.need("DeleteTable", nil, spans...)}, nil
}

// deleteTable removes the table's record. Nothing names its items then, and
// they are deleted afterwards.
func (s *service) deleteTable(_ context.Context, c *awsapi.Call, in *deleteTableInput) (*deleteTableOutput, error) {
	t := in.target.table
	if t == nil {
		return nil, errTableNotFound(in.ref.name)
	}
	if t.DeletionProtection {
		return nil, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	if t.makesIndex() {
		return nil, awsapi.Errorf(awsapi.Conflict, codeInUse,
			"Attempt to change a resource which is still in use: Cannot delete table while indexes are being created, updated, or deleted.")
	}
	n, err := t.total(c.Tx)
	if err != nil {
		return nil, err
	}
	if err := tables.Delete(c.Tx, t.ref.account, t.ref.region, t.ref.name); err != nil {
		return nil, err
	}
	if err := t.leaveStreams(c.Tx, c.Time); err != nil {
		return nil, err
	}
	if err := c.Tx.Discard(t.prefix, storage.PrefixEnd(t.prefix)); err != nil {
		return nil, err
	}
	return &deleteTableOutput{t.identify(statusDeleting, n, c.Time)}, nil
}

func (s *service) listTablesNeeds(_ context.Context, c *awsapi.Call, _ *listTablesInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	return []awsapi.Need{{
		Action: serviceName + ":ListTables",
		Owner:  account,
		Spans:  []storage.Span{tables.Under(false, account, c.Region)},
	}}, nil
}

func (s *service) listTables(_ context.Context, c *awsapi.Call, in *listTablesInput) (*listTablesOutput, error) {
	limit := maxList
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	after := ""
	if in.ExclusiveStartTableName != nil {
		after = *in.ExclusiveStartTableName
	}
	out := &listTablesOutput{TableNames: []string{}}
	for r, err := range tables.Scan(c.Tx, after, c.Caller.Account(), c.Region) {
		if err != nil {
			return nil, err
		}
		if len(out.TableNames) == limit {
			out.LastEvaluatedTableName = &out.TableNames[limit-1]
			break
		}
		out.TableNames = append(out.TableNames, r.Name)
	}
	return out, nil
}
