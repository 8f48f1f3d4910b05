// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// intentKey is where the database keeps what it knows of the files.
var intentKey = storage.AppendUint64([]byte{byte(storage.Journal)}, 0)

type intent struct{ Base, Next json.RawMessage }

// intended returns what the database knows of the files.
func intended(t *testing.T, db *storage.DB) (in intent) {
	t.Helper()
	err := db.View(t.Context(), func(tx *storage.Tx) error {
		v, err := tx.Get(intentKey)
		if err != nil {
			return err
		}
		return json.Unmarshal(v, &in)
	})
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		t.Fatal(err)
	}
	return in
}

// intend makes the database know that of the files.
func intend(t *testing.T, db *storage.DB, in intent) {
	t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx *storage.Tx) error { return tx.Put(intentKey, text) }); err != nil {
		t.Fatal(err)
	}
}

// A wreck is what a log can be found as: its one file, up to places of it.
type wreck struct {
	db            *storage.DB
	dir, file     string
	first, second intent // when the first and the second are in the file
	text          []byte // of the file: begin, first, second, stop
	lines         [][]byte
}

func newWreck(t *testing.T) *wreck {
	t.Helper()
	w := &wreck{db: newDB(t), dir: t.TempDir()}
	w.file = filepath.Join(w.dir, trail.FileName(0))
	l := openLog(t, w.db, w.dir)
	step := func(id string, n int) intent {
		if err := one(l, w.db, 1, id); err != nil {
			t.Fatal(err)
		}
		waitFor(t, w.dir, n)
		for range 12000 {
			if in := intended(t, w.db); bytes.Equal(in.Base, in.Next) {
				return in
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Fatal("the database does not learn where the files stand")
		return intent{}
	}
	w.first = step("first", 1)
	w.second = step("second", 2)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.text, err = os.ReadFile(w.file); err != nil {
		t.Fatal(err)
	}
	w.lines = bytes.SplitAfter(w.text, []byte("\n"))
	if len(w.lines) != 5 {
		t.Fatalf("the file has %d lines: %s", len(w.lines)-1, w.text)
	}
	return w
}

// TestWhatACrashLeaves starts a log on what a crash, or somebody, has left.
func TestWhatACrashLeaves(t *testing.T) {
	forged := func(w *wreck) []byte {
		line, _ := chainOf(t, w.lines[1]).AppendLine(nil, []byte(`{"seq":2,"requestId":"forged"}`))
		return line
	}
	checkpoint := func(after []byte, lines uint64) []byte {
		_, key, err := ed25519.GenerateKey(nil)
		check(t, err)
		n := trail.Note{
			Kind: trail.Checkpoint, Reason: trail.Due, Time: time.Now(), File: trail.FileName(0), Last: 2, Lines: lines, Previous: chainOf(t, after),
		}
		text, err := n.Sign(key, nil)
		check(t, err)
		line, _ := chainOf(t, after).AppendLine(nil, text)
		return line
	}
	hole := func(n int) []byte { return bytes.Repeat([]byte{0}, n) }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for _, c := range []struct {
		name  string
		base  func(*wreck) intent
		next  func(*wreck) intent
		text  func(*wreck) []byte
		want  string // requests on record, before the next
		aside bool   // something was set aside
		fault string // that verifying finds
	}{
		{"all that was intended is there", first, second, func(w *wreck) []byte { return join(w.lines[:3]...) }, "first second", false, ""},
		{"nothing of it is there", first, second, func(w *wreck) []byte { return join(w.lines[:2]...) }, "first", false, ""},
		{"a part of its line is there", first, second, func(w *wreck) []byte { return join(w.lines[0], w.lines[1], w.lines[2][:40]) }, "first", true, ""},
		{"a hole is there", first, second, func(w *wreck) []byte { return join(w.lines[0], w.lines[1], hole(len(w.lines[2]))) }, "first", true, ""},
		{"a hole with an end of a line is there", first, second, func(w *wreck) []byte { return join(w.lines[0], w.lines[1], hole(100), []byte("\n")) }, "first", true, ""},
		{"a hole comes before it", first, second, func(w *wreck) []byte { return join(w.lines[0], w.lines[1], hole(100), []byte("\n"), w.lines[2]) }, "first", true, ""},
		{"another record is there", first, second, func(w *wreck) []byte { return join(w.lines[0], w.lines[1], forged(w)) }, "first", true, ""},
		{"a record that nobody intended is there", first, first, func(w *wreck) []byte { return join(w.lines[:3]...) }, "first", true, ""},
		{"one that nobody intended is signed by somebody", first, first, func(w *wreck) []byte {
			return join(w.lines[0], w.lines[1], forged(w), checkpoint(forged(w), 3))
		}, "first", true, ""},
		{"one that nobody intended is signed", first, first, func(w *wreck) []byte { return w.text }, "first second", false, ""},
		{"the file is new and empty", nothing, first, func(*wreck) []byte { return nil }, "", false, ""},
		{"the file is new and has its first line", nothing, first, func(w *wreck) []byte { return w.lines[0] }, "", false, ""},
		{"the file is new and whole", nothing, first, func(w *wreck) []byte { return join(w.lines[:2]...) }, "first", false, ""},
		{"the file is new, and its first line begun", nothing, first, func(w *wreck) []byte { return w.lines[0][:60] }, "", true, ""},
		{"a known line was changed", second, second, func(w *wreck) []byte { return bytes.Replace(join(w.lines[:3]...), []byte("first"), []byte("FIRST"), 1) }, "FIRST second", false, ":2: the chain breaks"},
		{"a known hole", second, second, func(w *wreck) []byte { return join(w.lines[0], hole(len(w.lines[1])-1), []byte("\n"), w.lines[2]) }, "second", false, ":2: not a line of the log"},
		{"the last known line is gone", second, second, func(w *wreck) []byte { return join(w.lines[:2]...) }, "first", false, "1 lines are missing before this file"},
		{"the last known line was changed", second, second, func(w *wreck) []byte {
			return join(w.lines[0], w.lines[1], bytes.Replace(w.lines[2], []byte(`chain":"`), []byte(`chain":"0`), 1))
		}, "first second", false, ":3: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWreck(t)
			if err := os.WriteFile(w.file, c.text(w), 0o600); err != nil {
				t.Fatal(err)
			}
			intend(t, w.db, intent{c.base(w).Base, c.next(w).Next})
			l := openLog(t, w.db, w.dir)
			if err := one(l, w.db, 1, "next"); err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range readable(t, w.dir) {
				got = append(got, r.RequestID)
			}
			if want := strings.TrimSpace(c.want + " next"); strings.Join(got, " ") != want {
				t.Errorf("on record are %q, want %q", got, want)
			}
			if cut, _ := filepath.Glob(filepath.Join(w.dir, "*.cut")); (len(cut) > 0) != c.aside {
				t.Errorf("set aside: %q", cut)
			}
			_, err := trail.Verify(w.dir, trail.Options{})
			if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("verifying: got %v, want %q", err, c.fault)
			}
		})
	}
}

// chainOf returns the chain value after a line.
func chainOf(t *testing.T, line []byte) trail.Value {
	t.Helper()
	l, err := trail.ParseLine(bytes.TrimSuffix(line, []byte("\n")))
	check(t, err)
	return l.Chain
}

func first(w *wreck) intent  { return w.first }
func second(w *wreck) intent { return w.second }

// nothing is what the database knows before there is a file.
func nothing(*wreck) intent { return intent{Base: json.RawMessage(`{}`)} }

// readable returns the records of the lines that can be read.
func readable(t *testing.T, dir string) (records []shipped) {
	t.Helper()
	names, err := trail.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			var r shipped
			if json.Unmarshal(line, &r) == nil && r.Seq > 0 {
				records = append(records, r)
			}
		}
	}
	return records
}

// A failing store takes no changes while broken is set.
type failing struct {
	driver.DB
	broken atomic.Bool
}

func (f *failing) Update(ctx context.Context, do func(driver.Writer) error) error {
	if f.broken.Load() {
		return driver.ErrBroken
	}
	return f.DB.Update(ctx, do)
}

// TestNothingIsInTheFilesThatTheDatabaseDoesNotKnow has the store take no changes: a
// crash then would find lines that nothing vouches for.
func TestNothingIsInTheFilesThatTheDatabaseDoesNotKnow(t *testing.T) {
	d, err := pebble.OpenMemory()
	check(t, err)
	store := &failing{DB: d}
	db, dir := storage.New(store), t.TempDir()
	defer db.Close()
	l := openLog(t, db, dir)
	check(t, one(l, db, 0, "before"))
	waitFor(t, dir, 1)
	time.Sleep(600 * time.Millisecond) // by then the database knows all of that
	store.broken.Store(true)
	check(t, one(l, db, 0, "after"))
	waitForErr(l, true)
	if r := read(t, dir); len(r) != 1 {
		t.Errorf("in the files are %v", r)
	}
	store.broken.Store(false)
	waitFor(t, dir, 2)
	closeLog(t, l)
	good(t, dir)
}

// TestFilesOfAnotherLogAreNotTakenOver starts a log on a new database beside files
// that there are.
func TestFilesOfAnotherLogAreNotTakenOver(t *testing.T) {
	w := newWreck(t)
	_, err := audit.Open(audit.Config{DB: newDB(t), Ring: ring, Dir: w.dir, Log: quiet})
	if err == nil || !strings.Contains(err.Error(), "another decision log") {
		t.Errorf("got %v", err)
	}
}
