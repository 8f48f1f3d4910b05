// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

// A shell is a server on a disk whose power can be cut.
type shell struct {
	t    *testing.T
	dir  string // of what isn't in the store: the decision log's files
	disk *disktest.Disk
	srv  *bailiwick.Server
	host string
	log  *errorLog
	end  func() // stops the server, the first time
}

// newShell starts a server on a new disk.
func newShell(t *testing.T) (*shell, error) { return openShell(t, t.TempDir(), disktest.New(), 0) }

// openShell starts a server on what is on the disk, which takes the disk to fail when
// that takes longer than patience, if any is given.
func openShell(t *testing.T, dir string, disk *disktest.Disk, patience time.Duration) (*shell, error) {
	disk.Delay = syncDelay
	s := &shell{t: t, dir: dir, disk: disk, log: &errorLog{}, end: func() {}}
	cfg := bailiwick.Config{
		Data: dir, Addr: "127.0.0.1:0", RootKey: base64.StdEncoding.EncodeToString([]byte(theRoot)),
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelError})),
	}
	cfg.OpenDriver(func(string) (driver.DB, error) {
		return pebble.Open("db", pebble.Options{FS: disk, Logger: cfg.Log, Patience: patience})
	})
	var err error
	if s.srv, err = bailiwick.Open(cfg); err != nil {
		return s, err
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- s.srv.Serve(ctx, func(endpoint string) { ready <- endpoint }) }()
	s.host = strings.TrimPrefix(<-ready, "http://")
	s.end = sync.OnceFunc(func() {
		stop()
		if err := errors.Join(<-ended, s.srv.Close()); err != nil {
			t.Error(err)
		}
	})
	return s, nil
}

// owner returns the root access key of the first account.
func (s *shell) owner() client.Creds {
	k := s.srv.Root()
	return client.Creds{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey}
}

// cut returns what is left of everything when the power is cut now. The server goes
// on meanwhile, with what is its own.
func (s *shell) cut(percent int, rnd *rand.Rand) (dir string, disk *disktest.Disk, err error) {
	dir = s.t.TempDir()
	s.disk.Freeze(func() {
		err = os.CopyFS(dir, os.DirFS(s.dir))
		disk = s.disk.Crash(percent, rnd)
	})
	return dir, disk, err
}

// cutAtStart starts a server and cuts the power after that time, and returns what is
// left.
func (s *shell) cutAtStart(dir string, disk *disktest.Disk, after time.Duration, percent int, rnd *rand.Rand) (string, *disktest.Disk, error) {
	late := &shell{t: s.t, dir: dir, disk: disk}
	var started *shell
	var failed error
	var starting sync.WaitGroup
	starting.Go(func() { started, failed = openShell(s.t, dir, disk, 0) })
	time.Sleep(after)
	left, after2, err := late.cut(percent, rnd)
	starting.Wait()
	started.end()
	return left, after2, errors.Join(err, failed, started.log.err(), os.RemoveAll(dir))
}

// An errorLog is what servers have logged as errors. It is safe for concurrent use.
type errorLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *errorLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *errorLog) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text.Len() > 0 {
		return fmt.Errorf("the server logged errors:\n%s", &l.text)
	}
	return nil
}
