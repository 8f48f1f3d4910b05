// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

func with(t testing.TB, name string, value func(*attr.Builder)) attr.Item {
	t.Helper()
	var b attr.Builder
	if value != nil {
		b.Name(name)
		value(&b)
	}
	b.Name("z")
	b.Null()
	it, err := b.Item()
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func TestTenantsAreNamedAsPoliciesSeeThem(t *testing.T) {
	text := func(s string) func(*attr.Builder) { return func(b *attr.Builder) { b.Str(s) } }
	long := strings.Repeat("é", maxTenantName/2)
	for name, c := range map[string]struct {
		value           func(*attr.Builder)
		delimiter, want string
	}{
		"a text":                          {text("yellow"), "", "yellow"},
		"the delimiter ends it":           {text("yellow#order#7"), "#", "yellow"},
		"of several bytes":                {text("yellow::order:7"), "::", "yellow"},
		"without delimiter it's all":      {text("yellow#7"), "", "yellow#7"},
		"nothing before the delimiter":    {text("#7"), "#", ""},
		"no delimiter in it":              {text("yellow"), "#", "yellow"},
		"a number, canonically":           {func(b *attr.Builder) { b.Num(attr.IntNumber(700)) }, "0", "700"},
		"a binary, in base64":             {func(b *attr.Builder) { b.Bin([]byte{0xff, 0xfe}) }, "", "//4="},
		"no attribute":                    {nil, "", noTenant},
		"no text, number or binary":       {func(b *attr.Builder) { b.Bool(true) }, "", noTenant},
		"the longest":                     {text(long), "", long},
		"too long":                        {text(long + "x"), "", others},
		"too long in base64":              {func(b *attr.Builder) { b.Bin(make([]byte, maxTenantName)) }, "", others},
		"what is too long is cut off":     {text("yellow#" + long), "#", "yellow"},
		"the name of others is nobody's":  {text("others"), "", "others"},
		"a delimiter that isn't a prefix": {text("a#b"), "b", "a#"},
	} {
		u := &usage{usageRecord: usageRecord{Attribute: "t", Delimiter: c.delimiter}}
		if got := u.tenant(with(t, "t", c.value)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// counted returns what is counted, by tenant; others included.
func (y *yard) counted() map[string]use {
	y.t.Helper()
	all := map[string]use{}
	y.look(func(tx *storage.Tx, t *table) error {
		clear(all)
		pause := func(context.Context) error { return nil }
		for after := (*string)(nil); ; {
			p, err := t.usage.page(y.t.Context(), tx, pause, after, 7)
			if err != nil {
				return err
			}
			for _, row := range p.tenants {
				if after != nil && row.name <= *after {
					y.t.Errorf("%q follows %q", row.name, *after)
				}
				all[row.name] = row.use
				after = &row.name
			}
			if !p.more {
				if p.rest != (use{}) {
					all[others] = p.rest
				}
				return nil
			}
		}
	})
	return all
}

// owned returns what there is to be counted: items and their size, by tenant.
func (y *yard) owned() map[string]use {
	y.t.Helper()
	all := map[string]use{}
	y.look(func(tx *storage.Tx, t *table) error {
		clear(all)
		return goThrough(tx, t.items, func(_, val []byte) error {
			it, err := attr.ParseItem(val)
			u := all[t.usage.tenant(it)]
			u.add(use{items: 1, bytes: int64(it.Size())})
			all[t.usage.tenant(it)] = u
			return err
		})
	})
	return all
}

// checkUse compares what is counted with what there is.
func (y *yard) checkUse() {
	y.t.Helper()
	counted, owned := y.counted(), y.owned()
	for name, c := range counted {
		if o := owned[name]; c.items != o.items || c.bytes != o.bytes {
			y.t.Errorf("%q is counted %d items of %d bytes and has %d of %d", name, c.items, c.bytes, o.items, o.bytes)
		}
	}
	for name, o := range owned {
		if _, ok := counted[name]; !ok {
			y.t.Errorf("%q has %d items and isn't counted", name, o.items)
		}
	}
}

// tag gives the table tags, as TagResource does.
func (y *yard) tag(tags ...awsapi.Tag) {
	y.t.Helper()
	y.change(func(tx *storage.Tx, t *table, r *tableRecord) error {
		r.Tags = tags
		target := target{ref: y.ref, table: t}
		return target.declareUsage(tx.Only(append(target.usageSpans(), tables.One(true, y.ref.account, y.ref.region, y.ref.name))), r)
	})
}

func newCountedYard(t *testing.T) *yard {
	y := newYard(t)
	y.s.reads = newGatheredReads()
	return y
}

func (y *yard) keepUsage(f *usageFolder) {
	y.t.Helper()
	if err := f.keep(context.Background(), y.station("usage")); err != nil {
		y.t.Error(err)
	}
}

// TestWhatTenantsUseIsExact declares and undeclares, by different attributes, while
// many write and the counts are folded.
func TestWhatTenantsUseIsExact(t *testing.T) {
	y := newCountedYard(t)
	fixed := y.now
	for pk := range 20 {
		var items []attr.Item
		for sk := range 100 {
			items = append(items, some(fmt.Sprintf("t%d#%d", pk%4, pk), fmt.Sprint(sk)))
		}
		y.write(items...)
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
	defer stop()
	var work sync.WaitGroup
	for range 3 {
		work.Go(func() {
			for ctx.Err() == nil {
				n := rand.N(20)
				pk, sk := fmt.Sprintf("t%d#%d", n%4, n), fmt.Sprint(rand.N(100))
				if rand.N(3) == 0 {
					y.write(keyOf(pk, sk))
				} else {
					y.write(some(pk, sk))
				}
			}
		})
	}
	var turns sync.Mutex // between the chores and the tags: the test waits for fillings
	work.Go(func() {
		folder := y.s.usageFolder()
		folded := *y
		folded.now = fixed.Add(time.Hour) // all is old enough
		for ctx.Err() == nil {
			turns.Lock()
			if err := y.s.fillTables(context.Background(), y.station("fill")); err != nil {
				t.Error(err)
			}
			folded.keepUsage(folder)
			turns.Unlock()
			time.Sleep(time.Duration(rand.N(5)) * time.Millisecond)
		}
	})
	rounds := 0
	for ; ctx.Err() == nil; rounds++ {
		switch rounds % 4 {
		case 0:
			y.tag(awsapi.Tag{Key: tagTenant, Value: "pk"}, awsapi.Tag{Key: tagDelimiter, Value: "#"})
		case 1:
			y.tag(awsapi.Tag{Key: tagTenant, Value: "pk"})
		case 2:
			y.tag(awsapi.Tag{Key: tagTenant, Value: "g"}) // which changes, and isn't always there
		case 3:
			y.tag()
			continue
		}
		time.Sleep(time.Duration(rand.N(60)) * time.Millisecond)
	}
	work.Wait()
	if rounds < 8 {
		t.Errorf("%d rounds only", rounds)
	}
	y.tag(awsapi.Tag{Key: tagTenant, Value: "g"})
	if err := y.s.fillTables(context.Background(), y.station("fill")); err != nil {
		t.Error(err)
	}
	y.checkUse()
}

// TestFillingsAreExactUnderWrites counts a table that others change all the time, and
// compares as soon as that is done.
func TestFillingsAreExactUnderWrites(t *testing.T) {
	y := newCountedYard(t)
	for pk := range 40 {
		var items []attr.Item
		for sk := range 100 {
			items = append(items, some(fmt.Sprint(pk), fmt.Sprint(sk)))
		}
		y.write(items...)
	}
	for range 5 {
		y.tag(awsapi.Tag{Key: tagTenant, Value: "g"})
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		for range 3 {
			work.Go(func() {
				for ctx.Err() == nil {
					if pk, sk := fmt.Sprint(rand.N(40)), fmt.Sprint(rand.N(100)); rand.N(3) == 0 {
						y.write(keyOf(pk, sk))
					} else {
						y.write(some(pk, sk))
					}
				}
			})
		}
		if err := y.s.fillTables(context.Background(), y.station("fill")); err != nil {
			t.Error(err)
		}
		stop()
		work.Wait()
		y.look(func(_ *storage.Tx, t *table) error {
			if t.Usage.Building {
				y.t.Error("the table is still being filled")
			}
			return nil
		})
		y.checkUse()
		y.tag()
	}
}

func TestFoldsLeaveTheSum(t *testing.T) {
	y := newCountedYard(t)
	y.tag(awsapi.Tag{Key: tagTenant, Value: "pk"})
	if err := y.s.fillTables(context.Background(), y.station("fill")); err != nil {
		t.Fatal(err)
	}
	for i := range 3 * foldUsageMost {
		y.write(some(fmt.Sprint("t", i%9), fmt.Sprint(i%31)))
	}
	before := y.counted()
	if len(before) != 9 {
		t.Fatalf("%d tenants, want 9", len(before))
	}
	log := func() (n int) {
		y.look(func(tx *storage.Tx, t *table) error {
			n = 0
			return goThrough(tx, t.usage.log, func(_, _ []byte) error { n++; return nil })
		})
		return n
	}
	folder := y.s.usageFolder()
	y.keepUsage(folder)
	if n := log(); n != 3*foldUsageMost {
		t.Errorf("records that are not old enough were folded: %d are left", n)
	}
	y.now = y.now.Add(time.Minute)
	y.keepUsage(folder)
	if n := log(); n != 0 {
		t.Errorf("%d records are left", n)
	}
	for name, after := range y.counted() {
		if after != before[name] {
			t.Errorf("%q was %+v and is %+v", name, before[name], after)
		}
	}
	y.checkUse()
}

// TestRecordsThatComeLateAreFolded holds that a record older than the latest fold is
// found in the end.
func TestRecordsThatComeLateAreFolded(t *testing.T) {
	y := newCountedYard(t)
	y.tag(awsapi.Tag{Key: tagTenant, Value: "pk"})
	folder := y.s.usageFolder()
	y.write(some("a", "1"))
	late := y.now.Add(-time.Hour)
	y.now = y.now.Add(time.Minute)
	y.keepUsage(folder)
	y.do(func(tx *storage.Tx, t *table) error {
		return t.usage.record(tx, []tenantUse{{"a", use{reads: 1}}}, late)
	})
	for range foldUsageAll {
		y.keepUsage(folder)
	}
	y.look(func(tx *storage.Tx, t *table) error {
		return goThrough(tx, t.usage.log, func(_, _ []byte) error { return errors.New("a record is left") })
	})
}

// TestTenantsAreBounded holds that the first tenants have rows of their own for
// good, and all others one, whatever order they come in.
func TestTenantsAreBounded(t *testing.T) {
	y := newCountedYard(t)
	y.tag(awsapi.Tag{Key: tagTenant, Value: "pk"})
	const beyond = 50
	for lo := 0; lo < maxTenants+beyond; lo += 1000 {
		var s uses
		for i := lo; i < min(lo+1000, maxTenants+beyond); i++ {
			s.of(fmt.Sprintf("t%05d", i)).items = 1
		}
		y.do(func(tx *storage.Tx, t *table) error { return t.usage.addRows(tx, &s) })
	}
	one := func(name string, n int64) {
		y.do(func(tx *storage.Tx, t *table) error {
			return t.usage.record(tx, []tenantUse{{name, use{items: n}}}, y.now)
		})
	}
	check := func(when string, want map[string]int64) {
		t.Helper()
		got := y.counted()
		for name, items := range want {
			if got[name].items != items {
				t.Errorf("%s: %q has %d items, want %d", when, name, got[name].items, items)
			}
		}
		rows := maxTenants + 1 // that of others
		if _, ok := want[noTenant]; ok {
			rows++
		}
		if len(got) != rows {
			t.Errorf("%s: %d rows, want %d", when, len(got), rows)
		}
	}
	check("at first", map[string]int64{"t00000": 1, others: beyond})
	one("t00000", -1)                         // whose row stays
	one(fmt.Sprintf("t%05d", maxTenants), -1) // which never had one
	one("new", 5)
	check("in the log", map[string]int64{"t00000": 0, others: beyond - 1 + 5})
	y.now = y.now.Add(time.Minute)
	y.keepUsage(y.s.usageFolder())
	check("folded", map[string]int64{"t00000": 0, others: beyond - 1 + 5})
	one(noTenant, 3)
	check("without a name", map[string]int64{noTenant: 3, others: beyond - 1 + 5})
	y.keepUsage(y.s.usageFolder())
}

func TestReadsAreSharedByWhatIsReadOfEach(t *testing.T) {
	y := newCountedYard(t)
	y.tag(awsapi.Tag{Key: tagTenant, Value: "pk"})
	y.look(func(_ *storage.Tx, t *table) error {
		y.t.Run("shares", func(t2 *testing.T) {
			for name, c := range map[string]struct {
				sizes    map[string]int64
				hash     string
				capacity float64
				want     map[string]int64
			}{
				"of one":                        {map[string]int64{"a": 100}, "", 0.5, map[string]int64{"a": 500}},
				"by size":                       {map[string]int64{"a": 100, "b": 300}, "", 2, map[string]int64{"a": 500, "b": 1500}},
				"nothing found in a partition":  {nil, "a", 0.5, map[string]int64{"a": 500}},
				"nothing found in a whole scan": {nil, "", 0.5, map[string]int64{noTenant: 500}},
			} {
				t.reads = newGatheredReads()
				var shares readShares
				for tenant, size := range c.sizes {
					shares.of(tenant).bytes += size
					shares.size += size
				}
				var hash []attr.Value
				if c.hash != "" {
					v, _ := some(c.hash, "1").Get("pk")
					hash = []attr.Value{v}
				}
				t.readPage(&shares, t.schema, hash, c.capacity)
				for _, r := range t.reads.take() {
					tenants := r.tenants
					for tenant, want := range c.want {
						if tenants[tenant] != want {
							t2.Errorf("%s: %q has %d, want %d", name, tenant, tenants[tenant], want)
						}
					}
					if len(tenants) != len(c.want) {
						t2.Errorf("%s: %v", name, tenants)
					}
				}
			}
		})
		return nil
	})
}

func TestGatheredReadsAreBounded(t *testing.T) {
	g := newGatheredReads()
	u := &table{usage: &usage{}}
	for i := range maxGathered + 10 {
		g.add(u, []tenantUse{{fmt.Sprint(i), use{reads: 1}}})
	}
	g.add(u, []tenantUse{{"0", use{reads: 1}}})
	for _, r := range g.take() {
		tenants := r.tenants
		if len(tenants) != maxGathered+1 || tenants[others] != 10 || tenants["0"] != 2 {
			t.Errorf("%d tenants, %d of others, %d of the first", len(tenants), tenants[others], tenants["0"])
		}
	}
}

func FuzzUses(f *testing.F) {
	f.Add(encodeUses([]tenantUse{{"yellow", use{1, 2, 3, 4}}, {"", use{-1, -2, 0, 0}}}))
	f.Add([]byte{0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		var s uses
		if s.decode(b) != nil {
			return
		}
		var again uses
		if err := again.decode(encodeUses(s.tenants)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encodeUses(s.tenants), encodeUses(again.tenants)) {
			t.Errorf("%v became %v", s.tenants, again.tenants)
		}
	})
}

// What a lookup in a counted table pays.
func BenchmarkReadItem(b *testing.B) {
	it := some("yellow", "1")
	for name, t := range map[string]*table{"floor": {}, "counted": {usage: &usage{usageRecord: usageRecord{Attribute: "pk"}}, reads: newGatheredReads()}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				t.readItem(it, it, 0.5)
			}
		})
	}
}

// goThrough calls f with all that is under the prefix.
func goThrough(tx *storage.Tx, prefix []byte, f func(key, val []byte) error) error {
	c := tx.Scan(storage.Range{Lo: prefix, Hi: storage.PrefixEnd(prefix)})
	defer c.Close()
	for c.Next() {
		if err := f(c.Key(), c.Value()); err != nil {
			return err
		}
	}
	return c.Close()
}
