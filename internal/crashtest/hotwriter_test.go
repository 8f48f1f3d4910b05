// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
)

func hotKey(i int) string { return fmt.Sprintf("hot-%d", i) }

// hot makes a call on one of the hot items: any kind of call, under any
// condition. What it knows of the item is from its last call on it.
func (w *writer) hot() error {
	i := w.rnd.IntN(hotItems)
	c := hotCall{effect: get}
	if n := w.rnd.IntN(10); n < 7 {
		c = hotCall{
			effect: []effect{put, put, put, update, update, update, remove}[n],
			want:   want(w.rnd.IntN(4)),
			old:    w.knows[i],
		}
		if c.want == exactly && c.old == "" {
			c.want = absent
		}
		if c.want != exactly {
			c.old = ""
		}
		if c.effect != remove {
			c.v = fmt.Sprintf("%s-%d", w.name, w.seq)
		}
	}
	began := w.world.hot.now()
	answer, err := w.callHot(i, c)
	if errors.Is(err, client.ErrUnanswered) {
		answer.lost = true
	} else if err != nil {
		return fmt.Errorf("%s: %w", hotKey(i), err)
	}
	w.world.hot.add(i, w.control.number, c, began, answer)
	if !answer.lost {
		w.knows[i] = answer.shown.v
		if !answer.failed {
			w.knows[i] = c.apply(answer.shown).v
		}
	}
	return err
}

// callHot makes the call and reads its answer.
func (w *writer) callHot(i int, c hotCall) (hotAnswer, error) {
	a, err := w.c.Dynamo(w.session, effects[c.effect], c.input(i))
	if err != nil {
		return hotAnswer{}, err
	}
	failed := a.Is("ConditionalCheckFailedException")
	if !a.OK() && !failed {
		return hotAnswer{}, errors.New(a.String())
	}
	if !failed && c.effect != get {
		w.changed(a)
	}
	shown, err := readImage(a.Body)
	return hotAnswer{failed: failed, shown: shown}, err
}

// input is the call in DynamoDB's words.
func (c hotCall) input(i int) object {
	in := object{"TableName": itemTables[0], "Key": client.PrimaryKey("shared", hotKey(i))}
	values := object{}
	switch c.effect {
	case get:
		in["ConsistentRead"] = true
		return in
	case put:
		delete(in, "Key")
		in["Item"] = object{
			"pk": object{"S": "shared"}, "sk": object{"S": hotKey(i)},
			"v": object{"S": c.v}, "n": object{"N": "0"},
		}
		in["ReturnValues"] = "ALL_OLD"
	case update:
		in["UpdateExpression"] = "SET v = :v ADD n :one"
		values[":v"], values[":one"] = object{"S": c.v}, object{"N": "1"}
		in["ReturnValues"] = "ALL_NEW"
	case remove:
		in["ReturnValues"] = "ALL_OLD"
	}
	switch c.want {
	case absent:
		in["ConditionExpression"] = "attribute_not_exists(pk)"
	case present:
		in["ConditionExpression"] = "attribute_exists(pk)"
	case exactly:
		in["ConditionExpression"] = "v = :old"
		values[":old"] = object{"S": c.old}
	}
	if c.want != anything {
		in["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
	}
	if len(values) > 0 {
		in["ExpressionAttributeValues"] = values
	}
	return in
}

// readImage reads the item that an answer shows, if any.
func readImage(body []byte) (image, error) {
	type shown struct {
		V struct{ S string } `json:"v"`
		N struct{ N string } `json:"n"`
	}
	var out struct{ Attributes, Item *shown }
	if err := json.Unmarshal(body, &out); err != nil {
		return image{}, err
	}
	it := out.Item
	if it == nil {
		it = out.Attributes
	}
	if it == nil {
		return image{}, nil
	}
	n, err := strconv.Atoi(it.N.N)
	if err != nil || it.V.S == "" {
		return image{}, fmt.Errorf("half an item: %s", body)
	}
	return image{it.V.S, n}, nil
}

// readHot reads the hot items after a crash.
func readHot(c *client.Client, who creds) (found [hotItems]image, err error) {
	for i := range found {
		a, err := c.Dynamo(who, "GetItem", hotCall{effect: get}.input(i))
		if err := client.Need(a, err, nil); err != nil {
			return found, err
		}
		if found[i], err = readImage(a.Body); err != nil {
			return found, err
		}
	}
	return found, nil
}
