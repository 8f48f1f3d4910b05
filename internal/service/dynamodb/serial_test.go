// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The test here looks for an order in which all calls could have happened, one
// after the other, transactions and single calls alike.

const cells = 4 // items, over two tables

// board is what the items are: 0 is no item.
type board [cells]int

// A deed is what is done to one item.
type deed struct {
	cell int
	kind string // put, delete, add, check or get
	v    int    // to put, or to add
	want int    // that the item must be for it, 0 for no item; -1 for anything
}

func (d deed) String() string {
	s := fmt.Sprintf("%s(%d)", d.kind, d.cell)
	if d.kind == "put" || d.kind == "add" {
		s += fmt.Sprintf("=%d", d.v)
	}
	if d.want >= 0 {
		s += fmt.Sprintf(" if %d", d.want)
	}
	return s
}

// A move is deeds that happen together, by a transaction or, if it is one, by
// itself.
type move struct {
	deeds  []deed
	single bool
}

// A result is what a move got: of each deed whether its condition failed, or what
// a read showed.
type result struct {
	failed []bool
	shown  []int
}

// step reports whether the move, made on b, may get the result, and returns what
// the board is then.
func (m move) step(b board, r result) (bool, board) {
	next, failed := b, false
	for i, d := range m.deeds {
		fails := d.want >= 0 && b[d.cell] != d.want
		failed = failed || fails
		if r.failed[i] != fails || d.kind == "get" && r.shown[i] != b[d.cell] {
			return false, b
		}
		switch d.kind {
		case "put":
			next[d.cell] = d.v
		case "delete":
			next[d.cell] = 0
		case "add":
			next[d.cell] += d.v
		}
	}
	if failed {
		next = b
	}
	return true, next
}

var boardModel = porcupine.Model{
	Init: func() any { return board{} },
	Step: func(state, in, out any) (bool, any) {
		ok, next := in.(move).step(state.(board), out.(result))
		return ok, next
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%v: %v", in, out) },
}

// A player makes moves. It is for one goroutine.
type player struct {
	db   *dynamodb.Client
	rnd  *rand.Rand
	next int // value to put, unlike all others
	seen board
}

func cellTable(cell int) *string { return aws.String([]string{"T00", "T01"}[cell%2]) }
func cellKey(cell int) item      { return item{"pk": str(fmt.Sprint("cell", cell))} }

// choose returns a random move.
func (p *player) choose() move {
	m := move{single: p.rnd.IntN(3) == 0}
	reads := p.rnd.IntN(3) == 0
	for _, cell := range p.rnd.Perm(cells) {
		d := deed{cell: cell, kind: "get", want: -1}
		if !reads {
			d.kind = []string{"put", "put", "add", "delete", "check"}[p.rnd.IntN(5)]
			p.next += 1000
			if d.v = p.next; d.kind == "add" {
				d.v = 1
			}
			if p.rnd.IntN(2) == 0 || d.kind == "check" {
				d.want = p.seen[cell]
			}
		}
		if d.kind == "check" && m.single {
			d.kind, d.want = "get", -1
		}
		m.deeds = append(m.deeds, d)
		if m.single || p.rnd.IntN(3) == 0 {
			break
		}
	}
	return m
}

// play makes the move.
func (p *player) play(ctx context.Context, m move) (r result, err error) {
	r = result{failed: make([]bool, len(m.deeds)), shown: make([]int, len(m.deeds))}
	switch {
	case m.single:
		err = p.alone(ctx, m.deeds[0], &r)
	case m.deeds[0].kind == "get":
		err = p.read(ctx, m.deeds, &r)
	default:
		err = p.write(ctx, m.deeds, &r)
	}
	for i, d := range m.deeds {
		if d.kind == "get" {
			p.seen[d.cell] = r.shown[i]
		} else if !r.failed[i] && d.kind == "put" {
			p.seen[d.cell] = d.v
		}
	}
	return r, err
}

// condition is what d.want says of an item, and the values that it takes.
func (d deed) condition(values item) (*string, item) {
	switch {
	case d.want < 0:
		return nil, values
	case d.want == 0:
		return aws.String("attribute_not_exists(pk)"), values
	}
	if values == nil {
		values = item{}
	}
	values[":want"] = num(d.want)
	return aws.String("n = :want"), values
}

func (d deed) put() *types.Put {
	c, values := d.condition(nil)
	it := cellKey(d.cell)
	it["n"] = num(d.v)
	return &types.Put{TableName: cellTable(d.cell), Item: it, ConditionExpression: c, ExpressionAttributeValues: values}
}

func (d deed) add() *types.Update {
	c, values := d.condition(item{":v": num(d.v)})
	return &types.Update{
		TableName: cellTable(d.cell), Key: cellKey(d.cell), UpdateExpression: aws.String("ADD n :v"),
		ConditionExpression: c, ExpressionAttributeValues: values,
	}
}

func (d deed) remove() *types.Delete {
	c, values := d.condition(nil)
	return &types.Delete{TableName: cellTable(d.cell), Key: cellKey(d.cell), ConditionExpression: c, ExpressionAttributeValues: values}
}

func (p *player) write(ctx context.Context, deeds []deed, r *result) error {
	in := &dynamodb.TransactWriteItemsInput{}
	for _, d := range deeds {
		var w types.TransactWriteItem
		switch d.kind {
		case "put":
			w.Put = d.put()
		case "add":
			w.Update = d.add()
		case "delete":
			w.Delete = d.remove()
		case "check":
			c, values := d.condition(nil)
			w.ConditionCheck = &types.ConditionCheck{TableName: cellTable(d.cell), Key: cellKey(d.cell), ConditionExpression: c, ExpressionAttributeValues: values}
		}
		in.TransactItems = append(in.TransactItems, w)
	}
	_, err := p.db.TransactWriteItems(ctx, in)
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		return err
	}
	for i, reason := range cancelled.CancellationReasons {
		r.failed[i] = aws.ToString(reason.Code) == "ConditionalCheckFailed"
		if !r.failed[i] && aws.ToString(reason.Code) != "None" {
			return err
		}
	}
	return nil
}

func (p *player) read(ctx context.Context, deeds []deed, r *result) error {
	in := &dynamodb.TransactGetItemsInput{}
	for _, d := range deeds {
		in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: cellTable(d.cell), Key: cellKey(d.cell)}})
	}
	out, err := p.db.TransactGetItems(ctx, in)
	if err != nil {
		return err
	}
	for i := range deeds {
		if r.shown[i], err = cellValue(out.Responses[i].Item); err != nil {
			return err
		}
	}
	return nil
}

func cellValue(it item) (int, error) {
	if it == nil {
		return 0, nil
	}
	return strconv.Atoi(it["n"].(*types.AttributeValueMemberN).Value)
}

func (p *player) alone(ctx context.Context, d deed, r *result) error {
	var err error
	switch d.kind {
	case "get":
		var out *dynamodb.GetItemOutput
		out, err = p.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: cellTable(d.cell), Key: cellKey(d.cell), ConsistentRead: aws.Bool(true)})
		if err == nil {
			r.shown[0], err = cellValue(out.Item)
		}
	case "put":
		w := d.put()
		_, err = p.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: w.TableName, Item: w.Item, ConditionExpression: w.ConditionExpression, ExpressionAttributeValues: w.ExpressionAttributeValues})
	case "add":
		w := d.add()
		_, err = p.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: w.TableName, Key: w.Key, UpdateExpression: w.UpdateExpression,
			ConditionExpression: w.ConditionExpression, ExpressionAttributeValues: w.ExpressionAttributeValues,
		})
	case "delete":
		w := d.remove()
		_, err = p.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: w.TableName, Key: w.Key, ConditionExpression: w.ConditionExpression, ExpressionAttributeValues: w.ExpressionAttributeValues})
	}
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		r.failed[0] = true
		return nil
	}
	return err
}

func TestCallsHappenOneAfterTheOther(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	create(t, db, "T01", "pk")
	const rounds, players, moves = 12, 6, 10
	begin := time.Now()
	for round := range rounds {
		for cell := range cells {
			if _, err := db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: cellTable(cell), Key: cellKey(cell)}); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var history []porcupine.Operation
		var wg sync.WaitGroup
		seed := rand.Uint64()
		for i := range players {
			p := &player{db: db, rnd: rand.New(rand.NewPCG(seed, uint64(i))), next: (i + 1) * 1_000_000}
			wg.Go(func() {
				for range moves {
					m := p.choose()
					began := int64(time.Since(begin))
					r, err := p.play(t.Context(), m)
					if err != nil {
						t.Errorf("%v: %v", m, err)
						return
					}
					mu.Lock()
					history = append(history, porcupine.Operation{ClientId: i, Input: m, Call: began, Output: r, Return: int64(time.Since(begin))})
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		switch porcupine.CheckOperationsTimeout(boardModel, history, 20*time.Second) {
		case porcupine.Illegal:
			var lines []string
			for _, o := range history {
				lines = append(lines, fmt.Sprintf("%v to %v, %d: %v: %v", time.Duration(o.Call), time.Duration(o.Return), o.ClientId, o.Input, o.Output))
			}
			t.Fatalf("round %d, seed %d: no order explains\n%s", round, seed, strings.Join(lines, "\n"))
		case porcupine.Unknown:
			t.Errorf("round %d: no judgement on %d calls", round, len(history))
		}
	}
}
