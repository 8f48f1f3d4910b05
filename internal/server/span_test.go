// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"net/http"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// mine is the span of the caller's note "mine".
func mine(write bool) storage.Span { return notes.One(write, ours, "mine") }

// reaches are ways to leave the span of the note "mine".
var reaches = map[string]func(tx *storage.Tx) error{
	"another record":                   func(tx *storage.Tx) error { _, err := notes.Get(tx, ours, "other"); return err },
	"a record whose name begins alike": func(tx *storage.Tx) error { _, err := notes.Get(tx, ours, "mine2"); return err },
	"a record that isn't there":        func(tx *storage.Tx) error { _, err := notes.Get(tx, ours, "nothing"); return err },
	"whether there is a record":        func(tx *storage.Tx) error { _, err := notes.Exists(tx, ours, "other"); return err },
	"another account's record":         func(tx *storage.Tx) error { _, err := notes.Get(tx, theirs, "mine"); return err },
	"writing another record":           func(tx *storage.Tx) error { return notes.Put(tx, "after", ours, "other") },
	"writing another account's record": func(tx *storage.Tx) error { return notes.Put(tx, "after", theirs, "mine") },
	"writing a new record":             func(tx *storage.Tx) error { return notes.Put(tx, "after", ours, "new") },
	"deleting another record":          func(tx *storage.Tx) error { return notes.Delete(tx, ours, "other") },
	"an item":                          func(tx *storage.Tx) error { _, err := tx.Get(item(ours)); return err },
	"another account's item":           func(tx *storage.Tx) error { _, err := tx.Get(item(theirs)); return err },
	"writing an item":                  func(tx *storage.Tx) error { return tx.Put(item(ours), nil) },
	"writing the decision log":         func(tx *storage.Tx) error { return tx.Put([]byte{byte(storage.Journal), 0}, nil) },
	"the epoch":                        func(tx *storage.Tx) error { _, err := tx.Epoch(ours); return err },
	"advancing the epoch":              func(tx *storage.Tx) error { return tx.Advance(theirs) },
	"what comes before": func(tx *storage.Tx) error {
		_, err := notes.Get(tx.Only([]storage.Span{notes.Under(true, ours)}), ours, "a")
		return err
	},
	"discarding more": func(tx *storage.Tx) error { s := notes.Under(true, ours); return tx.Discard(s.Lo, s.Hi) },
	"widening what it has": func(tx *storage.Tx) error {
		_, err := notes.Get(tx.Only([]storage.Span{notes.Under(true, ours)}), ours, "other")
		return err
	},
	"the metadata":                      func(tx *storage.Tx) error { _, err := notes.Get(tx.Metadata(), ours, "other"); return err },
	"a key that no area has":            func(tx *storage.Tx) error { _, err := tx.Get([]byte{0xff}); return err },
	"the key of nothing":                func(tx *storage.Tx) error { _, err := tx.Get(nil); return err },
	"a record along with one's own":     both,
	"scanning all records":              func(tx *storage.Tx) error { return scan(tx, notes.Under(false)) },
	"scanning on from one's own record": func(tx *storage.Tx) error { s := mine(false); s.Hi = notes.Under(false, ours).Hi; return scan(tx, s) },
	"scanning up to one's own record":   func(tx *storage.Tx) error { s := mine(false); s.Lo = notes.Under(false, ours).Lo; return scan(tx, s) },
}

// both reads one's own record and another at once.
func both(tx *storage.Tx) error {
	return tx.GetMany([][]byte{notes.Key(ours, "mine"), notes.Key(ours, "other")}, func(int, []byte) error { return nil })
}

func scan(tx *storage.Tx, s storage.Span) error {
	c := tx.Scan(storage.Range{Lo: s.Lo, Hi: s.Hi})
	for c.Next() {
		_ = c.Value()
	}
	return c.Close()
}

// TestHandlersReachTheirSpansOnly has handlers change what is theirs, reach
// further and say nothing of it: the call fails and nothing was done.
func TestHandlersReachTheirSpansOnly(t *testing.T) {
	var reach func(*storage.Tx) error
	change := func(c *awsapi.Call) (string, error) {
		if err := notes.Put(c.Tx, "after", ours, "mine"); err != nil {
			return "", err
		}
		if reach != nil {
			_ = reach(c.Tx) // as if a handler overlooked the error
		}
		return "done", nil
	}
	l := newLab(t,
		operation("One", awsapi.Write, stated(need(ours, mine(true))), change),
		operation("Two", awsapi.Write, stated(need(ours, storage.Span{}), need(ours, mine(true))), change),
		operation("Control", awsapi.Control, stated(need(ours, mine(true))), change),
	)
	ops := []string{"One", "Two", "Control"}
	for name, f := range reaches {
		reach = f
		for _, op := range ops {
			if status, body := l.call(op); status != http.StatusInternalServerError || l.note(ours, "mine") != "before" {
				t.Errorf("%s by %s: got %d %s, and the note is %q", name, op, status, body, l.note(ours, "mine"))
			}
		}
	}
	for _, other := range []string{l.note(ours, "other"), l.note(theirs, "mine")} {
		if other != "before" {
			t.Errorf("another note is %q", other)
		}
	}
	reach = nil
	for _, op := range ops {
		l.expect(op, http.StatusOK)
		if got := l.note(ours, "mine"); got != "after" {
			t.Errorf("%s: the note is %q", op, got)
		}
		check(t, l.db.Update(t.Context(), func(tx *storage.Tx) error { return notes.Put(tx, "before", ours, "mine") }))
	}
}

// TestASpanForReadingIsNotWritten has a handler write what its need opened to be
// read.
func TestASpanForReadingIsNotWritten(t *testing.T) {
	put := func(c *awsapi.Call) (string, error) {
		_ = notes.Put(c.Tx, "after", ours, "mine")
		return "", nil
	}
	get := func(c *awsapi.Call) (string, error) { return notes.Get(c.Tx, ours, "mine") }
	l := newLab(t,
		operation("Put", awsapi.Write, stated(need(ours, mine(false))), put),
		operation("Nothing", awsapi.Write, stated(need(ours)), put),
		operation("Get", awsapi.Write, stated(need(ours, mine(false))), get),
	)
	l.expect("Get", http.StatusOK)
	l.expect("Put", http.StatusInternalServerError)
	l.expect("Nothing", http.StatusInternalServerError)
	if got := l.note(ours, "mine"); got != "before" {
		t.Errorf("the note is %q", got)
	}
}

// TestAReadWritesNothing has the handler of a Read write what its need opened to
// be written.
func TestAReadWritesNothing(t *testing.T) {
	for name, ignore := range map[string]bool{"reported": false, "ignored": true} {
		put := func(c *awsapi.Call) (string, error) {
			err := notes.Put(c.Tx, "after", ours, "mine")
			if ignore {
				err = nil
			}
			return "", err
		}
		needs := stated(need(ours, mine(true)))
		l := newLab(t, operation("Read", awsapi.Read, needs, put), operation("Write", awsapi.Write, needs, put))
		l.expect("Read", http.StatusInternalServerError)
		if got := l.note(ours, "mine"); got != "before" {
			t.Errorf("%s: the note is %q", name, got)
		}
		l.expect("Write", http.StatusOK)
		if got := l.note(ours, "mine"); got != "after" {
			t.Errorf("%s, in a Write: the note is %q", name, got)
		}
	}
}

// TestNeedsReachMetadataOnly has needs functions read items and write records.
func TestNeedsReachMetadataOnly(t *testing.T) {
	var reach func(*storage.Tx) error
	needs := func(c *awsapi.Call) ([]awsapi.Need, error) {
		_ = reach(c.Tx)
		return []awsapi.Need{need(ours)}, nil
	}
	handle := func(*awsapi.Call) (string, error) { return "", nil }
	l := newLab(t, operation("Read", awsapi.Read, needs, handle), operation("Write", awsapi.Write, needs, handle), operation("Control", awsapi.Control, needs, handle))
	ops := []string{"Read", "Write", "Control"}
	for name, f := range map[string]func(*storage.Tx) error{
		"an item":                reaches["an item"],
		"another account's item": reaches["another account's item"],
		"writing an item":        reaches["writing an item"],
		"writing a record":       func(tx *storage.Tx) error { return notes.Put(tx, "after", ours, "mine") },
		"deleting a record":      func(tx *storage.Tx) error { return notes.Delete(tx, ours, "mine") },
		"advancing an epoch":     reaches["advancing the epoch"],
		"the decision log":       func(tx *storage.Tx) error { return scan(tx, storage.Journal.Span(false)) },
		"items of everybody":     func(tx *storage.Tx) error { return scan(tx, storage.Data.Span(false)) },
	} {
		reach = f
		for _, op := range ops {
			if status, body := l.call(op); status != http.StatusInternalServerError {
				t.Errorf("%s in the needs of %s: got %d %s", name, op, status, body)
			}
		}
	}
	if got := l.note(ours, "mine"); got != "before" {
		t.Errorf("the note is %q", got)
	}
	reach = func(tx *storage.Tx) error { _, err := notes.Get(tx, ours, "mine"); return err }
	for _, op := range ops {
		l.expect(op, http.StatusOK)
	}
}

// TestATransactionThatIsKeptIsOver keeps what a handler was given.
func TestATransactionThatIsKeptIsOver(t *testing.T) {
	var kept []*storage.Tx
	keep := func(c *awsapi.Call) (string, error) {
		kept = append(kept, c.Tx)
		return notes.Get(c.Tx, ours, "mine")
	}
	needs := func(c *awsapi.Call) ([]awsapi.Need, error) {
		kept = append(kept, c.Tx)
		return []awsapi.Need{need(ours, mine(true))}, nil
	}
	l := newLab(t, operation("Read", awsapi.Read, needs, keep), operation("Write", awsapi.Write, needs, keep))
	l.expect("Read", http.StatusOK)
	l.expect("Write", http.StatusOK)
	if len(kept) != 4 {
		t.Fatalf("%d transactions were kept", len(kept))
	}
	for i, tx := range kept {
		if v, err := notes.Get(tx, ours, "mine"); err == nil {
			t.Errorf("transaction %d reads %q after its end", i, v)
		}
		if err := notes.Put(tx, "after", ours, "mine"); err == nil {
			t.Errorf("transaction %d writes after its end", i)
		}
		if err := scan(tx, mine(false)); err == nil {
			t.Errorf("transaction %d scans after its end", i)
		}
	}
	if got := l.note(ours, "mine"); got != "before" {
		t.Errorf("the note is %q", got)
	}
}
