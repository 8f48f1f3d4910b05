// SPDX-License-Identifier: Apache-2.0

package service_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service"
)

var update = flag.Bool("update", false, "write docs/compat.md")

const compatFile = "../../docs/compat.md"

// clients of AWS's own SDK, whose methods say what each operation takes and
// returns. Services of our own are not among them.
var clients = map[string]any{
	"dynamodb":        &dynamodb.Client{},
	"dynamodbstreams": &dynamodbstreams.Client{},
	"iam":             &iam.Client{},
	"organizations":   &organizations.Client{},
	"sts":             &sts.Client{},
}

// notes says of a service what the tables don't show.
var notes = map[string]string{
	"bailiwick": "Bailiwick's own API, over AWS JSON 1.1. Accounts and keys are the first account's to manage, revocations every account's own.",
	"dynamodb": "Refused with a ValidationException: vector indexes, replicas and global tables, recovery to points in time, and encryption by SSESpecification, " +
		"as items aren't encrypted under a key of their own. Backups, exports, imports, restores, Kinesis destinations and contributor " +
		"insights are not there: lists of them are empty, what describes a table says that they are off, and what would make them is an " +
		"unknown operation. Provisioned units, OnDemandThroughput, WarmThroughput and TableClass are kept and described, and nothing is " +
		"throttled by them. Tables change at once: UpdateTable answers UPDATING and the next DescribeTable ACTIVE; a new index is CREATING " +
		"until it is filled. Reads of global indexes see what was acknowledged before them. Items that have expired are gone within " +
		"seconds. Tag keys that differ in case only are refused: policies couldn't tell them apart. dynamodb:ReturnValues is ALL_OLD if " +
		"ReturnValuesOnConditionCheckFailure is, as the item is shown then. A page ends before its megabyte if its filter is very much work. " +
		"Messages are worded as before June 2026, when AWS began to change them. The tables tagged bailiwick:tenant-attribute are counted " +
		"per tenant, see docs/metrics.md.",
	"dynamodbstreams": "A stream has one shard, which stays open until the stream is switched off. Its records are there for a day.",
	"organizations": "All accounts belong to the one organization, which has all features and is there from the start. " +
		"Only principals of the management account may call it. No AWS service has access to it and no account administers " +
		"one: both lists are empty. Closing an account removes what it owns at once, and for good.",
	"iam": "Requests may be signed for any region; records are the account's. Nobody has passwords, MFA devices, certificates, " +
		"SSH keys, credentials of single services or instance profiles: their lists are empty. Quotas are the highest that AWS " +
		"raises them to; 100,000 roles and managed policies.",
	"sts": "Sessions are sealed into their tokens and kept nowhere.",
}

// TestCompatDocumentIsMadeFromTheTables also holds that no operation takes or
// returns a member that AWS doesn't know.
func TestCompatDocumentIsMadeFromTheTables(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`# Compatibility

What is served, made from the operation tables (` + "`go test ./internal/service -run Compat -update`" + `).
"Without" lists members of AWS's API that are not known: they have no effect in
requests and don't stand in answers. Access is what the operation does to
storage; a control operation changes what decisions depend on.
`)
	for _, svc := range service.All(nil) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| operation | access | input without | output without |\n| --- | --- | --- | --- |\n", svc.Name, notes[svc.Name])
		for i := range svc.Operations {
			writeRow(t, &b, svc, &svc.Operations[i])
		}
	}
	if *update {
		if err := os.WriteFile(compatFile, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(compatFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b.Bytes()) {
		t.Error("docs/compat.md is not what the tables say: run the test with -update")
	}
}

func writeRow(t *testing.T, b *bytes.Buffer, svc *awsapi.Service, op *awsapi.Operation) {
	access := [...]string{"read", "write", "control"}[op.Access]
	client, ok := clients[svc.Name]
	if !ok {
		fmt.Fprintf(b, "| %s | %s | | |\n", op.Name, access)
		return
	}
	m, ok := reflect.TypeOf(client).MethodByName(op.Name)
	if !ok {
		t.Errorf("AWS has no operation %s.%s", svc.Name, op.Name)
		return
	}
	in := compare(t, svc.Name+"."+op.Name+" input", op.In(), m.Type.In(2).Elem())
	out := compare(t, svc.Name+"."+op.Name+" output", op.Out(), m.Type.Out(0).Elem())
	fmt.Fprintf(b, "| %s | %s | %s | %s |\n", op.Name, access, strings.Join(in, ", "), strings.Join(out, ", "))
}

// compare returns the members of theirs that ours has not.
func compare(t *testing.T, what string, ours, theirs reflect.Type) (missing []string) {
	mine, known := members(ours), members(theirs)
	for _, name := range mine {
		if !slices.Contains(known, name) {
			t.Errorf("%s: AWS has no member %s", what, name)
		}
	}
	for _, name := range known {
		if !slices.Contains(mine, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// members returns the names of the exported fields, but for what the SDK adds
// to each result.
func members(t reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !f.Anonymous && f.Name != "ResultMetadata" {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}
