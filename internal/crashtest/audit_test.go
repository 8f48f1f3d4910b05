// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// auditTime bounds the time in which the log's files have what was in the
// journal; usually that takes a quarter of a second.
const auditTime = 10 * time.Second

// An auditor reads the decision log's files as they grow, across crashes. What
// was answered is noted from many goroutines; the rest is for one.
type auditor struct {
	dir      string
	patience time.Duration // with what is missing
	name     string        // of the file being read
	offset   int64
	seq      uint64         // of the last record
	count    map[string]int // records by request, of this round
	before   map[string]int // records by request, of the round before
	head     trail.Head     // up to which it was verified

	mu   sync.Mutex
	owed map[string]string // decision of each request that was answered
}

func newAuditor(dir string) *auditor {
	return &auditor{dir: dir, patience: auditTime, count: map[string]int{}, owed: map[string]string{}}
}

// answered notes that a request was answered, and how it was decided.
func (a *auditor) answered(requestID, decision string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.owed[requestID] = decision
}

// A record is what the check uses of a record of the log.
type record struct {
	Seq       uint64 `json:"seq"`  // 0 for what the log says of itself
	Kind      string `json:"kind"` // empty for a decision
	RequestID string `json:"requestId"`
	Decision  string `json:"decision"`
}

// check waits until all that is owed is in the files, once each. It returns how
// many records that were.
func (a *auditor) check() (int, error) {
	defer func() { a.before, a.count, a.owed = a.count, map[string]int{}, map[string]string{} }()
	for deadline := time.Now().Add(a.patience); ; time.Sleep(20 * time.Millisecond) {
		if err := a.tail(); err != nil {
			return 0, err
		}
		missing := a.missing()
		if len(missing) == 0 {
			return len(a.owed), nil
		}
		if time.Now().After(deadline) {
			return 0, fmt.Errorf("%d of %d answered requests are not in the decision log, such as %s (%s)",
				len(missing), len(a.owed), missing[0], a.owed[missing[0]])
		}
	}
}

// verify checks that the log's files are as they were written, and go on from where
// they were the last time.
func (a *auditor) verify() error {
	r, err := trail.Verify(a.dir, trail.Options{Since: a.head})
	if err == nil {
		a.head = r.Head
	}
	return err
}

func (a *auditor) missing() (ids []string) {
	for id := range a.owed {
		if a.count[id]+a.before[id] == 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// tail reads what is new in the files.
func (a *auditor) tail() error {
	names, err := filepath.Glob(filepath.Join(a.dir, "audit-*.jsonl"))
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		if name < a.name {
			continue
		}
		if name > a.name {
			a.name, a.offset = name, 0
		}
		if err := a.readFile(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// readFile reads the whole lines that are new in the current file. A line
// without an end isn't there yet: the next start cuts it off.
func (a *auditor) readFile() error {
	f, err := os.Open(a.name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(a.offset, io.SeekStart); err != nil {
		return err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	a.offset += int64(len(text))
	for line := range bytes.Lines(text) {
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("%w: %s", err, line)
		}
		if r.Seq == 0 {
			continue
		}
		if err := a.take(r); err != nil {
			return err
		}
	}
	return nil
}

// take checks one record against those before it.
func (a *auditor) take(r record) error {
	if r.Seq <= a.seq {
		return fmt.Errorf("record %d of request %s follows %d", r.Seq, r.RequestID, a.seq)
	}
	a.seq = r.Seq
	if r.Kind != "" {
		return nil
	}
	if r.RequestID == "" {
		return errors.New("a record without a request")
	}
	if a.count[r.RequestID]++; a.count[r.RequestID]+a.before[r.RequestID] > 1 {
		return fmt.Errorf("request %s is recorded twice", r.RequestID)
	}
	if want, ok := a.owed[r.RequestID]; ok && want != r.Decision {
		return fmt.Errorf("request %s is recorded as %s, but the answer was %s", r.RequestID, r.Decision, want)
	}
	return nil
}
