// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A brook is a yard whose table has a stream, with the chore that trims it.
type brook struct {
	*yard
	label string
}

func newBrook(t *testing.T) *brook {
	t.Helper()
	b := &brook{yard: newYard(t)}
	b.s.streams = storage.NewCache[*stream](10)
	b.now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b.change(func(tx *storage.Tx, t *table, r *tableRecord) error {
		return r.openStream(tx, t.ref, keysOnly, b.now)
	})
	b.look(func(_ *storage.Tx, t *table) error { b.label = t.LastStream; return nil })
	return b
}

func (b *brook) arn() string { return resourceRef{b.ref, b.label}.arn().String() }

// put writes an item and lets the chore look.
func (b *brook) put(pk string) {
	b.t.Helper()
	b.write(some(pk, "x"))
	b.trim()
}

func (b *brook) trim() {
	b.t.Helper()
	if err := b.s.trimStreams(context.Background(), b.station("trim")); err != nil {
		b.t.Fatal(err)
	}
}

// later lets time pass, and the chore look when it has.
func (b *brook) later(d time.Duration) {
	b.t.Helper()
	b.now = b.now.Add(d)
	b.trim()
}

// call makes a call with no more storage than its needs open.
func call[In, Out any](b *brook, in *In, needs func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error),
	handle func(context.Context, *awsapi.Call, *In) (*Out, error),
) (out *Out, err error) {
	if err := any(in).(awsapi.Validator).Validate(); err != nil {
		return nil, err
	}
	err = b.db.View(context.Background(), func(tx *storage.Tx) error {
		c := newCall(tx)
		c.Time = b.now
		all, err := needs(context.Background(), c, in)
		if err != nil {
			return err
		}
		c.Tx = tx.Only(all[0].Spans)
		out, err = handle(context.Background(), c, in)
		return err
	})
	return out, err
}

func (b *brook) shard() (*shard, error) {
	out, err := call(b, &describeStreamInput{StreamArn: new(b.arn())}, b.s.describeStreamNeeds, b.s.describeStream)
	if err != nil {
		return nil, err
	}
	return &out.StreamDescription.Shards[0], nil
}

// iterator returns an iterator.
func (b *brook) iterator(kind, sequence string) (string, error) {
	b.t.Helper()
	x, err := b.shard()
	if err != nil {
		return "", err
	}
	in := &getShardIteratorInput{StreamArn: new(b.arn()), ShardId: x.ShardId, ShardIteratorType: &kind}
	if sequence != "" {
		in.SequenceNumber = &sequence
	}
	out, err := call(b, in, b.s.getShardIteratorNeeds, b.s.getShardIterator)
	if err != nil {
		return "", err
	}
	return *out.ShardIterator, nil
}

// read reads from the iterator on, and moves it.
func (b *brook) read(it *string) (pks string, err error) {
	out, err := call(b, &getRecordsInput{ShardIterator: it}, b.s.getRecordsNeeds, b.s.getRecords)
	if err != nil {
		return "", err
	}
	for _, r := range out.Records {
		v, _ := r.Dynamodb.Keys.Get("pk")
		pks += string(v.Bytes())
	}
	if *it = ""; out.NextShardIterator != nil {
		*it = *out.NextShardIterator
	}
	return pks, nil
}

// want checks what an iterator of that kind reads.
func (b *brook) want(kind, sequence, want string) {
	b.t.Helper()
	it, err := b.iterator(kind, sequence)
	if err != nil {
		b.t.Errorf("%s %s: %v", kind, sequence, err)
		return
	}
	if got, err := b.read(&it); got != want || err != nil {
		b.t.Errorf("%s %s reads %q, %v, want %q", kind, sequence, got, err, want)
	}
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if e, ok := errors.AsType[*awsapi.Error](err); !ok || e.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestRecordsAreReadForADay(t *testing.T) {
	b := newBrook(t)
	follower, err := b.iterator(latest, "")
	if err != nil {
		t.Fatal(err)
	}
	follow := func(want string) {
		t.Helper()
		if got, err := b.read(&follower); got != want || err != nil {
			t.Fatalf("at %v who follows reads %q, %v, want %q", b.now, got, err, want)
		}
	}
	wait := func(quarters int) {
		t.Helper()
		for range quarters {
			b.later(15 * time.Minute)
			follow("")
		}
	}
	b.put("a")
	follow("a")
	wait(4)
	b.put("b")
	follow("b")
	first, err := b.iterator(trimHorizon, "")
	if err != nil {
		t.Fatal(err)
	}
	in := &getRecordsInput{ShardIterator: &first, Limit: new(int32(1))}
	page, err := call(b, in, b.s.getRecordsNeeds, b.s.getRecords)
	if err != nil || len(page.Records) != 1 {
		t.Fatal(page, err)
	}
	a := page.Records[0].Dynamodb.SequenceNumber
	atA, err := b.iterator(atSequence, a)
	if err != nil {
		t.Fatal(err)
	}
	wait(23*4 - 1)
	b.want(trimHorizon, "", "ab")
	wait(1)

	// A day after a, an hour before it is a day after b.
	b.want(trimHorizon, "", "b")
	b.want(latest, "", "")
	_, err = b.iterator(atSequence, a)
	wantCode(t, "at what is gone", err, codeTrimmed)
	_, err = b.iterator(afterSequence, a)
	wantCode(t, "after what is gone", err, codeTrimmed)
	it, _ := parseIterator(atA)
	it.made = b.now
	_, err = b.read(new(it.String()))
	wantCode(t, "an iterator at what is gone", err, codeTrimmed)
	x, err := b.shard()
	if err != nil {
		t.Fatal(err)
	}
	b.want(atSequence, *x.SequenceNumberRange.StartingSequenceNumber, "b")

	wait(4)
	b.want(trimHorizon, "", "")
	b.want(latest, "", "")
	b.change(func(tx *storage.Tx, t *table, r *tableRecord) error { return r.closeStream(tx, t.ref, b.now) })
	if x, err := b.shard(); err != nil || *x.SequenceNumberRange.EndingSequenceNumber < *x.SequenceNumberRange.StartingSequenceNumber {
		t.Errorf("the empty shard ends before it begins: %v, %v", x, err)
	}
}

func TestAnEmptyStreamGoesOn(t *testing.T) {
	b := newBrook(t)
	b.put("a")
	b.later(retention)
	b.wantLeft(0)
	follower, err := b.iterator(latest, "")
	if err != nil {
		t.Fatal(err)
	}
	b.want(latest, "", "")
	b.put("c")
	b.want(trimHorizon, "", "c")
	if got, err := b.read(&follower); got != "c" || err != nil {
		t.Errorf("who waited reads %q, %v", got, err)
	}
	b.wantLeft(1)
}

// wantLeft checks how many records are in the store. What is discarded is deleted
// in the background.
func (b *brook) wantLeft(want int) {
	b.t.Helper()
	n := -1
	for range 6000 {
		n = 0
		b.look(func(tx *storage.Tx, t *table) error {
			return forEach(tx, t.stream, func(_, _ []byte) error { n++; return nil })
		})
		if n == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Errorf("the store holds %d records, want %d", n, want)
}

func TestIteratorsEnd(t *testing.T) {
	b := newBrook(t)
	it, err := b.iterator(trimHorizon, "")
	if err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(15 * time.Minute)
	same := it
	if _, err := b.read(&same); err != nil {
		t.Errorf("after 15 minutes: %v", err)
	}
	b.now = b.now.Add(time.Second)
	_, err = b.read(&it)
	wantCode(t, "a second later", err, codeExpired)
	if err == nil || !strings.Contains(err.Error(), "Iterator expired. The iterator was created at time Sun Mar  1 12:00:00 UTC 2026 while now it is Sun Mar  1 12:15:01 UTC 2026 "+
		"which is further in the future than the tolerated delay of 900000 milliseconds.") {
		t.Errorf("it says %v", err)
	}
}

// A clock that goes wrong makes records stay for longer, at most, and not for good.
func TestRetentionAndWrongClocks(t *testing.T) {
	t.Run("ahead", func(t *testing.T) {
		b := newBrook(t)
		b.now = b.now.Add(50 * 365 * 24 * time.Hour)
		b.put("a")
		b.now = b.now.Add(-50 * 365 * 24 * time.Hour)
		b.trim()
		b.later(retention - time.Second)
		b.want(trimHorizon, "", "a")
		b.later(time.Second)
		b.want(trimHorizon, "", "")
		b.put("b")
		b.want(trimHorizon, "", "b")
		b.later(retention)
		b.want(trimHorizon, "", "")
		x, err := b.shard()
		if err != nil {
			t.Fatal(err)
		}
		b.later(50 * 365 * 24 * time.Hour) // the mark of then
		if y, err := b.shard(); err != nil || *y.SequenceNumberRange.StartingSequenceNumber != *x.SequenceNumberRange.StartingSequenceNumber {
			t.Errorf("an old mark moves the beginning: %v, %v", y, err)
		}
		b.put("c")
		b.want(trimHorizon, "", "c")
	})
	t.Run("behind", func(t *testing.T) {
		b := newBrook(t)
		b.put("a")
		b.now = b.now.Add(-time.Hour)
		b.put("b")
		b.later(retention)
		b.want(trimHorizon, "", "")
	})
}

func TestClosedStreamsGoAfterADay(t *testing.T) {
	for name, closed := range map[string]func(b *brook){
		"switched off": func(b *brook) {
			b.change(func(tx *storage.Tx, t *table, r *tableRecord) error { return r.closeStream(tx, t.ref, b.now) })
		},
		"deleted with its table": func(b *brook) {
			b.do(func(tx *storage.Tx, t *table) error {
				return errors.Join(t.leaveStreams(tx, b.now), tables.Delete(tx, b.ref.account, b.ref.region, b.ref.name), tx.Advance(b.ref.account))
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBrook(t)
			var prefix []byte
			b.look(func(_ *storage.Tx, t *table) error { prefix = t.stream[:len(t.stream)-1]; return nil })
			b.put("a")
			b.later(time.Hour)
			closed(b)
			b.later(retention - time.Hour - time.Second)
			b.want(trimHorizon, "", "a")
			b.later(time.Second)
			b.want(trimHorizon, "", "")
			b.later(time.Hour)
			_, err := b.shard()
			wantCode(t, "a day later", err, codeNotFound)
			left := func() (n int) {
				err := b.db.View(context.Background(), func(tx *storage.Tx) error {
					n = 0
					return forEach(tx, prefix, func(_, _ []byte) error { n++; return nil })
				})
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			for range 6000 {
				if left() == 0 {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("%d keys are left", left())
		})
	}
}

// What a deleted table's stream is guarded by is what the table had.
func TestStreamsKeepWhatGuardsThem(t *testing.T) {
	b := newBrook(t)
	tags := func(want ...awsapi.Tag) {
		t.Helper()
		err := b.db.View(context.Background(), func(tx *storage.Tx) error {
			target, err := b.s.streamTarget(newCall(tx), resourceRef{b.ref, b.label})
			if err != nil {
				return err
			}
			if got := target.need("GetRecords").ResourceTags; len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
				t.Errorf("the stream has tags %v, want %v", got, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tags()
	secret := awsapi.Tag{Key: "level", Value: "secret"}
	b.change(func(_ *storage.Tx, _ *table, r *tableRecord) error { r.Tags = []awsapi.Tag{secret}; return nil })
	tags(secret)
	b.do(func(tx *storage.Tx, t *table) error {
		return errors.Join(t.leaveStreams(tx, b.now), tables.Delete(tx, b.ref.account, b.ref.region, b.ref.name), tx.Advance(b.ref.account))
	})
	tags(secret)
	b.do(func(tx *storage.Tx, _ *table) error { // another table of the name
		r := tableRecord{Name: b.ref.name, ID: newTableID(), Keys: []keyRecord{{"pk", "S"}}, Tags: []awsapi.Tag{{Key: "level", Value: "open"}}}
		return errors.Join(tables.Put(tx, r, b.ref.account, b.ref.region, b.ref.name), tx.Advance(b.ref.account))
	})
	tags(secret)
}

// A write opens the stream for adding to it only.
func TestWritersDoNotReadStreams(t *testing.T) {
	b := newBrook(t)
	b.put("a")
	err := b.db.Update(context.Background(), func(tx *storage.Tx) error {
		t, err := b.s.lookup(tx, b.ref)
		if err != nil {
			return err
		}
		part := tx.Only(t.alongside())
		lo := t.stream
		return part.Scan(storage.Range{Lo: lo, Hi: storage.PrefixEnd(lo)}).Close()
	})
	if !errors.Is(err, storage.ErrNotAllowed) {
		t.Errorf("reading the stream with what a write opens: %v", err)
	}
}

func TestLabelsOfATableDiffer(t *testing.T) {
	b := newBrook(t)
	seen := map[string]bool{b.label: true}
	for range 5 { // at the same time
		b.change(func(tx *storage.Tx, t *table, r *tableRecord) error {
			return errors.Join(r.closeStream(tx, t.ref, b.now), r.openStream(tx, t.ref, keysOnly, b.now))
		})
		b.look(func(_ *storage.Tx, t *table) error {
			if seen[t.LastStream] {
				b.t.Errorf("the label %s is given twice", t.LastStream)
			}
			seen[t.LastStream] = true
			return nil
		})
	}
}

func TestStreamedAreKeptWhole(t *testing.T) {
	b := newBrook(t)
	b.look(func(_ *storage.Tx, table *table) error {
		it, other := some("a", "x"), some("a", "y")
		for _, view := range []string{keysOnly, newImage, oldImage, bothImage} {
			for _, ch := range []change{newChange(attr.Item{}, it), newChange(it, other), newChange(it, attr.Item{})} {
				e := table.newStreamed(ch, view, b.now)
				e.expired = ch.new.Len() == 0
				got, err := decodeStreamed(e.encode())
				if err != nil || got.event != e.event || got.expired != e.expired || !got.at.Equal(e.at) ||
					!got.keys.Equal(e.keys) || !got.new.Equal(e.new) || !got.old.Equal(e.old) {
					t.Errorf("%s of %s is kept as %v, %v", e.event, view, got, err)
				}
			}
		}
		return nil
	})
}

func FuzzDecodeStreamed(f *testing.F) {
	f.Add([]byte{})
	e := streamed{event: remove, expired: true, at: time.Unix(1e9, 0), keys: some("a", "x"), old: some("a", "x")}
	f.Add(e.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decodeStreamed(b)
		if err != nil {
			if !errors.Is(err, storage.ErrCorrupt) {
				t.Errorf("decode = %v", err)
			}
			return
		}
		again, err := decodeStreamed(e.encode())
		if err != nil || again.event != e.event || !again.at.Equal(e.at) || !again.new.Equal(e.new) {
			t.Errorf("%v became %v, %v", e, again, err)
		}
	})
}

func FuzzIterator(f *testing.F) {
	ref := resourceRef{tableRef{account: "111122223333", region: "us-east-1", name: "Docs"}, "2015-05-11T21:21:33.291"}
	f.Add(iterator{ref, position{7, 1}, time.UnixMilli(1e12)}.String())
	f.Add("arn:aws:dynamodb:us-east-1:111122223333:table/Docs|1|AQAAAA")
	f.Add(position{1<<64 - 1, 1<<32 - 1}.sequence())
	f.Fuzz(func(t *testing.T, s string) {
		if p, ok := parseSequence(s); ok && p.sequence() != s {
			t.Errorf("%q is read as %q", s, p.sequence())
		}
		it, ok := parseIterator(s)
		if !ok {
			return
		}
		again, ok := parseIterator(it.String())
		if !ok || again.from != it.from || !again.made.Equal(it.made) || again.ref.arn() != it.ref.arn() {
			t.Errorf("%q is read as %v, and that as %v", s, it, again)
		}
		if !strings.HasPrefix(s, it.ref.arn().String()+"|") {
			t.Errorf("%q names %s", s, it.ref.arn())
		}
	})
}
