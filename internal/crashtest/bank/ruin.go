// SPDX-License-Identifier: Apache-2.0

package bank

import (
	"fmt"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
)

const (
	ruinBatches = 4
	batchMost   = 25 // items that BatchWriteItem takes
)

// wreck makes the table that is deleted if there is none, else it puts items in it
// and deletes it. What there is is asked every time.
func (b *Bank) wreck(c *client.Client) error {
	d, err := b.ruin.find(c, b.who)
	switch {
	case err != nil:
		return err
	case d == nil:
		return client.Call(c.Dynamo(b.who, "CreateTable", b.ruin.definition()))
	case !d.quiet():
		time.Sleep(5 * time.Millisecond)
		return nil
	}
	for i := range ruinBatches {
		if err := b.ruin.fill(c, b.who, i); err != nil {
			return err
		}
	}
	if err := client.Call(c.Dynamo(b.who, "DeleteTable", object{"TableName": b.ruin.name})); err != nil {
		return err
	}
	b.wrecked.Add(1)
	return nil
}

// fill puts a batch of items in the table, some of which its indexes have.
func (t *table) fill(c *client.Client, who client.Creds, batch int) error {
	var puts []object
	for i := range batchMost {
		it := client.PrimaryKey(fmt.Sprintf("ruin-%d", batch), fmt.Sprintf("%02d", i))
		it["n"] = object{"N": fmt.Sprint(i)}
		if i%2 == 0 {
			it["g"], it["l"] = object{"S": "g"}, object{"S": fmt.Sprint(i)}
		}
		puts = append(puts, object{"PutRequest": object{"Item": it}})
	}
	return client.Call(c.Dynamo(who, "BatchWriteItem", object{"RequestItems": map[string][]object{t.name: puts}}))
}

// find describes the table, if there is one.
func (t *table) find(c *client.Client, who client.Creds) (*description, error) {
	var out struct{ Table description }
	a, err := c.Dynamo(who, "DescribeTable", object{"TableName": t.name})
	if err == nil && a.Is("ResourceNotFoundException") {
		return nil, nil
	}
	return &out.Table, client.Need(a, err, &out)
}

// verifyRuin waits until the table that is deleted is whole or gone. If it is there
// its indexes and counts are right.
func (b *Bank) verifyRuin(c *client.Client, done *Tally) error {
	for deadline := time.Now().Add(settleTime); ; time.Sleep(5 * time.Millisecond) {
		d, err := b.ruin.find(c, b.who)
		if err != nil || d == nil {
			return err
		}
		if d.quiet() {
			_, err := b.ruin.compare(c, b.who, done)
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s is neither whole nor gone after %v: %+v", b.ruin.name, settleTime, d)
		}
	}
}
