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
	gets     = ` get get-note get-note-legacy get-secret transact-get transact-get-note `
	batches  = ` batch-get batch-get-note batch-get-note-legacy `
	queries  = ` query query-legacy query-note query-note-legacy query-secret query-count query-all query-by-secret query-by-secret-legacy `
	entries  = ` query-local query-local-all query-local-note query-local-by-secret query-global query-global-note `
	scans    = ` scan scan-note scan-count scan-global `
	puts     = ` put put-secret put-old put-unless-secret put-unless-secret-legacy put-shown put-legacy `
	updates  = ` update update-secret update-copy update-all-new update-all-old update-updated-new update-unless-secret update-shown update-legacy update-secret-legacy `
	deletes  = ` delete delete-old delete-unless-secret delete-unless-secret-legacy delete-shown `
	writes   = ` batch-put batch-put-secret batch-delete `
	changes  = ` transact-put transact-update transact-update-secret transact-update-shown transact-delete `
	checks   = ` transact-check transact-check-shown transact-all `
	selects  = ` select select-one select-note select-in select-or select-scan `
	alters   = ` insert insert-secret update-statement update-statement-secret update-statement-new delete-statement delete-statement-old `
	together = ` batch-select batch-select-note batch-update-statement `
	atOnce   = ` transact-select transact-select-note transact-update-statement transact-exists `
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
			allows: gets + queries + puts + ` transact-put `,
		},
		"employees, corrected": {
			document: printedDocument(t, "p13-corrected.json"), table: "Employee",
			given: []string{"yellow"}, withheld: []string{"yellow2", "blue", "yello"},
			allows: gets + queries + puts + ` transact-put `,
		},
		"mapping": {
			document: printedDocument(t, "p14.json"), table: "Mapping", tag: "tenant_id",
			given: []string{"yellow"}, withheld: []string{"blue"},
			allows: gets,
		},
		"documents": {
			document: printedDocument(t, "p15.json"), table: "documents", tag: "tenant_id",
			given: []string{"yellow"}, withheld: []string{"blue", "yellow2"},
			allows: gets + queries + puts + ` transact-put `,
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
	shown := map[string]bool{}
	for name, d := range documents {
		if a := s.try(s.admin, "dynamodb", "DescribeTable", `{"TableName":"`+d.table+`"}`); !a.OK() {
			s.do(s.admin, "dynamodb", "CreateTable", strings.ReplaceAll(wares, "<T>", d.table))
		}
		t.Run(name, func(t *testing.T) {
			s.t = t
			(&reading{s, d, shown}).hold()
		})
		s.t = t
	}
}

// A reading is a document that is held against the calls.
type reading struct {
	*siege
	published
	shown map[string]bool // the calls that an administrator has made
}

func (r *reading) hold() {
	r.grant("tenant", r.document)
	for _, a := range slices.Concat(r.given, r.withheld) {
		r.stock(a)
	}
	yellow := r.tagged("yellow")
	others := []aws.Config{r.tagged(""), r.tagged("blue")}
	allowed := strings.Fields(r.allows)
	for _, c := range reaches {
		if !slices.Contains(allowed, c.name) {
			r.check(yellow, c, r.given[0], r.given[0], false)
			continue
		}
		allowed = slices.DeleteFunc(allowed, func(name string) bool { return name == c.name })
		for _, a := range r.given {
			r.check(yellow, c, a, a, true)
		}
		for _, b := range r.withheld {
			r.check(yellow, c, b, b, false)
			if strings.Contains(c.in, "<B") {
				r.check(yellow, c, r.given[0], b, false)
				r.check(yellow, c, b, r.given[0], false)
			}
		}
		for _, other := range others {
			if r.tag != "" {
				r.check(other, c, r.given[0], r.given[0], false)
			}
		}
	}
	if len(allowed) > 0 {
		r.t.Errorf("there are no calls %q", allowed)
	}
}

// tagged returns a session of the tenant: one without a tag for "".
func (r *reading) tagged(tenant string) aws.Config {
	if r.tag == "" || tenant == "" {
		return r.assume(r.vendor, "tenant", nil)
	}
	return r.assume(r.vendor, "tenant", map[string]any{"Tags": []any{map[string]any{"Key": r.tag, "Value": tenant}}})
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
	return strings.NewReplacer(pairs...).Replace(in)
}

// check makes a call, which is to be allowed or denied. What is denied succeeds
// for an administrator, who tries it once.
func (r *reading) check(as aws.Config, c reach, a, b string, want bool) {
	r.t.Helper()
	in := r.expandCall(c.in, a, b)
	if strings.HasPrefix(c.name, "insert") {
		r.do(r.admin, "dynamodb", "DeleteItem", r.expandCall(`{"TableName":"<T>","Key":{<A3>}}`, a, b))
	}
	got := r.try(as, "dynamodb", c.op, in)
	done := got.OK() && !strings.Contains(got.Body, `"Error":`)
	switch {
	case want && !done:
		r.t.Errorf("%s for %s and %s is to be allowed: got %d %s", c.name, a, b, got.Status, got.Body)
	case !want && codeOf(got.Body) != "AccessDeniedException":
		r.t.Errorf("%s for %s and %s is to be denied: got %d %s", c.name, a, b, got.Status, got.Body)
	case !want && !r.shown[in]:
		r.shown[in] = true
		if control := r.try(r.admin, "dynamodb", c.op, in); !control.OK() || strings.Contains(control.Body, `"Error":`) {
			r.t.Errorf("%s for %s and %s shows nothing: an administrator gets %d %s", c.name, a, b, control.Status, control.Body)
		}
	case want:
		r.closed(c, got.Body)
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
