// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	bankTables  = 3
	accounts    = 12 // over all tables
	deposit     = 1000
	tellers     = 16
	bankAtSpeed = 6 * tellers
	bankLife    = 20 // rounds, after which there is a new one, as receipts add up
)

// A bank is tables in which everything hangs together: accounts between which
// money is moved by transactions that leave a receipt, and items that come and go
// by single writes, in batches and because their time has come. Each table has
// indexes, one of which is made and dropped all the time, and a stream.
type bank struct {
	number  int // of banks before this
	who     creds
	tables  [bankTables]*bankTable
	tellers []*teller

	killed   atomic.Bool  // in this round, so that calls may go unanswered
	answered atomic.Int64 // acknowledged changes in this round
	looks    atomic.Int64 // at all accounts in one transaction, in this round
	built    atomic.Int64 // changes of the index that comes and goes
	wrong    atomic.Bool  // somebody was answered what nobody may be
}

// A bankTally is what the run has done, to be printed.
type bankTally struct {
	kills, changes, looks, built int
	receipts, entries, records   int
	begin                        time.Time
}

func (d *bankTally) String() string {
	return fmt.Sprintf("%d kills; %d acknowledged changes are there, and the %d receipts explain every balance; %d looks at all accounts found all of the money; %d changes of an index; %d entries of indexes are of their items; %d stream records replay to the tables; %v in all",
		d.kills, d.changes, d.receipts, d.looks, d.built, d.entries, d.records, time.Since(d.begin).Round(time.Second))
}

// TestTransactionsAreWholeAfterAKill kills servers in the middle of transactions,
// batches, expiry and the filling of indexes. Then no transaction is there by
// half, indexes and counts are those of their tables, and streams tell how the
// tables came to be.
func TestTransactionsAreWholeAfterAKill(t *testing.T) {
	rnd := random(t)
	dir := t.TempDir()
	p, err := start(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p != nil {
			_ = p.kill() // it may be gone
		}
	})
	var b *bank
	done := bankTally{begin: time.Now()}
	for round := range *rounds {
		if round%bankLife == 0 {
			if b, err = newBank(p.host, dir, b, rnd); err != nil {
				t.Fatal(err)
			}
		}
		if p, err = b.play(p, dir, rnd, &done); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if done.kills%progress == 0 {
			t.Log(&done)
		}
	}
	t.Log(&done)
}

// newBank makes a bank in the place of an old one, if there is one.
func newBank(host, dir string, old *bank, rnd *rand.Rand) (*bank, error) {
	b := &bank{}
	if old != nil {
		b.number = old.number + 1
	}
	var err error
	if b.who, err = root(dir); err != nil {
		return nil, err
	}
	c, err := dial(host)
	if err != nil {
		return nil, err
	}
	defer c.close()
	if old != nil {
		for _, t := range old.tables {
			if err := t.drop(c, b.who); err != nil {
				return nil, err
			}
		}
	}
	for i := range b.tables {
		b.tables[i] = &bankTable{name: fmt.Sprintf("Bank%d", i), replay: map[string]object{}, read: map[string]string{}}
		if err := b.tables[i].create(c, b.who); err != nil {
			return nil, err
		}
	}
	for i := range accounts {
		if err := call(c.dynamo(b.who, "PutItem", object{"TableName": b.of(i).name, "Item": newAccount(i)})); err != nil {
			return nil, err
		}
	}
	for i := range tellers {
		b.tellers = append(b.tellers, &teller{
			bank: b, name: fmt.Sprintf("t%d-%02d", b.number, i), rnd: rand.New(rand.NewPCG(rnd.Uint64(), rnd.Uint64())),
			history: history{}, acked: map[string]receipt{}, tried: map[string]receipt{},
		})
	}
	return b, nil
}

// of returns the table in which an account is.
func (b *bank) of(account int) *bankTable { return b.tables[account%bankTables] }

func accountKey(i int) object { return primaryKey("account", fmt.Sprintf("%02d", i)) }

func newAccount(i int) object {
	it := accountKey(i)
	it["n"] = object{"N": fmt.Sprint(deposit)}
	it["g"] = object{"S": "account"}
	it["m"] = object{"S": "account"}
	return it
}

// play plays one round: everybody works, the server is killed, another is started
// on the same data and looked at. It returns the one that runs, or nil if none
// does.
func (b *bank) play(p *process, dir string, rnd *rand.Rand, done *bankTally) (*process, error) {
	if err := b.load(p, between(rnd, leastLoad, mostLoad)); err != nil {
		return nil, err
	}
	done.kills++
	done.changes += int(b.answered.Load())
	done.looks += int(b.looks.Load())
	done.built += int(b.built.Load())
	for rnd.IntN(4) == 0 {
		if err := killAtStart(dir, between(rnd, 0, mostStart)); err != nil {
			return nil, fmt.Errorf("killed as it started: %w", err)
		}
	}
	p, err := start(dir)
	if err != nil {
		return nil, err
	}
	return p, b.verify(p.host, done)
}

// load lets everybody work and kills the server some time after they are at
// speed.
func (b *bank) load(p *process, after time.Duration) error {
	b.killed.Store(false)
	b.answered.Store(0)
	b.looks.Store(0)
	b.built.Store(0)
	var wg sync.WaitGroup
	errs := make([]error, len(b.tellers)+2)
	for i, tl := range b.tellers {
		wg.Go(func() { errs[i] = b.work(p.host, tl.name, tl.step) })
	}
	wg.Go(func() { errs[tellers] = b.work(p.host, "builder", b.rebuild) })
	for deadline := time.Now().Add(speedTime); b.answered.Load() < bankAtSpeed && !b.wrong.Load() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	slow := b.answered.Load() < bankAtSpeed && !b.wrong.Load()
	if !slow {
		time.Sleep(after)
	}
	b.killed.Store(true)
	if slow {
		errs[tellers+1] = fmt.Errorf("%d changes in %v\n%s", b.answered.Load(), speedTime, p.stacks())
	} else {
		errs[tellers+1] = p.kill()
	}
	wg.Wait()
	return errors.Join(errs...)
}

// work makes one step after another until the server is gone.
func (b *bank) work(host, name string, step func(*client) error) error {
	c, err := dial(host)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer c.close()
	for err == nil {
		err = step(c)
	}
	if errors.Is(err, errUnanswered) && b.killed.Load() {
		return nil
	}
	b.wrong.Store(true)
	return fmt.Errorf("%s: %w", name, err)
}

// rebuild drops the index that comes and goes from a table that has it, and adds
// it to one that hasn't. Whether an answer has come is no matter: what there is
// is asked every time.
func (b *bank) rebuild(c *client) error {
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
			err = call(c.dynamo(b.who, "UpdateTable", t.dropIndex()))
		default:
			err = call(c.dynamo(b.who, "UpdateTable", t.addIndex()))
		}
		if err != nil {
			return err
		}
		b.built.Add(1)
	}
	time.Sleep(5 * time.Millisecond)
	return nil
}
