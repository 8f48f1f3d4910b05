// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick"
)

// readers is how many goroutines call while something changes.
const readers = 8

// TestNoCallBeginsUnderAPolicyThatIsGone takes a permission away, in four ways,
// while others read: no call that begins after the change was answered may
// succeed.
func TestNoCallBeginsUnderAPolicyThatIsGone(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.must(s.root, "iam", "CreatePolicy", map[string]any{"PolicyName": "all", "PolicyDocument": allowAll})
	const attached = `{"RoleName":"live","PolicyArn":"arn:aws:iam::000000000000:policy/all"}`
	for name, change := range map[string]struct{ take, give func() }{
		"the policy replaced": {
			func() { s.grant("live", allowNothing) },
			func() { s.grant("live", allowAll) },
		},
		"the policy deleted": {
			func() { s.do(s.root, "iam", "DeleteRolePolicy", `{"RoleName":"live","PolicyName":"p"}`) },
			func() { s.grant("live", allowAll) },
		},
		"a managed policy detached": {
			func() { s.do(s.root, "iam", "DetachRolePolicy", attached) },
			func() { s.grant("live", allowNothing); s.do(s.root, "iam", "AttachRolePolicy", attached) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			s.role("live", allowAll)
			cfg := s.assume(s.vendor, "live", nil)
			for range 4 {
				change.give()
				s.do(cfg, "dynamodb", "GetItem", getRow("blue"))
				s.takeAway(cfg, "AccessDeniedException", change.take)
			}
			s.grant("live", allowNothing)
			s.do(s.root, "iam", "DeleteRolePolicy", `{"RoleName":"live","PolicyName":"p"}`)
			s.do(s.root, "iam", "DeleteRole", `{"RoleName":"live"}`)
		})
	}
}

// takeAway has readers read a row until each has been refused, with that code.
func (s *siege) takeAway(cfg aws.Config, code string, take func()) {
	s.t.Helper()
	var gone atomic.Bool
	var allowed, late atomic.Int64
	var all sync.WaitGroup
	ready := make(chan struct{}, readers)
	db := s.impatient(cfg)
	for range readers {
		all.Go(func() {
			in := &dynamodb.GetItemInput{TableName: aws.String("Ledger"), Key: itemKey("blue", "1")}
			for i := 0; ; i++ {
				after := gone.Load()
				_, err := db.GetItem(s.t.Context(), in)
				if i == 0 {
					ready <- struct{}{}
				}
				switch {
				case err == nil && after:
					late.Add(1)
					return
				case err == nil:
					allowed.Add(1)
				case !strings.Contains(err.Error(), code):
					s.t.Error(err)
					return
				case after:
					return
				}
			}
		})
	}
	for range readers {
		<-ready
	}
	take()
	gone.Store(true)
	all.Wait()
	if allowed.Load() == 0 || late.Load() > 0 {
		s.t.Errorf("%d calls were allowed before the change, and %d that began after it", allowed.Load(), late.Load())
	}
}

// impatient returns a client that never tries again, and keeps a connection for
// each reader.
func (s *siege) impatient(cfg aws.Config) *dynamodb.Client {
	tr := &http.Transport{MaxConnsPerHost: readers, MaxIdleConnsPerHost: readers}
	s.t.Cleanup(tr.CloseIdleConnections)
	return dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		o.Retryer, o.HTTPClient = aws.NopRetryer{}, &http.Client{Transport: tr}
	})
}

func itemKey(tenant, row string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"TenantID": &types.AttributeValueMemberS{Value: tenant},
		"Row":      &types.AttributeValueMemberS{Value: row},
	}
}

// TestARecreatedTableHasNoOldItems deletes and makes a table while others read
// and write it: what was written before the table was deleted must not be in
// the one that is made after it.
func TestARecreatedTableHasNoOldItems(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const writers = readers / 2
	var written, dead [writers]atomic.Int64 // of each writer, the last row it wrote, and that it wrote to a table that is gone
	var seen, lives atomic.Int64
	var all sync.WaitGroup
	stop := make(chan struct{})
	db := s.impatient(s.admin)
	for i := range writers {
		all.Go(func() {
			for n := int64(1); !closed(stop); n++ {
				_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Ledger"), Item: itemKey(strconv.Itoa(i), strconv.FormatInt(n, 10))})
				expectMissing(t, err)
				written[i].Store(n)
			}
		})
		all.Go(func() {
			for !closed(stop) {
				last := dead[i].Load()
				out, err := db.Query(t.Context(), &dynamodb.QueryInput{
					TableName: aws.String("Ledger"), KeyConditionExpression: aws.String("TenantID = :t"),
					ExpressionAttributeValues: map[string]types.AttributeValue{":t": &types.AttributeValueMemberS{Value: strconv.Itoa(i)}},
				})
				if expectMissing(t, err); err != nil {
					continue
				}
				seen.Add(int64(len(out.Items)))
				for _, item := range out.Items {
					if n, _ := strconv.ParseInt(item["Row"].(*types.AttributeValueMemberS).Value, 10, 64); n <= last {
						t.Errorf("row %d is there, and all up to %d went with their table", n, last)
						return
					}
				}
			}
		})
	}
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); lives.Add(1) {
		time.Sleep(20 * time.Millisecond)
		var gone [writers]int64
		for i := range gone {
			gone[i] = written[i].Load()
		}
		s.do(s.admin, "dynamodb", "DeleteTable", `{"TableName":"Ledger"}`)
		s.do(s.admin, "dynamodb", "CreateTable", ledger)
		for i := range gone {
			dead[i].Store(gone[i])
		}
	}
	close(stop)
	all.Wait()
	if seen.Load() == 0 || lives.Load() < 3 {
		t.Errorf("%d rows were seen in %d lives of the table", seen.Load(), lives.Load())
	}
	t.Logf("%d rows were seen in %d lives of the table", seen.Load(), lives.Load())
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// expectMissing lets no error pass but that the table doesn't exist.
func expectMissing(t *testing.T, err error) {
	t.Helper()
	if _, missing := errors.AsType[*types.ResourceNotFoundException](err); err != nil && !missing {
		t.Error(err)
	}
}
