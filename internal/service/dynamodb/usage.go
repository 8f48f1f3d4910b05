// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"encoding/base64"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// What each tenant uses of a table is counted where the table's tags say which
// attribute names the tenant: how many items, their size, and the capacity
// consumed.
//
// Items are counted as the table's own are, by a record that each transaction
// adds: see count.go. A chore folds those records into one row for each tenant;
// what is read is rows and records together. Capacity of writes is in the same
// records. That of reads is gathered in memory and added every few seconds, so a
// crash loses that of the last ones.
//
// Items that a table has already are counted as all that is derived from items
// is filled: see fill.go. Until that is done, writes count what they do to items
// that the filling has passed, and nothing of the others: it comes to them later.
const (
	tagTenant    = "bailiwick:tenant-attribute" // the attribute's name
	tagDelimiter = "bailiwick:tenant-delimiter" // what ends the tenant's part of its value

	// maxTenants is how many tenants of a table are told apart: the first that it
	// has. All others are one.
	maxTenants = 10_000
	// maxTenantName is the length of the longest name, in bytes, that is told
	// apart.
	maxTenantName = 256

	// noTenant is the name of what names no tenant, others that of all tenants
	// beyond the bounds: no value has it, as it isn't valid text. It is the last in
	// the order of names.
	noTenant = ""
	others   = "\xff"
)

// A usageRecord says by which attribute a table's use is counted per tenant.
type usageRecord struct {
	ID        uint32 // unlike that of all else derived from the table
	Attribute string
	Delimiter string `json:",omitzero"`

	// Building is set until the items that were there before are counted, too.
	Building bool `json:",omitzero"`
}

// declaredUsage returns what tags say of how a table's use is to be counted; nil
// if they don't.
func declaredUsage(tags []awsapi.Tag) *usageRecord {
	r := &usageRecord{}
	for _, t := range tags {
		switch t.Key {
		case tagTenant:
			r.Attribute = t.Value
		case tagDelimiter:
			r.Delimiter = t.Value
		}
	}
	if r.Attribute == "" {
		return nil
	}
	return r
}

// same reports whether both records count the same. Either may be nil.
func (r *usageRecord) same(o *usageRecord) bool {
	if r == nil || o == nil {
		return r == o
	}
	return r.Attribute == o.Attribute && r.Delimiter == o.Delimiter
}

// usageSpans returns what [target.declareUsage] touches besides the table's
// record.
func (t target) usageSpans() []storage.Span {
	spans := []storage.Span{counting.span(t.ref)}
	if t.table != nil {
		spans = append(append(spans, under(t.table.part(usagePart), true)), t.table.fillSpans()...)
	}
	return spans
}

// declareUsage has r, the record of the table whose tags are new, say how its use
// is counted from now on. t.table is the table as it was, nil if it is being made.
// r must be put afterwards.
func (t target) declareUsage(tx *storage.Tx, r *tableRecord) error {
	declared := declaredUsage(r.Tags)
	if declared.same(r.Usage) {
		return nil
	}
	if r.Usage != nil {
		if err := t.table.discard(tx, r.Usage.ID, t.table.usage.prefix); err != nil {
			return err
		}
	}
	r.Usage = declared
	if declared == nil {
		return counting.clear(tx, t.ref)
	}
	declared.ID = r.NextIndex
	r.NextIndex++
	if t.table != nil { // and may have items
		declared.Building = true
		if err := t.table.beginFill(tx); err != nil {
			return err
		}
	}
	return counting.set(tx, t.ref)
}

// fillUsage is the filling of what tenants use.
func fillUsage(w *writer, _ []byte, it attr.Item) error {
	w.uses.of(w.t.usage.tenant(it)).add(use{items: 1, bytes: int64(it.Size())})
	return nil
}

// What lies under the prefix of a table's counts per tenant.
const (
	usageLog   = 0x00 // what has changed, by time
	usageRows  = 0x01 // what it came to, by tenant
	usageNames = 0x02 // how many rows have a name
)

// A usage is a usageRecord made ready for use.
type usage struct {
	usageRecord
	prefix []byte
	log    []byte // prefix of the keys of the log
	rows   []byte // prefix of the keys of rows
	names  []byte // a key
	cursor []byte // the key of how far the filling has come; nil if it is done
}

func newUsage(t *table, r *usageRecord) *usage {
	if r == nil {
		return nil
	}
	u := &usage{usageRecord: *r, prefix: storage.AppendUint32(t.part(usagePart), r.ID)}
	part := func(p byte) []byte { return append(bytes.Clone(u.prefix), p) }
	u.log, u.rows, u.names = part(usageLog), part(usageRows), part(usageNames)
	if r.Building {
		u.cursor = t.cursor(r.ID)
	}
	return u
}

// spans returns what writing any item takes besides its own storage. u may be nil.
func (u *usage) spans() []storage.Span {
	if u == nil {
		return nil
	}
	log := under(u.log, true)
	log.Blind = true
	if u.cursor == nil {
		return []storage.Span{log}
	}
	return []storage.Span{log, one(u.cursor, false)}
}

// tenant returns the name of the tenant that an item, or a part of it, belongs to.
func (u *usage) tenant(it attr.Item) string {
	v, ok := it.Get(u.Attribute)
	if !ok {
		return noTenant
	}
	return u.tenantOf(v)
}

// tenantOf returns the name of the tenant that a value of the attribute names, as
// policies see it: see texts.
func (u *usage) tenantOf(v attr.Value) string {
	switch v.Type() {
	case attr.TypeS:
		text := v.Bytes()
		if u.Delimiter != "" {
			text, _, _ = bytes.Cut(text, []byte(u.Delimiter))
		}
		if len(text) > maxTenantName {
			return others
		}
		return string(text)
	case attr.TypeN:
		return v.Number().String()
	case attr.TypeB:
		if base64.StdEncoding.EncodedLen(len(v.Bytes())) > maxTenantName {
			return others
		}
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
	return noTenant
}
