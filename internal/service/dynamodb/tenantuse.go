// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"iter"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A TenantUse is what one tenant uses of a table.
type TenantUse struct {
	Account, Region, Table string
	Tenant                 string // empty for what names no tenant
	Others                 bool   // it is of all tenants that aren't told apart; then Tenant is empty

	Items, Bytes          int64
	ReadUnits, WriteUnits float64 // consumed since it is counted
}

// TenantUses yields what the tenants of all tables use that count it, as views of
// the store show it, one for each table. It is for operators: nothing is decided
// here. An error is the last thing it yields.
func TenantUses(ctx context.Context, view func(context.Context, func(*storage.Tx) error) error) iter.Seq2[TenantUse, error] {
	spans := []storage.Span{counting.Under(false), tables.Under(false), storage.Data.Span(false)}
	return func(yield func(TenantUse, error) bool) {
		var refs []tableRef
		err := view(ctx, func(tx *storage.Tx) (err error) {
			refs, err = counting.all(tx.Only(spans))
			return err
		})
		for i := 0; i < len(refs) && err == nil; i++ {
			var uses []TenantUse // not yielded in the view, which may run again
			err = view(ctx, func(tx *storage.Tx) (err error) {
				uses, err = tenantUses(ctx, tx.Only(spans), refs[i])
				return err
			})
			for _, u := range uses {
				if !yield(u, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(TenantUse{}, err)
		}
	}
}

// tenantUses returns what the tenants of one table use.
func tenantUses(ctx context.Context, tx *storage.Tx, ref tableRef) (all []TenantUse, err error) {
	t, err := readTable(tx, ref)
	if err != nil || t == nil || t.usage == nil {
		return nil, err
	}
	pause := func(ctx context.Context) error { return ctx.Err() }
	p, err := t.usage.page(ctx, tx, pause, nil, maxTenants+1)
	if err != nil {
		return nil, err
	}
	of := func(name string, u use) TenantUse {
		s := u.shown()
		return TenantUse{
			Account: ref.account, Region: ref.region, Table: ref.name, Tenant: name, Others: name == others,
			Items: s.ItemCount, Bytes: s.TableSizeBytes, ReadUnits: s.ReadCapacityUnits, WriteUnits: s.WriteCapacityUnits,
		}
	}
	for _, row := range p.tenants {
		all = append(all, of(row.name, row.use))
	}
	if p.rest != (use{}) {
		rest := of(others, p.rest)
		rest.Tenant = ""
		all = append(all, rest)
	}
	return all, nil
}
