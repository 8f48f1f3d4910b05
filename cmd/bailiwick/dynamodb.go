// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"github.com/bailiwick-dev/bailiwick/client"
)

func dynamodbCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "dynamodb",
		Short: "Show what tables, and their tenants, use",
		Long: `Show what tables, and their tenants, use.

The commands call the server at --endpoint-url with the credentials that AWS
clients use (environment, profile or shared files).`,
	}, dynamodbUsageCommand())
}

func dynamodbUsageCommand() *cobra.Command {
	var target target
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "usage TABLE",
		Short: "Show what each tenant uses of a table",
		Long: `Show what each tenant uses of a table: items, their size in bytes, and the
capacity units that were ever consumed.

It is counted for tables whose tags say which attribute names the tenant, and, if
that is only a part of its value, what follows that part:

    bailiwick:tenant-attribute   pk
    bailiwick:tenant-delimiter   #

Tag a table when it is made, or later: then the items that are there are counted
first, and meanwhile the table is CREATING. The tenant "-" is of items that name
none. Of 10000 tenants each has its own row; all others have one, which is last.

It takes dynamodb:DescribeTable and bailiwick:GetTableUsage on the table.`,
		Example: "  bailiwick dynamodb usage Orders --region eu-central-1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := target.config(cmd.Context())
			if err != nil {
				return err
			}
			u, err := usageOf(cmd.Context(), cfg, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(u)
			}
			return u.print(cmd.OutOrStdout())
		},
	}
	target.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// A tableUsage is a table with what its tenants use.
type tableUsage struct {
	TableName      string
	TableArn       string
	TableStatus    string
	ItemCount      int64
	TableSizeBytes int64
	Indexes        []indexUsage
	Usage          client.TableUsage
}

type indexUsage struct {
	IndexName      string
	IndexStatus    string `json:",omitempty"` // of global indexes
	ItemCount      int64
	IndexSizeBytes int64
}

func usageOf(ctx context.Context, cfg aws.Config, name string) (*tableUsage, error) {
	out, err := dynamodb.NewFromConfig(cfg).DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		return nil, err
	}
	t := out.Table
	u := &tableUsage{
		TableName: aws.ToString(t.TableName), TableArn: aws.ToString(t.TableArn), TableStatus: string(t.TableStatus),
		ItemCount: aws.ToInt64(t.ItemCount), TableSizeBytes: aws.ToInt64(t.TableSizeBytes), Indexes: []indexUsage{},
	}
	for _, ix := range t.LocalSecondaryIndexes {
		u.Indexes = append(u.Indexes, indexUsage{aws.ToString(ix.IndexName), "", aws.ToInt64(ix.ItemCount), aws.ToInt64(ix.IndexSizeBytes)})
	}
	for _, ix := range t.GlobalSecondaryIndexes {
		u.Indexes = append(u.Indexes, indexUsage{aws.ToString(ix.IndexName), string(ix.IndexStatus), aws.ToInt64(ix.ItemCount), aws.ToInt64(ix.IndexSizeBytes)})
	}
	u.Usage, err = client.NewAdmin(cfg).TableUsage(ctx, u.TableArn)
	return u, err
}

// print writes the usage as tables for people.
func (u *tableUsage) print(to io.Writer) error {
	fmt.Fprintf(to, "table %s: %s, %d items, %d bytes\n", u.TableName, u.TableStatus, u.ItemCount, u.TableSizeBytes)
	for _, ix := range u.Indexes {
		status := cmp.Or(ix.IndexStatus, "local")
		fmt.Fprintf(to, "index %s: %s, %d items, %d bytes\n", ix.IndexName, status, ix.ItemCount, ix.IndexSizeBytes)
	}
	by := u.Usage.TenantAttribute
	if d := u.Usage.TenantDelimiter; d != "" {
		by += " up to " + d
	}
	fmt.Fprintf(to, "tenants by %s: %s\n\n", clean(by), u.Usage.Status)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "items\tbytes\tread units\twrite units\t  tenant")
	row := func(t *client.TenantUsage, name string) {
		fmt.Fprintf(w, "%d\t%d\t%.1f\t%.1f\t  %s\n", t.ItemCount, t.TableSizeBytes, t.ReadCapacityUnits, t.WriteCapacityUnits, name)
	}
	for i := range u.Usage.Tenants {
		t := &u.Usage.Tenants[i]
		name := clean(t.Tenant)
		if t.Tenant == "" {
			name = "-"
		}
		row(t, name)
	}
	if o := u.Usage.Others; o != nil {
		row(o, "(all others)")
	}
	return w.Flush()
}
