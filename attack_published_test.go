// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

// A published document is a policy that designs, samples and AWS's guides print
// for tables, and what it says: written down by reading it.
type published struct {
	document string
	table    string // that it is for
	tag      string // the session tag that it looks at; "" if the tenant is in its text

	// given are the partition keys that it gives to the tenant yellow, withheld
	// others.
	given, withheld []string

	// allows names the calls that it allows for the keys that it gives. It denies
	// all others, and these for all other keys.
	allows string

	hides string // what the answers to these calls don't have; "" for nothing

	// leaks names the calls that it allows and that don't stay in the partitions
	// that it gives, as they name none.
	leaks string
}

// printedDocument returns a document that is kept as it was published, with its
// placeholders filled in.
func printedDocument(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("policy", "lint", "testdata", "printed", file))
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("<region>", "us-east-1", "<account-id>", "000000000000", "<table>", "Records",
		"<mapping>", "Mapping", "<documents>", "documents", "{{tenant}}", "yellow").Replace(string(text))
}

// Calls that documents allow together, as they go by the action alone.
const (
	gets     = ` get get-note get-note-legacy get-secret get-by-arn transact-get transact-get-note `
	batches  = ` batch-get batch-get-note batch-get-note-legacy `
	queries  = ` query query-legacy query-note query-note-legacy query-secret query-count query-all query-by-secret query-by-secret-legacy query-from `
	entries  = ` query-local query-local-all query-local-count query-local-note query-local-by-secret query-global query-global-note `
	scans    = ` scan scan-note scan-count scan-segment scan-legacy scan-global scan-local `
	puts     = ` put put-secret put-old put-unless-secret put-unless-secret-legacy put-shown put-legacy `
	updates  = ` update update-secret update-copy update-all-new update-all-old update-updated-new update-unless-secret update-shown update-legacy update-secret-legacy `
	deletes  = ` delete delete-old delete-unless-secret delete-unless-secret-legacy delete-shown `
	writes   = ` batch-put batch-put-secret batch-delete `
	changes  = ` transact-put transact-put-shown transact-update transact-update-secret transact-update-shown transact-delete transact-delete-shown `
	checks   = ` transact-check transact-check-shown transact-all `
	selects  = ` select select-one select-note select-by-arn select-in select-or select-scan `
	alters   = ` insert insert-secret insert-batch update-statement update-statement-secret update-statement-new delete-statement delete-statement-old `
	together = ` batch-select batch-select-note batch-update-statement `
	beside   = ` get-beside transact-get-beside batch-beside transact-beside transact-select-beside `
	atOnce   = ` transact-select transact-select-note transact-update-statement transact-exists transact-exists-shown insert-at-once `
)

// What is allowed to whom every action is: what names a partition, and what doesn't.
const (
	everything = gets + batches + queries + entries + puts + updates + deletes + writes + changes + checks + alters + together + atOnce +
		` select select-one select-note select-by-arn select-in select-global-note select-local `
	withoutKeys = ` select-or select-scan describe tags expiry backups tables streams stream stream-iterator stream-records `
)

// TestPublishedDocuments holds each policy that designs and samples publish for
// DynamoDB against every call that reaches items.
func TestPublishedDocuments(t *testing.T) {
	documents := map[string]published{
		// As printed it has comments and a resource that is no ARN, and can't be
		// saved; this is what it says. Who has organisation yellow has no part in yellow2.
		"organisations, mended": {
			document: strings.NewReplacer("// Wait wait wait\n", "", "// what the heck is this thing?\n", "",
				"::dynamodb:eu-west-2::table/", "arn:aws:dynamodb:us-east-1:000000000000:table/").Replace(printedDocument(t, "p01.json")),
			table: "ExampleTableName", tag: "org",
			given: []string{"yellow#a", "yellow#", "yellow#a#b"}, withheld: []string{"yellow", "yellow2#a", "blue#a", "blue#yellow#a"},
			allows: gets + queries,
		},
		"tracking": {
			document: printedDocument(t, "p09.json"), table: "TrackingData", tag: "TenantID",
			given: []string{"yellow"}, withheld: []string{"blue", "yellow2", "yello"},
			allows: gets + batches + queries,
		},
		"records of an API key": {
			document: printedDocument(t, "p12.json"), table: "Records", tag: "api-key-id",
			given: []string{"yellow"}, withheld: []string{"blue", "yellow2"},
			allows: puts + updates + deletes + changes,
		},
		// The pattern has no end: yellow reads what is yellow2's.
		"employees, by a prefix": {
			document: printedDocument(t, "p13.json"), table: "Employee",
			given: []string{"yellow", "yellow2"}, withheld: []string{"blue", "yello"},
			allows: gets + queries + puts + ` transact-put transact-put-shown `,
		},
		"employees, corrected": {
			document: printedDocument(t, "p13-corrected.json"), table: "Employee",
			given: []string{"yellow"}, withheld: []string{"yellow2", "blue", "yello"},
			allows: gets + queries + puts + ` transact-put transact-put-shown `,
		},
		"mapping": {
			document: printedDocument(t, "p14.json"), table: "Mapping", tag: "tenant_id",
			given: []string{"yellow"}, withheld: []string{"blue"},
			allows: gets,
		},
		"documents": {
			document: printedDocument(t, "p15.json"), table: "documents", tag: "tenant_id",
			given: []string{"yellow"}, withheld: []string{"blue", "yellow2"},
			allows: gets + queries + puts + ` transact-put transact-put-shown `,
		},
		// A template of samples for pools of tenants: it names no table, so that what it
		// gives it gives in all of them, and no index.
		"all tables, by a prefix and a separator": {
			document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:UpdateItem","dynamodb:GetItem","dynamodb:PutItem",
			 "dynamodb:DeleteItem","dynamodb:Query"],"Resource":["arn:aws:dynamodb:us-east-1:000000000000:table/*"],"Condition":{
			 "ForAllValues:StringLike":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}-*"]}}}]}`,
			table: "Wide", tag: "TenantID", given: []string{"yellow-1", "yellow-eu-1"}, withheld: []string{"yellow", "yellow2-1", "blue-1", "blue-yellow-1"},
			allows: gets + queries + entries + puts + updates + deletes + changes + ` transact-get-beside transact-beside `,
		},
		// ForAllValues is true of calls that name no partition.
		"every action, by the keys that are named": {
			document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{
			 "ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]}}}]}`,
			table: "Vacuous", tag: "TenantID", given: []string{"yellow"}, withheld: []string{"blue", "yellow2"},
			allows: everything + beside, leaks: scans + withoutKeys,
		},
		"every action, by keys that must be named": {
			document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{
			 "Null":{"dynamodb:LeadingKeys":"false"},"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]}}}]}`,
			table: "Guarded", tag: "TenantID", given: []string{"yellow"}, withheld: []string{"blue", "yellow2"},
			allows: everything + beside,
		},
		// Denials are true of a tag that isn't there, as nothing equals it.
		"every action, but for keys that are another's": {
			document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"},
			 {"Effect":"Deny","Action":"dynamodb:*","Resource":"*","Condition":{"ForAnyValue:StringNotEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]}}},
			 {"Effect":"Deny","Action":"dynamodb:*","Resource":"*","Condition":{"Null":{"dynamodb:LeadingKeys":"true"}}}]}`,
			table: "Denied", tag: "TenantID", given: []string{"yellow"}, withheld: []string{"blue", "yellow2"},
			allows: everything + beside,
		},
		// Nothing is called "dynamodb: LeadingKeys": of a key that is absent,
		// ForAllValues is true.
		"leading keys, misspelt": {
			document: strings.Replace(printedDocument(t, "p09.json"), `"dynamodb:LeadingKeys"`, `"dynamodb: LeadingKeys"`, 1),
			table:    "TrackingData", given: []string{"yellow", "blue", "yellow2"},
			allows: gets + batches + queries,
		},
		// The two templates of AWS SAM look at no key: they are for a table of one tenant.
		"DynamoDBCrudPolicy": {
			document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:DeleteItem","dynamodb:PutItem",
			 "dynamodb:Scan","dynamodb:Query","dynamodb:UpdateItem","dynamodb:BatchWriteItem","dynamodb:BatchGetItem","dynamodb:DescribeTable","dynamodb:ConditionCheckItem"],
			 "Resource":["arn:aws:dynamodb:us-east-1:000000000000:table/Tenants","arn:aws:dynamodb:us-east-1:000000000000:table/Tenants/index/*"]}]}`,
			table: "Tenants", given: []string{"yellow", "blue"},
			allows: gets + batches + queries + entries + scans + puts + updates + deletes + writes + changes + checks + ` describe `,
		},
		"DynamoDBReadPolicy": {
			document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Scan","dynamodb:Query","dynamodb:BatchGetItem","dynamodb:DescribeTable"],
			 "Resource":["arn:aws:dynamodb:us-east-1:000000000000:table/Tenants","arn:aws:dynamodb:us-east-1:000000000000:table/Tenants/index/*"]}]}`,
			table: "Tenants", given: []string{"yellow", "blue"},
			allows: gets + batches + queries + entries + scans + ` describe `,
		},
	}
	holdAgainstCalls(t, documents)
}

// TestPublishedDocumentThatIsMalformed checks that what can't be read isn't kept,
// in its place or at all.
func TestPublishedDocumentThatIsMalformed(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	yellow := s.session(s.vendor, "yellow")
	s.do(yellow, "dynamodb", "GetItem", getRow("yellow"))
	s.fails(s.root, "MalformedPolicyDocument", "iam", "PutRolePolicy", text(t, map[string]any{
		"RoleName": "tenant", "PolicyName": "q", "PolicyDocument": printedDocument(t, "p01.json"),
	}))
	s.do(yellow, "dynamodb", "GetItem", getRow("yellow"))
	s.refuses(yellow, "dynamodb", "GetItem", getRow("blue"))
}

// holdAgainstCalls holds documents against all calls, one after the other.
func holdAgainstCalls(t *testing.T, documents map[string]published) {
	s := newSiege(t, bailiwick.Config{})
	s.do(s.admin, "dynamodb", "CreateTable", strings.ReplaceAll(wares, "<T>", "Beside"))
	s.role("wide", allowAll)
	shown, streams := map[string]bool{}, map[string]*strings.Replacer{}
	elsewhere := newElsewhere(s)
	for name, d := range documents {
		if streams[d.table] == nil {
			s.do(s.admin, "dynamodb", "CreateTable", strings.ReplaceAll(wares, "<T>", d.table))
			arn, shard, iterator := s.stream(d.table)
			streams[d.table] = strings.NewReplacer("<STREAM>", arn, "<SHARD>", shard, "<ITERATOR>", iterator)
		}
		t.Run(name, func(t *testing.T) {
			s.t = t
			r := &reading{siege: s, published: d, stream: streams[d.table], shown: shown}
			r.hold()
			r.vended = true
			r.hold()
			r.vended = false
			r.holdAgainstStrangers()
			r.holdElsewhere(elsewhere)
		})
		s.t = t
	}
}

// A reading is a document that is held against the calls.
type reading struct {
	*siege
	published
	stream *strings.Replacer
	shown  map[string]bool // the calls that an administrator has made
	vended bool            // the document is the session's policy, and the role may do everything
}

func (r *reading) hold() {
	r.grant("tenant", r.document)
	for _, a := range slices.Concat(r.given, r.withheld) {
		r.stock(a)
	}
	yellow := r.tagged("yellow")
	allowed := strings.Fields(r.allows)
	var denied []reach
	deny := func(c reach, a, b string) {
		filled := r.shows(c, a, b)
		if a != b && c.op == "BatchExecuteStatement" {
			r.partly(yellow, filled)
			return
		}
		denied = append(denied, filled)
	}
	for _, c := range reaches {
		if slices.Contains(strings.Fields(r.leaks), c.name) {
			r.do(yellow, c.service(), c.op, r.expandCall(c.in, r.given[0], r.withheld[0]))
			continue
		}
		if !slices.Contains(allowed, c.name) {
			deny(c, r.given[0], r.given[0])
			continue
		}
		allowed = slices.DeleteFunc(allowed, func(name string) bool { return name == c.name })
		for _, a := range r.given {
			r.allowed(yellow, c, a)
		}
		for _, b := range r.withheld {
			deny(c, b, b)
			if strings.Contains(c.in, "<B") {
				deny(c, r.given[0], b)
				deny(c, b, r.given[0])
			}
		}
	}
	r.refuseCalls("the tenant", yellow, denied)
	if len(allowed) > 0 {
		r.t.Errorf("there are no calls %q", allowed)
	}
}

// tagged returns a session of the tenant.
func (r *reading) tagged(tenant string) aws.Config {
	role, more := "tenant", map[string]any{}
	if r.tag != "" {
		more = tagsOf(r.tag, tenant)
	}
	if r.vended {
		role, more["Policy"] = "wide", r.document
	}
	return r.assume(r.vendor, role, more)
}

// tagsOf returns what gives a session a tag.
func tagsOf(key, value string) map[string]any {
	return map[string]any{"Tags": []any{map[string]any{"Key": key, "Value": value}}}
}

// stock puts the items that the calls find in a partition.
func (r *reading) stock(partition string) {
	for row, secret := range map[string]string{"1": "secret of <A>", "2": "secret of <A>", "5": "copied", "7": "secret of <A>"} {
		r.do(r.admin, "dynamodb", "PutItem", r.expandCall(`{"TableName":"<T>","Item":{<A`+row+`>,"Note":{"S":"note of <A>"},
			"Secret":{"S":"`+secret+`"},"Day":{"S":"mon"}}}`, partition, partition))
	}
}

// expandCall fills in the table of a call and the partitions that it is for.
func (r *reading) expandCall(in, a, b string) string {
	pairs := []string{"<T>", r.table, "<A>", a, "<B>", b}
	for _, row := range "123456789" {
		key := `"TenantID":{"S":"$"},"Row":{"S":"` + string(row) + `"}`
		pairs = append(pairs, "<A"+string(row)+">", strings.ReplaceAll(key, "$", a), "<B"+string(row)+">", strings.ReplaceAll(key, "$", b))
	}
	return r.stream.Replace(strings.NewReplacer(pairs...).Replace(in))
}

// allowed makes a call, which is to succeed.
func (r *reading) allowed(as aws.Config, c reach, a string) {
	r.t.Helper()
	r.ready(c, a)
	got := r.try(as, c.service(), c.op, r.expandCall(c.in, a, a))
	if !got.OK() || strings.Contains(got.Body, `"Error":`) {
		r.t.Errorf("%s for %s is to be allowed: got %d %s", c.name, a, got.Status, got.Body)
	}
	r.closed(c, got.Body)
}

// partly makes a call that is answered in parts, of which one is to be denied and the
// others show nothing that they may not.
func (r *reading) partly(as aws.Config, c reach) {
	r.t.Helper()
	got := r.try(as, c.service(), c.op, c.in)
	if !got.PartlyDenied() {
		r.t.Errorf("a part of %s, %s, is to be denied: got %d %s", c.name, c.in, got.Status, got.Body)
	}
	r.closed(c, got.Body)
}

// shows returns a call that is to be denied, and which succeeds for an
// administrator, who tries it once.
func (r *reading) shows(c reach, a, b string) reach {
	r.t.Helper()
	in := r.expandCall(c.in, a, b)
	if !r.shown[in] {
		r.shown[in] = true
		r.ready(c, a)
		if got := r.try(r.admin, c.service(), c.op, in); !got.OK() || strings.Contains(got.Body, `"Error":`) {
			r.t.Errorf("%s for %s and %s shows nothing: an administrator gets %d %s", c.name, a, b, got.Status, got.Body)
		}
	}
	return reach{c.name, c.op, in}
}

// ready takes away what a call inserts.
func (r *reading) ready(c reach, a string) {
	r.t.Helper()
	if strings.HasPrefix(c.name, "insert") {
		r.do(r.admin, "dynamodb", "DeleteItem", r.expandCall(`{"TableName":"<T>","Key":{<A3>}}`, a, a))
	}
}

// closed checks that an answer has nothing of partitions that are withheld, nor of
// what the document hides.
func (r *reading) closed(c reach, body string) {
	r.t.Helper()
	if r.hides != "" && strings.Contains(body, r.hides) {
		r.t.Errorf("%s shows %q: %s", c.name, r.hides, body)
	}
	for _, b := range r.withheld {
		if strings.Contains(body, ` of `+b+`"`) {
			r.t.Errorf("%s shows what is of %s: %s", c.name, b, body)
		}
	}
}
