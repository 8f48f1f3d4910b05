// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

const (
	tableItems  = 5  // in a table before it is deleted again
	oldAccounts = 20 // of those made before that are looked at after every crash
)

// control is what a writer has beyond items. Each writer cares for one kind.
type control struct {
	number int

	table      bool // exists
	generation int  // of the table: how often its creation was attempted
	items      int  // in the table

	keyID    string // of the user's access key; empty if there is none
	found    string // its id after the last crash
	key      creds
	deleted  creds // an access key that was deleted
	accounts []creds
}

// prepare makes what the writer's own changes need.
func (w *writer) prepare() error {
	if err := w.assume(); err != nil {
		return err
	}
	w.first = w.session
	switch w.control.number % 4 {
	case 1:
		return client.Call(w.iam("CreateRole", "RoleName", w.name, "AssumeRolePolicyDocument", trustOfAccount))
	case 2:
		return client.Call(w.iam("CreateUser", "UserName", w.name))
	}
	return nil
}

func (w *writer) iam(action string, params ...string) (client.Answer, error) {
	return w.c.Form(w.world.root, "iam", action, params...)
}

func (w *writer) stepControl() error {
	switch w.control.number % 4 {
	case 0:
		return w.stepTable()
	case 1:
		return w.putRolePolicy()
	case 2:
		return w.stepAccessKey()
	}
	return w.createAccount()
}

// assume takes a new session, to be used from now on.
func (w *writer) assume() error {
	a, err := w.c.Form(w.world.vendor, "sts", "AssumeRole", "RoleArn", w.world.role, "RoleSessionName", w.name,
		"DurationSeconds", longest, "Tags.member.1.Key", "TenantID", "Tags.member.1.Value", w.name)
	var out struct {
		AccessKeyId     string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		SecretAccessKey string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		SessionToken    string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	}
	if err := client.Need(a, err, &out); err != nil {
		return err
	}
	w.session = creds{AccessKeyID: out.AccessKeyId, SecretAccessKey: out.SecretAccessKey, SessionToken: out.SessionToken}
	return nil
}

func (w *writer) tableName() string { return "Cycle-" + w.name }

// stepTable takes the writer's table once more round: it is created, filled
// item by item, deleted and created again. Its value is the generations of its
// items, so that an old one shows.
func (w *writer) stepTable() error {
	k := &w.control
	in := object{"TableName": w.tableName()}
	switch {
	case !k.table:
		return w.createTable()
	case k.items == tableItems:
		w.history.Attempt("table", history.None)
		a, err := w.c.Dynamo(w.world.root, "DeleteTable", in)
		if err := w.settle("table", a, err); err != nil {
			return err
		}
		k.table, k.items = false, 0
		return nil
	}
	w.history.Attempt("table", tableValue(slices.Repeat([]int{k.generation}, k.items+1)))
	in["Item"] = item("p", strconv.Itoa(k.items), k.generation)
	a, err := w.c.Dynamo(w.world.root, "PutItem", in)
	if err := w.settle("table", a, err); err != nil {
		return err
	}
	k.items++
	return nil
}

// createTable makes the table, which must be empty however often one of its
// name was there before.
func (w *writer) createTable() error {
	k := &w.control
	k.generation++
	w.history.Attempt("table", tableValue(nil))
	a, err := w.c.Dynamo(w.world.root, "CreateTable", newTable(w.tableName()))
	if err := w.settle("table", a, err); err != nil {
		return err
	}
	k.table, k.items = true, 0
	a, err = w.c.Dynamo(w.world.root, "Scan", object{"TableName": w.tableName(), "ConsistentRead": true})
	var out struct{ Count int }
	if err := client.Need(a, err, &out); err != nil {
		return err
	}
	if out.Count != 0 {
		return fmt.Errorf("a new table shows %d old items: %s", out.Count, a)
	}
	return nil
}

// tableValue is a table as the history has it.
func tableValue(generations []int) string { return fmt.Sprintf("table %v", generations) }

// tableItemsOf is the generations of the items in that table.
func tableItemsOf(value string) []string { return strings.Fields(strings.Trim(value, "table []")) }

func (w *writer) putRolePolicy() error {
	w.history.Attempt("policy", strconv.Itoa(w.seq))
	a, err := w.iam("PutRolePolicy", "RoleName", w.name, "PolicyName", "p", "PolicyDocument", rolePolicy(w.seq))
	return w.settle("policy", a, err)
}

func rolePolicy(n int) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"S%d","Effect":"Allow","Action":"s3:Get%s","Resource":"*"}]}`, n, strings.Repeat("x", n%100))
}

// newKey stands for the access key of a creation that was not answered.
const newKey = "a new key"

// stepAccessKey makes an access key, or deletes the one that is there.
func (w *writer) stepAccessKey() error {
	k := &w.control
	if k.keyID != "" {
		w.history.Attempt("access key", history.None)
		a, err := w.iam("DeleteAccessKey", "UserName", w.name, "AccessKeyId", k.keyID)
		if err := w.settle("access key", a, err); err != nil {
			return err
		}
		k.keyID, k.deleted = "", k.key
		return nil
	}
	w.history.Attempt("access key", newKey)
	a, err := w.iam("CreateAccessKey", "UserName", w.name)
	var out struct {
		AccessKeyId     string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
		SecretAccessKey string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	}
	if err := client.Need(a, err, &out); err != nil {
		return err
	}
	w.history.Attempt("access key", out.AccessKeyId) // now it has a name
	k.keyID, k.key = out.AccessKeyId, creds{AccessKeyID: out.AccessKeyId, SecretAccessKey: out.SecretAccessKey}
	return w.settle("access key", a, nil)
}

// createAccount makes an account of a number that was never tried.
func (w *writer) createAccount() error {
	id := fmt.Sprintf("1%02d%09d", w.control.number, w.seq)
	a, err := w.c.JSON(w.world.root, "bailiwick", "Bailiwick_20261101.CreateAccount", "1.1", object{"AccountId": id})
	var out struct{ RootAccessKeyId, RootSecretAccessKey string }
	if err := client.Need(a, err, &out); err != nil {
		return fmt.Errorf("account %s: %w", id, err)
	}
	if out.RootAccessKeyId == "" {
		return errors.New("an account without a key")
	}
	w.control.accounts = append(w.control.accounts, creds{AccessKeyID: out.RootAccessKeyId, SecretAccessKey: out.RootSecretAccessKey})
	w.changed(a)
	return nil
}
