// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A ttlRecord names the attribute by which a table's items expire.
type ttlRecord struct {
	// ID is unlike that of all else derived from the table: what was derived for
	// an attribute is not taken for that of another.
	ID        uint32
	Attribute string

	// Building is set until the items that were there before it are known, too.
	Building bool `json:",omitzero"`
}

// When items expire is a hidden index. Its keys are the value of the attribute, a
// number, in the order of numbers, and then the item's key; its values are empty.

// expiries returns the prefix of the keys of when items expire.
func (t *table) expiries() []byte { return storage.AppendUint32(t.part(expiriesPart), t.TTL.ID) }

// expiryKey returns where it is kept when the item at that key expires, or nil if
// it never does: only numbers say when.
func (t *table) expiryKey(at []byte, it attr.Item) []byte {
	v, ok := it.Get(t.TTL.Attribute)
	if !ok || v.Type() != attr.TypeN {
		return nil
	}
	return append(attr.AppendKeyValue(t.expiries(), v), at[len(t.items):]...)
}

// expiry keeps the index of when items expire.
func (w *writer) expiry(at []byte, ch change) error {
	if w.t.TTL == nil {
		return nil
	}
	old, new := w.t.expiryKey(at, ch.old), w.t.expiryKey(at, ch.new)
	if bytes.Equal(old, new) {
		return nil // an item that was there before is its filling's
	}
	if old != nil {
		if err := w.tx.Delete(old); err != nil {
			return err
		}
	}
	if new == nil {
		return nil
	}
	return w.tx.Put(new, nil)
}

// fillExpiry is the filling of the index of when items expire.
func fillExpiry(w *writer, at []byte, it attr.Item) error {
	key := w.t.expiryKey(at, it)
	if key == nil {
		return nil
	}
	return w.tx.Put(key, nil)
}

func (s *service) updateTimeToLiveNeeds(_ context.Context, c *awsapi.Call, in *updateTimeToLiveInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	ref := in.target.ref
	var spans []storage.Span
	if t := in.target.table; t != nil {
		spans = append(t.fillSpans(), tables.One(true, ref.account, ref.region, ref.name), expiring.span(ref))
	}
	return []awsapi.Need{in.target.need("UpdateTimeToLive", nil, spans...)}, nil
}

// updateTimeToLive switches the expiry of items on or off, at once. What is there
// already follows: see fill.go.
func (s *service) updateTimeToLive(_ context.Context, c *awsapi.Call, in *updateTimeToLiveInput) (*updateTimeToLiveOutput, error) {
	t := in.target.table
	if t == nil {
		return nil, errTableNotFound(in.target.ref.name)
	}
	spec := in.TimeToLiveSpecification
	if err := t.checkTTL(spec); err != nil {
		return nil, err
	}
	r := t.tableRecord
	if *spec.Enabled {
		r.TTL = &ttlRecord{ID: r.NextIndex, Attribute: *spec.AttributeName, Building: true}
		r.NextIndex++
		if err := t.beginFill(c.Tx); err != nil {
			return nil, err
		}
		if err := expiring.set(c.Tx, t.ref); err != nil {
			return nil, err
		}
	} else {
		r.TTL = nil
		if err := t.discard(c.Tx, t.TTL.ID, t.expiries()); err != nil {
			return nil, err
		}
	}
	if err := tables.Put(c.Tx, r, t.ref.account, t.ref.region, t.ref.name); err != nil {
		return nil, err
	}
	return &updateTimeToLiveOutput{spec}, nil
}

// checkTTL refuses what changes nothing, and what is said of another attribute.
func (t *table) checkTTL(spec *timeToLiveSpecification) error {
	switch {
	case t.TTL == nil && !*spec.Enabled:
		return invalid("TimeToLive is already disabled")
	case t.TTL == nil:
		return nil
	case t.TTL.Attribute != *spec.AttributeName:
		return invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.TTL.Attribute)
	case *spec.Enabled:
		return invalid("TimeToLive is already enabled")
	}
	return nil
}

func (s *service) describeTimeToLiveNeeds(_ context.Context, c *awsapi.Call, in *describeTimeToLiveInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	return []awsapi.Need{in.target.need("DescribeTimeToLive", nil)}, nil
}

func (s *service) describeTimeToLive(_ context.Context, _ *awsapi.Call, in *describeTimeToLiveInput) (*describeTimeToLiveOutput, error) {
	t := in.target.table
	switch {
	case t == nil:
		return nil, errTableNotFound(in.target.ref.name)
	case t.TTL == nil:
		return &describeTimeToLiveOutput{&timeToLiveDescription{TimeToLiveStatus: new(statusDisabled)}}, nil
	}
	return &describeTimeToLiveOutput{&timeToLiveDescription{TimeToLiveStatus: new(statusEnabled), AttributeName: &t.TTL.Attribute}}, nil
}
