// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxViolations is how many broken constraints an answer lists.
	maxViolations = 10
	// maxEcho is how many bytes of a bad value, or of its path, an answer repeats.
	maxEcho = 1024
)

// violations collects the constraints that an input breaks, in the words of
// AWS's validation framework. Paths are of the wire's members in lower camel
// case.
type violations struct{ list []string }

func (v *violations) add(value, path, constraint string) {
	if len(v.list) == maxViolations {
		return
	}
	v.list = append(v.list, "Value '"+echo(value)+"' at '"+echo(path)+"' failed to satisfy constraint: "+constraint)
}

func (v *violations) missing(path string) {
	if len(v.list) < maxViolations {
		v.list = append(v.list, "Value null at '"+echo(path)+"' failed to satisfy constraint: Member must not be null")
	}
}

// echo returns as much of what a caller wrote as an answer repeats. Paths have
// the names of tables in them.
func echo(s string) string {
	if len(s) > maxEcho {
		return strings.ToValidUTF8(s[:maxEcho], "")
	}
	return s
}

// err returns the ValidationException, or nil if no constraint is broken.
func (v *violations) err() error {
	switch len(v.list) {
	case 0:
		return nil
	case 1:
		return invalid("1 validation error detected: %s", v.list[0])
	}
	return invalid("%d validation errors detected: %s", len(v.list), strings.Join(v.list, "; "))
}

func (v *violations) enum(value *string, path string, set []string) {
	if value != nil && !slices.Contains(set, *value) {
		v.add(*value, path, "Member must satisfy enum value set: ["+strings.Join(set, ", ")+"]")
	}
}

func (v *violations) atLeast(value int64, path string, low int64) {
	if value < low {
		v.add(strconv.FormatInt(value, 10), path, fmt.Sprintf("Member must have value greater than or equal to %d", low))
	}
}

func (v *violations) within(value int64, path string, low, high int64) {
	v.atLeast(value, path, low)
	if value > high {
		v.add(strconv.FormatInt(value, 10), path, fmt.Sprintf("Member must have value less than or equal to %d", high))
	}
}

func (v *violations) length(value, path string, low, high int) {
	if len(value) < low {
		v.add(value, path, lengthAtLeast(low))
	}
	if len(value) > high {
		v.add(value, path, lengthAtMost(high))
	}
}

func lengthAtLeast(n int) string {
	return fmt.Sprintf("Member must have length greater than or equal to %d", n)
}

func lengthAtMost(n int) string {
	return fmt.Sprintf("Member must have length less than or equal to %d", n)
}

// name checks the name of a table or an index.
func (v *violations) name(value, path string) {
	if !validNameBytes(value) {
		v.add(value, path, "Member must satisfy regular expression pattern: "+namePattern)
	}
	v.length(value, path, minName, maxName)
}

// table checks the TableName of an operation on items and returns what it
// names.
func (v *violations) table(value *string) tableRef { return v.tableAt(value, "tableName") }

// tableAt is table for a TableName that lies at the path.
func (v *violations) tableAt(value *string, path string) tableRef {
	if value == nil {
		v.missing(path)
		return tableRef{}
	}
	ref, ok := parseTableRef(*value)
	switch {
	case ok:
		return ref
	case *value == "": // which AWS words as if there were no other bounds
		v.length("", path, 1, maxName)
		return tableRef{}
	}
	before := len(v.list)
	v.name(*value, path)
	if len(v.list) == before { // an ARN of another form
		v.add(*value, path, "Member must satisfy regular expression pattern: "+namePattern)
	}
	return tableRef{}
}

// controlTable is table for the operations on tables themselves, which AWS
// checks for in other words.
func controlTable(value *string) (tableRef, error) {
	if value == nil {
		return tableRef{}, invalid("The parameter 'TableName' is required but was not present in the request")
	}
	if strings.HasPrefix(*value, "arn:") {
		ref, ok := parseTableRef(*value)
		if !ok {
			return tableRef{}, invalid("Invalid TableArn")
		}
		return ref, nil
	}
	if len(*value) < minName || len(*value) > maxName {
		return tableRef{}, invalid("TableName must be at least 3 characters long and at most 255 characters long")
	}
	return tableRef{given: *value, name: *value}, nil
}

// controlName checks the form of a name that controlTable has let through.
func (v *violations) controlName(ref tableRef) {
	if !validNameBytes(ref.name) {
		v.add(ref.name, "tableName", "Member must satisfy regular expression pattern: "+namePattern)
	}
}

// Enumerations, in the order in which AWS lists them.
var (
	returnConsumedCapacities = []string{"INDEXES", "TOTAL", "NONE"}
	returnCollectionMetrics  = []string{"SIZE", "NONE"}
	returnValues             = []string{"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"}
	returnValuesOnFailure    = []string{"ALL_OLD", "NONE"}
	selects                  = []string{"SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"}
	keyTypes                 = []string{"HASH", "RANGE"}
	attributeTypes           = []string{"B", "N", "S"}
	billingModes             = []string{"PROVISIONED", "PAY_PER_REQUEST"}
	tableClasses             = []string{"STANDARD", "STANDARD_INFREQUENT_ACCESS"}
	sseTypes                 = []string{"AES256", "KMS"}
	projectionTypes          = []string{projectAll, projectInclude, projectKeys}
	streamViewTypes          = []string{"NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"}
)
