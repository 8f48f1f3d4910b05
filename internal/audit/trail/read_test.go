// SPDX-License-Identifier: Apache-2.0

package trail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

// diary is a log of three files with a bit of everything.
func diary(t *testing.T) string {
	f := newForge(t)
	record := func(text string) {
		f.last++
		f.line(fmt.Appendf(nil, `{"seq":%d,%s}`, f.last, text))
	}
	const arn = "arn:aws:sts::111122223333:assumed-role/App/"
	f.begin()
	record(`"time":"2026-01-01T00:00:01Z","requestId":"issue","service":"sts","operation":"AssumeRole","principal":"arn:aws:iam::111122223333:user/vendor","account":"111122223333","accessKeyId":"AKIAVENDOR","issued":"s1","tags":{},"sourceIp":"10.0.0.1","decision":"Allow","checks":[{"action":"sts:AssumeRole","resource":"*","decision":"Allow"}]`)
	record(`"time":"2026-01-01T00:00:02Z","requestId":"read","service":"dynamodb","operation":"GetItem","principal":"` + arn + `yellow","account":"111122223333","session":"s1","tags":{"tenantid":"yellow"},"decision":"Allow","checks":[{"action":"dynamodb:GetItem","resource":"t","decision":"Allow"}]`)
	f.begin()
	record(`"time":"2026-01-01T00:00:03Z","requestId":"chain","service":"sts","operation":"AssumeRole","principal":"` + arn + `yellow","account":"111122223333","session":"s1","issued":"s2","tags":{"TenantID":"yellow"},"decision":"Allow","checks":[]`)
	record(`"time":"2026-01-01T00:00:04Z","requestId":"denied","service":"dynamodb","operation":"Scan","principal":"` + arn + `blue","account":"111122223333","session":"s3","tags":{"TenantID":"bl\"ue"},"decision":"ImplicitDeny","checks":[{"action":"dynamodb:Scan","resource":"t","decision":"ImplicitDeny"}]`)
	record(`"kind":"policy","digest":"00","text":"yellow"`)
	f.begin()
	record(`"time":"2026-01-01T00:00:05Z","requestId":"further","service":"dynamodb","operation":"PutItem","principal":"` + arn + `second","account":"444455556666","session":"s2","tags":{"Other":"yellow"},"decision":"ExplicitDeny","checks":[{"action":"dynamodb:PutItem","resource":"t","decision":"ExplicitDeny"}]`)
	record(`"kind":"failure","time":"2026-01-01T00:00:06Z","requestId":"stranger","service":"sts","reason":"signature","accessKeyId":"AKIAVENDOR","sourceIp":"10.0.0.9"`)
	record(`"kind":"reads","time":"2026-01-01T00:00:06Z","until":"2026-01-01T00:00:07Z","requestId":"","service":"dynamodb","operation":"GetItem","principal":"` + arn + `yellow","account":"111122223333","tags":{"TenantID":"yellow"},"decision":"Allow","checks":[{"action":"dynamodb:GetItem","resource":"t"}],"count":9`)
	return f.save()
}

func TestAQueryFindsWhatFits(t *testing.T) {
	dir := diary(t)
	at := func(second int) time.Time { return time.Date(2026, 1, 1, 0, 0, second, 0, time.UTC) }
	for _, c := range []struct {
		name string
		q    trail.Query
		want []uint64
	}{
		{"all", trail.Query{}, []uint64{1, 2, 3, 4, 6, 7, 8}},
		{"a tenant, in either case of its key", trail.Query{Tenant: "yellow", TenantKey: "TenantID"}, []uint64{2, 3, 8}},
		{"a tenant that JSON has to escape", trail.Query{Tenant: `bl"ue`, TenantKey: "TenantID"}, []uint64{4}},
		{"another tag", trail.Query{Tenant: "yellow", TenantKey: "Other"}, []uint64{6}},
		{"a principal", trail.Query{Principal: "arn:aws:sts::111122223333:assumed-role/App/blue"}, []uint64{4}},
		{"principals by what they begin with", trail.Query{Principal: "arn:aws:sts::111122223333:assumed-role/App/"}, []uint64{2, 3, 4, 6, 8}},
		{"no pattern", trail.Query{Principal: "arn:*"}, nil},
		{"an action", trail.Query{Action: "dynamodb:GetItem"}, []uint64{2, 8}},
		{"an operation", trail.Query{Action: "AssumeRole"}, []uint64{1, 3}},
		{"a decision", trail.Query{Decision: "ExplicitDeny"}, []uint64{6}},
		{"denials", trail.Query{Decision: "Deny"}, []uint64{4, 6}},
		{"from", trail.Query{From: at(5)}, []uint64{6, 7, 8}},
		{"from, within what is counted", trail.Query{From: at(7)}, []uint64{8}},
		{"before", trail.Query{To: at(3)}, []uint64{1, 2}},
		{"a request", trail.Query{RequestID: "denied"}, []uint64{4}},
		{"an account", trail.Query{Account: "444455556666"}, []uint64{6}},
		{"an access key", trail.Query{AccessKey: "AKIAVENDOR"}, []uint64{1, 7}},
		{"an address", trail.Query{SourceIP: "10.0.0.9"}, []uint64{7}},
		{"strangers", trail.Query{OnlyFailed: true}, []uint64{7}},
		{"a session, and what comes from it", trail.Query{Session: "s1"}, []uint64{1, 2, 3, 6}},
		{"a session that comes from another", trail.Query{Session: "s2"}, []uint64{3, 6}},
		{"a session and a decision", trail.Query{Session: "s1", Decision: "Deny"}, []uint64{6}},
		{"what there isn't", trail.Query{Session: "s9"}, nil},
	} {
		m := trail.NewMatcher(c.q)
		var got []uint64
		err := trail.Read(t.Context(), dir, false, func(text []byte) error {
			r, err := m.Match(text)
			if r != nil {
				got = append(got, r.Seq)
			}
			return err
		})
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

func isRecord(text []byte) bool { _, err := trail.ParseRecord(text); return err == nil }

func TestTheTailIsTheNewestRecords(t *testing.T) {
	dir := diary(t)
	for n, want := range map[int][]uint64{0: nil, 1: {8}, 3: {6, 7, 8}, 4: {5, 6, 7, 8}, 8: {1, 2, 3, 4, 5, 6, 7, 8}, 100: {1, 2, 3, 4, 5, 6, 7, 8}} {
		var got []uint64
		err := trail.Tail(t.Context(), dir, n, false, isRecord, func(text []byte) error {
			r, err := trail.ParseRecord(text)
			got = append(got, r.Seq)
			return err
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%d: got %v, %v, want %v", n, got, err, want)
		}
	}
}

// TestATailFollowsTheLog writes to a log that is followed: a line in two parts, a
// further file, and one more.
func TestATailFollowsTheLog(t *testing.T) {
	for n, want := range map[int]string{0: "18 19 20", 2: "16 17 18 19 20"} {
		f := honest(t)
		dir := f.save()
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Second, errors.New("too late"))
		defer cancel()
		first := f.file()
		f.record(1)
		line := f.text[first][len(f.text[first])-1]
		f.begin()
		f.record(1)
		second := bytes.Join(f.text[f.file()], nil)
		secondName := f.file()
		f.begin()
		f.record(1)
		third := bytes.Join(f.text[f.file()], nil)
		go func() {
			time.Sleep(150 * time.Millisecond)
			add(t, filepath.Join(dir, first), line[:30])
			time.Sleep(150 * time.Millisecond)
			add(t, filepath.Join(dir, first), line[30:])
			add(t, filepath.Join(dir, secondName), second)
			time.Sleep(150 * time.Millisecond)
			add(t, filepath.Join(dir, f.file()), third)
		}()
		var got []string
		err := trail.Tail(ctx, dir, n, true, isRecord, func(text []byte) error {
			r, err := trail.ParseRecord(text)
			if got = append(got, fmt.Sprint(r.Seq)); r.Seq == 20 {
				cancel()
			}
			return err
		})
		if !errors.Is(err, context.Canceled) || strings.Join(got, " ") != want {
			t.Errorf("the last %d and those that came: got %v, %v, want %s", n, got, err, want)
		}
	}
}

func add(t *testing.T, name string, text []byte) {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := f.Write(text); err != nil {
		t.Error(err)
	}
	f.Close()
}

func TestTheKeyIsTheLatest(t *testing.T) {
	f := honest(t)
	if key, err := trail.CurrentKey(f.save()); err != nil || !key.Equal(publicOf("next")) {
		t.Errorf("got %x, %v", key, err)
	}
	if _, err := trail.CurrentKey(t.TempDir()); err == nil {
		t.Error("there is a key without a log")
	}
}
