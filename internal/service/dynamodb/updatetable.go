// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const statusUpdating = "UPDATING"

func (s *service) updateTableNeeds(_ context.Context, c *awsapi.Call, in *updateTableInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	t, ref := in.target.table, in.target.ref
	if t == nil {
		return []awsapi.Need{in.target.need("UpdateTable", nil)}, nil
	}
	spans := append(t.fillSpans(), tables.One(true, ref.account, ref.region, ref.name), under(t.counts, false))
	if in.ProvisionedThroughput != nil || len(in.GlobalSecondaryIndexUpdates) > 0 {
		spans = append(spans, tables.Under(false, ref.account, ref.region)) // to add up what the account has
	}
	if in.StreamSpecification != nil {
		spans = append(spans, ref.streamSpans()...)
	}
	return []awsapi.Need{in.target.need("UpdateTable", nil, spans...)}, nil
}

// updateTable changes the table at once; it is described as being updated, as AWS
// does. New indexes are filled afterwards: see fill.go.
func (s *service) updateTable(_ context.Context, c *awsapi.Call, in *updateTableInput) (*updateTableOutput, error) {
	t := in.target.table
	if t == nil {
		return nil, errTableNotFound(in.target.ref.name)
	}
	n, err := t.total(c.Tx)
	if err != nil {
		return nil, err
	}
	u := &tableUpdate{in: in, was: t, r: t.tableRecord, tx: c.Tx, now: c.Time}
	u.r.Indexes = slices.Clone(t.Indexes)
	for _, step := range []func() error{u.checkIndexes, u.billing, u.units, u.onDemand, u.warm, u.indexes, u.stream} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	u.settings()
	if err := tables.Put(c.Tx, u.r, t.ref.account, t.ref.region, t.ref.name); err != nil {
		return nil, err
	}
	d, err := u.describe(n)
	return &updateTableOutput{d}, err
}

// A tableUpdate is an UpdateTable under way.
type tableUpdate struct {
	in  *updateTableInput
	was *table
	r   tableRecord // what the table becomes
	tx  *storage.Tx
	now time.Time
}

// checkIndexes checks that the indexes are there that are to be changed, and not
// there that are to be made.
func (u *tableUpdate) checkIndexes() error {
	altered := 0
	for i := range u.in.GlobalSecondaryIndexUpdates {
		x := &u.in.GlobalSecondaryIndexUpdates[i]
		ix := u.was.index(x.indexName())
		switch {
		case x.Create != nil && ix != nil:
			return invalid("Attempting to create an index which already exists")
		case x.Create != nil:
		case ix == nil:
			return errIndexNotFound(x.indexName(), u.was.Name)
		case ix.Local && x.Delete != nil:
			return invalid("Cannot delete an index that is not a GlobalSecondaryIndex: %s", ix.Name)
		case ix.Local:
			return invalid("Cannot update an index that is not a GlobalSecondaryIndex: %s", ix.Name)
		}
		if x.alters() {
			altered++
			if altered > 1 || u.building(x) {
				return exceeded("Only 1 online index can be created or deleted simultaneously per table")
			}
		}
		if x.Create != nil && u.globals() >= maxGlobal {
			return exceeded("Number of global secondary indexes exceeds per-table limit of %d", maxGlobal)
		}
	}
	return nil
}

// exceeded is a LimitExceededException.
func exceeded(format string, args ...any) error {
	return awsapi.Errorf(awsapi.Conflict, codeLimitExceeded, "Subscriber limit exceeded: "+format, args...)
}

// building reports whether an index is being filled, but for one that x deletes.
func (u *tableUpdate) building(x *globalSecondaryIndexUpdate) bool {
	return slices.ContainsFunc(u.r.Indexes, func(r indexRecord) bool {
		return r.Building && (x.Delete == nil || r.Name != *x.Delete.IndexName)
	})
}

// globals counts the global indexes.
func (u *tableUpdate) globals() (n int) {
	for i := range u.r.Indexes {
		if !u.r.Indexes[i].Local {
			n++
		}
	}
	return n
}

// record returns the record of the index of that name, to be changed, or nil.
func (u *tableUpdate) record(name string) *indexRecord {
	i := slices.IndexFunc(u.r.Indexes, func(r indexRecord) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return &u.r.Indexes[i]
}

// indexes makes and removes indexes.
func (u *tableUpdate) indexes() error {
	for i := range u.in.GlobalSecondaryIndexUpdates {
		x := &u.in.GlobalSecondaryIndexUpdates[i]
		switch {
		case x.Create != nil:
			if err := u.create(x.Create); err != nil {
				return err
			}
		case x.Delete != nil:
			ix := u.was.index(*x.Delete.IndexName)
			u.r.dropIndex(ix.Name)
			if err := u.was.discard(u.tx, ix.ID, ix.entries); err != nil {
				return err
			}
		}
	}
	return nil
}

// create makes an index, which has no entries yet.
func (u *tableUpdate) create(x *globalSecondaryIndex) error {
	onDemand := u.r.BillingMode == payPerRequest
	switch {
	case onDemand && x.ProvisionedThroughput != nil:
		return checkIndexUnits(*x.IndexName, onDemand, true)
	case !onDemand && x.ProvisionedThroughput == nil:
		return invalidParameters("Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: %s", *x.IndexName)
	case !onDemand:
		if err := checkProvisionedLimits(x.OnDemandThroughput, "the table"); err != nil {
			return err
		}
	}
	projected := len(x.Projection.NonKeyAttributes)
	for i := range u.r.Indexes {
		projected += len(u.r.Indexes[i].NonKey)
	}
	if err := checkProjectedCount(projected); err != nil {
		return err
	}
	r := x.record(u.types())
	r.Building = true
	u.r.addIndex(r)
	if err := checkTableUnits(u.was.ref.region, r.ReadUnits, r.WriteUnits); err != nil {
		return err
	}
	if err := u.checkAccount(); err != nil {
		return err
	}
	return u.was.beginFill(u.tx)
}

// types returns the types of attributes: those that are in a key of the table
// keep theirs, whatever the request says.
func (u *tableUpdate) types() map[string]string {
	types := map[string]string{}
	for _, d := range u.in.AttributeDefinitions {
		types[*d.AttributeName] = *d.AttributeType
	}
	for _, d := range u.was.definitions() {
		types[*d.AttributeName] = *d.AttributeType
	}
	return types
}

// settings changes what nothing else depends on.
func (u *tableUpdate) settings() {
	if u.in.TableClass != nil {
		u.r.Class, u.r.ClassChanged = *u.in.TableClass, u.now.UTC()
	}
	if u.in.DeletionProtectionEnabled != nil {
		u.r.DeletionProtection = *u.in.DeletionProtectionEnabled
	}
}

// describe returns the description that UpdateTable answers with: of the table as
// it becomes, but with the units that it had, and with what is under way.
func (u *tableUpdate) describe(n *counts) (*tableDescription, error) {
	becomes, err := newTable(u.was.ref, u.r)
	if err != nil {
		return nil, err
	}
	d, old := becomes.describe(n, u.now), u.was.describe(n, u.now)
	d.TableStatus = new(statusUpdating)
	d.ProvisionedThroughput = old.ProvisionedThroughput
	for i := range u.in.GlobalSecondaryIndexUpdates {
		x := &u.in.GlobalSecondaryIndexUpdates[i]
		was, is := indexIn(old, x.indexName()), indexIn(d, x.indexName())
		switch {
		case x.Create != nil:
			is.Backfilling = new(false)
		case x.Update != nil:
			is.IndexStatus, is.ProvisionedThroughput = new(statusUpdating), was.ProvisionedThroughput
		default:
			was.IndexStatus, was.Backfilling = new(statusDeleting), nil
			d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, *was)
		}
	}
	return d, nil
}

// indexIn returns the description of the index of that name, or nil.
func indexIn(d *tableDescription, name string) *globalSecondaryIndexDescription {
	i := slices.IndexFunc(d.GlobalSecondaryIndexes, func(x globalSecondaryIndexDescription) bool {
		return *x.IndexName == name
	})
	if i < 0 {
		return nil
	}
	return &d.GlobalSecondaryIndexes[i]
}
