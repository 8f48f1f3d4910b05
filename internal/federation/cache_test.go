// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// anyKeys is enough of every key set.
func anyKeys(*keySet) bool { return true }

// keysOf returns a set of n keys, fresh for a while.
func keysOf(n int) *keySet {
	return &keySet{keys: make([]publicKey, n), until: time.Now().Add(time.Minute), dead: time.Now().Add(time.Hour)}
}

func number(i int) *identity.OIDCProvider {
	return &identity.OIDCProvider{Account: "111122223333", ID: fmt.Sprintf("AIDP%d", i), URL: "idp.example"}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	for _, c := range []struct{ providers, keys, want int }{
		{maxProviders + 100, 1, maxProviders},
		{100, maxKeys, maxKept / maxKeys},
		{100, 0, 100},
	} {
		cache := newCache(time.Now, slog.New(slog.DiscardHandler), func(context.Context, *identity.OIDCProvider) (*keySet, error) {
			return keysOf(c.keys), nil
		})
		for i := range c.providers {
			if _, err := cache.get(t.Context(), number(i), anyKeys); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(cache.entries); got != c.want || cache.recent.Len() != got || cache.kept != got*c.keys {
			t.Errorf("of %d providers with %d keys: %d, with %d keys", c.providers, c.keys, got, cache.kept)
		}
		if _, ok := cache.entries[entryID(number(c.providers-1))]; !ok {
			t.Error("the last is forgotten")
		}
	}
}

// TestAProviderIsAskedAnewWithoutBeingCountedTwice has one forgotten while it is
// asked, and remembered anew.
func TestAProviderIsAskedAnewWithoutBeingCountedTwice(t *testing.T) {
	answer := make(chan struct{})
	var once sync.Once
	slow := make(chan struct{})
	cache := newCache(time.Now, slog.New(slog.DiscardHandler), func(_ context.Context, p *identity.OIDCProvider) (*keySet, error) {
		if p.ID == number(0).ID {
			first := false
			once.Do(func() { first = true })
			if first {
				close(slow)
				<-answer
			}
		}
		return keysOf(2), nil
	})
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = cache.get(t.Context(), number(0), anyKeys) })
	<-slow
	for i := range maxProviders {
		if _, err := cache.get(t.Context(), number(i+1), anyKeys); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := cache.get(t.Context(), number(0), anyKeys); err != nil {
		t.Fatal(err)
	}
	close(answer)
	wg.Wait()
	if cache.kept != 2*len(cache.entries) {
		t.Errorf("%d providers, %d keys", len(cache.entries), cache.kept)
	}
}

func TestAPanicOverWhatAProviderAnswersEndsNothing(t *testing.T) {
	log := &strings.Builder{}
	cache := newCache(time.Now, slog.New(slog.NewTextHandler(log, nil)), func(context.Context, *identity.OIDCProvider) (*keySet, error) {
		panic("at this")
	})
	_, err := cache.get(t.Context(), number(1), anyKeys)
	if awsapi.AsError(err).Code != "InvalidIdentityToken" || !strings.Contains(log.String(), "at this") {
		t.Errorf("got %v, log %q", err, log)
	}
}

func TestFewProvidersAreAskedAtATime(t *testing.T) {
	answer := make(chan struct{})
	cache := newCache(time.Now, slog.New(slog.DiscardHandler), func(context.Context, *identity.OIDCProvider) (*keySet, error) {
		<-answer
		return keysOf(1), nil
	})
	var wg sync.WaitGroup
	for i := range maxFlights {
		wg.Go(func() {
			if _, err := cache.get(t.Context(), number(i), anyKeys); err != nil {
				t.Error(err)
			}
		})
	}
	for len(cache.flights) < maxFlights {
		time.Sleep(time.Millisecond)
	}
	if _, err := cache.get(t.Context(), number(maxFlights), anyKeys); !errors.Is(err, errTooMany) {
		t.Errorf("one more: %v", err)
	}
	close(answer)
	wg.Wait()
	if _, err := cache.get(t.Context(), number(maxFlights), anyKeys); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
