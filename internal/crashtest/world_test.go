// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
)

const (
	account  = "000000000000"
	writers  = 64
	counters = 4
	longest  = "43200" // seconds that a session may last
)

// Two tables hold the items, so that batches go to both.
var itemTables = []string{"Left", "Right"}

const trustOfAccount = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":["sts:AssumeRole","sts:TagSession"]}]}`

const assumeAny = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":"*"}]}`

// ownPartition is what writers may do: their own partition, and one that all share.
const ownPartition = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*",
"Resource":["arn:aws:dynamodb:us-east-1:` + account + `:table/Left","arn:aws:dynamodb:us-east-1:` + account + `:table/Right"],
"Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}","shared"]},"Null":{"dynamodb:LeadingKeys":"false"}}}]}`

// A world is what the writers share: the credentials, and what all of them
// have done to the same items.
type world struct {
	root, vendor creds
	role         string // ARN
	writers      []*writer
	counters     [counters]counter
	claims       claims
	hot          hotHistory
	witness      witness
	log          *auditor

	round    int
	killed   atomic.Bool  // in this round, so that calls may go unanswered
	claimed  atomic.Int64 // attempts to claim in this round
	answered atomic.Int64 // acknowledged changes in this round
	ordered  int          // calls on hot items of the last round that have an order
}

// newWorld makes the tables and the identities on a new server.
func newWorld(host, dir string, rnd *rand.Rand) (*world, error) {
	w := &world{role: "arn:aws:iam::" + account + ":role/writer", log: newAuditor(filepath.Join(dir, "audit")), hot: hotHistory{begin: time.Now()}}
	var err error
	if w.root, err = root(dir); err != nil {
		return nil, err
	}
	c, err := client.Dial(host)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for _, table := range itemTables {
		if err := client.Call(c.Dynamo(w.root, "CreateTable", newTable(table))); err != nil {
			return nil, err
		}
	}
	if err := w.newIdentities(c); err != nil {
		return nil, err
	}
	for i := range writers {
		wr := newWriter(w, i, rand.New(rand.NewPCG(rnd.Uint64(), rnd.Uint64())))
		wr.c = c
		if err := wr.prepare(); err != nil {
			return nil, fmt.Errorf("%s: %w", wr.name, err)
		}
		w.writers = append(w.writers, wr)
	}
	return w, nil
}

func (w *world) newIdentities(c *client.Client) error {
	var key struct {
		AccessKeyId     string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
		SecretAccessKey string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	}
	iam := func(action string, params ...string) (client.Answer, error) {
		return c.Form(w.root, "iam", action, params...)
	}
	err := errors.Join(
		client.Call(iam("CreateUser", "UserName", "vendor")),
		client.Call(iam("PutUserPolicy", "UserName", "vendor", "PolicyName", "p", "PolicyDocument", assumeAny)),
		client.Call(iam("CreateRole", "RoleName", "writer", "AssumeRolePolicyDocument", trustOfAccount, "MaxSessionDuration", longest)),
		client.Call(iam("PutRolePolicy", "RoleName", "writer", "PolicyName", "p", "PolicyDocument", ownPartition)),
	)
	if err != nil {
		return err
	}
	a, err := iam("CreateAccessKey", "UserName", "vendor")
	if err := client.Need(a, err, &key); err != nil {
		return err
	}
	w.vendor = creds{AccessKeyID: key.AccessKeyId, SecretAccessKey: key.SecretAccessKey}
	return nil
}

// newTable is the input that makes a table.
func newTable(name string) object {
	return object{
		"TableName": name, "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": []object{{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}},
		"KeySchema":            []object{{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}},
	}
}
