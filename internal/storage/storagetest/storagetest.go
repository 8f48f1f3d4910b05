// SPDX-License-Identifier: Apache-2.0

// Package storagetest is the contract of package driver as tests. A storage
// engine's own test is a call of [Run].
package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// Run tests that an engine keeps the contract. open opens an empty store and
// leaves closing it to the test.
func Run(t *testing.T, open func(t *testing.T) driver.DB) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"Values", values},
		{"Limits", limits},
		{"Scans", scans},
		{"Transactions", transactions},
		{"Stamps", stamps},
		{"Serializable", serializable},
		{"Ends", ends},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.tests {
				t.Run(c.name, func(t *testing.T) {
					db := open(t)
					t.Cleanup(func() {
						if err := db.Close(); err != nil && !errors.Is(err, driver.ErrClosed) {
							t.Errorf("Close = %v", err)
						}
					})
					c.run(t, db)
				})
			}
		})
	}
}

// test is one line of the contract.
type test struct {
	name string
	run  func(t *testing.T, db driver.DB)
}

// errStop is an error that only the tests return.
var errStop = errors.New("stop")

// put commits the pairs of keys and values.
func put(t testing.TB, db driver.DB, pairs ...string) {
	t.Helper()
	update(t, db, func(w driver.Writer) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := w.Put([]byte(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
}

func update(t testing.TB, db driver.DB, f func(driver.Writer) error) {
	t.Helper()
	if err := db.Update(context.Background(), f); err != nil {
		t.Fatalf("Update = %v", err)
	}
}

func view(t testing.TB, db driver.DB, f func(driver.Reader) error) {
	t.Helper()
	if err := db.View(context.Background(), f); err != nil {
		t.Fatalf("View = %v", err)
	}
}

// get returns what is at key in r, "-" if nothing is, and else the error. That
// needs no report: it makes the transaction fail, or run again.
func get(r driver.Reader, key string) string {
	val, err := r.Get([]byte(key))
	switch {
	case errors.Is(err, driver.ErrNotFound):
		return "-"
	case err != nil:
		return err.Error()
	}
	return string(val)
}

// want fails the test unless the store holds exactly these "key=value".
func want(t testing.TB, db driver.DB, pairs ...string) {
	t.Helper()
	view(t, db, func(r driver.Reader) error {
		if got := dump(r.Scan(all)); fmt.Sprint(got) != fmt.Sprint(pairs) {
			t.Errorf("store holds %q, want %q", got, pairs)
		}
		return nil
	})
}

// all is the range of every key the tests use.
var all = driver.Range{Lo: []byte{}, Hi: bytes.Repeat([]byte{0xff}, 3)}

// dump returns the rest of the scan as "key=value" and closes it. A failure is
// the last element.
func dump(c driver.Cursor) []string {
	var got []string
	for c.Next() {
		got = append(got, string(c.Key())+"="+string(c.Value()))
	}
	if err := c.Close(); err != nil {
		got = append(got, err.Error())
	}
	return got
}
