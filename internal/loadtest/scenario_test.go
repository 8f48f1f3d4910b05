// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
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
	call  func(tenant, pick int) call // pick is random
	who   func(w *world) []session    // who make it, in turn
}

// prepared returns how many different requests are made ready for a
// measurement. They come again when a server is faster.
func prepared() int { return int(min(100+*period/(100*time.Microsecond), 50_000)) }

func scenarios() []scenario {
	return []scenario{
		{name: "consistent GetItem of 500 bytes", goal: "≥ 0.5", conns: 32, rival: true, who: users, call: func(tenant, pick int) call {
			return dynamo("GetItem", `{"TableName":"TrackingData","Key":{`+key(tenant, pick%perTenant())+`},"ConsistentRead":true}`)
		}},
		{name: "GetItem of 500 bytes", goal: "≥ 0.5", conns: 32, rival: true, who: users, call: func(tenant, pick int) call {
			return dynamo("GetItem", `{"TableName":"TrackingData","Key":{`+key(tenant, pick%perTenant())+`}}`)
		}},
		{name: "durable PutItem of 500 bytes", goal: "≥ 0.35", conns: 64, disk: true, rival: true, who: users, call: func(tenant, pick int) call {
			return dynamo("PutItem", `{"TableName":"TrackingData","Item":`+item(tenant, 10_000_000+pick%90_000_000)+`}`)
		}},
		{name: "durable UpdateItem with a condition", conns: 64, disk: true, rival: true, who: users, call: func(tenant, pick int) call {
			return dynamo("UpdateItem", `{"TableName":"TrackingData","Key":{`+key(tenant, pick%perTenant())+`},"UpdateExpression":"SET Weight = :w",
"ConditionExpression":"attribute_exists(ShipmentID)","ExpressionAttributeValues":{":w":{"N":"13.5"}}}`)
		}},
		{name: "Query of 10 items of 500 bytes", goal: "≥ 0.3", conns: 32, rival: true, who: users, call: func(tenant, pick int) call {
			first := pick % (perTenant() - 10)
			return dynamo("Query", fmt.Sprintf(`{"TableName":"TrackingData","KeyConditionExpression":"TenantID = :t AND ShipmentID BETWEEN :a AND :b",
"ExpressionAttributeValues":{":t":{"S":%q},":a":{"S":%q},":b":{"S":%q}}}`, tenantName(tenant), shipment(first), shipment(first+9)))
		}},
		{name: "AssumeRole with a tag and durable record", goal: "≤ 35 µs", conns: 64, disk: true, who: vendor, call: func(tenant, pick int) call {
			return assume(pick%*roles, tenant)
		}},
	}
}

func users(w *world) []session { return w.sessions }

func vendor(w *world) []session {
	all := make([]session, tenants)
	for i := range all {
		all[i] = session{w.vendor, i}
	}
	return all
}

// prepare returns n requests of the scenario, signed now with new sessions.
func (w *world) prepare(s scenario, n int) ([][]byte, error) {
	if err := w.renew(); err != nil {
		return nil, err
	}
	who := s.who(w)
	requests := make([][]byte, n)
	signer := newSigner(w.srv.host)
	for i := range requests {
		by := who[i%len(who)]
		var err error
		if requests[i], err = signer.sign(by.creds, s.call(by.tenant, rand.IntN(1<<30))); err != nil {
			return nil, err
		}
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
