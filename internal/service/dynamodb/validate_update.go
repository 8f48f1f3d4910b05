// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"fmt"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// maxUpdates bounds the list of updates of indexes: no table has more to update.
const maxUpdates = 4 * maxGlobal

// Validate implements [awsapi.Validator].
func (in *updateTableInput) Validate() (err error) {
	if in.ref, err = controlTable(in.TableName); err != nil {
		return err
	}
	var v violations
	in.constrain(&v)
	if err := v.err(); err != nil {
		return err
	}
	err = unsupported(
		member{"ReplicaUpdates", in.ReplicaUpdates},
		member{"GlobalTableWitnessUpdates", in.GlobalTableWitnessUpdates},
		member{"VectorIndexUpdates", in.VectorIndexUpdates},
		member{"MultiRegionConsistency", in.MultiRegionConsistency},
		member{"DisassociationProtectionEnabled", in.DisassociationProtectionEnabled},
		member{"GlobalTableSettingsReplicationMode", in.GlobalTableSettingsReplicationMode},
	)
	if err != nil {
		return err
	}
	for _, check := range []func() error{in.checkGiven, in.checkIndexUpdates, in.checkBilling, in.checkAlone, in.checkStream, in.SSESpecification.check} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (in *updateTableInput) constrain(v *violations) {
	if !v.definitions(in.AttributeDefinitions) {
		return
	}
	v.controlName(in.ref)
	v.provisioned(in.ProvisionedThroughput, "provisionedThroughput")
	v.enum(in.BillingMode, "billingMode", billingModes)
	if len(in.GlobalSecondaryIndexUpdates) > maxUpdates {
		v.add(fmt.Sprintf("[%d updates]", len(in.GlobalSecondaryIndexUpdates)), "globalSecondaryIndexUpdates", lengthAtMost(maxUpdates))
		return
	}
	for i := range in.GlobalSecondaryIndexUpdates {
		u, path := &in.GlobalSecondaryIndexUpdates[i], fmt.Sprintf("globalSecondaryIndexUpdates.%d.member.", i+1)
		if u.Update != nil {
			v.requiredName(u.Update.IndexName, path+"update.indexName")
			v.provisioned(u.Update.ProvisionedThroughput, path+"update.provisionedThroughput")
			v.warm(u.Update.WarmThroughput, path+"update.warmThroughput")
			v.onDemand(u.Update.OnDemandThroughput, path+"update.onDemandThroughput")
		}
		if u.Create != nil {
			v.globalIndex(u.Create, path+"create.")
		}
		if u.Delete != nil {
			v.requiredName(u.Delete.IndexName, path+"delete.indexName")
		}
	}
	v.stream(in.StreamSpecification)
	v.encryption(in.SSESpecification)
	v.enum(in.TableClass, "tableClass", tableClasses)
	v.warm(in.WarmThroughput, "warmThroughput")
	v.onDemand(in.OnDemandThroughput, "onDemandThroughput")
}

// changes counts the changes that the input asks for, of different kinds.
func (in *updateTableInput) changes() (n int) {
	for _, given := range []bool{
		in.BillingMode != nil || in.ProvisionedThroughput != nil,
		len(in.GlobalSecondaryIndexUpdates) > 0,
		in.StreamSpecification != nil,
		in.SSESpecification != nil,
		in.TableClass != nil,
		in.DeletionProtectionEnabled != nil,
		in.OnDemandThroughput != nil,
		in.WarmThroughput != nil,
	} {
		if given {
			n++
		}
	}
	return n
}

func (in *updateTableInput) checkGiven() error {
	switch {
	case in.changes() == 0:
		return invalid("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
	case in.GlobalSecondaryIndexUpdates != nil && len(in.GlobalSecondaryIndexUpdates) == 0:
		return invalidParameters("List of GlobalSecondaryIndexUpdates is empty")
	}
	return nil
}

// indexName returns the name of the index that u is about. One of its members
// must be given.
func (u *globalSecondaryIndexUpdate) indexName() string {
	switch {
	case u.Update != nil:
		return *u.Update.IndexName
	case u.Create != nil:
		return *u.Create.IndexName
	default:
		return *u.Delete.IndexName
	}
}

// alters reports whether u makes or removes an index.
func (u *globalSecondaryIndexUpdate) alters() bool { return u.Create != nil || u.Delete != nil }

// checkIndexUpdates checks the updates of indexes one by one, and what is to be
// seen of new indexes without the table.
func (in *updateTableInput) checkIndexUpdates() error {
	seen := map[string]bool{}
	for i := range in.GlobalSecondaryIndexUpdates {
		u, given := &in.GlobalSecondaryIndexUpdates[i], 0
		for _, one := range []bool{u.Update != nil, u.Create != nil, u.Delete != nil} {
			if one {
				given++
			}
		}
		switch {
		case given == 0:
			return invalidParameters("One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null")
		case given > 1:
			return invalid("Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object")
		case seen[u.indexName()]:
			return invalidParameters("Only one global secondary index update per index is allowed simultaneously. Index: %s", u.indexName())
		}
		seen[u.indexName()] = true
		if err := in.checkIndexUpdate(u); err != nil {
			return err
		}
	}
	return nil
}

func (in *updateTableInput) checkIndexUpdate(u *globalSecondaryIndexUpdate) error {
	switch {
	case u.Create != nil:
		if len(in.AttributeDefinitions) == 0 {
			return invalid("AttributeDefinitions is not specified for index: %s", *u.Create.IndexName)
		}
		if err := checkIndexKey(u.Create.KeySchema, definedNames(in.AttributeDefinitions)); err != nil {
			return err
		}
		if err := u.Create.Projection.check(); err != nil {
			return err
		}
		return u.Create.ProvisionedThroughput.checkBounds(" for index " + *u.Create.IndexName)
	case u.Update != nil:
		if u.Update.ProvisionedThroughput == nil && u.Update.OnDemandThroughput == nil && u.Update.WarmThroughput == nil {
			return invalidParameters("One of ProvisionedThroughput, OnDemandThroughput or WarmThroughput is required for index: %s", *u.Update.IndexName)
		}
		return u.Update.ProvisionedThroughput.checkBounds(" for index " + *u.Update.IndexName)
	}
	return nil
}

func (in *updateTableInput) checkBilling() error {
	if name, ok := repeated(definedNames(in.AttributeDefinitions)); ok {
		return invalidParameters("Attribute Name is duplicated: %s", name)
	}
	switch mode, p := in.BillingMode, in.ProvisionedThroughput; {
	case mode != nil && *mode == provisioned && p == nil:
		return invalidParameters("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
	case mode != nil && *mode == payPerRequest && p != nil:
		return errUnitsOnDemand()
	}
	return in.ProvisionedThroughput.checkBounds("")
}

// checkAlone refuses changes together that AWS makes one after the other.
func (in *updateTableInput) checkAlone() error {
	creates, alters := false, false
	for i := range in.GlobalSecondaryIndexUpdates {
		u := &in.GlobalSecondaryIndexUpdates[i]
		creates, alters = creates || u.Create != nil, alters || u.alters()
	}
	others := in.changes() > 1
	switch {
	case alters && in.ProvisionedThroughput != nil:
		return invalid("You cannot create or delete index while updating table IOPS")
	case alters && in.StreamSpecification != nil:
		return invalid("You cannot create or delete index while changing stream status")
	case in.DeletionProtectionEnabled != nil && others:
		return invalid("DeletionProtection modification must be the only operation in the request")
	case in.SSESpecification != nil && others:
		return invalid("Server-Side Encryption modification must be the only operation in the request")
	case in.TableClass != nil && others:
		return invalid("TableClass modification must be the only operation in the request")
	case in.WarmThroughput != nil && creates:
		return invalid("Create global secondary index cannot be specified when updating WarmThroughput")
	case in.WarmThroughput != nil && in.changesBesidesWarmth():
		return invalid("WarmThroughput must be the only operation in the request")
	case in.OnDemandThroughput != nil && in.changesBesidesBilling():
		return invalid("OnDemandThroughput can only be combined with BillingMode in an UpdateTable request")
	}
	return nil
}

// changesBesidesWarmth reports whether something changes besides the warm
// throughput of the table and of indexes.
func (in *updateTableInput) changesBesidesWarmth() bool {
	for i := range in.GlobalSecondaryIndexUpdates {
		if u := in.GlobalSecondaryIndexUpdates[i].Update; u == nil || u.WarmThroughput == nil || u.ProvisionedThroughput != nil || u.OnDemandThroughput != nil {
			return true
		}
	}
	alone := 1
	if len(in.GlobalSecondaryIndexUpdates) > 0 {
		alone = 2
	}
	return in.changes() > alone
}

// changesBesidesBilling reports whether something changes besides the limits on
// demand, of the table and of indexes, and the billing mode.
func (in *updateTableInput) changesBesidesBilling() bool {
	for i := range in.GlobalSecondaryIndexUpdates {
		if u := in.GlobalSecondaryIndexUpdates[i].Update; u == nil || u.OnDemandThroughput == nil || u.ProvisionedThroughput != nil || u.WarmThroughput != nil {
			return true
		}
	}
	alone := 1
	if in.BillingMode != nil {
		alone++
	}
	if len(in.GlobalSecondaryIndexUpdates) > 0 {
		alone++
	}
	return in.ProvisionedThroughput != nil || in.changes() > alone
}

func (in *updateTableInput) checkStream() error {
	switch s := in.StreamSpecification; {
	case s == nil:
		return nil
	case *s.StreamEnabled && s.StreamViewType == nil:
		return errNoViewType()
	case !*s.StreamEnabled && s.StreamViewType != nil:
		return invalidParameters("If stream is being disabled, then UpdateViewType must not be specified")
	}
	return nil
}

var _ awsapi.Validator = (*updateTableInput)(nil)
