// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// billing changes the billing mode.
func (u *tableUpdate) billing() error {
	if u.in.BillingMode == nil || *u.in.BillingMode == u.r.BillingMode {
		return nil
	}
	u.r.BillingMode = *u.in.BillingMode
	u.r.Throughput.MaxReads, u.r.Throughput.MaxWrites = 0, 0
	if u.r.BillingMode == payPerRequest {
		u.r.OnDemandSince = u.now.UTC()
		u.r.ReadUnits, u.r.WriteUnits = 0, 0
	}
	for i := range u.r.Indexes {
		r := &u.r.Indexes[i]
		if r.Local {
			continue
		}
		r.Throughput.MaxReads, r.Throughput.MaxWrites = 0, 0
		r.ReadUnits, r.WriteUnits = 0, 0
		if u.r.BillingMode == provisioned && !u.givesUnits(r.Name) {
			return invalidParameters("ProvisionedThroughput must be specified for index: %s", r.Name)
		}
	}
	return nil
}

// givesUnits reports whether the index of that name gets units, or goes.
func (u *tableUpdate) givesUnits(name string) bool {
	return slices.ContainsFunc(u.in.GlobalSecondaryIndexUpdates, func(x globalSecondaryIndexUpdate) bool {
		return x.indexName() == name && (x.Delete != nil || x.Update != nil && x.Update.ProvisionedThroughput != nil)
	})
}

// units changes the provisioned units of the table and of its indexes.
func (u *tableUpdate) units() error {
	onDemand := u.r.BillingMode == payPerRequest
	if p := u.in.ProvisionedThroughput; p != nil {
		if onDemand {
			return errUnitsOnDemand()
		}
		if err := u.change(p, &u.r.ReadUnits, &u.r.WriteUnits, &u.r.Throughput, ""); err != nil {
			return err
		}
	}
	for i := range u.in.GlobalSecondaryIndexUpdates {
		x := u.in.GlobalSecondaryIndexUpdates[i].Update
		if x == nil || x.ProvisionedThroughput == nil {
			continue
		}
		if onDemand {
			return invalid("The only Updates for index: %s when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput", *x.IndexName)
		}
		r := u.record(*x.IndexName)
		if err := u.change(x.ProvisionedThroughput, &r.ReadUnits, &r.WriteUnits, &r.Throughput, r.Name); err != nil {
			return err
		}
	}
	return u.checkAccount()
}

// change changes the units of the table, or of the index of that name.
func (u *tableUpdate) change(p *provisionedThroughput, reads, writes *int64, r *throughputRecord, index string) error {
	newReads, newWrites := *p.ReadCapacityUnits, *p.WriteCapacityUnits
	if newReads == *reads && newWrites == *writes {
		return errSameUnits(newReads, newWrites, index)
	}
	if err := checkTableUnits(u.was.ref.region, newReads, newWrites); err != nil {
		return err
	}
	now := u.now.UTC()
	if newReads < *reads || newWrites < *writes {
		n := r.decreasesOn(now)
		if n >= freeDecreases && now.Sub(r.Decreased) < decreasePause {
			return errDecreases(n, r.Decreased)
		}
		r.Decreased, r.Decreases = now, n+1
	}
	if newReads > *reads || newWrites > *writes {
		r.Increased = now
	}
	*reads, *writes = newReads, newWrites
	return nil
}

func errSameUnits(reads, writes int64, index string) error {
	the, of := "the table", "the table"
	if index != "" {
		the, of = "the index "+index, "index "+index
	}
	return invalid("The provisioned throughput for %s will not change. The requested value equals the current value. "+
		"Current ReadCapacityUnits provisioned for %s: %d. Requested ReadCapacityUnits: %d. "+
		"Current WriteCapacityUnits provisioned for %s: %d. Requested WriteCapacityUnits: %d. %s",
		the, of, reads, reads, of, writes, writes, moreOnLimits)
}

func errDecreases(n int64, last time.Time) error {
	const form = "Monday, January 2, 2006 at 3:04:05 PM Coordinated Universal Time"
	return exceeded("Provisioned throughput decreases are limited within a given UTC day. After the first %d decreases, "+
		"each subsequent decrease in the same UTC day can be performed at most once every %d seconds. "+
		"Number of decreases today: %d. Last decrease at %s. Next decrease can be made at %s",
		freeDecreases, int(decreasePause.Seconds()), n, last.Format(form), last.Add(decreasePause).Format(form))
}

// checkTableUnits checks that a table, or an index, has no more units than one may.
func checkTableUnits(region string, reads, writes int64) error {
	const text = "The requested %s, %d, is above the per table maximum for the account in %s. Per table maximum: %d. %s"
	switch {
	case reads > maxTableUnits:
		return invalid(text, "ReadCapacityUnits", reads, region, maxTableUnits, moreOnLimits)
	case writes > maxTableUnits:
		return invalid(text, "WriteCapacityUnits", writes, region, maxTableUnits, moreOnLimits)
	}
	return nil
}

// checkAccount checks that all tables of the account together don't have more
// units than it may.
func (u *tableUpdate) checkAccount() error {
	moreReads, moreWrites := u.r.provisioned()
	reads, writes := u.was.provisioned()
	return checkAccountUnits(u.tx, u.was.ref, moreReads-reads, moreWrites-writes)
}

// checkAccountUnits checks that the account of the table ref may have that many
// units more, in all of its tables together.
func checkAccountUnits(tx *storage.Tx, ref tableRef, moreReads, moreWrites int64) error {
	if moreReads <= 0 && moreWrites <= 0 {
		return nil
	}
	var allReads, allWrites int64
	for r, err := range tables.Scan(tx, "", ref.account, ref.region) {
		if err != nil {
			return err
		}
		reads, writes := r.provisioned()
		allReads, allWrites = allReads+reads, allWrites+writes
	}
	const text = "This request would have caused the %s limit to be exceeded for the account in %s. " +
		"Current %s reserved by the account: %d. Limit: %d. Requested: %d. %s"
	switch {
	case moreReads > 0 && allReads+moreReads > maxAccountUnits:
		return invalid(text, "ReadCapacityUnits", ref.region, "ReadCapacityUnits", allReads, maxAccountUnits, moreReads, moreOnLimits)
	case moreWrites > 0 && allWrites+moreWrites > maxAccountUnits:
		return invalid(text, "WriteCapacityUnits", ref.region, "WriteCapacityUnits", allWrites, maxAccountUnits, moreWrites, moreOnLimits)
	}
	return nil
}

// provisioned returns the units of the table and its indexes together.
func (r *tableRecord) provisioned() (reads, writes int64) {
	reads, writes = r.ReadUnits, r.WriteUnits
	for i := range r.Indexes {
		reads, writes = reads+r.Indexes[i].ReadUnits, writes+r.Indexes[i].WriteUnits
	}
	return reads, writes
}

// onDemand changes the limits on demand.
func (u *tableUpdate) onDemand() error {
	if u.r.BillingMode == provisioned {
		if err := checkProvisionedLimits(u.in.OnDemandThroughput, "the table"); err != nil {
			return err
		}
	}
	u.r.Throughput.limit(u.in.OnDemandThroughput)
	for i := range u.in.GlobalSecondaryIndexUpdates {
		x := u.in.GlobalSecondaryIndexUpdates[i].Update
		if x == nil || x.OnDemandThroughput == nil {
			continue
		}
		if u.r.BillingMode == provisioned {
			if err := checkProvisionedLimits(x.OnDemandThroughput, "the table"); err != nil {
				return err
			}
		}
		u.record(*x.IndexName).Throughput.limit(x.OnDemandThroughput)
	}
	return nil
}

// warm changes what the table and its indexes are to take at once, which can only
// grow.
func (u *tableUpdate) warm() error {
	if err := u.warmer(u.in.WarmThroughput, &u.r.Throughput, u.r.ReadUnits, u.r.WriteUnits, "table "+u.r.Name); err != nil {
		return err
	}
	for i := range u.in.GlobalSecondaryIndexUpdates {
		x := u.in.GlobalSecondaryIndexUpdates[i].Update
		if x == nil {
			continue
		}
		r := u.record(*x.IndexName)
		if err := u.warmer(x.WarmThroughput, &r.Throughput, r.ReadUnits, r.WriteUnits, "index "+r.Name); err != nil {
			return err
		}
	}
	return nil
}

func (u *tableUpdate) warmer(w *warmThroughput, r *throughputRecord, reads, writes int64, of string) error {
	if w == nil {
		return nil
	}
	const text = "Requested %s for WarmThroughput for %s is lower than current WarmThroughput, decreasing WarmThroughput is not supported"
	now := r.warmth(u.r.BillingMode, reads, writes)
	switch {
	case w.ReadUnitsPerSecond != nil && *w.ReadUnitsPerSecond < *now.ReadUnitsPerSecond:
		return invalid(text, "ReadUnitsPerSecond", of)
	case w.WriteUnitsPerSecond != nil && *w.WriteUnitsPerSecond < *now.WriteUnitsPerSecond:
		return invalid(text, "WriteUnitsPerSecond", of)
	}
	r.warm(w)
	return nil
}
