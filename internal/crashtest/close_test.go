// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
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
	c, err := client.Dial(p.host)
	if err != nil {
		t.Fatal(err)
	}
	const account = "222222222222"
	member, err := newMember(c, owner, account)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Call(c.JSON(owner, "organizations", "AWSOrganizationsV20161128.CloseAccount", "1.1", object{"AccountId": account})); err != nil {
		t.Fatal(err)
	}
	c.Close()
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
	if c, err = client.Dial(p.host); err != nil {
		t.Fatal(err)
	}
	if a, err := c.Works(member); err != nil || a.OK() {
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
	c.Close()
	if err := p.kill(); err != nil {
		t.Fatal(err)
	}
}

// newMember makes an account with a table and many users, and returns the access
// key of its root user.
func newMember(c *client.Client, owner creds, account string) (creds, error) {
	var made struct{ RootAccessKeyId, RootSecretAccessKey string }
	a, err := c.JSON(owner, "bailiwick", "Bailiwick_20261101.CreateAccount", "1.1", object{"AccountId": account})
	if err := client.Need(a, err, &made); err != nil {
		return creds{}, err
	}
	member := creds{AccessKeyID: made.RootAccessKeyId, SecretAccessKey: made.RootSecretAccessKey}
	if err := client.Call(c.Dynamo(member, "CreateTable", newTable("Ledger"))); err != nil {
		return creds{}, err
	}
	for i := range residents {
		if err := client.Call(c.Form(member, "iam", "CreateUser", "UserName", fmt.Sprintf("user-%d", i))); err != nil {
			return creds{}, err
		}
	}
	return member, nil
}

// stateOf returns the state that the account is described with.
func stateOf(c *client.Client, owner creds, account string) (string, error) {
	a, err := c.JSON(owner, "organizations", "AWSOrganizationsV20161128.DescribeAccount", "1.1", object{"AccountId": account})
	if err != nil || !a.OK() {
		return "", fmt.Errorf("describe account: %v, %w", a, err)
	}
	_, rest, _ := bytes.Cut(a.Body, []byte(`"State":"`))
	state, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(state), nil
}
