// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A scenario is one kind of call, made by many connections at once.
type scenario struct {
	name  string
	goal  string
	conns int
	rival bool                        // whether dynalite can do it
	disk  bool                        // whether an answer waits for the disk
	call  func(tenant, pick int) call // pick is the number of one of the tenant's items
	who   func(w *world) []session    // who make it, in turn
}

// prepared returns how many different requests are made ready for a
// measurement. They come again when a server is faster.
func prepared() int { return int(min(100+*period/(100*time.Microsecond), 50_000)) }

// mostPrepared is how many bytes they have about, at most.
const mostPrepared = 64 << 20

func scenarios() []scenario {
	all := []scenario{
		{name: "consistent GetItem of 500 bytes", goal: "≥ 0.5", conns: 32, rival: true, who: users, call: func(tenant, pick int) call {
			return dynamo("GetItem", `{"TableName":"TrackingData","Key":{`+key(tenant, pick)+`},"ConsistentRead":true}`)
		}},
		{name: "GetItem of 500 bytes", goal: "≥ 0.5", conns: 32, rival: true, who: users, call: func(tenant, pick int) call {
			return dynamo("GetItem", `{"TableName":"TrackingData","Key":{`+key(tenant, pick)+`}}`)
		}},
		{name: "durable PutItem of 500 bytes", goal: "≥ 0.35", conns: 64, disk: true, rival: true, who: users, call: func(tenant, pick int) call {
			return dynamo("PutItem", `{"TableName":"TrackingData","Item":`+item(tenant, written(pick))+`}`)
		}},
		{name: "durable UpdateItem with a condition", conns: 64, disk: true, rival: true, who: users, call: func(tenant, pick int) call {
			return dynamo("UpdateItem", `{"TableName":"TrackingData","Key":{`+key(tenant, pick)+`},"UpdateExpression":"SET Weight = :w",
"ConditionExpression":"attribute_exists(ShipmentID)","ExpressionAttributeValues":{":w":{"N":"13.5"}}}`)
		}},
		{name: "durable BatchWriteItem of 25 items", conns: 32, disk: true, rival: true, who: users, call: func(tenant, pick int) call {
			var puts []string
			for i := range batch {
				puts = append(puts, `{"PutRequest":{"Item":`+item(tenant, written(pick)+i)+`}}`)
			}
			return dynamo("BatchWriteItem", `{"RequestItems":{"TrackingData":[`+strings.Join(puts, ",")+`]}}`)
		}},
		{name: "durable TransactWriteItems of 4 items", conns: 64, disk: true, who: users, call: transact},
	}
	for _, n := range []int{1, 10, 100} {
		goal := ""
		if n == 10 {
			goal = "≥ 0.3"
		}
		all = append(all, scenario{name: fmt.Sprintf("Query of %d items of 500 bytes", n), goal: goal, conns: 32, rival: true, who: users, call: func(tenant, pick int) call {
			first := pick % (perTenant() - n + 1)
			return dynamo("Query", fmt.Sprintf(`{"TableName":"TrackingData","KeyConditionExpression":"TenantID = :t AND ShipmentID BETWEEN :a AND :b",
"ExpressionAttributeValues":{":t":{"S":%q},":a":{"S":%q},":b":{"S":%q}}}`, tenantName(tenant), shipment(first), shipment(first+n-1)))
		}})
	}
	return append(all, scenario{name: "AssumeRole with a tag and durable record", goal: "≤ 35 µs", conns: 64, disk: true, who: vendor, call: func(tenant, pick int) call {
		return assume(pick%*roles, tenant)
	}})
}

// written returns the item to write when one was picked: with Zipf's law that one,
// again and again, and else one that is new, mostly.
func written(pick int) int {
	if *zipf != 0 {
		return pick
	}
	return 10_000_000 + rand.IntN(80_000_000)
}

// transact puts an item, updates two and checks a fourth, which follow one another.
func transact(tenant, pick int) call {
	of := func(i int) string { return key(tenant, (pick+i)%perTenant()) }
	update := func(i int) string {
		return `{"Update":{"TableName":"TrackingData","Key":{` + of(i) + `},"UpdateExpression":"SET Weight = :w","ExpressionAttributeValues":{":w":{"N":"13.5"}}}}`
	}
	return dynamo("TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"TrackingData","Item":`+item(tenant, pick)+`}},`+update(1)+`,`+update(2)+`,
{"ConditionCheck":{"TableName":"TrackingData","Key":{`+of(3)+`},"ConditionExpression":"attribute_exists(ShipmentID)"}}]}`)
}

func users(w *world) []session { return w.sessions }

func vendor(w *world) []session {
	all := make([]session, tenants)
	for i := range all {
		all[i] = session{w.vendor, i}
	}
	return all
}

// prepare returns n requests of the scenario, or fewer if they are large, signed now
// with new sessions.
func (w *world) prepare(s scenario, n int) ([][]byte, error) {
	if err := w.renew(); err != nil {
		return nil, err
	}
	who := s.who(w)
	var requests [][]byte
	signer, pick := newSigner(w.srv.host), picker()
	for size := 0; len(requests) < n && size < mostPrepared; {
		by := who[len(requests)%len(who)]
		request, err := signer.sign(by.creds, s.call(by.tenant, pick()))
		if err != nil {
			return nil, err
		}
		requests = append(requests, request)
		size += len(request)
	}
	return requests, nil
}

// A measurement is the samples of a scenario, in the order of the runs.
type measurement struct{ server, floor, rival, disk []sample }

// measure measures the scenario: in every run the server, then its floor, then
// dynalite, all with the same requests. The other two don't check signatures.
func (w *world) measure(t *testing.T, s scenario) (m measurement, err error) {
	floor, err := w.startFloor(t, s)
	if err != nil {
		return m, err
	}
	defer floor.stop()
	for range *runs {
		requests, err := w.prepare(s, prepared())
		if err != nil {
			return m, err
		}
		for _, of := range []struct {
			p       *process
			samples *[]sample
		}{{w.srv, &m.server}, {floor, &m.floor}, {w.rival, &m.rival}} {
			if of.p == nil || of.p == w.rival && !s.rival {
				continue
			}
			if err := w.srv.rest(); err != nil {
				return m, err
			}
			one, err := w.sample(of.p, s, requests)
			if err != nil {
				return m, err
			}
			*of.samples = append(*of.samples, one)
		}
		if s.disk {
			one, err := disk(w.dir, *period/4)
			if err != nil {
				return m, err
			}
			m.disk = append(m.disk, one)
		}
		resident, err := w.srv.resident()
		if err != nil {
			return m, err
		}
		w.peak = max(w.peak, resident)
	}
	return m, nil
}

// sample measures one process once.
func (w *world) sample(p *process, s scenario, requests [][]byte) (one sample, err error) {
	a, err := ask(p.host, requests[0])
	if err != nil {
		return sample{}, err
	}
	warmUp, requests := requests[:len(requests)/5], requests[len(requests)/5:]
	if _, err := drive(p, s.conns, warmUp, len(a.Body), *period/4); err != nil {
		return sample{}, err
	}
	measure := func() error {
		one, err = drive(p, s.conns, requests, len(a.Body), *period)
		return err
	}
	if p == w.srv && *profiles != "" {
		err = p.profiled(s.name, measure)
	} else {
		err = measure()
	}
	return one, err
}

// startFloor starts the floor that answers as the server does.
func (w *world) startFloor(t *testing.T, s scenario) (*process, error) {
	requests, err := w.prepare(s, 1)
	if err != nil {
		return nil, err
	}
	a, err := ask(w.srv.host, requests[0])
	if err != nil {
		return nil, err
	}
	file := filepath.Join(w.dir, "answer")
	if err := a.write(file); err != nil {
		return nil, err
	}
	return start(t, "ready", []string{roleVariable + "=" + floorRole, answerVariable + "=" + file}, os.Args[0])
}
