// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/client"
)

// rotate rotates the keys and returns the new one's id.
func (s *siege) rotate(emergency bool) string {
	s.t.Helper()
	id, err := client.NewAdmin(s.root).RotateKeys(s.t.Context(), emergency)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *siege) keys() []client.Key {
	s.t.Helper()
	keys, err := client.NewAdmin(s.root).ListKeys(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// A lessee vends itself a session for a tenant and reads the tenant's row.
type lessee struct {
	s   *siege
	sts *sts.Client
	tr  *http.Transport
}

func (s *siege) lessee() *lessee {
	tr := &http.Transport{MaxIdleConnsPerHost: 2}
	s.t.Cleanup(tr.CloseIdleConnections)
	return &lessee{s, sts.NewFromConfig(s.vendor, func(o *sts.Options) {
		o.Retryer, o.HTTPClient = aws.NopRetryer{}, &http.Client{Transport: tr}
	}), tr}
}

// vend returns a client with a new session.
func (l *lessee) vend() (*dynamodb.Client, error) {
	out, err := l.sts.AssumeRole(l.s.t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String(roleARN("tenant")), RoleSessionName: aws.String("lessee"),
		Tags: []ststypes.Tag{{Key: aws.String("TenantID"), Value: aws.String("blue")}},
	})
	if err != nil {
		return nil, err
	}
	c := out.Credentials
	return dynamodb.NewFromConfig(l.s.srv.As(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken), func(o *dynamodb.Options) {
		o.Retryer, o.HTTPClient = aws.NopRetryer{}, &http.Client{Transport: l.tr}
	}), nil
}

func (l *lessee) read(db *dynamodb.Client) error {
	_, err := db.GetItem(l.s.t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Ledger"), Key: itemKey("blue", "1")})
	return err
}

// TestNoCallFailsForARotation rotates the keys while clients vend sessions and
// use them, new ones and such as were sealed before all that.
func TestNoCallFailsForARotation(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	stop := make(chan struct{})
	var calls atomic.Int64
	var all sync.WaitGroup
	for range readers {
		l := s.lessee()
		first, err := l.vend()
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for !closed(stop) {
				db, err := l.vend()
				for i := 0; err == nil && i < 3; i++ {
					if err = l.read(db); err == nil {
						err = l.read(first)
					}
					calls.Add(2)
				}
				if err != nil {
					t.Errorf("after %d calls: %v", calls.Load(), err)
					return
				}
			}
		})
	}
	const rotations = 50
	for range rotations {
		before := calls.Load()
		s.rotate(false)
		for end := time.Now().Add(time.Second); calls.Load() == before && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
	close(stop)
	all.Wait()
	if n := len(s.keys()); n != rotations+1 || calls.Load() < rotations {
		t.Errorf("there are %d keys after %d calls", n, calls.Load())
	}
	t.Logf("%d calls", calls.Load())
}

// TestAnEmergencyEndsEverySessionWithTheNextCall rotates while clients use their
// sessions: none works in a call that begins after the answer, and new ones do
// at once.
func TestAnEmergencyEndsEverySessionWithTheNextCall(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	for range 3 {
		var over atomic.Bool
		var before, late atomic.Int64
		var all sync.WaitGroup
		ready := make(chan struct{}, readers)
		for range readers {
			l := s.lessee()
			db, err := l.vend()
			if err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				for i := 0; ; i++ {
					after := over.Load()
					err := l.read(db)
					if i == 0 {
						ready <- struct{}{}
					}
					switch {
					case err == nil && after:
						late.Add(1)
						return
					case err == nil:
						before.Add(1)
					case !strings.Contains(err.Error(), "UnrecognizedClientException"):
						t.Error(err)
						return
					case after:
						return
					}
				}
			})
		}
		for range readers {
			<-ready
		}
		s.rotate(true)
		over.Store(true)
		l := s.lessee()
		db, err := l.vend()
		if err == nil {
			err = l.read(db)
		}
		if err != nil {
			t.Errorf("a new session: %v", err)
		}
		all.Wait()
		if before.Load() == 0 || late.Load() > 0 {
			t.Errorf("%d calls succeeded before the rotation, and %d that began after it", before.Load(), late.Load())
		}
	}
	s.alive()
}

// TestNothingOfASessionOutlivesAnEmergency tries all that a session may have
// left: what caches hold, a chained session, a presigned URL; then again when
// the old keys are dropped, and after a restart.
func TestNothingOfASessionOutlivesAnEmergency(t *testing.T) {
	data := t.TempDir()
	var root aws.Config
	var left map[string]caller
	t.Run("the server runs", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		root = s.root
		s.role("power", allowAll)
		parent := s.assume(s.vendor, "power", nil)
		chained := s.assume(parent, "power", nil)
		left = map[string]caller{
			"session":        signedBy(t, parent, false),
			"chained":        signedBy(t, chained, false),
			"presigned URL":  signedBy(t, parent, true),
			"chained's URL":  signedBy(t, chained, true),
			"untried before": signedBy(t, s.assume(s.vendor, "power", nil), false),
		}
		for name, call := range left {
			for range 20 {
				if name == "untried before" {
					break
				}
				if status, body := call(t, s.srv.Endpoint); status != http.StatusOK {
					t.Fatalf("%s: got %d %s", name, status, body)
				}
			}
		}
		s.rotate(true)
		invalid(t, "at once", left, s.srv.Endpoint)
		s.until("the old keys are dropped", func() bool { return len(s.keys()) == 1 })
		invalid(t, "when the old keys are dropped", left, s.srv.Endpoint)
		s.do(s.assume(s.vendor, "power", nil), "dynamodb", "GetItem", getRow("blue"))
		s.alive() // with access keys whose secrets were sealed anew
	})
	t.Run("the server has restarted", func(t *testing.T) {
		srv := bailiwicktest.Start(t, bailiwick.Config{Data: data})
		if srv.Root.SecretAccessKey != keysOf(t, root).SecretAccessKey {
			t.Error("there is another root access key")
		}
		invalid(t, "after a restart", left, srv.Endpoint)
		s := besiege(t, srv)
		s.do(s.root, "dynamodb", "GetItem", getRow("blue"))
	})
}

// A caller makes a call and returns status and body of the answer.
type caller func(t *testing.T, endpoint string) (int, string)

// signedBy returns a call that the holder of cfg has signed or can sign: asking
// who they are.
func signedBy(t *testing.T, cfg aws.Config, presigned bool) caller {
	t.Helper()
	creds, host, query := keysOf(t, cfg), "", ""
	return func(t *testing.T, endpoint string) (int, string) {
		t.Helper()
		shot := newShot(endpoint, "sts", creds, time.Now())
		if !presigned {
			return send(t, shot.signed(t))
		}
		r := shot.presigned(t)
		if host != r.URL.Host { // a server listens elsewhere after a restart
			host, query = r.URL.Host, r.URL.RawQuery
		}
		r.URL.RawQuery = query
		return send(t, r)
	}
}

// invalid checks that no call gets through, and why.
func invalid(t *testing.T, when string, calls map[string]caller, endpoint string) {
	t.Helper()
	for name, call := range calls {
		if status, body := call(t, endpoint); status != http.StatusForbidden || codeOf(body) != "InvalidClientTokenId" {
			t.Errorf("%s %s: got %d %s", name, when, status, body)
		}
	}
}

// TestOnlyTheManagementAccountRotates: administrators of other accounts, and of
// this one without the permission, neither rotate nor list.
func TestOnlyTheManagementAccountRotates(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	otherRoot, otherAdmin := s.account("111122223333")
	rotator := s.user(s.root, "rotator", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"bailiwick:RotateKeys","Resource":"*"}}`)
	nobody := s.user(s.root, "nobody", allowNothing)
	const emergency = `{"Emergency":true}`
	for _, as := range []aws.Config{otherRoot, otherAdmin, nobody} {
		s.refuses(as, "bailiwick", "RotateKeys", `{}`)
		s.refuses(as, "bailiwick", "RotateKeys", emergency)
		s.refuses(as, "bailiwick", "ListKeys", `{}`)
	}
	s.refuses(rotator, "bailiwick", "RotateKeys", emergency)
	s.refuses(rotator, "bailiwick", "ListKeys", `{}`)
	if n := len(s.keys()); n != 1 {
		t.Errorf("there are %d keys", n)
	}
	s.do(rotator, "bailiwick", "RotateKeys", `{}`)
	s.do(s.admin, "bailiwick", "RotateKeys", emergency)
	if a := s.do(s.admin, "bailiwick", "ListKeys", `{}`); strings.Contains(a.Body, "Wrapped") || len(a.Body) > 600 {
		t.Errorf("the list shows more than it should: %s", a.Body)
	}
}
