// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

// readControl reads what the writer has beyond items.
func (w *writer) readControl(seen map[string]string) error {
	switch w.control.number % 4 {
	case 0:
		return w.readTable(seen)
	case 1:
		return w.readPolicy(seen)
	case 2:
		return w.readAccessKeys(seen)
	}
	return nil
}

func (w *writer) readTable(seen map[string]string) error {
	a, err := w.c.Dynamo(w.world.root, "DescribeTable", object{"TableName": w.tableName()})
	if err == nil && a.Is("ResourceNotFoundException") {
		return nil
	}
	if err := client.Need(a, err, nil); err != nil {
		return err
	}
	items, err := pages(w.c, w.world.root, "Scan", object{"TableName": w.tableName(), "ConsistentRead": true})
	if err != nil {
		return err
	}
	var generations []int
	for _, it := range items {
		generation, err := strconv.Atoi(it.value())
		if err != nil {
			return err
		}
		generations = append(generations, generation)
	}
	seen["table"] = tableValue(generations)
	return nil
}

func (w *writer) readPolicy(seen map[string]string) error {
	a, err := w.iam("GetRolePolicy", "RoleName", w.name, "PolicyName", "p")
	if err == nil && a.Is("NoSuchEntity") {
		return nil
	}
	var out struct {
		PolicyDocument string `xml:"GetRolePolicyResult>PolicyDocument"`
	}
	if err := client.Need(a, err, &out); err != nil {
		return err
	}
	seen["policy"], err = policyNumber(out.PolicyDocument)
	return err
}

// policyNumber is the number of the policy that rolePolicy made, or all of it
// if it isn't whole.
func policyNumber(encoded string) (string, error) {
	doc, err := url.QueryUnescape(encoded)
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(doc, `"Sid":"S`)
	number, _, _ := strings.Cut(rest, `"`)
	if n, err := strconv.Atoi(number); err != nil || doc != rolePolicy(n) {
		return "half a policy: " + doc, nil
	}
	return number, nil
}

func (w *writer) readAccessKeys(seen map[string]string) error {
	a, err := w.iam("ListAccessKeys", "UserName", w.name)
	var out struct {
		IDs []string `xml:"ListAccessKeysResult>AccessKeyMetadata>member>AccessKeyId"`
	}
	if err := client.Need(a, err, &out); err != nil {
		return err
	}
	w.control.found = strings.Join(out.IDs, " ")
	switch w.control.found {
	case "":
	case w.control.keyID:
		seen["access key"] = w.control.keyID
	default:
		seen["access key"] = newKey
	}
	return nil
}

// verifyCredentials uses the credentials that were given out and not taken
// back, and one that was.
func (w *writer) verifyCredentials(all bool) error {
	k := &w.control
	errs := []error{w.letIn("the newest session", w.session), w.letIn("the first session", w.first)}
	if k.keyID != "" && k.found == k.keyID && k.key.HasKeys() {
		errs = append(errs, w.letIn("the access key", k.key))
	}
	if k.deleted.HasKeys() {
		if a, err := w.c.Works(k.deleted); err != nil || !a.Is("InvalidClientTokenId") {
			errs = append(errs, fmt.Errorf("a deleted access key is not refused: %w, %s", err, a))
		}
	}
	accounts := k.accounts
	if !all {
		accounts = accounts[max(0, len(accounts)-oldAccounts):]
	}
	for _, c := range accounts {
		errs = append(errs, w.letIn("the root user of an account", c))
	}
	return errors.Join(errs...)
}

func (w *writer) letIn(what string, c creds) error {
	if err := client.Call(w.c.Works(c)); err != nil {
		return fmt.Errorf("%s %s: %w", what, c.AccessKeyID, err)
	}
	return nil
}

// resume makes the writer know what is there, as anyone does who reads before
// writing.
func (w *writer) resume(seen map[string]string) {
	w.version = history.None
	if v, ok := seen["version"]; ok {
		w.version = v
	}
	k := &w.control
	t := seen["table"]
	k.table, k.items = t != "", len(tableItemsOf(t))
	if k.found != k.keyID { // a creation or a deletion that was not answered
		k.keyID, k.key = k.found, creds{}
		if k.found != "" {
			w.history.Attempt("access key", k.found) // now it has a name
			w.history.Ack("access key")
		}
	}
}
