// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

const (
	residents  = 1500 // users of the account that is closed: many more than go in one transaction
	mostPurge  = 200 * time.Millisecond
	closeKills = 8
)

// TestAClosingAccountIsClosedAfterAKill closes an account and kills the server
// somewhere in it, several times over. From the answer on nobody may get in, and in
// the end nothing may be left.
func TestAClosingAccountIsClosedAfterAKill(t *testing.T) {
	rnd, dir := random(t), t.TempDir()
	p, err := start(dir)
	if err != nil {
		t.Fatal(err)
	}
	owner, err := root(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := dial(p.host)
	if err != nil {
		t.Fatal(err)
	}
	const account = "222222222222"
	member, err := newMember(c, owner, account)
	if err != nil {
		t.Fatal(err)
	}
	if err := call(c.json(owner, "organizations", "AWSOrganizationsV20161128.CloseAccount", "1.1", object{"AccountId": account})); err != nil {
		t.Fatal(err)
	}
	c.close()
	if err := p.kill(); err != nil {
		t.Fatal(err)
	}
	for range closeKills { // servers that go on with it as they start
		if p, err = launch(dir); err != nil {
			t.Fatal(err)
		}
		time.Sleep(between(rnd, 0, mostPurge))
		if err := p.kill(); err != nil {
			t.Fatal(err)
		}
	}
	if p, err = start(dir); err != nil {
		t.Fatal(err)
	}
	if c, err = dial(p.host); err != nil {
		t.Fatal(err)
	}
	if a, err := c.works(member); err != nil || a.ok() {
		t.Errorf("the closed account's root user gets in: %v, %v", a, err)
	}
	for end := time.Now().Add(readyTime); ; time.Sleep(50 * time.Millisecond) {
		state, err := stateOf(c, owner, account)
		if err != nil || time.Now().After(end) {
			t.Fatalf("the account is %s: %v", state, err)
		}
		if state == "CLOSED" {
			break
		}
	}
	c.close()
	if err := p.kill(); err != nil {
		t.Fatal(err)
	}
}

// newMember makes an account with a table and many users, and returns the access
// key of its root user.
func newMember(c *client, owner creds, account string) (creds, error) {
	var made struct{ RootAccessKeyId, RootSecretAccessKey string }
	a, err := c.json(owner, "bailiwick", "Bailiwick_20261101.CreateAccount", "1.1", object{"AccountId": account})
	if err := need(a, err, &made); err != nil {
		return creds{}, err
	}
	member := creds{AccessKeyID: made.RootAccessKeyId, SecretAccessKey: made.RootSecretAccessKey}
	if err := call(c.dynamo(member, "CreateTable", newTable("Ledger"))); err != nil {
		return creds{}, err
	}
	for i := range residents {
		if err := call(c.form(member, "iam", "CreateUser", "UserName", fmt.Sprintf("user-%d", i))); err != nil {
			return creds{}, err
		}
	}
	return member, nil
}

// stateOf returns the state that the account is described with.
func stateOf(c *client, owner creds, account string) (string, error) {
	a, err := c.json(owner, "organizations", "AWSOrganizationsV20161128.DescribeAccount", "1.1", object{"AccountId": account})
	if err != nil || !a.ok() {
		return "", fmt.Errorf("describe account: %v, %w", a, err)
	}
	_, rest, _ := bytes.Cut(a.body, []byte(`"State":"`))
	state, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(state), nil
}
