// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

// shortPatience is for disks that hang.
const shortPatience = 500 * time.Millisecond

// newItemShell starts an impatient server that has a table with the item "before".
func newItemShell(t *testing.T) (*shell, *client.Client) {
	t.Helper()
	s, err := openShell(t, t.TempDir(), disktest.New(), shortPatience)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.Dial(s.host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		s.end()
	})
	table := client.Object{
		"TableName": "Ledger", "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": []client.Object{{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}},
		"KeySchema":            []client.Object{{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}},
	}
	if err := client.Call(c.Dynamo(s.owner(), "CreateTable", table)); err != nil {
		t.Fatal(err)
	}
	if a, err := s.putItem(c, "before"); err != nil || !a.OK() {
		t.Fatal(a, err)
	}
	return s, c
}

func (s *shell) putItem(c *client.Client, name string) (client.Answer, error) {
	return c.Dynamo(s.owner(), "PutItem", client.Object{"TableName": "Ledger", "Item": client.PrimaryKey(name, "1")})
}

// has reports whether there is the item of that name.
func (s *shell) has(c *client.Client, name string) (bool, error) {
	a, err := c.Dynamo(s.owner(), "GetItem", client.Object{"TableName": "Ledger", "Key": client.PrimaryKey(name, "1"), "ConsistentRead": true})
	return strings.Contains(string(a.Body), name), client.Call(a, err)
}

// health returns the status, and the reason, that the server answers with.
func (s *shell) health() (int, string) {
	s.t.Helper()
	resp, err := http.Get("http://" + s.host + "/_bailiwick/health")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out struct{ Status, Reason string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		s.t.Fatal(err)
	}
	if (out.Status == "ok") != (resp.StatusCode == http.StatusOK) {
		s.t.Errorf("health is %d and %q", resp.StatusCode, out.Status)
	}
	return resp.StatusCode, out.Reason
}

// becomes waits until health is of that status and reason.
func (s *shell) becomes(status int, reason string) {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		gotStatus, gotReason := s.health()
		if gotStatus == status && gotReason == reason {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("health is %d %q, want %d %q", gotStatus, gotReason, status, reason)
		}
	}
}

// TestHealthSaysWhatIsWrongWithTheDisk has the disk fail in several ways. Changes are
// answered 503 meanwhile, and reads with what is there or 503; when the disk is well
// again so is the server, and nothing is lost.
func TestHealthSaysWhatIsWrongWithTheDisk(t *testing.T) {
	for name, c := range map[string]struct {
		fail   func(d *disktest.Disk) (mend func())
		reason string
	}{
		"it fails": {func(d *disktest.Disk) func() {
			d.Set(func(op, name string) error {
				if op == "open" || op == "read" {
					return nil
				}
				return syscall.EIO
			})
			return d.Heal
		}, "disk"},
		"it is full": {func(d *disktest.Disk) func() {
			d.Usage.Store(&vfs.DiskUsage{AvailBytes: 1 << 20, TotalBytes: 1 << 40})
			return func() { d.Usage.Store(&vfs.DiskUsage{AvailBytes: 1 << 40, TotalBytes: 1 << 40}) }
		}, "full"},
		"it hangs": {hang, "disk"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c1 := newItemShell(t)
			s.becomes(http.StatusOK, "")
			mend := c.fail(s.disk)
			time.Sleep(200 * time.Millisecond) // until the room is measured again
			if a, err := s.putItem(c1, "meanwhile"); err != nil || a.Status != http.StatusServiceUnavailable {
				t.Errorf("a change meanwhile: %v, %v", a, err)
			}
			s.becomes(http.StatusServiceUnavailable, c.reason)
			// What the server has just done by itself may be in doubt, and a read depend
			// on it.
			if ok, err := s.has(c1, "before"); !ok && (err == nil || !strings.Contains(err.Error(), "status 503")) {
				t.Errorf("a read of what was there before: %v, %v", ok, err)
			}
			mend()
			s.becomes(http.StatusOK, "")
			if a, err := s.putItem(c1, "after"); err != nil || !a.OK() {
				t.Errorf("a change afterwards: %v, %v", a, err)
			}
			if ok, err := s.has(c1, "before"); !ok || err != nil {
				t.Errorf("what was there before is read afterwards: %v, %v", ok, err)
			}
		})
	}
}

// hang has everything that makes something durable hang until mend is called.
func hang(d *disktest.Disk) (mend func()) {
	gate := make(chan struct{})
	d.Set(func(op, name string) error {
		if op == "sync" {
			<-gate
		}
		return nil
	})
	return sync.OnceFunc(func() {
		d.Heal()
		close(gate)
	})
}

// TestCallsEndWhileTheDiskHangs has many change something as the disk hangs. All of
// them are answered: none as done, and what was visible of them to anybody stays. The
// log says why, and when the disk goes on so does the server.
func TestCallsEndWhileTheDiskHangs(t *testing.T) {
	const callers = 20
	s, c := newItemShell(t)
	mend := hang(s.disk)
	defer mend()
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			c, err := client.Dial(s.host)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			a, err := s.putItem(c, fmt.Sprintf("item-%02d", i))
			if err != nil || a.Status != http.StatusServiceUnavailable {
				t.Errorf("a change while the disk hangs: %v, %v", a, err)
			}
		})
	}
	wg.Wait()
	if a, err := s.putItem(c, "late"); err != nil || a.Status != http.StatusServiceUnavailable {
		t.Errorf("another change: %v, %v", a, err)
	}
	if err := s.log.err(); err == nil || !strings.Contains(err.Error(), "the disk does not answer") {
		t.Errorf("the server's log says %v", err)
	}
	mend()
	s.becomes(http.StatusOK, "")
	if ok, err := s.has(c, "late"); ok || err != nil {
		t.Errorf("what was refused at once is there: %v, %v", ok, err)
	}
	if a, err := s.putItem(c, "after"); err != nil || !a.OK() {
		t.Errorf("a change afterwards: %v, %v", a, err)
	}
}
