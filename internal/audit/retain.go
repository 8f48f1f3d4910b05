// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// An aged is a file of the log that is not written any more.
type aged struct {
	name string
	size int64
	last time.Time // when it was written last
}

// retire removes the oldest files that need not be kept: those written last
// longer ago than RetainAge, and as many as it takes for the log to be no larger
// than RetainSize. The log says so first, signed, so that verifying it can tell
// from files that others have removed. What was set aside after a crash stays.
func (l *Log) retire() error {
	if l.cfg.RetainAge == 0 && l.cfg.RetainSize == 0 || l.files.f == nil {
		return nil
	}
	names, err := trail.Files(l.files.dir)
	if err != nil {
		return err
	}
	var old []aged
	total := l.files.at.Size
	for _, name := range names {
		if name >= l.files.at.File {
			break
		}
		info, err := os.Stat(filepath.Join(l.files.dir, name))
		if err != nil {
			return err
		}
		old = append(old, aged{name, info.Size(), info.ModTime()})
		total += info.Size()
	}
	n := l.expired(old, total)
	if n == 0 {
		return nil
	}
	kept := l.files.at.File
	if n < len(old) {
		kept = old[n].name
	}
	return l.remove(old[:n], kept)
}

// expired returns how many of the files, the oldest first, need not be kept;
// total is the size of the log.
func (l *Log) expired(old []aged, total int64) int {
	n := 0
	for ; n < len(old); n++ {
		tooOld := l.cfg.RetainAge > 0 && l.cfg.Now().Sub(old[n].last) > l.cfg.RetainAge
		tooMuch := l.cfg.RetainSize > 0 && total > l.cfg.RetainSize
		if !tooOld && !tooMuch {
			break
		}
		total -= old[n].size
	}
	return n
}

// remove removes the files before the one named kept.
func (l *Log) remove(old []aged, kept string) error {
	gone, err := linesBefore(kept)
	if err != nil {
		return err
	}
	if err := l.note(&trail.Note{Kind: trail.Retention, Kept: kept, Gone: gone}); err != nil {
		return err
	}
	for i := range old {
		if err := os.Remove(filepath.Join(l.files.dir, old[i].name)); err != nil {
			return err
		}
	}
	l.log.Info("files of the decision log are over their time or room and were removed", "files", len(old), "kept", kept)
	return syncDir(l.files.dir)
}

// linesBefore returns how many lines there are in the files before the one of
// that name.
func linesBefore(name string) (uint64, error) {
	digits := strings.TrimSuffix(strings.TrimPrefix(name, "audit-"), ".jsonl")
	return strconv.ParseUint(digits, 10, 64)
}
