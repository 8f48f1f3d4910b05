// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
)

const (
	maxBody = 16 << 20 // bytes of a request
	maxItem = 400 << 10
)

// attack sends a signed request of the administrator's with whatever body, path
// and header.
func (s *siege) attack(service, body string, change func(*shot)) (status int, answer string) {
	s.t.Helper()
	shot := newShot(s.srv.Endpoint, service, keysOf(s.t, s.admin), time.Now())
	shot.body = body
	if change != nil {
		change(shot)
	}
	return send(s.t, shot.signed(s.t))
}

// target sets the operation of DynamoDB that the request is for.
func target(op string) func(*shot) {
	return func(s *shot) { s.header.Set("X-Amz-Target", "DynamoDB_20120810."+op) }
}

// A hostile input is one that must be answered, and how.
type hostile struct {
	name   string
	change func(*shot)
	body   string
	status int
	code   string // empty if the answer has none
}

func (s *siege) sendAll(service string, inputs []hostile) {
	for _, in := range inputs {
		status, body := s.attack(service, in.body, in.change)
		if status != in.status || codeOf(body) != in.code {
			s.t.Errorf("%s, %s: got %d %.300s, want %d %s", service, in.name, status, body, in.status, in.code)
		}
		for _, word := range internals {
			if strings.Contains(body, word) {
				s.t.Errorf("%s, %s: the answer tells %q: %s", service, in.name, word, body)
			}
		}
	}
	s.alive()
}

// nested puts an item with a value in that many lists.
func nested(depth int) string {
	return `{"TableName":"Ledger","Item":{"TenantID":{"S":"deep"},"Row":{"S":"1"},"V":` +
		strings.Repeat(`{"L":[`, depth) + `{"S":"leaf"}` + strings.Repeat(`]}`, depth) + `}}`
}

func TestHostileJSON(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	get, put, list := target("GetItem"), target("PutItem"), target("ListTables")
	const serialization, validation, unknown = "SerializationException", "ValidationException", "UnknownOperationException"
	s.sendAll("dynamodb", []hostile{
		{"unknown members are ignored", list, `{"Nothing":{"a":[1,{"b":null}]},"Limit":5}`, 200, ""},
		{"an absent member as null", list, `{"Limit":null}`, 200, ""},
		{"no body", list, ``, 400, serialization},
		{"blanks", list, "  \n", 400, serialization},
		{"null", list, `null`, 400, serialization},
		{"a list", list, `[]`, 400, serialization},
		{"an unfinished object", list, `{"Limit":`, 400, serialization},
		{"an object and more", list, `{}{}`, 400, serialization},
		{"a comment", list, `{/**/}`, 400, serialization},
		{"a member twice", get, `{"TableName":"Ledger","TableName":"Ledger","Key":` + keyOf("blue") + `}`, 400, serialization},
		{"an attribute twice", put, `{"TableName":"Ledger","Item":{"TenantID":{"S":"a"},"TenantID":{"S":"b"},"Row":{"S":"1"}}}`, 400, serialization},
		{"a member twice by an escape", get, `{"TableName":"Ledger","\u0054ableName":"Ledger","Key":` + keyOf("blue") + `}`, 400, serialization},
		{"invalid UTF-8", get, "{\"TableName\":\"Led\xffger\",\"Key\":" + keyOf("blue") + "}", 400, serialization},
		{"an overlong encoding", get, "{\"TableName\":\"Led\xc0\xafger\",\"Key\":" + keyOf("blue") + "}", 400, serialization},
		{"half a surrogate pair", put, `{"TableName":"Ledger","Item":{"TenantID":{"S":"\ud800"},"Row":{"S":"1"}}}`, 400, serialization},
		{"a NUL byte in a string", get, "{\"TableName\":\"Led\x00ger\",\"Key\":" + keyOf("blue") + "}", 400, serialization},
		{"a NUL byte after the body", list, "{}\x00", 400, serialization},
		{"an escaped NUL in a name", get, `{"TableName":"Ledger\u0000","Key":` + keyOf("blue") + `}`, 400, validation},
		{"a number for a name", get, `{"TableName":5,"Key":` + keyOf("blue") + `}`, 400, serialization},
		{"a list for a map", get, `{"TableName":"Ledger","Key":[]}`, 400, serialization},
		{"a string for a number", list, `{"Limit":"many"}`, 400, serialization},
		{"a number out of range", list, `{"Limit":99999999999999999999}`, 400, serialization},
		{"a value of two types", put, `{"TableName":"Ledger","Item":{"TenantID":{"S":"a","N":"1"},"Row":{"S":"1"}}}`, 400, validation},
		{"a value of no type", put, `{"TableName":"Ledger","Item":{"TenantID":{},"Row":{"S":"1"}}}`, 400, validation},
		{"a number with a great exponent", put, `{"TableName":"Ledger","Item":{"TenantID":{"S":"a"},"Row":{"S":"1"},"V":{"N":"1e999999999"}}}`, 400, validation},
		{"a key of the wrong type", get, `{"TableName":"Ledger","Key":{"TenantID":{"N":"1"},"Row":{"S":"1"}}}`, 400, validation},
		{"an empty key", get, `{"TableName":"Ledger","Key":{"TenantID":{"S":""},"Row":{"S":"1"}}}`, 400, validation},
		{"nesting at the limit", put, nested(31), 200, ""},
		{"nesting over the limit", put, nested(32), 400, validation},
		{"nesting without end", put, nested(200_000), 400, serialization},
		{"nesting without end in what is ignored", list, `{"x":` + strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000) + `}`, 400, serialization},
		{"an expression without end", get, `{"TableName":"Ledger","Key":` + keyOf("blue") + `,"ProjectionExpression":"` + strings.Repeat("a.", 100_000) + `a"}`, 400, validation},

		{"another method", func(s *shot) { s.method = http.MethodPut }, `{}`, 404, "UnknownOperationException"},
		{"a GET", func(s *shot) { s.method = http.MethodGet }, ``, 404, "UnknownOperationException"},
		{"another path", func(s *shot) { s.url += "other" }, `{}`, 404, "UnknownOperationException"},
		{"another content type", func(s *shot) { s.header.Set("Content-Type", "text/plain") }, `{}`, 404, "UnknownOperationException"},
		{"no content type", func(s *shot) { s.header.Del("Content-Type") }, `{}`, 404, "UnknownOperationException"},
		{"an unknown operation", target("DropEverything"), `{}`, 400, unknown},
		{"an operation in another case", target("listtables"), `{}`, 400, unknown},
		{"no operation", target(""), `{}`, 400, unknown},
		{"the first version of the API", func(s *shot) { s.header.Set("X-Amz-Target", "DynamoDB_20111205.ListTables") }, `{}`, 400, unknown},
		{"no target", func(s *shot) { s.header.Del("X-Amz-Target") }, `{}`, 400, unknown},
	})
}

func TestHostileForms(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.sendAll("iam", []hostile{
		{"unknown parameters are ignored", nil, "Action=ListUsers&Nothing=1&Nothing.member.1=2", 200, ""},
		{"no body", nil, "", 400, "InvalidAction"},
		{"no action", nil, "Version=2010-05-08", 400, "InvalidAction"},
		{"an unknown action", nil, "Action=DropEverything", 400, "InvalidAction"},
		{"an action of another service", nil, "Action=AssumeRole", 400, "InvalidAction"},
		{"another version", nil, "Action=ListUsers&Version=2011-06-15", 400, "InvalidAction"},
		{"two actions", nil, "Action=ListUsers&Action=CreateUser", 400, "MalformedInput"},
		{"an action in the body and one in the query", func(s *shot) { s.url += "?Action=ListRoles" }, "Action=ListUsers", 400, "MalformedInput"},
		{"a malformed escape", nil, "Action=%zz", 400, "MalformedInput"},
		{"invalid UTF-8", nil, "Action=GetUser&UserName=%ff", 400, "MalformedInput"},
		{"a NUL byte", nil, "Action=GetUser&UserName=admin%00", 400, "ValidationError"},
		{"a line break", nil, "Action=GetUser&UserName=admin%0d%0aX:y", 400, "ValidationError"},
		{"a path for a name", nil, "Action=GetUser&UserName=../admin", 400, "ValidationError"},
		{"markup", nil, "Action=GetUser&UserName=%3Cscript%3E", 400, "ValidationError"},
		{"a number that is none", nil, "Action=ListUsers&MaxItems=many", 400, "MalformedInput"},
		{"a structure where a string belongs", nil, "Action=GetUser&UserName.member.1=admin", 400, "MalformedInput"},
		{"an index without end", nil, "Action=CreateUser&UserName=x1&Tags.member.99999999999999999999.Key=k", 400, "MalformedInput"},
		{"too many parameters", nil, "Action=ListUsers" + strings.Repeat("&a=b", 5000), 400, "MalformedInput"},
		{"a policy that isn't JSON", nil, "Action=PutUserPolicy&UserName=admin&PolicyName=x&PolicyDocument=%00%01", 400, "ValidationError"},
		{"a policy nested without end", nil, "Action=PutUserPolicy&UserName=admin&PolicyName=x&PolicyDocument=" + strings.Repeat("[", 100_000), 400, "MalformedPolicyDocument"},
		{"another content type", func(s *shot) { s.header.Set("Content-Type", "application/json") }, "Action=ListUsers", 400, "MalformedInput"},
		{"another path", func(s *shot) { s.url += "other" }, "Action=ListUsers", 400, "InvalidAction"},
		{"another method", func(s *shot) { s.method = http.MethodDelete }, "Action=ListUsers", 400, "InvalidAction"},
	})
	for _, user := range []string{"x1", "DropEverything"} {
		s.fails(s.admin, "NoSuchEntity", "iam", "GetUser", `{"UserName":"`+user+`"}`)
	}
}

// padded is input of exactly n bytes, most of them in a member that is ignored.
func padded(n int) string {
	const begin, end = `{"Limit":5,"x":"`, `"}`
	return begin + strings.Repeat("x", n-len(begin)-len(end)) + end
}

func TestBodiesAreBounded(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	if status, body := s.attack("dynamodb", padded(maxBody), nil); status != http.StatusOK {
		t.Errorf("a body at the limit: got %d %s", status, body)
	}
	for _, service := range services {
		for name, announced := range map[string]bool{"announced": true, "in chunks": false} {
			shot := newShot(s.srv.Endpoint, service, keysOf(t, s.admin), time.Now())
			shot.body = padded(maxBody + 1)
			r := shot.forged(t, coveredBy(shot)...) // the SDK's signer signs the length
			if !announced {
				r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(shot.body))
			}
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Errorf("%s, %s: %v", service, name, err)
				continue
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s, %s: got %s, want 413", service, name, resp.Status)
			}
		}
	}
	s.alive()
}

// coveredBy returns the headers that a request of a user's must sign.
func coveredBy(s *shot) []string {
	covered := []string{"content-type", "host", "x-amz-date"}
	if s.header.Get("X-Amz-Target") != "" {
		covered = append(covered, "x-amz-target")
	}
	return covered
}

// TestItemsAreBounded puts items of 400 KB, names and values counted, and of a
// byte more, in every way there is.
func TestItemsAreBounded(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	item := func(size int) string {
		const others = len("TenantID") + len("big") + len("Row") + len("1") + len("V")
		return `{"TenantID":{"S":"big"},"Row":{"S":"1"},"V":{"S":"` + strings.Repeat("x", size-others) + `"}}`
	}
	put := func(size int) string { return `{"TableName":"Ledger","Item":` + item(size) + `}` }
	batch := func(size int) string {
		return `{"RequestItems":{"Ledger":[{"PutRequest":{"Item":` + item(size) + `}},{"PutRequest":{"Item":{"TenantID":{"S":"big"},"Row":{"S":"2"}}}}]}}`
	}
	const grow = `{"TableName":"Ledger","Key":{"TenantID":{"S":"big"},"Row":{"S":"1"}},"UpdateExpression":"SET W = :w","ExpressionAttributeValues":{":w":{"S":""}}}`

	s.fails(s.admin, "ValidationException", "dynamodb", "PutItem", put(maxItem+1))
	s.fails(s.admin, "ValidationException", "dynamodb", "BatchWriteItem", batch(maxItem+1))
	const query = `{"TableName":"Ledger","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"big"}},"Select":"COUNT"}`
	if a := s.do(s.admin, "dynamodb", "Query", query); !strings.Contains(a.Body, `"Count":0`) {
		t.Errorf("a refused write left something: %s", a.Body)
	}
	s.do(s.admin, "dynamodb", "PutItem", put(maxItem))
	s.do(s.admin, "dynamodb", "BatchWriteItem", batch(maxItem))
	s.fails(s.admin, "ValidationException", "dynamodb", "UpdateItem", grow)
	s.do(s.admin, "dynamodb", "PutItem", put(maxItem-1))
	s.do(s.admin, "dynamodb", "UpdateItem", grow)
}
