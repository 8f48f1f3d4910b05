// SPDX-License-Identifier: Apache-2.0

package bank

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

// Verify compares the server, started again, with what was acknowledged and
// attempted before. What was not answered is sent again, under its token.
func (b *Bank) Verify(host string, done *Tally) error {
	done.Kills++
	done.changes += int(b.answered.Load())
	done.looks += int(b.looks.Load())
	done.built += int(b.built.Load())
	done.wrecked += int(b.wrecked.Load())
	c, err := client.Dial(host)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, tl := range b.tellers {
		for token, r := range tl.tried {
			if err := tl.send(c, token, r); err != nil {
				return fmt.Errorf("%s, sent again: %w", token, err)
			}
		}
	}
	if err := b.look(c); err != nil {
		return err
	}
	var all [tables]map[string]object
	for i, t := range b.tables {
		if all[i], err = t.compare(c, b.who, done); err != nil {
			return err
		}
	}
	if err := b.verifyRuin(c, done); err != nil {
		return err
	}
	receipts, err := b.audit(all)
	done.receipts = receipts
	var errs []error
	for _, tl := range b.tellers {
		if err := tl.history.Check(tl.seen(all)); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", tl.name, err))
		}
	}
	return errors.Join(err, history.First(errs))
}

// audit holds the receipts, of all tables, against what was acknowledged and
// against the accounts.
func (b *Bank) audit(all [tables]map[string]object) (int, error) {
	acked := map[string]receipt{}
	for _, tl := range b.tellers {
		for token, r := range tl.acked {
			acked[token] = r
		}
	}
	var balances, found [accounts]int
	for i := range balances {
		balances[i] = deposit
	}
	var errs []error
	seen := 0
	for _, items := range all {
		for key, it := range items {
			kind, token, _ := strings.Cut(key, "/")
			n, err := numberOf(it, "n")
			switch {
			case err != nil:
				errs = append(errs, err)
			case kind == "account":
				var i int
				if _, err := fmt.Sscan(strings.TrimPrefix(token, "0"), &i); err != nil {
					return 0, err
				}
				found[i] = n
			case kind == "receipt":
				from, ferr := numberOf(it, "from")
				to, terr := numberOf(it, "to")
				if err := errors.Join(ferr, terr); err != nil {
					return 0, err
				}
				if r := (receipt{from, to, n}); acked[token] != r {
					errs = append(errs, fmt.Errorf("receipt %s is of %v, but %v was acknowledged", token, r, acked[token]))
				}
				balances[from] -= n
				balances[to] += n
				seen++
			}
		}
	}
	if seen != len(acked) {
		errs = append(errs, fmt.Errorf("there are %d receipts of %d transfers", seen, len(acked)))
	}
	if found != balances {
		errs = append(errs, fmt.Errorf("the accounts have %d, by the receipts %d", found, balances))
	}
	return seen, history.First(errs)
}

// seen returns the items that only this teller changes, as its history has them.
func (tl *teller) seen(all [tables]map[string]object) map[string]string {
	seen := map[string]string{}
	for i := range junk {
		sk := junkKey(i)
		if it, ok := all[i%tables][tl.name+"/"+sk]; ok {
			if seen[sk] = history.None; it["n"] != nil {
				seen[sk] = text(it["n"])
			}
		}
	}
	return seen
}
