// SPDX-License-Identifier: Apache-2.0

package upstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

// open returns a client of a server that answers with f.
func open(t *testing.T, f http.HandlerFunc) *upstream.Client {
	t.Helper()
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	c, err := upstream.New(t.Context(), upstream.Config{URL: srv.URL, AccessKeyID: "key", SecretAccessKey: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func list(ctx context.Context, c *upstream.Client, share string, repeats upstream.Repeats) error {
	_, err := upstream.Do(ctx, c, share, repeats, (*dynamodb.Client).ListTables, &dynamodb.ListTablesInput{})
	return err
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#`+code+`","message":"`+message+`"}`)
}

func TestAChangeIsMadeOnceWhateverComesOfIt(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a failure":                func(w http.ResponseWriter, _ *http.Request) { fail(w, 500, "InternalServerError", "x") },
		"a throttle":               func(w http.ResponseWriter, _ *http.Request) { fail(w, 400, "ThrottlingException", "x") },
		"a connection that breaks": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		var calls atomic.Int32
		c := open(t, func(w http.ResponseWriter, r *http.Request) { calls.Add(1); answer(w, r) })
		if err := list(t.Context(), c, "", upstream.Once); err == nil || calls.Load() != 1 {
			t.Errorf("after %s it has been called %d times: %v", name, calls.Load(), err)
		}
		calls.Store(0)
		if err := list(t.Context(), c, "", upstream.Again); err == nil || calls.Load() != 3 {
			t.Errorf("after %s a read has been called %d times: %v", name, calls.Load(), err)
		}
	}
}

func TestFailuresOfTheCallArePassedOnAndOthersAreNot(t *testing.T) {
	for _, c := range []struct {
		status             int
		code               string
		kind               awsapi.Kind
		wantCode, wantText string
	}{
		{400, "ValidationException", awsapi.Invalid, "ValidationException", "told"},
		{400, "ConditionalCheckFailedException", awsapi.Conflict, "ConditionalCheckFailedException", "told"},
		{400, "ProvisionedThroughputExceededException", awsapi.Throttled, "ProvisionedThroughputExceededException", "told"},
		{400, "TransactionCanceledException", awsapi.Conflict, "TransactionCanceledException", "told"},
		{400, "AccessDeniedException", awsapi.Unavailable, "", "The request has failed due to a temporary failure of the server."},
		{400, "UnrecognizedClientException", awsapi.Unavailable, "", "The request has failed due to a temporary failure of the server."},
		{500, "InternalServerError", awsapi.Unavailable, "", "The request has failed due to a temporary failure of the server."},
		{400, "SomethingNew", awsapi.Unavailable, "", "The request has failed due to a temporary failure of the server."},
	} {
		err := list(t.Context(), open(t, func(w http.ResponseWriter, _ *http.Request) { fail(w, c.status, c.code, "told") }), "", upstream.Once)
		if e := upstream.Failure(err); e.Kind != c.kind || e.Code != c.wantCode || e.Message != c.wantText {
			t.Errorf("%s is told as %d %s %q", c.code, e.Kind, e.Code, e.Message)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer elsewhere.Close()
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusSeeOther} {
		c := open(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) })
		if err := list(t.Context(), c, "", upstream.Once); err == nil || reached.Load() {
			t.Errorf("a %d has been followed: %v", status, err)
		}
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	c := open(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"TableNames":["`)
		chunk := strings.Repeat("x", 1<<20)
		for range 80 {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
		io.WriteString(w, `"]}`)
	})
	if err := list(t.Context(), c, "", upstream.Once); err == nil || upstream.Failure(err).Kind != awsapi.Unavailable {
		t.Errorf("an answer without end is read: %v", err)
	}
}

// TestAnAnswerNeedsRoom has an answer for a part of which there is none.
func TestAnAnswerNeedsRoom(t *testing.T) {
	c := open(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"TableNames":["`+strings.Repeat("x", 100_000)+`"]}`)
	})
	for room, want := range map[int]bool{200_000: true, 50_000: false} {
		read := 0
		meter := func(n int) error {
			if read += n; read > room {
				return awsapi.Errorf(awsapi.Throttled, "", "Rate exceeded")
			}
			return nil
		}
		type nothing struct{}
		forwards := awsapi.OpForward(awsapi.Operation{Name: "List", Sample: "{}"}, nil,
			func(context.Context, *awsapi.Call, *nothing) ([]awsapi.Need, error) { return nil, nil },
			func(context.Context, *awsapi.Call, *nothing) error { return nil },
			func(ctx context.Context, _ *awsapi.Call, _ *nothing) (*nothing, error) {
				return nil, list(ctx, c, "", upstream.Again)
			})
		_, err := forwards.Forward(t.Context(), meter, &awsapi.Call{}, &nothing{}, nil)
		if (err == nil) != want || err != nil && upstream.Failure(err).Kind != awsapi.Throttled {
			t.Errorf("room for %d bytes: got %v", room, err)
		}
	}
}

func TestWhoFloodsTheUpstreamLeavesRoomForOthers(t *testing.T) {
	begun, release := make(chan struct{}, 1000), make(chan struct{})
	c := open(t, func(w http.ResponseWriter, _ *http.Request) {
		begun <- struct{}{}
		<-release
		io.WriteString(w, `{}`)
	})
	var wg sync.WaitGroup
	for range 128 {
		wg.Go(func() {
			if err := list(t.Context(), c, "noisy", upstream.Once); err != nil {
				t.Error(err)
			}
		})
	}
	for range 128 {
		<-begun
	}
	if err := list(t.Context(), c, "noisy", upstream.Once); err == nil || upstream.Failure(err).Kind != awsapi.Throttled {
		t.Errorf("one more call of the same: %v", err)
	}
	wg.Go(func() {
		if err := list(t.Context(), c, "quiet", upstream.Once); err != nil {
			t.Error(err)
		}
	})
	<-begun
	close(release)
	wg.Wait()
	if err := list(t.Context(), c, "noisy", upstream.Once); err != nil {
		t.Errorf("when they have ended: %v", err)
	}
}

func TestAConfigurationThatIsNoneIsRefused(t *testing.T) {
	for _, c := range []upstream.Config{
		{},
		{URL: "dynamodb.eu-west-1.amazonaws.com"},
		{URL: "ftp://host"},
		{URL: "http://"},
		{URL: "http://user:secret@host"},
		{URL: "http://host/path"},
		{URL: "http://host?x=1"},
		{URL: "http://host#f"},
		{URL: "http://host", AccessKeyID: "half"},
		{URL: "http://host", SecretAccessKey: "half"},
	} {
		if err := c.Check(); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	if err := (&upstream.Config{URL: "https://dynamodb.eu-west-1.amazonaws.com/"}).Check(); err != nil {
		t.Error(err)
	}
}

func TestWhatWasFoundOutIsRememberedForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := upstream.NewCache[int](time.Now)
		asked := 0
		get := func(name string, err error) (int, error) {
			return c.Get(t.Context(), name, func(context.Context) (int, error) { asked++; return asked, err })
		}
		if _, err := get("a", errors.New("down")); err == nil {
			t.Error("the failure is lost")
		}
		first, _ := get("a", nil)
		if again, _ := get("a", nil); again != first {
			t.Error("it has been asked twice at once")
		}
		time.Sleep(4900 * time.Millisecond)
		if again, _ := get("a", nil); again != first {
			t.Error("it isn't remembered")
		}
		time.Sleep(200 * time.Millisecond)
		if again, _ := get("a", nil); again == first {
			t.Error("it is remembered for more than five seconds")
		}
		last, _ := get("a", nil)
		c.Forget("a")
		if again, _ := get("a", nil); again == last {
			t.Error("it hasn't been forgotten")
		}
	})
}

func TestThoseWhoAskAtOnceAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := upstream.NewCache[int](time.Now)
		var asked atomic.Int32
		ctx, cancel := context.WithCancel(t.Context())
		find := func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return int(asked.Add(1)), nil
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Get(ctx, "a", find); !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up has %v", err)
			}
		})
		for range 10 {
			wg.Go(func() {
				if n, err := c.Get(t.Context(), "a", find); n != 1 || err != nil {
					t.Errorf("it is %d, %v", n, err)
				}
			})
		}
		synctest.Wait()
		cancel()
		wg.Wait()
	})
}

func TestAPanicOfWhoFindsOutIsAnError(t *testing.T) {
	c := upstream.NewCache[int](time.Now)
	_, err := c.Get(t.Context(), "a", func(context.Context) (int, error) { panic("lying upstream") })
	if err == nil || !strings.Contains(err.Error(), "lying upstream") {
		t.Errorf("it is %v", err)
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	c := upstream.NewCache[*[1 << 10]byte](time.Now)
	for i := range 20_000 {
		if _, err := c.Get(t.Context(), string(rune(i+1000)), func(context.Context) (*[1 << 10]byte, error) { return new([1 << 10]byte), nil }); err != nil {
			t.Fatal(err)
		}
	}
	if n := c.Len(); n > 4096 {
		t.Errorf("it has %d entries", n)
	}
}
