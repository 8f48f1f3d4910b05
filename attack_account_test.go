// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

const closedAccount = "222222222222"

// closes closes the account, as the management account.
func (s *siege) closes(account string) {
	s.t.Helper()
	s.do(s.root, "organizations", "CloseAccount", `{"AccountId":"`+account+`"}`)
}

// closed waits until nothing is left to remove of the account.
func (s *siege) closed(account string) {
	s.t.Helper()
	api := organizations.NewFromConfig(s.root)
	for range 600 {
		out, err := api.DescribeAccount(s.t.Context(), &organizations.DescribeAccountInput{AccountId: &account})
		if err != nil {
			s.t.Fatal(err)
		}
		if out.Account.State == types.AccountStateClosed && out.Account.Status == types.AccountStatusSuspended {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("account %s is not closed", account)
}

// inhabit gives the account, by its root user, one of everything that services can
// make, and returns an administrator of it. What can't be made isn't.
func (s *siege) inhabit(root aws.Config, account string) (admin aws.Config) {
	s.t.Helper()
	admin = s.user(root, "admin", allowAll)
	s.must(admin, "iam", "CreateRole", map[string]any{"RoleName": "keeper", "AssumeRolePolicyDocument": trusted(account)})
	s.must(admin, "iam", "PutRolePolicy", map[string]any{"RoleName": "keeper", "PolicyName": "p", "PolicyDocument": allowAll})
	made := 0
	for _, name := range []string{"iam", "dynamodb"} {
		svc := s.services[name]
		for i := range svc.Operations {
			op := &svc.Operations[i]
			if ends(op.Name) {
				continue
			}
			in := strings.ReplaceAll(s.expand(op.Sample), "000000000000", account)
			if a := s.call(admin, svc, op.Name, in); a.OK() {
				made++
			}
		}
	}
	s.must(admin, "iam", "AttachRolePolicy", map[string]any{"RoleName": "keeper", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
	s.do(admin, "bailiwick", "RevokeSessions", `{"TagKey":"Team","TagValue":"red"}`)
	s.do(admin, "dynamodb", "CreateTable", ledger)
	s.do(admin, "dynamodb", "PutItem", putRow("yellow", "1"))
	if made < 20 {
		s.t.Fatalf("only %d samples were made", made)
	}
	return admin
}

// ends reports whether an operation takes something away.
func ends(name string) bool {
	return slices.ContainsFunc([]string{"Delete", "Detach", "Remove", "Untag"}, func(p string) bool { return strings.HasPrefix(name, p) })
}

// trusted is a trust policy for everybody in the account whose policies allow it.
func trusted(account string) string {
	return strings.ReplaceAll(anyPrincipalOfAccount, "$ACCOUNT", account)
}

// traces returns the records, other than those of the decision log, that have the
// account in key or value, after all that is in the trash was deleted.
func traces(t *testing.T, data, account string) (found []string) {
	t.Helper()
	d, err := pebble.Open(filepath.Join(data, "db"), pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	db := storage.New(d)
	defer db.Close()
	for trash := 1; trash > 0; time.Sleep(10 * time.Millisecond) {
		err := db.View(t.Context(), func(tx *storage.Tx) error {
			trash = 0
			c := tx.Scan(storage.Range{Lo: []byte{byte(storage.Trash)}, Hi: []byte{byte(storage.Trash) + 1}})
			for c.Next() {
				trash++
			}
			return c.Close()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err = db.View(t.Context(), func(tx *storage.Tx) error {
		for area := byte(0); area < 0x80; area++ {
			if storage.Area(area) == storage.Journal {
				continue
			}
			c := tx.Scan(storage.Range{Lo: []byte{area}, Hi: []byte{area + 1}})
			for c.Next() {
				if record := append(slices.Clone(c.Key()), c.Value()...); bytes.Contains(record, []byte(account)) {
					found = append(found, string(record))
				}
			}
			if err := c.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// leftover reports whether a record is more than may stay of a closed account: that
// there was one, and its epoch, which must never go back.
func leftover(record string) bool {
	return !strings.HasPrefix(record, "\x01iam/account\x00\x01") && !strings.HasPrefix(record, "\x01storage/epoch\x00\x01")
}

// TestNothingOfAClosedAccountIsKept closes an account that has one of everything,
// between two whose ids are almost the same.
func TestNothingOfAClosedAccountIsKept(t *testing.T) {
	data := t.TempDir()
	const before, after = "222222222221", "222222222223"
	t.Run("close", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		admins := map[string]aws.Config{}
		for _, account := range []string{before, closedAccount, after} {
			admins[account] = s.inhabit(s.accountOnly(account), account)
		}
		s.closes(closedAccount)
		s.closed(closedAccount)
		for _, account := range []string{before, after} {
			s.do(admins[account], "iam", "GetUser", `{"UserName":"admin"}`)
			if a := s.do(admins[account], "dynamodb", "GetItem", getRow("yellow")); !strings.Contains(a.Body, "note of yellow") {
				t.Errorf("the item of account %s is gone: %s", account, a.Body)
			}
			s.assumeIn(admins[account], account, "keeper")
		}
	})
	for _, record := range traces(t, data, closedAccount) {
		if leftover(record) {
			t.Errorf("left of the closed account: %.300q", record)
		}
	}
	for _, account := range []string{before, after} {
		n := len(slices.DeleteFunc(traces(t, data, account), func(r string) bool { return !leftover(r) }))
		if n < 20 {
			t.Errorf("account %s has %d records left", account, n)
		}
	}
}

// accountOnly makes another account and returns its root user.
func (s *siege) accountOnly(id string) aws.Config {
	s.t.Helper()
	a, err := client.NewAdmin(s.root).CreateAccount(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.srv.As(a.RootAccessKeyID, a.RootSecretAccessKey, "")
}

// assumeIn assumes a role of the account.
func (s *siege) assumeIn(as aws.Config, account, role string) aws.Config {
	s.t.Helper()
	return s.credentials(s.must(as, "sts", "AssumeRole", map[string]any{
		"RoleArn": "arn:aws:iam::" + account + ":role/" + role, "RoleSessionName": "raid",
	}))
}

// TestAClosedAccountLetsNobodyIn signs requests before an account is closed, and
// presigns some, and sends them before and after.
func TestAClosedAccountLetsNobodyIn(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	root, admin := s.account(closedAccount)
	_, neighbour := s.account("333333333333")
	s.must(admin, "iam", "CreateRole", map[string]any{"RoleName": "keeper", "AssumeRolePolicyDocument": openTo(closedAccount, "333333333333")})
	s.must(admin, "iam", "PutRolePolicy", map[string]any{"RoleName": "keeper", "PolicyName": "p", "PolicyDocument": allowAll})
	s.must(neighbour, "iam", "CreateRole", map[string]any{"RoleName": "guest", "AssumeRolePolicyDocument": openTo(closedAccount, "333333333333")})
	s.must(neighbour, "iam", "PutRolePolicy", map[string]any{"RoleName": "guest", "PolicyName": "p", "PolicyDocument": allowAll})
	inside := s.assumeIn(admin, closedAccount, "keeper")
	beyond := s.assumeIn(inside, "333333333333", "guest")
	who := map[string]aws.Config{
		"the root user":                                    root,
		"an administrator":                                 admin,
		"a session":                                        inside,
		"a session that a neighbour began":                 s.assumeIn(neighbour, closedAccount, "keeper"),
		"a session elsewhere that comes from one":          beyond,
		"a session elsewhere that comes from one of those": s.assumeIn(beyond, "333333333333", "guest"),
	}
	own := s.open(s.assumeIn(neighbour, "333333333333", "guest"))
	requests := map[string]map[string][]func() (int, string){}
	for name, cfg := range who {
		requests[name] = s.open(cfg)
		s.living(name, requests[name])
	}
	s.closes(closedAccount)
	for range 2 { // before and after all is removed
		for name, cfg := range who {
			t.Run(name, func(t *testing.T) {
				s := *s
				s.world = &world{t: t, srv: s.srv, services: s.services}
				s.dead(requests[name])
				s.dead(s.open(cfg))
			})
		}
		s.refuses(neighbour, "sts", "AssumeRole", `{"RoleArn":"arn:aws:iam::`+closedAccount+`:role/keeper","RoleSessionName":"raid"}`)
		s.living("a session of the neighbour's own", own)
		s.closed(closedAccount)
	}
}

// openTo is a trust policy for everybody in the accounts whose policies allow it.
func openTo(accounts ...string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["` + strings.Join(accounts, `","`) + `"]},"Action":["sts:AssumeRole","sts:TagSession"]}}`
}

// TestNothingIsMadeInAnAccountThatIsClosed has administrators of an account make
// tables, items and users without a pause while it is being closed.
func TestNothingIsMadeInAnAccountThatIsClosed(t *testing.T) {
	data := t.TempDir()
	t.Run("close", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		_, admin := s.account(closedAccount)
		var over atomic.Bool
		var before, late atomic.Int64
		var writers sync.WaitGroup
		stop := make(chan struct{})
		for w := range 4 {
			writers.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					begun := over.Load()
					if !s.makes(admin, w, n) {
						continue
					}
					if before.Add(1); begun {
						late.Add(1)
					}
				}
			})
		}
		time.Sleep(300 * time.Millisecond)
		s.closes(closedAccount)
		over.Store(true)
		s.closed(closedAccount)
		time.Sleep(200 * time.Millisecond)
		close(stop)
		writers.Wait()
		if before.Load() < 8 || late.Load() > 0 {
			t.Errorf("%d calls succeeded, %d of them after the account was closed", before.Load(), late.Load())
		}
	})
	for _, record := range traces(t, data, closedAccount) {
		if leftover(record) {
			t.Errorf("left of the closed account: %.300q", record)
		}
	}
}

// makes makes something and reports whether that succeeded.
func (s *siege) makes(as aws.Config, writer, n int) bool {
	name := "T" + string(rune('a'+writer))
	calls := [][3]string{
		{"dynamodb", "CreateTable", strings.Replace(ledger, "Ledger", name+"x", 1)},
		{"dynamodb", "PutItem", strings.Replace(putRow("yellow", "1"), "Ledger", name+"x", 1)},
		{"iam", "CreateUser", `{"UserName":"` + name + strings.Repeat("u", n%40) + `"}`},
		{"dynamodb", "DeleteTable", `{"TableName":"` + name + `x"}`},
	}
	c := calls[n%len(calls)]
	return s.call(as, s.services[c[0]], c[1], c[2]).OK()
}

// TestOnlyTheManagementAccountCloses lets members and people without the
// permission try.
func TestOnlyTheManagementAccountCloses(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	root, admin := s.account(closedAccount)
	_, neighbour := s.account("333333333333")
	s.must(admin, "iam", "CreateRole", map[string]any{"RoleName": "keeper", "AssumeRolePolicyDocument": openTo("000000000000")})
	s.must(admin, "iam", "PutRolePolicy", map[string]any{"RoleName": "keeper", "PolicyName": "p", "PolicyDocument": allowAll})
	nobody := s.user(s.root, "nobody", allowNothing)
	others := s.user(s.root, "others", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"organizations:CloseAccount","Resource":"arn:aws:organizations::000000000000:account/o-*/333333333333"}}`)
	in := `{"AccountId":"` + closedAccount + `"}`
	for _, cfg := range []aws.Config{root, admin, neighbour, nobody, others, s.assumeIn(s.admin, closedAccount, "keeper")} {
		s.refuses(cfg, "organizations", "CloseAccount", in)
	}
	s.fails(s.root, "ConstraintViolationException", "organizations", "CloseAccount", `{"AccountId":"000000000000"}`)
	s.do(admin, "iam", "ListUsers", `{}`)
	s.do(others, "organizations", "CloseAccount", `{"AccountId":"333333333333"}`)
	s.do(s.admin, "organizations", "CloseAccount", in)
	s.fails(admin, "InvalidClientTokenId", "iam", "ListUsers", `{}`)
}
