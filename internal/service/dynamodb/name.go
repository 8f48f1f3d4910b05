// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Lengths of the names of tables and indexes, in bytes.
const (
	minName = 3
	maxName = 255
)

const namePattern = "[a-zA-Z0-9_.-]+"

// A tableRef is a table as a call names it: by its name, or by its ARN, which
// may be another account's.
type tableRef struct {
	given   string // as the caller wrote it
	account string // "" for the caller's own
	region  string // "" for the call's own
	name    string
}

// parseTableRef reads the name or the ARN of a table. It reports false for what
// is neither.
func parseTableRef(s string) (tableRef, bool) {
	if !strings.HasPrefix(s, "arn:") {
		return tableRef{given: s, name: s}, validName(s)
	}
	if len(s) > maxARN {
		return tableRef{}, false
	}
	a, err := arn.Parse(s)
	if err != nil {
		return tableRef{}, false
	}
	name, ok := strings.CutPrefix(a.Resource, "table/")
	if !ok || a.Partition != partition || a.Service != serviceName || !validName(name) || !isAccount(a.Account) || a.Region == "" {
		return tableRef{}, false
	}
	return tableRef{given: s, account: a.Account, region: a.Region, name: name}, true
}

// resolve fills in what the name leaves to the call. A table is served by its
// own region only.
func (r tableRef) resolve(c *awsapi.Call) (tableRef, error) {
	if r.account == "" {
		r.account, r.region = c.Caller.Account(), c.Region
	}
	if r.region != c.Region {
		return r, invalid("The table %s is in another region than the one of this request: %s", r.given, c.Region)
	}
	return r, nil
}

// arn returns the table's ARN. r must be resolved.
func (r tableRef) arn() arn.ARN {
	return arn.ARN{Partition: partition, Service: serviceName, Region: r.region, Account: r.account, Resource: "table/" + r.name}
}

func (r tableRef) indexARN(index string) arn.ARN {
	a := r.arn()
	a.Resource += "/index/" + index
	return a
}

// globalTableARN returns the ARN of a global table, which is of no region.
func globalTableARN(account, name string) arn.ARN {
	return arn.ARN{Partition: partition, Service: serviceName, Account: account, Resource: "global-table/" + name}
}

func validName(s string) bool {
	return minName <= len(s) && len(s) <= maxName && validNameBytes(s)
}

func validNameBytes(s string) bool {
	for i := range len(s) {
		switch b := s[i]; {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '_', b == '.', b == '-':
		default:
			return false
		}
	}
	return s != ""
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}
