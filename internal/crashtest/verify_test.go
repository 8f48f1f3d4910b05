// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

// verify compares the server, started again, with what was acknowledged and
// attempted before. Every account is looked at if all is set, else the newest.
func (w *world) verify(host string, all bool) error {
	var wg sync.WaitGroup
	errs := make([]error, len(w.writers)+1)
	for i, wr := range w.writers {
		wg.Go(func() {
			if err := wr.verify(host, all); err != nil {
				errs[i] = fmt.Errorf("%s: %w", wr.name, err)
			}
		})
	}
	wg.Go(func() { errs[len(w.writers)] = w.verifyShared(host) })
	wg.Wait()
	return history.First(slices.DeleteFunc(errs, func(err error) bool { return err == nil }))
}

func (w *world) verifyShared(host string) error {
	c, err := client.Dial(host)
	if err != nil {
		return err
	}
	defer c.Close()
	numbers, err := partition(c, w.root, itemTables[0], "shared", "counter-")
	if err != nil {
		return err
	}
	byKey := map[string]int{}
	for _, it := range numbers {
		if byKey[it.SK.S], err = strconv.Atoi(it.N.N); err != nil {
			return err
		}
	}
	var errs []error
	for i := range w.counters {
		if err := w.counters[i].check(byKey[counterKey(i)]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", counterKey(i), err))
		}
	}
	claimed, err := partition(c, w.root, itemTables[1], "shared", claimKey(w.round))
	if err != nil {
		return err
	}
	owners := map[string]string{}
	for _, it := range claimed {
		owners[it.SK.S] = it.Owner.S
	}
	errs = append(errs, w.claims.check(owners))
	found, err := readHot(c, w.root)
	if err != nil {
		return err
	}
	w.ordered, err = w.hot.check(found)
	return errors.Join(append(errs, err)...)
}

// verify reads all that the writer has and compares it with its history, which
// goes on from there.
func (w *writer) verify(host string, all bool) error {
	c, err := client.Dial(host)
	if err != nil {
		return err
	}
	defer c.Close()
	w.c = c
	seen := map[string]string{}
	err = errors.Join(w.readItems(seen), w.readControl(seen))
	if err != nil {
		return err
	}
	if err := errors.Join(w.history.Check(seen), w.verifyWitness(seen), w.verifyCredentials(all)); err != nil {
		return err
	}
	w.resume(seen)
	return nil
}

// readItems reads the writer's partition in both tables.
func (w *writer) readItems(seen map[string]string) error {
	grouped := make([][]string, groups)
	for i := range grouped {
		grouped[i] = emptyGroup()
	}
	for _, table := range itemTables {
		items, err := partition(w.c, w.world.root, table, w.name, "")
		if err != nil {
			return err
		}
		for _, it := range items {
			var group, i int
			if n, _ := fmt.Sscanf(it.SK.S, "group-%d-%d", &group, &i); n == 2 {
				grouped[group][i] = it.value()
			} else {
				seen[it.SK.S] = it.value()
			}
		}
	}
	for i, image := range grouped {
		seen[groupKey(i)] = strings.Join(image, " ")
	}
	return nil
}

// stored is an item as DynamoDB's JSON has it.
type stored struct {
	PK    struct{ S string } `json:"pk"`
	SK    struct{ S string } `json:"sk"`
	N     struct{ N string } `json:"n"`
	Sum   struct{ S string } `json:"sum"`
	Owner struct{ S string } `json:"owner"`
}

// value is the item's number, or all of it if it isn't whole.
func (s *stored) value() string {
	n, err := strconv.Atoi(s.N.N)
	if err != nil || s.Sum.S != sum(s.PK.S, s.SK.S, n) {
		return fmt.Sprintf("half an item: %+v", *s)
	}
	return s.N.N
}

// partition reads the items of a partition whose sort key begins with prefix.
func partition(c *client.Client, who creds, table, pk, prefix string) (all []stored, err error) {
	in := object{
		"TableName": table, "ConsistentRead": true, "KeyConditionExpression": "pk = :pk",
		"ExpressionAttributeValues": object{":pk": object{"S": pk}},
	}
	if prefix != "" {
		in["KeyConditionExpression"] = "pk = :pk AND begins_with(sk, :prefix)"
		in["ExpressionAttributeValues"] = object{":pk": object{"S": pk}, ":prefix": object{"S": prefix}}
	}
	return pages(c, who, "Query", in)
}

// pages reads all pages of a Query or Scan.
func pages(c *client.Client, who creds, operation string, in object) (all []stored, err error) {
	for {
		var out struct {
			Items            []stored
			LastEvaluatedKey object
		}
		a, err := c.Dynamo(who, operation, in)
		if err := client.Need(a, err, &out); err != nil {
			return nil, err
		}
		all = append(all, out.Items...)
		if out.LastEvaluatedKey == nil {
			return all, nil
		}
		in["ExclusiveStartKey"] = out.LastEvaluatedKey
	}
}
