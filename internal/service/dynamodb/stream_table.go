// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// stream gives the new table of that record a stream, if the input asks for one.
func (in *createTableInput) stream(r *tableRecord, ref tableRef, tx *storage.Tx, now time.Time) error {
	spec := in.StreamSpecification
	if spec == nil || !*spec.StreamEnabled {
		return nil
	}
	return r.openStream(tx, ref, *spec.StreamViewType, now)
}

// stream switches the table's stream on or off.
func (u *tableUpdate) stream() error {
	spec := u.in.StreamSpecification
	switch {
	case spec == nil:
		return nil
	case *spec.StreamEnabled && u.r.Stream != nil:
		return invalid("Table already has an enabled stream: TableName: %s", u.was.Name)
	case *spec.StreamEnabled:
		return u.r.openStream(u.tx, u.was.ref, *spec.StreamViewType, u.now)
	case u.r.Stream == nil:
		return invalid("Table has no stream to disable: TableName: %s", u.was.Name)
	}
	return u.r.closeStream(u.tx, u.was.ref, u.now)
}

// describeStream describes the table's stream, and which it had last.
func (t *table) describeStream(d *tableDescription) {
	if t.Stream != nil {
		d.StreamSpecification = &streamSpecification{new(true), &t.Stream.ViewType}
	}
	if t.LastStream != "" {
		d.LatestStreamLabel = &t.LastStream
		d.LatestStreamArn = new(resourceRef{t.ref, t.LastStream}.arn().String())
	}
}

// policiedStream finds the stream that ref names.
func (s *service) policiedStream(c *awsapi.Call, ref resourceRef, action string) (policied, error) {
	t, err := s.streamTarget(c, ref)
	if err != nil {
		return policied{}, err
	}
	of := t.ref.table
	p := policied{
		name: t.ref.arn().String(), missing: errStreamNotFound(t.ref),
		need: t.need(action, streams.One(true, of.account, of.region, of.name, t.ref.stream)),
	}
	if t.stream == nil {
		return p, nil
	}
	p.found, p.current = true, t.stream.Policy
	p.save = func(tx *storage.Tx, r *policyRecord) error {
		k := t.stream.keptStream
		k.Policy = r
		return t.stream.save(tx, k)
	}
	return p, nil
}
