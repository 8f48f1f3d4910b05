// SPDX-License-Identifier: Apache-2.0

package storage_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

type role struct{ Account, Name string }

var (
	roles = storage.NewTable[role]("test/role")
	other = storage.NewTable[role]("test/role\x00more")
)

func putRoles(t *testing.T, db *storage.DB, names ...string) {
	t.Helper()
	update(t, db, func(tx *storage.Tx) error {
		for _, n := range names {
			account, name, _ := strings.Cut(n, "/")
			if err := roles.Put(tx, role{account, name}, account, name); err != nil {
				return err
			}
		}
		return other.Put(tx, role{"other", "other"}, "1", "b")
	})
}

func TestTable(t *testing.T) {
	db := open(t)
	putRoles(t, db, "1/a", "1/b", "2/a")
	update(t, db, func(tx *storage.Tx) error {
		if got, err := roles.Get(tx, "1", "b"); err != nil || got != (role{"1", "b"}) {
			t.Errorf("Get = %v, %v", got, err)
		}
		for _, parts := range [][]string{{"1", "c"}, {"1"}, {"1", "b", "x"}, {"1b"}, {}} {
			if _, err := roles.Get(tx, parts...); !errors.Is(err, storage.ErrNotFound) {
				t.Errorf("Get(%q) = %v, want ErrNotFound", parts, err)
			}
			if ok, err := roles.Exists(tx, parts...); ok || err != nil {
				t.Errorf("Exists(%q) = %v, %v", parts, ok, err)
			}
		}
		err := roles.Delete(tx, "1", "b")
		if ok, _ := roles.Exists(tx, "1", "b"); ok {
			t.Error("a deleted record exists")
		}
		if ok, _ := roles.Exists(tx, "2", "a"); !ok {
			t.Error("another record went with it")
		}
		return err
	})
}

func TestTableScan(t *testing.T) {
	db := open(t)
	putRoles(t, db, "1/a", "1/a\x00", "1/ab", "1/b", "10/a", "2/c")
	for _, c := range []struct {
		name, after string
		prefix      []string
		want        string
	}{
		{"all", "", nil, "1/a 1/a\x00 1/ab 1/b 10/a 2/c"},
		{"all after a first part", "1", nil, "10/a 2/c"},
		{"of one account", "", []string{"1"}, "1/a 1/a\x00 1/ab 1/b"},
		{"after one that exists", "a", []string{"1"}, "1/a\x00 1/ab 1/b"},
		{"after one that does not", "aa", []string{"1"}, "1/ab 1/b"},
		{"after the last", "b", []string{"1"}, ""},
		{"of an account without any", "", []string{"3"}, ""},
		{"of one record", "", []string{"1", "ab"}, "1/ab"},
	} {
		view(t, db, func(tx *storage.Tx) error {
			var got []string
			for r, err := range roles.Scan(tx, c.after, c.prefix...) {
				if err != nil {
					return err
				}
				got = append(got, r.Account+"/"+r.Name)
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("%s: got %q, want %q", c.name, s, c.want)
			}
			return nil
		})
	}
}

func TestTableSpans(t *testing.T) {
	db := open(t)
	putRoles(t, db, "1/a", "1/b", "10/a")
	for _, c := range []struct {
		name string
		span storage.Span
		want []string // what can be read
	}{
		{"one record", roles.One(false, "1", "a"), []string{"1/a"}},
		{"under an account", roles.Under(false, "1"), []string{"1/a", "1/b"}},
		{"the whole table", roles.Under(false), []string{"1/a", "1/b", "10/a"}},
		{"another table", other.Under(false), nil},
		{"one, named by its prefix", roles.One(false, "1"), nil},
	} {
		var got []string
		for _, name := range []string{"1/a", "1/b", "10/a"} {
			err := db.View(context.Background(), func(tx *storage.Tx) error {
				account, name, _ := strings.Cut(name, "/")
				_, err := roles.Get(tx.Only([]storage.Span{c.span}), account, name)
				return err
			})
			if err == nil {
				got = append(got, name)
			} else if !errors.Is(err, storage.ErrNotAllowed) {
				t.Errorf("%s: Get(%s) = %v", c.name, name, err)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s opens %q, want %q", c.name, got, c.want)
		}
		err := db.Update(context.Background(), func(tx *storage.Tx) error {
			return roles.Put(tx.Only([]storage.Span{c.span}), role{}, "1", "a")
		})
		if !errors.Is(err, storage.ErrNotAllowed) {
			t.Errorf("%s: Put through a span to read = %v", c.name, err)
		}
	}
}

// An unreadable record fails whoever meets it, says nothing of what it holds,
// and never looks like the end of a list.
func TestTableCorrupt(t *testing.T) {
	db := open(t)
	putRoles(t, db, "1/a", "1/c")
	update(t, db, func(tx *storage.Tx) error {
		return tx.Put(roles.Key("1", "b"), []byte(`{"Account":12345678}`))
	})
	for name, f := range map[string]func(*storage.Tx){
		"Get": func(tx *storage.Tx) { _, _ = roles.Get(tx, "1", "b") },
		"Scan": func(tx *storage.Tx) {
			for r, err := range roles.Scan(tx, "") {
				if r.Name == "c" || err != nil && r != (role{}) {
					t.Errorf("the scan gave %v with %v", r, err)
				}
			}
		},
	} {
		err := db.View(context.Background(), func(tx *storage.Tx) error { f(tx); return nil })
		if !errors.Is(err, storage.ErrCorrupt) || strings.Contains(err.Error(), "12345678") {
			t.Errorf("View that ignored what %s said = %v, want ErrCorrupt alone", name, err)
		}
	}
}

func TestTableScanNotAllowed(t *testing.T) {
	db := open(t)
	putRoles(t, db, "1/a", "2/a")
	var got error
	err := db.View(context.Background(), func(tx *storage.Tx) error {
		for _, err := range roles.Scan(tx.Only([]storage.Span{roles.Under(false, "1")}), "") {
			got = err
		}
		return nil
	})
	if !errors.Is(got, storage.ErrNotAllowed) || !errors.Is(err, storage.ErrNotAllowed) {
		t.Errorf("Scan gave %v, View %v, want ErrNotAllowed", got, err)
	}
}
