// SPDX-License-Identifier: Apache-2.0

// Package bank puts a server to work with tables in which everything hangs
// together, and finds out afterwards, on another server with the same data,
// whether anything that was acknowledged is missing or anything is there by half.
// How the first server ends is for the caller to choose.
package bank

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

// Life is after how many rounds a bank is to make room for another: receipts add
// up.
const Life = 20

const (
	tables    = 3
	accounts  = 12 // over all tables
	deposit   = 1000
	tellers   = 16
	atSpeed   = 6 * tellers     // changes acknowledged before the clock of a kill starts
	speedTime = 4 * time.Minute // for that
)

type object = client.Object

// A Bank is tables in which everything hangs together: accounts between which
// money is moved by transactions that leave a receipt, and items that come and go
// by single writes, in batches and because their time has come. Each table has
// indexes, one of which is made and dropped all the time, and a stream. Beside them
// is a table that is made, filled and deleted all the time. It is for one goroutine.
type Bank struct {
	number  int // of banks before this
	who     client.Creds
	tables  [tables]*table
	ruin    *table // that is deleted again and again
	tellers []*teller

	gone     atomic.Bool  // the server, in this round, so that calls may go unanswered
	answered atomic.Int64 // acknowledged changes in this round
	looks    atomic.Int64 // at all accounts in one transaction, in this round
	built    atomic.Int64 // changes of the index that comes and goes
	wrecked  atomic.Int64 // deletions of the table that is deleted
	wrong    atomic.Bool  // somebody was answered what nobody may be
}

// A Tally is what a run has done, to be printed.
type Tally struct {
	Kills int
	Begin time.Time

	changes, looks, built, wrecked int
	receipts, entries, records     int
}

// String tells the tally in one line.
func (d *Tally) String() string {
	return fmt.Sprintf("%d kills; %d acknowledged changes are there, and the %d receipts explain every balance; %d looks at all accounts found all of the money; %d changes of an index; %d tables deleted; %d entries of indexes are of their items; %d stream records replay to the tables; %v in all",
		d.Kills, d.changes, d.receipts, d.looks, d.built, d.wrecked, d.entries, d.records, time.Since(d.Begin).Round(time.Second))
}

// New makes a bank on the server, in the place of an old one on the same data if
// there is one. What its tellers do is decided by rnd.
func New(host string, who client.Creds, old *Bank, rnd *rand.Rand) (*Bank, error) {
	b := &Bank{who: who, ruin: &table{name: "Ruin", plain: true}}
	c, err := client.Dial(host)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if old != nil {
		b.number = old.number + 1
		for _, t := range old.tables {
			if err := t.drop(c, who); err != nil {
				return nil, err
			}
		}
	}
	for i := range b.tables {
		b.tables[i] = &table{name: fmt.Sprintf("Bank%d", i), replay: map[string]object{}, read: map[string]string{}}
		if err := b.tables[i].create(c, who); err != nil {
			return nil, err
		}
	}
	for i := range accounts {
		if err := client.Call(c.Dynamo(who, "PutItem", object{"TableName": b.of(i).name, "Item": newAccount(i)})); err != nil {
			return nil, err
		}
	}
	for i := range tellers {
		b.tellers = append(b.tellers, &teller{
			bank: b, name: fmt.Sprintf("t%d-%02d", b.number, i), rnd: rand.New(rand.NewPCG(rnd.Uint64(), rnd.Uint64())),
			history: history.History{}, acked: map[string]receipt{}, tried: map[string]receipt{},
		})
	}
	return b, nil
}

// of returns the table in which an account is.
func (b *Bank) of(account int) *table { return b.tables[account%tables] }

func accountKey(i int) object { return client.PrimaryKey("account", fmt.Sprintf("%02d", i)) }

func newAccount(i int) object {
	it := accountKey(i)
	it["n"] = object{"N": fmt.Sprint(deposit)}
	it["g"] = object{"S": "account"}
	it["m"] = object{"S": "account"}
	return it
}

// Load lets everybody work and has the server killed some time after they are at
// speed. What is answered once kill has been called isn't relied on. stacks tells
// what a server is about that doesn't get up to speed, and ends it.
func (b *Bank) Load(host string, after time.Duration, kill func() error, stacks func() string) error {
	b.gone.Store(false)
	for _, n := range []*atomic.Int64{&b.answered, &b.looks, &b.built, &b.wrecked} {
		n.Store(0)
	}
	steps := map[string]func(*client.Client) error{"builder": b.rebuild, "wrecker": b.wreck}
	for _, tl := range b.tellers {
		steps[tl.name] = tl.step
	}
	var wg sync.WaitGroup
	failed := make(chan error, len(steps)+1)
	for name, step := range steps {
		wg.Go(func() { failed <- b.work(host, name, step) })
	}
	for deadline := time.Now().Add(speedTime); b.answered.Load() < atSpeed && !b.wrong.Load() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	slow := b.answered.Load() < atSpeed && !b.wrong.Load()
	if !slow {
		time.Sleep(after)
	}
	b.gone.Store(true)
	if slow {
		failed <- fmt.Errorf("%d changes in %v\n%s", b.answered.Load(), speedTime, stacks())
	} else {
		failed <- kill()
	}
	wg.Wait()
	close(failed)
	var errs []error
	for err := range failed {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// work makes one step after another until the server is gone.
func (b *Bank) work(host, name string, step func(*client.Client) error) error {
	c, err := client.Dial(host)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer c.Close()
	c.Gone = b.gone.Load
	for err == nil {
		err = step(c)
	}
	if errors.Is(err, client.ErrUnanswered) && b.gone.Load() {
		return nil
	}
	b.wrong.Store(true)
	return fmt.Errorf("%s: %w", name, err)
}

// rebuild drops the index that comes and goes from a table that has it, and adds
// it to one that hasn't. Whether an answer has come is no matter: what there is
// is asked every time.
func (b *Bank) rebuild(c *client.Client) error {
	for _, t := range b.tables {
		d, err := t.describe(c, b.who)
		if err != nil {
			return err
		}
		ix := d.index(comingIndex)
		switch {
		case d.TableStatus != "ACTIVE" || ix != nil && ix.IndexStatus != "ACTIVE":
			continue // it is under way
		case ix != nil:
			err = client.Call(c.Dynamo(b.who, "UpdateTable", t.dropIndex()))
		default:
			err = client.Call(c.Dynamo(b.who, "UpdateTable", t.addIndex()))
		}
		if err != nil {
			return err
		}
		b.built.Add(1)
	}
	time.Sleep(5 * time.Millisecond)
	return nil
}
