// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

var quiet = slog.New(slog.DiscardHandler)

// ring seals the keys that sign the logs of the tests.
var ring = keyring.NewMemory()

func newDB(t *testing.T) *storage.DB {
	t.Helper()
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db := storage.New(d)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func openLog(t *testing.T, db *storage.DB, dir string) *audit.Log {
	t.Helper()
	return openWith(t, db, audit.Config{Dir: dir})
}

// openWith opens a log as cfg says, which need not say all.
func openWith(t *testing.T, db *storage.DB, cfg audit.Config) *audit.Log {
	t.Helper()
	cfg.DB, cfg.Ring, cfg.Log = db, ring, slog.New(slog.NewTextHandler(t.Output(), nil))
	l, err := audit.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

type shipped struct {
	Seq       uint64
	RequestID string
	Kind      string
	Count     int
	Reason    string
}

// read returns the records in the log's files, in their order, and not the notes.
func read(t *testing.T, dir string) (records []shipped) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for ln := range bytes.Lines(text) {
			var r shipped
			if err := json.Unmarshal(ln, &r); err != nil {
				t.Fatalf("%s: %v: %.200s", name, err, ln)
			}
			if r.Seq > 0 {
				records = append(records, r)
			}
		}
	}
	return records
}

func waitFor(t *testing.T, dir string, n int) []shipped {
	t.Helper()
	for range 6000 {
		if records := read(t, dir); len(records) >= n {
			return records
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%d of %d records were shipped in a minute", len(read(t, dir)), n)
	return nil
}

func TestCallsWaitWhileTheShipperIsBehind(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	held := l.Begin() // nothing is shipped while this call is under way
	n := 0
	for big := strings.Repeat("x", 32<<10); ; n++ {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		err := l.Ready(ctx)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) && n > 0 {
			break
		}
		if err != nil || n > 16<<20/len(big) {
			t.Fatalf("%d KiB of records are in memory, and the next call begins: %v", n*len(big)>>10, err)
		}
		e := l.Begin()
		if err := e.Allow(&audit.Record{RequestID: big}); err != nil {
			t.Fatal(err)
		}
		e.Done()
	}
	let := make(chan error)
	go func() { let <- l.Ready(context.Background()) }()
	held.Done()
	if err := <-let; err != nil {
		t.Errorf("with the shipper back, a waiting call failed: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(read(t, dir)); got != n {
		t.Errorf("%d of %d records are in the files", got, n)
	}
}

func TestARecordSaysAllOfADecision(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	e := l.Begin()
	err := e.Allow(&audit.Record{
		Time: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), RequestID: "r", Service: "dynamodb", Operation: "GetItem",
		Region: "us-east-1", Principal: "arn", PrincipalID: "AROA", PrincipalType: "AssumedRole", Account: "111111111111",
		AccessKeyID: "ASIA", Session: "s", Tags: []audit.Tag{{Key: `T"`, Value: "yellow\n"}}, SourceIP: "127.0.0.1", Decision: "ImplicitDeny",
		Checks: []audit.Check{{Action: "dynamodb:GetItem", Resource: "*", Decision: "ImplicitDeny", Kind: "session policy", Policy: "p", Version: "v1", Statement: "Own"}},
	})
	e.Done()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	got, _, _ := strings.Cut(lines[1], `,"chain":`)
	want := `{"seq":1,"time":"2026-01-02T03:04:05.000006Z","requestId":"r","service":"dynamodb","operation":"GetItem","region":"us-east-1",` +
		`"principal":"arn","principalId":"AROA","principalType":"AssumedRole","account":"111111111111","accessKeyId":"ASIA","session":"s",` +
		`"tags":{"T\"":"yellow\n"},"sourceIp":"127.0.0.1","decision":"ImplicitDeny",` +
		`"checks":[{"action":"dynamodb:GetItem","resource":"*","decision":"ImplicitDeny","kind":"session policy","policy":"p","version":"v1","statement":"Own"}]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if info, err := os.Stat(names[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

func TestRecordsAreShippedInOrderAndOnce(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	const workers, each = 8, 150
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				if err := one(l, db, w+i, fmt.Sprintf("%d-%d", w, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	records := waitFor(t, dir, workers*each)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, r := range records {
		if seen[r.RequestID] {
			t.Errorf("%s is there twice", r.RequestID)
		}
		seen[r.RequestID] = true
		if i > 0 && r.Seq <= records[i-1].Seq {
			t.Errorf("%d comes after %d", r.Seq, records[i-1].Seq)
		}
	}
	if len(seen) != workers*each {
		t.Errorf("%d of %d records are there", len(seen), workers*each)
	}
}

// one records one call, of a kind that depends on k.
func one(l *audit.Log, db *storage.DB, k int, id string) error {
	if err := l.Ready(context.Background()); err != nil {
		return err
	}
	e := l.Begin()
	defer e.Done()
	r := &audit.Record{RequestID: id}
	switch k % 3 {
	case 0:
		return e.Allow(r)
	case 1:
		return e.Deny(context.Background(), r)
	}
	return db.Update(context.Background(), func(tx *storage.Tx) error { return e.Commit(tx, r) })
}

func TestTheRecordOfAChangeThatFailsIsNotThere(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	e := l.Begin()
	failure := errors.New("the change failed")
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		if err := e.Commit(tx, &audit.Record{RequestID: "gone"}); err != nil {
			return err
		}
		return failure
	})
	e.Done()
	if !errors.Is(err, failure) {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if records := read(t, dir); len(records) != 0 {
		t.Errorf("got %v", records)
	}
}

func TestADenialSurvivesAServerThatDiesBeforeItIsShipped(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openLog(t, db, dir)
	held := l.Begin() // nothing is shipped while this call is under way
	e := l.Begin()
	if err := e.Deny(t.Context(), &audit.Record{RequestID: "denied"}); err != nil {
		t.Fatal(err)
	}
	e.Done()
	time.Sleep(600 * time.Millisecond)
	if records := read(t, dir); len(records) != 0 {
		t.Fatalf("%v was shipped before a call that began earlier", records)
	}
	// The next server on the same database takes over.
	next := openLog(t, db, filepath.Join(dir, "next"))
	if records := waitFor(t, filepath.Join(dir, "next"), 1); records[0].RequestID != "denied" {
		t.Errorf("got %v", records)
	}
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	held.Done()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// Operators collect the files. What comes after must not be numbered, nor the
// file named, as what they have already.
func TestNumbersAreNotGivenAgainWhenTheFilesAreGone(t *testing.T) {
	for name, kind := range map[string]int{"after a read": 0, "after a denial": 1, "after a change": 2} {
		t.Run(name, func(t *testing.T) {
			db, dir := newDB(t), t.TempDir()
			for i, want := range []uint64{1, 2, 3} {
				l := openLog(t, db, dir)
				if err := one(l, db, kind, strconv.Itoa(i)); err != nil {
					t.Fatal(err)
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				records := read(t, dir)
				if len(records) != 1 || records[0].Seq != want {
					t.Fatalf("got %v, want one record numbered %d", records, want)
				}
				names, _ := filepath.Glob(filepath.Join(dir, "*"))
				for _, name := range names {
					if err := os.Remove(name); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}

// waitForErr waits until the log can't be written, or can.
func waitForErr(l *audit.Log, broken bool) {
	for range 6000 {
		if (l.Err() != nil) == broken {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestCallsFailWhileTheLogCannotBeWritten(t *testing.T) {
	db, dir := newDB(t), filepath.Join(t.TempDir(), "audit")
	l := openLog(t, db, dir)
	// A folder in the way of the first file, whoever runs the test.
	if err := os.Mkdir(filepath.Join(dir, trail.FileName(0)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := one(l, db, 0, "read"); err != nil {
		t.Fatal(err)
	}
	waitForErr(l, true)
	for k, name := range []string{"a read", "a denial", "a change"} {
		if err := one(l, db, k, name); !errors.Is(err, audit.ErrUnavailable) {
			t.Errorf("%s: got %v, want ErrUnavailable", name, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, trail.FileName(0))); err != nil {
		t.Fatal(err)
	}
	records := waitFor(t, dir, 1)
	waitForErr(l, false)
	if err := one(l, db, 1, "after"); err != nil {
		t.Errorf("after the cause is gone: %v", err)
	}
	if records[0].RequestID != "read" {
		t.Errorf("got %v", records)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
