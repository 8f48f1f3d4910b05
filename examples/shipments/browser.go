// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// maxAnswer is the size of the largest answer that the browser reads, in bytes.
const maxAnswer = 64 << 10

// A step is one request of the browser, or of somebody who pretends to be one,
// and what has to come of it.
type step struct {
	what   string
	url    string
	token  string // none if empty
	header http.Header
	status int
	body   string
	logged []string // have to be in the services' log
}

// A browser makes requests and checks the answers.
type browser struct {
	shipments, tracking, buggy string // URLs of the services
	client                     *http.Client
	log                        *journal // what the services log
	provider                   *issuer

	refusals map[int]http.Header // headers of the first refusal of each status
}

// play makes all requests. The error says which went wrong.
func (b *browser) play(ctx context.Context) error {
	steps, err := b.steps()
	if err != nil {
		return err
	}
	b.refusals = make(map[int]http.Header)
	var errs []error
	for _, s := range steps {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := b.take(ctx, s); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.what, err))
		}
	}
	return errors.Join(errs...)
}

// take makes a step's request, prints what came of it and compares that with
// what has to.
func (b *browser) take(ctx context.Context, s step) error {
	resp, body, err := b.get(ctx, s)
	if err != nil {
		return err
	}
	logged := b.log.take()
	fmt.Printf("%s\n  -> %d %s\n", s.what, resp.StatusCode, body)
	for line := range strings.Lines(logged) {
		fmt.Print("  log: ", line)
	}
	switch {
	case resp.StatusCode != s.status || body != s.body:
		return fmt.Errorf("got %d %s, not %d %s", resp.StatusCode, body, s.status, s.body)
	case s.token != "" && strings.Contains(logged, s.token):
		return errors.New("the token is in the log")
	}
	for _, part := range s.logged {
		if !strings.Contains(logged, part) {
			return fmt.Errorf("the log doesn't say %q", part)
		}
	}
	return b.sameRefusal(resp)
}

// sameRefusal makes sure that all refusals of one status look the same, so that
// none of them tells more than another.
func (b *browser) sameRefusal(resp *http.Response) error {
	h := resp.Header.Clone()
	h.Del("Date")
	first, ok := b.refusals[resp.StatusCode]
	switch {
	case resp.StatusCode == http.StatusOK:
	case !ok:
		b.refusals[resp.StatusCode] = h
	case !maps.EqualFunc(h, first, slices.Equal):
		return fmt.Errorf("refused with header %v, another time with %v", h, first)
	}
	return nil
}

func (b *browser) get(ctx context.Context, s step) (*http.Response, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, "", err
	}
	maps.Copy(r.Header, s.header)
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	resp, err := b.client.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return resp, string(body), err
}
