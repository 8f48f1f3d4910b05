// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"errors"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// UsageOperations returns the operations, and their actions, that tell what the
// tenants of tables use. AWS has none such: they belong to another service than
// DynamoDB.
func UsageOperations() ([]awsapi.Operation, []awsapi.Action) {
	row := awsapi.Operation{Name: "GetTableUsage", Sample: `{"TableArn":"arn:aws:dynamodb:us-east-1:$ACCOUNT:table/Sample"}`}
	action := awsapi.Action{Name: usageAction, Resources: []string{"table"}, Keys: []awsapi.Key{{Name: "aws:ResourceTag/"}}}
	return []awsapi.Operation{awsapi.Op(row, getTableUsageNeeds, getTableUsage)}, []awsapi.Action{action}
}

const usageAction = "bailiwick:GetTableUsage"

const (
	defaultUsagePage = 100
	maxUsagePage     = 1000
)

type getTableUsageInput struct {
	TableArn   string
	NextToken  *string
	MaxResults *int32

	ref   tableRef
	table *table
	after *string // the name of the last tenant of the page before
}

type getTableUsageOutput struct {
	TenantAttribute string
	TenantDelimiter *string
	Status          string        // CREATING until items that were there before are counted, then ACTIVE
	Tenants         []tenantUsage // by name
	Others          *tenantUsage  // all tenants beyond those that are told apart; on the last page
	NextToken       *string
}

type tenantUsage struct {
	Tenant             *string // empty for what names no tenant; nil for Others
	ItemCount          int64
	TableSizeBytes     int64
	ReadCapacityUnits  float64 // consumed since use is counted
	WriteCapacityUnits float64
}

func (in *getTableUsageInput) Validate() error {
	ref, ok := parseTableRef(in.TableArn)
	if !ok || ref.account == "" {
		return invalid("TableArn must be the ARN of a table.")
	}
	in.ref = ref
	if in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > maxUsagePage) {
		return invalid("MaxResults must be from 1 to %d.", maxUsagePage)
	}
	if in.NextToken == nil {
		return nil
	}
	after, ok := strings.CutPrefix(*in.NextToken, tokenAfter)
	if !ok || len(after) > maxTenantName {
		return invalid("NextToken is not one that was returned.")
	}
	in.after = &after
	return nil
}

// tokenAfter is what a token begins with; the name of a tenant follows, which may be
// empty.
const tokenAfter = "after:"

func getTableUsageNeeds(_ context.Context, c *awsapi.Call, in *getTableUsageInput) (_ []awsapi.Need, err error) {
	if in.table, err = readTable(c.Tx, in.ref); err != nil {
		return nil, err
	}
	n := target{ref: in.ref, table: in.table}.need("GetTableUsage", nil)
	n.Action = usageAction
	if t := in.table; t != nil && t.usage != nil {
		n.Spans = []storage.Span{under(t.usage.prefix, false)}
	}
	return []awsapi.Need{n}, nil
}

func getTableUsage(ctx context.Context, c *awsapi.Call, in *getTableUsageInput) (*getTableUsageOutput, error) {
	t := in.table
	switch {
	case t == nil:
		return nil, errTableNotFound(in.ref.name)
	case t.usage == nil:
		return nil, invalid("The use of table %s is not counted per tenant: it has no tag %s.", t.Name, tagTenant)
	}
	limit := defaultUsagePage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	p, err := t.usage.page(ctx, c.Tx, c.Pause, in.after, limit)
	if err != nil {
		return nil, err
	}
	out := &getTableUsageOutput{TenantAttribute: t.usage.Attribute, Status: statusActive, Tenants: []tenantUsage{}}
	if t.usage.Delimiter != "" {
		out.TenantDelimiter = &t.usage.Delimiter
	}
	if t.usage.Building {
		out.Status = statusCreating
	}
	for i := range p.tenants {
		row := p.tenants[i].shown()
		row.Tenant = &p.tenants[i].name
		out.Tenants = append(out.Tenants, row)
	}
	if p.more {
		out.NextToken = new(tokenAfter + p.tenants[len(p.tenants)-1].name)
	} else if p.rest != (use{}) {
		out.Others = new(p.rest.shown())
	}
	return out, nil
}

// shown returns the use as it is told.
func (u use) shown() tenantUsage {
	return tenantUsage{
		ItemCount: u.items, TableSizeBytes: u.bytes,
		ReadCapacityUnits: float64(u.reads) / milli, WriteCapacityUnits: float64(u.writes) / milli,
	}
}

// readTable returns the table, as tx sees it; nil if there is none.
func readTable(tx *storage.Tx, ref tableRef) (*table, error) {
	r, err := tables.Get(tx, ref.account, ref.region, ref.name)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return newTable(ref, r)
}
