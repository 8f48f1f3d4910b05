// SPDX-License-Identifier: Apache-2.0

package client

import "context"

// A TableUsage is what the tenants of a DynamoDB table use of it.
type TableUsage struct {
	TenantAttribute string // that names the tenant of an item
	TenantDelimiter string `json:",omitempty"` // that ends the tenant's part of its value; empty for the whole
	Status          string // CREATING until items that were there before are counted, then ACTIVE
	Tenants         []TenantUsage
	Others          *TenantUsage `json:",omitempty"` // all tenants beyond those that are told apart
}

// A TenantUsage is what one tenant uses of a table.
type TenantUsage struct {
	Tenant             string // empty for items that name none
	ItemCount          int64
	TableSizeBytes     int64
	ReadCapacityUnits  float64 // consumed since use is counted
	WriteCapacityUnits float64
}

// TableUsage returns what the tenants of the table with the ARN use, by name. It
// takes the permission bailiwick:GetTableUsage on the table.
func (a *Admin) TableUsage(ctx context.Context, tableARN string) (TableUsage, error) {
	in := struct {
		TableArn   string
		MaxResults int
		NextToken  *string `json:",omitempty"`
	}{TableArn: tableARN, MaxResults: 1000}
	var all TableUsage
	for {
		var page struct {
			TableUsage
			NextToken *string
		}
		if err := a.call(ctx, "GetTableUsage", in, &page); err != nil {
			return TableUsage{}, err
		}
		page.Tenants = append(all.Tenants, page.Tenants...)
		all = page.TableUsage
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return all, nil
		}
	}
}
