// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

const (
	slots     = 16 // single items of a writer
	groups    = 4  // of items that are written in one batch
	groupSize = 8
)

// A writer makes one change after another, in its own partition and on what
// all share, and keeps its history. It is for one goroutine.
type writer struct {
	world   *world
	name    string // of its partition, and the tag of its sessions
	c       *client.Client
	rnd     *rand.Rand
	seq     int
	history history.History
	session creds            // newest
	first   creds            // session of before the first crash
	version string           // of the item that is only written on condition
	knows   [hotItems]string // values of the hot items, when last seen
	control control          // what it has beyond items
}

func newWriter(w *world, i int, rnd *rand.Rand) *writer {
	wr := &writer{world: w, name: fmt.Sprintf("w%02d", i), rnd: rnd, history: history.History{}, version: history.None, control: control{number: i}}
	for g := range groups {
		wr.history.Set(groupKey(g), strings.Join(emptyGroup(), " "))
	}
	return wr
}

func groupKey(g int) string { return fmt.Sprintf("group-%d", g) }

func emptyGroup() []string { return slices.Repeat([]string{history.None}, groupSize) }

// run makes changes until the server is gone. Any other answer than the
// expected one is an error.
func (w *writer) run(host string) error {
	var err error
	if w.c, err = client.Dial(host); err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	defer w.c.Close()
	for err == nil {
		err = w.step()
	}
	if errors.Is(err, client.ErrUnanswered) && w.world.killed.Load() {
		return nil
	}
	return fmt.Errorf("%s: %w", w.name, err)
}

func (w *writer) step() error {
	w.seq++
	switch n := w.rnd.IntN(100); {
	case n < 22:
		return w.put()
	case n < 34:
		return w.batch()
	case n < 40:
		return w.putIf()
	case n < 58:
		return w.hot()
	case n < 62:
		return w.watch()
	case n < 70:
		return w.increment()
	case n < 74:
		return w.readCounter()
	case n < 82:
		return w.claim()
	case n < 90:
		return w.denied()
	case n < 92:
		return w.assume()
	}
	return w.stepControl()
}

// changed notes a change that was acknowledged.
func (w *writer) changed(a client.Answer) {
	w.world.answered.Add(1)
	w.world.log.answered(a.RequestID, "Allow")
}

// item is a whole item: its sum tells whether it is one.
func item(pk, sk string, n int) object {
	return object{
		"pk": object{"S": pk}, "sk": object{"S": sk},
		"n": object{"N": strconv.Itoa(n)}, "sum": object{"S": sum(pk, sk, n)},
	}
}

// sum depends on all the rest of an item, and is of changing length.
func sum(pk, sk string, n int) string {
	return fmt.Sprintf("%s/%s/%d%s", pk, sk, n, strings.Repeat(".", n*37%300))
}

func (w *writer) put() error {
	key := fmt.Sprintf("slot-%02d", w.rnd.IntN(slots))
	w.history.Attempt(key, strconv.Itoa(w.seq))
	a, err := w.c.Dynamo(w.session, "PutItem", object{"TableName": itemTables[0], "Item": item(w.name, key, w.seq)})
	return w.settle(key, a, err)
}

// settle notes that the change of key that was attempted was acknowledged,
// which it must have been if it was answered.
func (w *writer) settle(key string, a client.Answer, err error) error {
	if err := client.Need(a, err, nil); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	w.history.Ack(key)
	w.changed(a)
	return nil
}

// batch writes all items of a group at once: half of them to each table. Every
// third time, it deletes every other pair.
func (w *writer) batch() error {
	key := groupKey(w.rnd.IntN(groups))
	image := groupImage(w.seq)
	requests := map[string][]object{}
	for i := range groupSize {
		sk, table := fmt.Sprintf("%s-%d", key, i), itemTables[i%2]
		if image[i] == history.None {
			requests[table] = append(requests[table], object{"DeleteRequest": object{"Key": client.PrimaryKey(w.name, sk)}})
			continue
		}
		requests[table] = append(requests[table], object{"PutRequest": object{"Item": item(w.name, sk, w.seq)}})
	}
	w.history.Attempt(key, strings.Join(image, " "))
	a, err := w.c.Dynamo(w.session, "BatchWriteItem", object{"RequestItems": requests})
	return w.settle(key, a, err)
}

// putIf replaces an item on condition that it is as the writer left it: it
// always is.
func (w *writer) putIf() error {
	in := object{"TableName": itemTables[0], "Item": item(w.name, "version", w.seq), "ConditionExpression": "attribute_not_exists(pk)"}
	if w.version != history.None {
		in["ConditionExpression"] = "n = :old"
		in["ExpressionAttributeValues"] = object{":old": object{"N": w.version}}
	}
	next := strconv.Itoa(w.seq)
	w.history.Attempt("version", next)
	a, err := w.c.Dynamo(w.session, "PutItem", in)
	if err := w.settle("version", a, err); err != nil {
		return err
	}
	w.version = next
	return nil
}

func counterKey(i int) string { return fmt.Sprintf("counter-%d", i) }

// number is an answer about a counter.
type number struct {
	Attributes, Item struct{ N struct{ N string } }
}

func (w *writer) increment() error {
	i := w.rnd.IntN(counters)
	w.world.counters[i].attempt()
	a, err := w.c.Dynamo(w.session, "UpdateItem", object{
		"TableName": itemTables[0], "Key": client.PrimaryKey("shared", counterKey(i)), "ReturnValues": "UPDATED_NEW",
		"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": object{":one": object{"N": "1"}},
	})
	var out number
	if err := client.Need(a, err, &out); err != nil {
		return fmt.Errorf("%s: %w", counterKey(i), err)
	}
	value, err := strconv.Atoi(out.Attributes.N.N)
	if err != nil {
		return err
	}
	w.world.counters[i].ack(value)
	w.changed(a)
	return nil
}

// readCounter reads what others may just be writing.
func (w *writer) readCounter() error {
	i := w.rnd.IntN(counters)
	a, err := w.c.Dynamo(w.session, "GetItem", object{
		"TableName": itemTables[0], "Key": client.PrimaryKey("shared", counterKey(i)), "ConsistentRead": true,
	})
	var out number
	if err := client.Need(a, err, &out); err != nil {
		return fmt.Errorf("%s: %w", counterKey(i), err)
	}
	if out.Item.N.N == "" {
		return nil // nobody has increased it yet
	}
	value, err := strconv.Atoi(out.Item.N.N)
	w.world.counters[i].saw(value)
	return err
}

func claimKey(round int) string { return fmt.Sprintf("claim-%04d-", round) }

// claim tries to be the one who creates an item that about eight try to create.
func (w *writer) claim() error {
	key := fmt.Sprintf("%s%d", claimKey(w.world.round), w.world.claimed.Add(1)/8)
	w.world.claims.attempt(key, w.name)
	it := item("shared", key, w.seq)
	it["owner"] = object{"S": w.name}
	a, err := w.c.Dynamo(w.session, "PutItem", object{
		"TableName": itemTables[1], "Item": it, "ConditionExpression": "attribute_not_exists(pk)",
	})
	if err == nil && a.Is("ConditionalCheckFailedException") {
		w.world.claims.ack(key, w.name, false)
		return nil
	}
	if err := client.Need(a, err, nil); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	w.world.claims.ack(key, w.name, true)
	w.changed(a)
	return nil
}

// denied writes to another writer's partition.
func (w *writer) denied() error {
	other := w.world.writers[(w.control.number+1+w.rnd.IntN(writers-1))%writers].name
	a, err := w.c.Dynamo(w.session, "PutItem", object{"TableName": itemTables[0], "Item": item(other, "slot-00", w.seq)})
	if err != nil {
		return err
	}
	if !a.Is("AccessDeniedException") {
		return fmt.Errorf("writing to %s: %s", other, a)
	}
	w.world.log.answered(a.RequestID, "ImplicitDeny")
	return nil
}
