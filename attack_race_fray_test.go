// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// A call is what one got, and when it was made.
type call struct {
	servicetest.Answer
	from, to int64
}

// A fray is a siege in which all that decisions depend on changes while many
// call.
type fray struct {
	*siege
	http  *http.Client
	begin time.Time
	over  context.Context
	stop  context.CancelFunc
	all   sync.WaitGroup
}

const frayConns = 256

func newFray(t *testing.T) *fray {
	s := newSiege(t, bailiwick.Config{})
	tr := &http.Transport{MaxIdleConns: frayConns, MaxIdleConnsPerHost: frayConns}
	t.Cleanup(tr.CloseIdleConnections)
	over, stop := context.WithCancel(t.Context())
	return &fray{siege: s, http: &http.Client{Transport: tr}, begin: time.Now(), over: over, stop: stop}
}

// now is the time since the fray began, in nanoseconds.
func (f *fray) now() int64 { return int64(time.Since(f.begin)) }

// repeat has n goroutines take steps until the fray is over.
func (f *fray) repeat(n int, step func(rnd *rand.Rand)) {
	for range n {
		f.all.Go(func() {
			rnd := rand.New(rand.NewPCG(rand.Uint64(), 0))
			for f.over.Err() == nil {
				step(rnd)
			}
		})
	}
}

// wrong ends the fray with an error.
func (f *fray) wrong(format string, args ...any) {
	f.t.Helper()
	f.t.Errorf(format, args...)
	f.stop()
}

// wait waits until something is so, or the fray is over, for at most that long.
func (f *fray) wait(most time.Duration, is func() bool) {
	for end := time.Now().Add(most); !is() && f.over.Err() == nil && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// pace is the longest that a change waits for what it is to meet.
const pace = time.Second

// change is a call of the administrator, which has to succeed.
func (f *fray) change(svc, op string, in map[string]any) servicetest.Answer {
	f.t.Helper()
	a := f.order(svc, op, text(f.t, in))
	if !a.OK() {
		f.stop()
	}
	return a
}

// dynamo makes a call of DynamoDB, once.
func (f *fray) dynamo(who aws.Credentials, op, in string) call {
	return f.send(who, "dynamodb", http.Header{
		"Content-Type": {"application/x-amz-json-1.0"}, "X-Amz-Target": {"DynamoDB_20120810." + op},
	}, in)
}

// sts makes a call of STS, once, with params in turn.
func (f *fray) sts(who aws.Credentials, action string, params ...string) call {
	v := url.Values{"Action": {action}}
	for i := 0; i < len(params); i += 2 {
		v.Set(params[i], params[i+1])
	}
	return f.send(who, "sts", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, v.Encode())
}

func (f *fray) send(who aws.Credentials, service string, header http.Header, body string) (c call) {
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, f.srv.Endpoint+"/", strings.NewReader(body))
	if err != nil {
		f.wrong("%v", err)
		return c
	}
	r.Header = header
	if err := v4.NewSigner().SignHTTP(f.t.Context(), who, r, hexSum(body), service, "us-east-1", time.Now()); err != nil {
		f.wrong("%v", err)
		return c
	}
	c.from = f.now()
	resp, err := f.http.Do(r)
	if err != nil {
		f.wrong("%v", err)
		return c
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, resp.Body); err != nil {
		f.wrong("%v", err)
	}
	c.to = f.now()
	c.Answer = servicetest.Answer{Status: resp.StatusCode, Body: b.String()}
	return c
}

// A contest is a part of the fray: it tells what has happened, whether that is
// enough to mean something, and finally whether it was right.
type contest interface {
	start()
	enough() bool
	check()
	String() string
}

var frayTime = flag.Duration("fray", 6*time.Second, "how long everything that decisions depend on changes under load")

// longFray is for how much longer, on a machine with much else to do, until
// enough has happened.
const longFray = 2 * time.Minute

// TestNoCallActsOnAPermissionOfAnotherState changes all that decisions depend
// on, while the tenants that it is about call.
func TestNoCallActsOnAPermissionOfAnotherState(t *testing.T) {
	f := newFray(t)
	contests := []contest{f.newEstate(), f.newWard(), f.newExile(), &rotation{fray: f}}
	for _, r := range f.relays() {
		contests = append(contests, r)
	}
	for _, c := range contests {
		c.start()
	}
	f.wait(*frayTime, func() bool { return false })
	f.wait(longFray, func() bool {
		return !slices.ContainsFunc(contests, func(c contest) bool { return !c.enough() })
	})
	f.stop()
	f.all.Wait()
	for _, c := range contests {
		t.Log(c)
		c.check()
		if !t.Failed() && !c.enough() {
			t.Error("too little has happened")
		}
	}
}
