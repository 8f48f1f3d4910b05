// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A guest is somebody whom a table's policy may let in, and what its own account
// says of it.
type guest struct {
	as      aws.Config
	user    bool
	granted bool   // its own account's policies allow it
	limit   string // what allows something else only: "boundary", "session" or ""
}

// guests returns a user and a session of a role, of each kind. Their names are
// user/NAME and role/NAME, and assumed-role/NAME/raid.
func (f *fort) guests(admin aws.Config, account string) map[string]guest {
	f.t.Helper()
	f.must(admin, "iam", "CreatePolicy", map[string]any{"PolicyName": "limit", "PolicyDocument": allowAssume})
	limit := "arn:aws:iam::" + account + ":policy/limit"
	all := map[string]guest{}
	for name, document := range map[string]string{"granted": allowTables, "bare": allowNothing} {
		granted := name == "granted"
		all["user/"+name] = guest{f.user(admin, name, document), true, granted, ""}
		all["user/bound-"+name] = guest{f.user(admin, "bound-"+name, document), true, granted, "boundary"}
		f.must(admin, "iam", "PutUserPermissionsBoundary", map[string]any{"UserName": "bound-" + name, "PermissionsBoundary": limit})
		for role, kind := range map[string]string{name: "", "bound-" + name: "boundary", "limited-" + name: "session"} {
			f.must(admin, "iam", "CreateRole", map[string]any{"RoleName": role, "AssumeRolePolicyDocument": openTo(account)})
			f.must(admin, "iam", "PutRolePolicy", map[string]any{"RoleName": role, "PolicyName": "p", "PolicyDocument": document})
			in := map[string]any{"RoleArn": "arn:aws:iam::" + account + ":role/" + role, "RoleSessionName": "raid"}
			switch kind {
			case "boundary":
				f.must(admin, "iam", "PutRolePermissionsBoundary", map[string]any{"RoleName": role, "PermissionsBoundary": limit})
			case "session":
				in["Policy"] = allowAssume
			}
			all["role/"+role] = guest{f.credentials(f.must(admin, "sts", "AssumeRole", in)), false, granted, kind}
		}
	}
	return all
}

// TestTablesLetInWhomTheirPoliciesName: how far a table's policy reaches depends on
// how it names somebody, and on whose account that is.
func TestTablesLetInWhomTheirPoliciesName(t *testing.T) {
	f := newFort(t)
	_, owner := f.account(memberA)
	_, stranger := f.account(memberB)
	f.do(owner, "dynamodb", "CreateTable", ledger)
	f.do(owner, "dynamodb", "PutItem", putRow("blue", "1"))
	table := "arn:aws:dynamodb:us-east-1:" + memberA + ":table/Ledger"
	calls := []reach{
		{"", "GetItem", `{"TableName":"` + table + `","Key":` + keyOf("blue") + `}`},
		{"", "BatchGetItem", `{"RequestItems":{"` + table + `":{"Keys":[` + keyOf("blue") + `]}}}`},
		{"", "ExecuteStatement", `{"Statement":"SELECT * FROM \"` + table + `\" WHERE TenantID = 'blue'"}`},
		{"", "TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"` + table + `","Key":` + keyOf("blue") + `,"ConditionExpression":"attribute_exists(Note)"}}]}`},
	}
	// principals are the ways to name a guest: "" for those that can't.
	principals := map[string]func(account, name string, g guest) string{
		"nobody": func(string, string, guest) string {
			return `"Principal":{"AWS":"` + memberA + `"},"Condition":{"StringEquals":{"aws:username":"none"}}`
		},
		"account": func(a, _ string, _ guest) string { return `"Principal":{"AWS":"` + a + `"}` },
		"root":    func(a, _ string, _ guest) string { return `"Principal":{"AWS":"arn:aws:iam::` + a + `:root"}` },
		"name": func(a, name string, _ guest) string {
			return `"Principal":{"AWS":"arn:aws:iam::` + a + `:` + name + `"}`
		},
		"session": func(a, name string, g guest) string {
			if g.user {
				return ""
			}
			return `"Principal":{"AWS":"arn:aws:sts::` + a + `:assumed-` + name + `/raid"}`
		},
		"everybody": func(string, string, guest) string { return `"Principal":"*"` },
		"everybody of a name": func(a, name string, _ guest) string {
			return `"Principal":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::` + a + `:` + name + `"}}`
		},
	}
	want := func(how string, foreign bool, g guest) bool {
		own := g.granted && g.limit == "" // what its account's policies allow, by themselves
		switch {
		case how == "nobody":
			return own && !foreign
		case foreign:
			return own // both sides must agree
		case how == "account" || how == "root":
			return own
		case how == "name" && !g.user:
			return g.limit == "" // a role's sessions stay within its boundary and their policy
		}
		return true
	}
	for account, admin := range map[string]aws.Config{memberA: owner, memberB: stranger} {
		for name, g := range f.guests(admin, account) {
			for how, principal := range principals {
				p := principal(account, name, g)
				if p == "" {
					continue
				}
				f.must(owner, "dynamodb", "PutResourcePolicy", map[string]any{
					"ResourceArn": table,
					"Policy":      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"` + table + `",` + p + `}]}`,
				})
				for _, c := range calls {
					a := f.try(g.as, "dynamodb", c.op, c.in)
					if ok := want(how, account != memberA, g); a.OK() != ok || !ok && !a.Denied() {
						t.Errorf("%s by %s of %s, with a policy for %s: got %d %s, want %t", c.op, name, account, how, a.Status, a.Body, ok)
					}
				}
			}
		}
	}
	if a := f.do(owner, "dynamodb", "GetItem", calls[0].in); !strings.Contains(a.Body, "note of blue") {
		t.Errorf("the owner gets %s", a.Body)
	}
}

// TestPoliciesOfTablesDenyParts denies the owner's root user an index and a
// partition, by the table's policy: all that reaches them is denied, and nothing
// else.
func TestPoliciesOfTablesDenyParts(t *testing.T) {
	f := newFort(t)
	root, owner := f.account(memberA)
	f.do(owner, "dynamodb", "CreateTable", strings.ReplaceAll(wares, "<T>", "Wares"))
	f.do(owner, "dynamodb", "CreateTable", strings.ReplaceAll(wares, "<T>", "Beside"))
	table := "arn:aws:dynamodb:us-east-1:" + memberA + ":table/Wares"
	r := &reading{siege: f.siege, published: published{table: "Wares"}, stream: strings.NewReplacer()}
	for _, partition := range []string{"open", "closed"} {
		for _, row := range []string{"1", "2", "5", "7"} {
			f.do(owner, "dynamodb", "PutItem", r.expandCall(`{"TableName":"Wares","Item":{<A`+row+`>,"Note":{"S":"n"},"Secret":{"S":"s"},"Day":{"S":"mon"}}}`, partition, partition))
		}
	}
	deny := func(resource, condition string) {
		f.must(owner, "dynamodb", "PutResourcePolicy", map[string]any{
			"ResourceArn": table,
			"Policy":      `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"dynamodb:*","Resource":"` + resource + `"` + condition + `}]}`,
		})
	}
	hold := func(a, b string, denied func(c reach) bool) {
		t.Helper()
		for _, c := range reaches {
			in := strings.ReplaceAll(r.expandCall(c.in, a, b), "000000000000", memberA)
			if c.service() != "dynamodb" || strings.HasPrefix(c.name, "insert") {
				continue
			}
			got := f.try(root, "dynamodb", c.op, in)
			if got.PartlyDenied() != denied(c) || got.PartlyDenied() && !strings.Contains(got.Body, "explicit deny in a resource-based policy") {
				t.Errorf("%s of %s and %s: got %d %s, want a denial: %t", c.name, a, b, got.Status, got.Body, denied(c))
			}
		}
	}
	deny(table+"/index/*", "")
	hold("open", "closed", func(c reach) bool {
		return strings.Contains(c.in, `"IndexName"`) || strings.Contains(c.in, `\".\"`)
	})
	deny("*", `,"Condition":{"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":"closed"}}`)
	hold("open", "open", func(reach) bool { return false })
	reaching := func(part string) func(c reach) bool {
		return func(c reach) bool {
			return strings.Contains(c.in, part) && !strings.Contains(withoutKeys+scans, " "+c.name+" ")
		}
	}
	hold("closed", "open", reaching("<A"))
	hold("open", "closed", func(c reach) bool {
		// Of a call for two tables, the policy is about the one only.
		return reaching("<B")(c) && !strings.Contains(beside, " "+c.name+" ")
	})
}

// TestBatchesNeedBothAccounts puts a table that is shared into calls with one that
// isn't, and with the guest's own.
func TestBatchesNeedBothAccounts(t *testing.T) {
	f := newFort(t)
	_, owner := f.account(memberA)
	_, guest := f.account(memberB)
	named := func(account, name string) string { return "arn:aws:dynamodb:us-east-1:" + account + ":table/" + name }
	shared, closed, own := named(memberA, "Shared"), named(memberA, "Closed"), named(memberB, "Own")
	for admin, names := range map[*aws.Config][]string{&owner: {"Shared", "Closed"}, &guest: {"Own"}} {
		for _, name := range names {
			f.do(*admin, "dynamodb", "CreateTable", strings.Replace(ledger, "Ledger", name, 1))
			f.do(*admin, "dynamodb", "PutItem", strings.Replace(putRow("blue", "1"), "Ledger", name, 1))
		}
	}
	f.must(owner, "dynamodb", "PutResourcePolicy", map[string]any{
		"ResourceArn": shared,
		"Policy":      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + memberB + `"},"Action":"dynamodb:*","Resource":"` + shared + `"}]}`,
	})
	half := f.user(guest, "half", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"`+own+`"}]}`)
	for op, in := range map[string]string{
		"BatchGetItem":          `{"RequestItems":{"$1":{"Keys":[` + keyOf("blue") + `]},"$2":{"Keys":[` + keyOf("blue") + `]}}}`,
		"BatchWriteItem":        `{"RequestItems":{"$1":[{"DeleteRequest":{"Key":` + keyOf("x") + `}}],"$2":[{"DeleteRequest":{"Key":` + keyOf("x") + `}}]}}`,
		"TransactGetItems":      `{"TransactItems":[{"Get":{"TableName":"$1","Key":` + keyOf("blue") + `}},{"Get":{"TableName":"$2","Key":` + keyOf("blue") + `}}]}`,
		"TransactWriteItems":    `{"TransactItems":[{"Delete":{"TableName":"$1","Key":` + keyOf("x") + `}},{"Delete":{"TableName":"$2","Key":` + keyOf("x") + `}}]}`,
		"BatchExecuteStatement": `{"Statements":[{"Statement":"SELECT * FROM \"$1\" WHERE TenantID = 'blue' AND Row = '1'"},{"Statement":"SELECT * FROM \"$2\" WHERE TenantID = 'blue' AND Row = '1'"}]}`,
		"ExecuteTransaction":    `{"TransactStatements":[{"Statement":"SELECT * FROM \"$1\" WHERE TenantID = 'blue' AND Row = '1'"},{"Statement":"SELECT * FROM \"$2\" WHERE TenantID = 'blue' AND Row = '1'"}]}`,
	} {
		call := func(one, two string) string { return strings.NewReplacer("$1", one, "$2", two).Replace(in) }
		if op == "BatchExecuteStatement" { // which is answered in parts
			for _, pair := range [][2]string{{shared, closed}, {closed, shared}, {own, closed}, {closed, own}, {shared, own}, {own, shared}} {
				for as, open := range map[*aws.Config][]string{&guest: {shared, own}, &half: {own}} {
					a, want := f.try(*as, "dynamodb", op, call(pair[0], pair[1])), []bool{!slices.Contains(open, pair[0]), !slices.Contains(open, pair[1])}
					if !slices.Equal(a.DeniedParts(), want) || strings.Count(a.Body, "note of") != strings.Count(fmt.Sprint(want), "false") {
						t.Errorf("%v is answered by %d %s, want denials %t", pair, a.Status, a.Body, want)
					}
				}
			}
			continue
		}
		for _, pair := range [][2]string{{shared, closed}, {closed, shared}, {own, closed}, {closed, own}} {
			if a := f.refuses(guest, "dynamodb", op, call(pair[0], pair[1])); strings.Contains(a.Body, "note of") {
				t.Errorf("%s answers %s", op, a.Body)
			}
			f.refuses(half, "dynamodb", op, call(pair[0], pair[1]))
		}
		f.refuses(half, "dynamodb", op, call(shared, own))
		f.refuses(half, "dynamodb", op, call(own, shared))
		if strings.Contains(op, "Transact") { // they are of one account, whoever's it is
			f.fails(guest, "ValidationException", "dynamodb", op, call(shared, own))
			f.fails(guest, "ValidationException", "dynamodb", op, call(own, shared))
		} else {
			f.do(guest, "dynamodb", op, call(shared, own))
		}
		f.do(owner, "dynamodb", op, call(shared, closed))
	}
}
