// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick/tvm"
)

// A Leak is a policy that looks as if it isolated tenants, what gets through it,
// and the policy that puts it right.
type Leak struct {
	Name      string          `json:"name"`
	Why       string          `json:"why"`
	Document  json.RawMessage `json:"document"` // the policy that leaks
	Fix       json.RawMessage `json:"fix"`      // the one that does not
	Leaked    bool            `json:"leaked"`   // with Document, another tenant's data was read
	Fixed     bool            `json:"fixed"`    // with Fix, it was denied, and the tenant's own was read
	Exchanges []Exchange      `json:"exchanges"`
}

// OK reports whether the leak was there to be seen, and then was gone.
func (l Leak) OK() bool { return l.Leaked && l.Fixed }

// An Exchange is a call and what came of it.
type Exchange struct {
	Policy  string `json:"policy"` // document or fix
	Tenant  string `json:"tenant"`
	Request string `json:"request"`
	Answer  string `json:"answer"`
}

// intruder and intruded are the tenants, by number, whose ids have made the
// begins-with template known.
const intruder, intruded = 0, 1

// Leaks shows two mistakes that are easily made, and that they are mistakes: it
// makes them, reads what should be out of reach, puts them right and tries
// again.
func (w *World) Leaks(ctx context.Context) ([]Leak, error) {
	w.cfg.Progress("leaks", 0, 2)
	first, err := w.beginsWithLeak(ctx)
	if err != nil {
		return nil, fmt.Errorf("isolation: %s: %w", first.Name, err)
	}
	w.cfg.Progress("leaks", 1, 2)
	second, err := w.scanLeak(ctx)
	if err != nil {
		return nil, fmt.Errorf("isolation: %s: %w", second.Name, err)
	}
	w.cfg.Progress("leaks", 2, 2)
	return []Leak{first, second}, nil
}

// beginsWithLeak vends company1 a session policy for keys that begin with its
// id, and reads company10's.
func (w *World) beginsWithLeak(ctx context.Context) (Leak, error) {
	l := Leak{
		Name: "begins-with template",
		Why: fmt.Sprintf("the session policy allows partition keys that begin with the tenant's id: those of %s begin with %s",
			w.tenants[intruded], w.tenants[intruder]),
		Document: beginsWith().json(),
		Fix:      equals().json(),
	}
	leaky, err := w.employeeReader(ctx, tvm.SessionPolicy{
		RoleARN: w.account.role(vendingRole), Template: beginsWith().compact(), UnsafeWildcardBesideTenant: true,
	})
	if err != nil {
		return l, err
	}
	fixed, err := w.employeeReader(ctx, tvm.SessionPolicy{RoleARN: w.account.role(vendingRole), Template: equals().compact()})
	if err != nil {
		return l, err
	}
	foreign, self := w.share(employees, intruded), w.share(employees, intruder)
	l.Leaked = w.readVictim(ctx, &l, "document", leaky, foreign) == nil
	stopped := w.readVictim(ctx, &l, "fix", fixed, foreign)
	l.Fixed = isDenial(stopped) && w.readVictim(ctx, &l, "fix", fixed, self) == nil
	return l, ctx.Err()
}

// employeeReader returns a client of the intruder with credentials of the scope.
func (w *World) employeeReader(ctx context.Context, s tvm.SessionPolicy) (*dynamodb.Client, error) {
	m, err := w.machine(s)
	if err != nil {
		return nil, err
	}
	cfg, err := m.Config(ctx, w.tenants[intruder])
	return dynamodb.NewFromConfig(cfg), err
}

// scanLeak lets the role that relies on tags scan as well, and scans all
// tenants' shipments; then it has the same session try again after the policy
// was corrected.
func (w *World) scanLeak(ctx context.Context) (Leak, error) {
	leaky, fix := w.account.trackingScan(only(tagVariable)), w.account.trackingScan(guarded(tagVariable))
	l := Leak{
		Name: "Scan beside ForAllValues",
		Why: "a Scan has no partition keys, so " + leadingKeys + " is absent from the request, " +
			"and of no values at all, ForAllValues is true; Null asks that it be there",
		Document: leaky.json(),
		Fix:      fix.json(),
	}
	const policy, request = "TrackingScanPolicy", "Scan TrackingData"
	if err := w.makeRole(ctx, role{scanRole, w.account.taggedTrust(), map[string]document{policy: leaky}}); err != nil {
		return l, err
	}
	db, err := w.scanner(ctx)
	if err != nil {
		return l, err
	}
	var got scan
	err = settle(ctx, notYet, func() (err error) { got, err = w.scanAll(ctx, db); return err })
	l.Leaked = err == nil && got.foreign
	w.note(&l, "document", request, got.answer(), err)
	if err := w.putRolePolicy(ctx, scanRole, policy, fix); err != nil {
		return l, err
	}
	answered := func(err error) bool { return err == nil }
	stopped := settle(ctx, answered, func() (err error) { got, err = w.scanAll(ctx, db); return err })
	w.note(&l, "fix", request, got.answer(), stopped)
	l.Fixed = isDenial(stopped) && w.readVictim(ctx, &l, "fix", db, w.share(trackingData, intruder)) == nil
	return l, ctx.Err()
}

// readVictim reads an item of s as the intruder and notes what came of it.
func (w *World) readVictim(ctx context.Context, l *Leak, policy string, db *dynamodb.Client, s share) error {
	out, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.name, Key: s.victimKey()})
	answer := ""
	if err == nil {
		err = same("the item", out.Item, s.seeded(victim))
		answer = brief(out.Item, s.table)
	}
	w.note(l, policy, fmt.Sprintf("GetItem %s", victimTarget(s)), answer, err)
	return err
}

// scanner returns a client of the intruder that may do what scanRole may.
func (w *World) scanner(ctx context.Context) (*dynamodb.Client, error) {
	m, err := w.machine(tvm.SessionTags{RoleARN: w.account.role(scanRole), Key: tagKey})
	if err != nil {
		return nil, err
	}
	var cfg aws.Config
	err = settle(ctx, notYet, func() (err error) { cfg, err = m.Config(ctx, w.tenants[intruder]); return err })
	return dynamodb.NewFromConfig(cfg), err
}

// A scan is what a scan of all shipments saw.
type scan struct {
	items, tenants int
	foreign        bool // there were items of another tenant than the intruder
}

func (s scan) answer() string { return fmt.Sprintf("%d items of %d tenants", s.items, s.tenants) }

// scanAll scans all shipments as the intruder.
func (w *World) scanAll(ctx context.Context, db *dynamodb.Client) (scan, error) {
	items, owners := 0, map[string]bool{}
	pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{
		TableName: &trackingData.name, ProjectionExpression: &trackingData.partition,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return scan{}, err
		}
		items += len(page.Items)
		for _, it := range page.Items {
			owners[stringOf(it[trackingData.partition])] = true
		}
	}
	s := scan{items: items, tenants: len(owners)}
	delete(owners, string(w.tenants[intruder]))
	s.foreign = len(owners) > 0
	return s, nil
}

// note adds an exchange of the intruder's to l.
func (w *World) note(l *Leak, policy, request, answer string, err error) {
	if err != nil {
		answer = clip(err.Error())
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		answer = said(api)
	}
	l.Exchanges = append(l.Exchanges, Exchange{policy, string(w.tenants[intruder]), request, answer})
}

func isDenial(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && denial(api)
}

// brief shows an item's key and its text attributes.
func brief(it item, t *table) string {
	var parts []string
	for name, v := range it {
		if s := stringOf(v); s != "" && name != t.partition && name != t.sort {
			parts = append(parts, fmt.Sprintf("%s: %s", name, s))
		}
	}
	slices.Sort(parts)
	return fmt.Sprintf("%s/%s (%s)", stringOf(it[t.partition]), stringOf(it[t.sort]), strings.Join(parts, ", "))
}

// stringOf returns the value of a string attribute.
func stringOf(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}
