// SPDX-License-Identifier: Apache-2.0

package bank

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

const (
	junk     = 24 // items of a teller that come and go
	shortest = 8  // items of a teller that expire
)

// A receipt is what a transfer leaves besides the money it moved.
type receipt struct{ from, to, amount int }

// A teller moves money, and writes items of its own in between. It is for one
// goroutine.
type teller struct {
	bank    *Bank
	name    string
	rnd     *rand.Rand
	seq     int
	history history.History    // of items that only this teller changes
	acked   map[string]receipt // of transfers that were acknowledged, by token
	tried   map[string]receipt // of those that were not answered: one at most
}

func (tl *teller) step(c *client.Client) error {
	tl.seq++
	switch n := tl.rnd.IntN(100); {
	case n < 45:
		return tl.transfer(c)
	case n < 65:
		return tl.batch(c)
	case n < 80:
		return tl.single(c)
	case n < 90:
		return tl.expiring(c)
	}
	return tl.bank.look(c)
}

func (tl *teller) transfer(c *client.Client) error {
	r := receipt{from: tl.rnd.IntN(accounts), amount: 1 + tl.rnd.IntN(200)}
	r.to = (r.from + 1 + tl.rnd.IntN(accounts-1)) % accounts
	token := fmt.Sprintf("%s-%d", tl.name, tl.seq)
	tl.tried[token] = r
	return tl.send(c, token, r)
}

// send makes the transfer, or makes it again under the same token.
func (tl *teller) send(c *client.Client, token string, r receipt) error {
	operation, in, poor := "TransactWriteItems", tl.input(token, r), "[ConditionalCheckFailed, None, None, None]"
	if r.amount%3 == 0 {
		operation, in, poor = "ExecuteTransaction", tl.statements(token, r), "[ConditionalCheckFailed, None, None]"
	}
	a, err := c.Dynamo(tl.bank.who, operation, in)
	switch {
	case err != nil:
		return err
	case a.Is("TransactionCanceledException") && a.Is(poor):
		delete(tl.tried, token)
		return nil
	case !a.OK():
		return errors.New(a.String())
	}
	delete(tl.tried, token)
	tl.acked[token] = r
	tl.bank.answered.Add(1)
	return nil
}

// input is the transaction of a transfer. It goes to two or three tables.
func (tl *teller) input(token string, r receipt) object {
	b := tl.bank
	amount := object{":a": object{"N": strconv.Itoa(r.amount)}}
	return object{
		"ClientRequestToken": token,
		"TransactItems": []object{
			{"Update": object{
				"TableName": b.of(r.from).name, "Key": accountKey(r.from), "UpdateExpression": "SET n = n - :a",
				"ConditionExpression": "n >= :a", "ExpressionAttributeValues": amount,
			}},
			{"Update": object{
				"TableName": b.of(r.to).name, "Key": accountKey(r.to), "UpdateExpression": "ADD n :a",
				"ExpressionAttributeValues": amount,
			}},
			{"Put": object{"TableName": b.of(r.amount).name, "Item": tl.note(token, r)}},
			{"ConditionCheck": object{
				"TableName": b.of(r.amount + 1).name, "Key": client.PrimaryKey("closed", "yes"), "ConditionExpression": "attribute_not_exists(pk)",
			}},
		},
	}
}

// note is the item that a receipt is.
func (tl *teller) note(token string, r receipt) object {
	it := client.PrimaryKey("receipt", token)
	it["from"], it["to"] = object{"N": strconv.Itoa(r.from)}, object{"N": strconv.Itoa(r.to)}
	it["n"], it["g"], it["l"] = object{"N": strconv.Itoa(r.amount)}, object{"S": tl.name}, object{"S": token}
	return it
}

// statements is the transaction of a transfer in PartiQL.
func (tl *teller) statements(token string, r receipt) object {
	amount, note := object{"N": strconv.Itoa(r.amount)}, tl.note(token, r)
	statement := func(text string, account int, parameters ...object) object {
		return object{"Statement": fmt.Sprintf(text, tl.bank.of(account).name), "Parameters": parameters}
	}
	of := func(account int) object { return accountKey(account)["sk"].(object) }
	return object{
		"ClientRequestToken": token,
		"TransactStatements": []object{
			statement(`UPDATE "%s" SET n = n - ? WHERE pk = 'account' AND sk = ? AND n >= ?`, r.from, amount, of(r.from), amount),
			statement(`UPDATE "%s" SET n = n + ? WHERE pk = 'account' AND sk = ?`, r.to, amount, of(r.to)),
			statement(`INSERT INTO "%s" VALUE {'pk': 'receipt', 'sk': ?, 'from': ?, 'to': ?, 'n': ?, 'g': ?, 'l': ?}`, r.amount,
				note["sk"].(object), note["from"].(object), note["to"].(object), amount, note["g"].(object), note["l"].(object)),
		},
	}
}

func junkKey(i int) string { return fmt.Sprintf("junk-%02d", i) }

// thing is an item with some of the attributes that indexes are of.
func (tl *teller) thing(sk string, n int) object {
	it := client.PrimaryKey(tl.name, sk)
	it["n"] = object{"N": strconv.Itoa(n)}
	for name, values := range map[string]int{"g": 5, "l": 9, "m": 3, "x": 50} {
		if tl.rnd.IntN(3) > 0 {
			it[name] = object{"S": fmt.Sprintf("%s%d", name, tl.rnd.IntN(values))}
		}
	}
	return it
}

// batch puts and deletes some items at once. They are in the table of their
// number.
func (tl *teller) batch(c *client.Client) error {
	requests := map[string][]object{}
	first := tl.rnd.IntN(junk)
	var keys []string
	for i := range 1 + tl.rnd.IntN(12) {
		n := (first + i) % junk
		sk, table := junkKey(n), tl.bank.of(n).name
		keys = append(keys, sk)
		if tl.rnd.IntN(3) == 0 {
			tl.history.Attempt(sk, history.None)
			requests[table] = append(requests[table], object{"DeleteRequest": object{"Key": client.PrimaryKey(tl.name, sk)}})
			continue
		}
		tl.history.Attempt(sk, strconv.Itoa(tl.seq))
		requests[table] = append(requests[table], object{"PutRequest": object{"Item": tl.thing(sk, tl.seq)}})
	}
	if err := client.Call(c.Dynamo(tl.bank.who, "BatchWriteItem", object{"RequestItems": requests})); err != nil {
		return err
	}
	for _, sk := range keys {
		tl.history.Ack(sk)
	}
	tl.bank.answered.Add(1)
	return nil
}

// single changes one item by itself.
func (tl *teller) single(c *client.Client) error {
	n := tl.rnd.IntN(junk)
	sk := junkKey(n)
	in := object{"TableName": tl.bank.of(n).name, "Key": client.PrimaryKey(tl.name, sk)}
	operation := "UpdateItem"
	if tl.rnd.IntN(4) == 0 {
		operation = "DeleteItem"
		tl.history.Attempt(sk, history.None)
	} else {
		in["UpdateExpression"] = "SET n = :n, #g = :g REMOVE #l"
		in["ExpressionAttributeNames"] = object{"#g": string("gm"[tl.rnd.IntN(2)]), "#l": "l"}
		in["ExpressionAttributeValues"] = object{":n": object{"N": strconv.Itoa(tl.seq)}, ":g": object{"S": fmt.Sprintf("g%d", tl.rnd.IntN(5))}}
		tl.history.Attempt(sk, strconv.Itoa(tl.seq))
	}
	if err := client.Call(c.Dynamo(tl.bank.who, operation, in)); err != nil {
		return err
	}
	tl.history.Ack(sk)
	tl.bank.answered.Add(1)
	return nil
}

// expiring puts an item that is deleted soon because its time has come, or comes
// in a moment.
func (tl *teller) expiring(c *client.Client) error {
	n := tl.rnd.IntN(shortest)
	it := tl.thing(fmt.Sprintf("short-%02d", n), tl.seq)
	it["exp"] = object{"N": strconv.FormatInt(time.Now().Unix()-int64(tl.rnd.IntN(5))+1, 10)}
	if err := client.Call(c.Dynamo(tl.bank.who, "PutItem", object{"TableName": tl.bank.of(n).name, "Item": it})); err != nil {
		return err
	}
	tl.bank.answered.Add(1)
	return nil
}

// look reads all accounts in one transaction: all of the money is there.
func (b *Bank) look(c *client.Client) error {
	var gets []object
	for i := range accounts {
		gets = append(gets, object{"Get": object{"TableName": b.of(i).name, "Key": accountKey(i), "ProjectionExpression": "n"}})
	}
	var out struct {
		Responses []struct{ Item balance }
	}
	a, err := c.Dynamo(b.who, "TransactGetItems", object{"TransactItems": gets})
	if err := client.Need(a, err, &out); err != nil {
		return err
	}
	sum := 0
	for _, r := range out.Responses {
		n, err := strconv.Atoi(r.Item.N.N)
		if err != nil || n < 0 {
			return fmt.Errorf("an account has %q", r.Item.N.N)
		}
		sum += n
	}
	if sum != accounts*deposit {
		return fmt.Errorf("the accounts have %d together, not %d: %s", sum, accounts*deposit, a)
	}
	b.looks.Add(1)
	return nil
}

// balance is what a transaction shows of an account.
type balance struct {
	N struct{ N string } `json:"n"`
}
