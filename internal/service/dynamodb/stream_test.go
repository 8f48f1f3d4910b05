// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// A reader reads streams of a server with AWS's own SDK.
type reader struct {
	*dynamodbstreams.Client
	t testing.TB
}

func streamsOf(t testing.TB, cfg aws.Config) reader {
	return reader{dynamodbstreams.NewFromConfig(cfg, func(o *dynamodbstreams.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.Retryables = []retry.IsErrorRetryable{retry.RetryableConnectionError{}}
		})
	}), t}
}

// streamed starts a server with a table of a stream, and returns clients and the
// stream's ARN.
func streamed(t testing.TB, view types.StreamViewType) (*dynamodb.Client, reader, string) {
	t.Helper()
	cfg := bailiwicktest.New(t).Config()
	db := client(cfg)
	create(t, db, "T00", "pk")
	return db, streamsOf(t, cfg), switchOn(t, db, view)
}

func switchOn(t testing.TB, db *dynamodb.Client, view types.StreamViewType) string {
	t.Helper()
	out, err := switchStream(t, db, view)
	if err != nil {
		t.Fatal(err)
	}
	return *out.TableDescription.LatestStreamArn
}

// switchStream switches the stream on, or off if no view is named.
func switchStream(t testing.TB, db *dynamodb.Client, view types.StreamViewType) (*dynamodb.UpdateTableOutput, error) {
	return db.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
		TableName:           aws.String("T00"),
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(view != ""), StreamViewType: view},
	})
}

func (r reader) describe(arn string) *streamtypes.StreamDescription {
	r.t.Helper()
	out, err := r.DescribeStream(r.t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &arn})
	if err != nil {
		r.t.Fatal(err)
	}
	return out.StreamDescription
}

// iterator returns an iterator of that kind, at that sequence number if it isn't "".
func (r reader) iterator(arn string, kind streamtypes.ShardIteratorType, sequence string) (*string, error) {
	r.t.Helper()
	in := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &arn, ShardId: r.describe(arn).Shards[0].ShardId, ShardIteratorType: kind,
	}
	if sequence != "" {
		in.SequenceNumber = &sequence
	}
	out, err := r.GetShardIterator(r.t.Context(), in)
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

// page reads one page.
func (r reader) page(it *string, limit int32) ([]streamtypes.Record, *string) {
	r.t.Helper()
	in := &dynamodbstreams.GetRecordsInput{ShardIterator: it}
	if limit > 0 {
		in.Limit = &limit
	}
	out, err := r.GetRecords(r.t.Context(), in)
	if err != nil {
		r.t.Fatal(err)
	}
	return out.Records, out.NextShardIterator
}

// all reads everything from the iterator on, in pages of that many.
func (r reader) all(it *string, limit int32) (all []streamtypes.Record, next *string) {
	r.t.Helper()
	for {
		var page []streamtypes.Record
		if page, it = r.page(it, limit); len(page) == 0 || it == nil {
			return append(all, page...), it
		}
		all = append(all, page...)
	}
}

// whole reads the stream from its beginning.
func (r reader) whole(arn string) []streamtypes.Record {
	r.t.Helper()
	it, err := r.iterator(arn, streamtypes.ShardIteratorTypeTrimHorizon, "")
	if err != nil {
		r.t.Fatal(err)
	}
	all, _ := r.all(it, 0)
	return all
}

// plain returns an image as text: strings and numbers, sorted by name.
func plain(image map[string]streamtypes.AttributeValue) string {
	if image == nil {
		return "-"
	}
	var all []string
	for name, v := range image {
		switch v := v.(type) {
		case *streamtypes.AttributeValueMemberS:
			all = append(all, name+"="+v.Value)
		case *streamtypes.AttributeValueMemberN:
			all = append(all, name+"="+v.Value)
		default:
			all = append(all, fmt.Sprintf("%s=%T", name, v))
		}
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

func lines(records []streamtypes.Record) (all []string) {
	for _, r := range records {
		d := r.Dynamodb
		all = append(all, fmt.Sprintf("%s %s new %s old %s size %d", r.EventName, plain(d.Keys), plain(d.NewImage), plain(d.OldImage), *d.SizeBytes))
	}
	return all
}

func wantLines(t testing.TB, got []streamtypes.Record, want ...string) {
	t.Helper()
	if g := lines(got); !slices.Equal(g, want) {
		t.Errorf("the stream holds\n\t%s\nwant\n\t%s", strings.Join(g, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestStreamShowsChangesInItsView(t *testing.T) {
	for view, want := range map[types.StreamViewType][]string{
		types.StreamViewTypeKeysOnly: {
			"INSERT pk=a new - old - size 3", "MODIFY pk=a new - old - size 3", "REMOVE pk=a new - old - size 3",
		},
		types.StreamViewTypeNewImage: {
			"INSERT pk=a new pk=a,v=1 old - size 9", "MODIFY pk=a new pk=a,v=22 old - size 9", "REMOVE pk=a new - old - size 3",
		},
		types.StreamViewTypeOldImage: {
			"INSERT pk=a new - old - size 3", "MODIFY pk=a new - old pk=a,v=1 size 9", "REMOVE pk=a new - old pk=a,v=22 size 9",
		},
		types.StreamViewTypeNewAndOldImages: {
			"INSERT pk=a new pk=a,v=1 old - size 9", "MODIFY pk=a new pk=a,v=22 old pk=a,v=1 size 15", "REMOVE pk=a new - old pk=a,v=22 size 9",
		},
	} {
		t.Run(string(view), func(t *testing.T) {
			db, r, arn := streamed(t, view)
			put(t, db, "T00", item{"pk": str("a"), "v": num(1)})
			put(t, db, "T00", item{"pk": str("a"), "v": num("1.0")}) // is the same
			put(t, db, "T00", item{"pk": str("a"), "v": num(22)})
			for range 2 { // the second deletes nothing
				if _, err := db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("T00"), Key: item{"pk": str("a")}}); err != nil {
					t.Fatal(err)
				}
			}
			all := r.whole(arn)
			wantLines(t, all, want...)
			for _, rec := range all {
				if rec.Dynamodb.StreamViewType != streamtypes.StreamViewType(view) {
					t.Errorf("the record's view is %s", rec.Dynamodb.StreamViewType)
				}
			}
		})
	}
}

func TestStreamRecordsHaveEveryMember(t *testing.T) {
	db, r, arn := streamed(t, types.StreamViewTypeKeysOnly)
	before := time.Now().Truncate(time.Second)
	for _, pk := range []string{"a", "b"} {
		put(t, db, "T00", item{"pk": str(pk)})
	}
	all := r.whole(arn)
	if len(all) != 2 {
		t.Fatalf("there are %d records", len(all))
	}
	for i, rec := range all {
		at := *rec.Dynamodb.ApproximateCreationDateTime
		if at.Before(before) || at.After(time.Now()) || at.Nanosecond() != 0 {
			t.Errorf("made at %v", at)
		}
		if *rec.EventSource != "aws:dynamodb" || *rec.EventVersion != "1.1" || *rec.AwsRegion != "us-east-1" || rec.UserIdentity != nil {
			t.Errorf("record is %+v", rec)
		}
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(*rec.EventID) || i > 0 && *rec.EventID == *all[0].EventID {
			t.Errorf("event id is %s", *rec.EventID)
		}
		seq := *rec.Dynamodb.SequenceNumber
		if !regexp.MustCompile(`^[1-9][0-9]{20,39}$`).MatchString(seq) || i > 0 && seq <= *all[0].Dynamodb.SequenceNumber {
			t.Errorf("sequence number is %s", seq)
		}
	}
	again := r.whole(arn)
	if *again[1].EventID != *all[1].EventID {
		t.Error("who reads again sees other event ids")
	}
}

func TestBatchesAndTransactionsAreStreamedItemByItem(t *testing.T) {
	db, r, arn := streamed(t, types.StreamViewTypeNewImage)
	var writes []types.WriteRequest
	var actions []types.TransactWriteItem
	for i := range 5 {
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item{"pk": str(fmt.Sprint("b", i))}}})
		actions = append(actions, types.TransactWriteItem{Put: &types.Put{TableName: aws.String("T00"), Item: item{"pk": str(fmt.Sprint("t", i))}}})
	}
	if _, err := db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"T00": writes}}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: actions}); err != nil {
		t.Fatal(err)
	}
	actions = append(actions, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: aws.String("T00"), Key: item{"pk": str("none")}, ConditionExpression: aws.String("attribute_exists(pk)"),
	}})
	for i := range actions[:5] {
		actions[i].Put.Item["v"] = num(1)
	}
	if _, err := db.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: actions}); err == nil {
		t.Fatal("the transaction with a false condition succeeds")
	}
	// One table may be named in two ways.
	by := map[string][]types.WriteRequest{
		"T00":                                {{DeleteRequest: &types.DeleteRequest{Key: item{"pk": str("b0")}}}, {DeleteRequest: &types.DeleteRequest{Key: item{"pk": str("b1")}}}},
		arn[:strings.Index(arn, "/stream/")]: {{DeleteRequest: &types.DeleteRequest{Key: item{"pk": str("b2")}}}, {DeleteRequest: &types.DeleteRequest{Key: item{"pk": str("b3")}}}},
	}
	if _, err := db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: by}); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, kind := range "bt" {
		for i := range 5 {
			want = append(want, fmt.Sprintf("INSERT pk=%c%d new pk=%c%d old - size 8", kind, i, kind, i))
		}
	}
	for i := range 4 {
		want = append(want, fmt.Sprintf("REMOVE pk=b%d new - old - size 4", i))
	}
	got := lines(r.whole(arn))
	slices.Sort(got[:5]) // a batch has no order
	slices.Sort(got[5:10])
	slices.Sort(got[10:])
	if !slices.Equal(got, want) {
		t.Errorf("the stream holds %q, want %q", got, want)
	}
}

func TestIteratorsBeginWhereTheySay(t *testing.T) {
	db, r, arn := streamed(t, types.StreamViewTypeKeysOnly)
	latest, err := r.iterator(arn, streamtypes.ShardIteratorTypeLatest, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, pk := range []string{"a", "b", "c"} {
		put(t, db, "T00", item{"pk": str(pk)})
	}
	keys := func(records []streamtypes.Record) (all string) {
		for _, rec := range records {
			all += plain(rec.Dynamodb.Keys)[3:]
		}
		return all
	}
	all := r.whole(arn)
	for name, c := range map[string]struct {
		kind     streamtypes.ShardIteratorType
		sequence string
		want     string
	}{
		"from the beginning": {streamtypes.ShardIteratorTypeTrimHorizon, "", "abc"},
		"at a record":        {streamtypes.ShardIteratorTypeAtSequenceNumber, *all[1].Dynamodb.SequenceNumber, "bc"},
		"after a record":     {streamtypes.ShardIteratorTypeAfterSequenceNumber, *all[1].Dynamodb.SequenceNumber, "c"},
		"after the last":     {streamtypes.ShardIteratorTypeAfterSequenceNumber, *all[2].Dynamodb.SequenceNumber, ""},
		"at the start":       {streamtypes.ShardIteratorTypeAtSequenceNumber, *r.describe(arn).Shards[0].SequenceNumberRange.StartingSequenceNumber, "abc"},
		"at the end":         {streamtypes.ShardIteratorTypeLatest, "", ""},
	} {
		it, err := r.iterator(arn, c.kind, c.sequence)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, limit := range []int32{0, 1, 2} {
			got, next := r.all(it, limit)
			if keys(got) != c.want {
				t.Errorf("%s, %d by %d: read %q, want %q", name, len(got), limit, keys(got), c.want)
			}
			if next == nil {
				t.Errorf("%s: an open shard has an end", name)
			}
		}
	}
	if got, _ := r.all(latest, 0); keys(got) != "abc" {
		t.Errorf("latest, from before: read %q", keys(got))
	}
	it, err := r.iterator(arn, streamtypes.ShardIteratorTypeLatest, "")
	if err != nil {
		t.Fatal(err)
	}
	_, it = r.page(it, 0)
	put(t, db, "T00", item{"pk": str("d")})
	if got, _ := r.page(it, 0); keys(got) != "d" {
		t.Errorf("who waits at the end reads %q", keys(got))
	}
}

func TestStreamIsSwitchedAndDescribed(t *testing.T) {
	cfg := bailiwicktest.New(t).Config()
	db, r := client(cfg), streamsOf(t, cfg)
	create(t, db, "T00", "pk", "sk")
	_, err := switchStream(t, db, "")
	wantError(t, err, validation, "Table has no stream to disable: TableName: T00")
	first := switchOn(t, db, types.StreamViewTypeKeysOnly)
	_, err = switchStream(t, db, types.StreamViewTypeNewImage)
	wantError(t, err, validation, "Table already has an enabled stream: TableName: T00")
	put(t, db, "T00", item{"pk": str("a"), "sk": str("b")})

	d := r.describe(first)
	label := first[strings.LastIndex(first, "/")+1:]
	if *d.StreamArn != first || *d.StreamLabel != label || *d.TableName != "T00" || d.StreamStatus != streamtypes.StreamStatusEnabled ||
		d.StreamViewType != streamtypes.StreamViewTypeKeysOnly || len(d.KeySchema) != 2 || *d.KeySchema[1].AttributeName != "sk" ||
		time.Since(*d.CreationRequestDateTime).Abs() > time.Minute || len(d.Shards) != 1 {
		t.Errorf("the stream is %+v", d)
	}
	if !regexp.MustCompile(`^shardId-[0-9]{20}-[0-9a-f]{8}$`).MatchString(*d.Shards[0].ShardId) || d.Shards[0].SequenceNumberRange.EndingSequenceNumber != nil {
		t.Errorf("the shard is %+v", d.Shards[0])
	}
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$`).MatchString(label) {
		t.Errorf("the label is %s", label)
	}

	out, err := switchStream(t, db, "")
	if err != nil {
		t.Fatal(err)
	}
	if td := out.TableDescription; td.StreamSpecification != nil || aws.ToString(td.LatestStreamArn) != first {
		t.Errorf("switched off, the table has the stream %v, %v", td.StreamSpecification, aws.ToString(td.LatestStreamArn))
	}
	put(t, db, "T00", item{"pk": str("later"), "sk": str("b")})
	second := switchOn(t, db, types.StreamViewTypeNewAndOldImages)
	if second == first {
		t.Error("the stream is the old one again")
	}
	put(t, db, "T00", item{"pk": str("c"), "sk": str("d")})

	d = r.describe(first)
	if d.StreamStatus != streamtypes.StreamStatusDisabled || aws.ToString(d.Shards[0].SequenceNumberRange.EndingSequenceNumber) != *r.whole(first)[0].Dynamodb.SequenceNumber {
		t.Errorf("switched off, the stream is %+v", d)
	}
	wantLines(t, r.whole(first), "INSERT pk=a,sk=b new - old - size 6")
	wantLines(t, r.whole(second), "INSERT pk=c,sk=d new pk=c,sk=d old - size 12")
	it, err := r.iterator(first, streamtypes.ShardIteratorTypeTrimHorizon, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, next := r.page(it, 0); next != nil {
		t.Error("a closed shard goes on")
	}

	if _, err := db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("T00")}); err != nil {
		t.Fatal(err)
	}
	create(t, db, "T00", "pk") // another, of the same name
	wantLines(t, r.whole(second), "INSERT pk=c,sk=d new pk=c,sk=d old - size 12")
	if d := r.describe(second); d.StreamStatus != streamtypes.StreamStatusDisabled {
		t.Errorf("the deleted table's stream is %s", d.StreamStatus)
	}
	if td, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("T00")}); err != nil || td.Table.LatestStreamArn != nil {
		t.Errorf("the new table has the stream %v, %v", aws.ToString(td.Table.LatestStreamArn), err)
	}
	switchOn(t, db, types.StreamViewTypeKeysOnly)
	wantStreams(t, r, &dynamodbstreams.ListStreamsInput{TableName: aws.String("T00"), Limit: aws.Int32(1)}, 3)
}

// wantStreams lists streams, page by page, and checks how many there are.
func wantStreams(t testing.TB, r reader, in *dynamodbstreams.ListStreamsInput, want int) (labels []string) {
	t.Helper()
	seen := map[string]bool{}
	for pages := 0; ; pages++ {
		out, err := r.ListStreams(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range out.Streams {
			seen[*s.StreamArn] = true
			labels = append(labels, *s.TableName+"/"+*s.StreamLabel)
		}
		if in.ExclusiveStartStreamArn = out.LastEvaluatedStreamArn; in.ExclusiveStartStreamArn == nil || pages > want {
			break
		}
	}
	if len(labels) != want || len(seen) != want || !slices.IsSorted(labels) {
		t.Errorf("the streams are %q, want %d", labels, want)
	}
	return labels
}

func TestStreamsAreListed(t *testing.T) {
	cfg := bailiwicktest.New(t).Config()
	db, r := client(cfg), streamsOf(t, cfg)
	wantStreams(t, r, &dynamodbstreams.ListStreamsInput{}, 0)
	for _, name := range []string{"Aaa", "Bbb", "Ccc"} {
		_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName: &name, BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}},
			KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}},
			StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: "KEYS_ONLY"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, limit := range []int32{1, 2, 3, 100} {
		wantStreams(t, r, &dynamodbstreams.ListStreamsInput{Limit: &limit}, 3)
		wantStreams(t, r, &dynamodbstreams.ListStreamsInput{Limit: &limit, TableName: aws.String("Bbb")}, 1)
	}
	wantStreams(t, r, &dynamodbstreams.ListStreamsInput{TableName: aws.String("None")}, 0)
	first, err := r.ListStreams(t.Context(), &dynamodbstreams.ListStreamsInput{Limit: aws.Int32(2)})
	if err != nil {
		t.Fatal(err)
	}
	after := first.LastEvaluatedStreamArn // of Bbb
	for table, want := range map[string]int{"Aaa": 0, "Bbb": 0, "Ccc": 1} {
		wantStreams(t, r, &dynamodbstreams.ListStreamsInput{ExclusiveStartStreamArn: after, TableName: &table}, want)
	}
}

func TestStreamRequestsAreRefused(t *testing.T) {
	_, r, arn := streamed(t, types.StreamViewTypeKeysOnly)
	const notFound = "ResourceNotFoundException"
	other := arn[:len(arn)-1] + "x"
	shard := r.describe(arn).Shards[0].ShardId
	_, err := r.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &other})
	wantError(t, err, notFound, "Requested resource not found: Stream: "+other+" not found")
	_, err = r.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{StreamArn: &other, ShardId: shard, ShardIteratorType: "LATEST"})
	wantError(t, err, notFound, "Requested resource not found: Stream: "+other+" not found")
	_, err = r.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String("arn:aws:dynamodb:us-east-1:000000000000:table/T00")})
	wantError(t, err, validation, "Invalid StreamArn")
	far := strings.Replace(arn, "us-east-1", "eu-west-1", 1)
	_, err = r.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &far})
	wantError(t, err, notFound, "Requested resource not found: Stream: "+far+" not found")

	none := "shardId-00000000000000000001-00000000"
	_, err = r.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{StreamArn: &arn, ShardId: &none, ShardIteratorType: "LATEST"})
	wantError(t, err, notFound, "Requested resource not found: Shard: "+none+" in Stream: "+arn+" not found")
	_, err = r.iterator(arn, "SOMEWHERE", "")
	wantError(t, err, validation, "1 validation error detected: Value 'SOMEWHERE' at 'shardIteratorType' failed to satisfy constraint: "+
		"Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]")
	_, err = r.iterator(arn, streamtypes.ShardIteratorTypeAtSequenceNumber, "")
	wantError(t, err, validation, "ShardIteratorType is AT_SEQUENCE_NUMBER, but SequenceNumber is not specified")
	_, err = r.iterator(arn, streamtypes.ShardIteratorTypeAtSequenceNumber, "123")
	wantError(t, err, validation, "1 validation error detected: Value '123' at 'sequenceNumber' failed to satisfy constraint: Member must have length greater than or equal to 21")
	_, err = r.iterator(arn, streamtypes.ShardIteratorTypeAfterSequenceNumber, strings.Repeat("9", 31))
	wantError(t, err, validation, "Invalid SequenceNumber: "+strings.Repeat("9", 31))

	_, err = r.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: aws.String("AAAA")})
	wantError(t, err, validation, "Invalid ShardIterator")
	it, err := r.iterator(arn, streamtypes.ShardIteratorTypeTrimHorizon, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: it, Limit: aws.Int32(1001)})
	wantError(t, err, validation, "1 validation error detected: Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000")
	_, err = r.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: aws.String(strings.Replace(*it, arn, other, 1))})
	wantError(t, err, notFound, "Requested resource not found: Stream: "+other+" not found")
}

// A stream is read in its own region, whatever the ARN says.
func TestStreamsAreReadInTheirRegion(t *testing.T) {
	cfg := bailiwicktest.New(t).Config()
	near := streamsOf(t, cfg)
	cfg.Region = "eu-west-1"
	db, far := client(cfg), streamsOf(t, cfg)
	create(t, db, "T00", "pk")
	arn := switchOn(t, db, types.StreamViewTypeKeysOnly)
	put(t, db, "T00", item{"pk": str("a")})
	all := far.whole(arn)
	if len(all) != 1 || *all[0].AwsRegion != "eu-west-1" {
		t.Errorf("there are %d records", len(all))
	}
	it, err := far.iterator(arn, streamtypes.ShardIteratorTypeTrimHorizon, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = near.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &arn})
	wantError(t, err, "ResourceNotFoundException", "Requested resource not found: Stream: "+arn+" not found")
	_, err = near.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: it})
	wantError(t, err, "ResourceNotFoundException", "Requested resource not found: Stream: "+arn+" not found")
	wantStreams(t, near, &dynamodbstreams.ListStreamsInput{}, 0)
	wantStreams(t, far, &dynamodbstreams.ListStreamsInput{}, 1)
}

func TestPagesOfAStreamEndAtAMegabyte(t *testing.T) {
	db, r, arn := streamed(t, types.StreamViewTypeNewAndOldImages)
	const items = 8
	large := strings.Repeat("x", 390<<10)
	for i := range items {
		put(t, db, "T00", item{"pk": str("a"), "n": num(i), "v": str(large)})
	}
	it, err := r.iterator(arn, streamtypes.ShardIteratorTypeTrimHorizon, "")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for pages := 0; total < items && pages <= items; pages++ {
		page, next := r.page(it, 0)
		if len(page) == 0 || len(page) > 2 {
			t.Fatalf("a page has %d records", len(page))
		}
		total, it = total+len(page), next
	}
	if total != items {
		t.Errorf("read %d records", total)
	}
}

// replayed is what a stream makes of the images in it, by key.
func replayed(t testing.TB, records []streamtypes.Record) map[string]string {
	t.Helper()
	table := map[string]string{}
	for i, rec := range records {
		d := rec.Dynamodb
		key := plain(d.Keys)
		was, is := table[key]
		if !is {
			was = "-"
		}
		if was != plain(d.OldImage) {
			t.Fatalf("record %d: %s is %s, and was %s", i, key, plain(d.OldImage), was)
		}
		event := map[[2]bool]streamtypes.OperationType{
			{false, true}: streamtypes.OperationTypeInsert, {true, true}: streamtypes.OperationTypeModify, {true, false}: streamtypes.OperationTypeRemove,
		}[[2]bool{d.OldImage != nil, d.NewImage != nil}]
		if rec.EventName != event {
			t.Fatalf("record %d is %s, want %s", i, rec.EventName, event)
		}
		if d.NewImage == nil {
			delete(table, key)
		} else {
			table[key] = plain(d.NewImage)
		}
		if i > 0 && *d.SequenceNumber <= *records[i-1].Dynamodb.SequenceNumber {
			t.Fatalf("record %d is out of order", i)
		}
	}
	return table
}

// TestStreamReplaysToTheTable lets many write the same items, in every way, while
// others follow the stream, and compares what all of them made of it.
func TestStreamReplaysToTheTable(t *testing.T) {
	db, r, arn := streamed(t, types.StreamViewTypeNewAndOldImages)
	const writers, each, keys = 6, 60, 5
	var writing, reading sync.WaitGroup
	done := make(chan struct{})
	var followed [2][]streamtypes.Record
	for f := range followed {
		it, err := r.iterator(arn, streamtypes.ShardIteratorTypeTrimHorizon, "")
		if err != nil {
			t.Fatal(err)
		}
		reading.Go(func() {
			for last := false; ; {
				page, next := r.page(it, int32(1+f*50))
				followed[f], it = append(followed[f], page...), next
				if len(page) > 0 {
					continue
				}
				if last {
					return
				}
				select {
				case <-done:
					last = true
				case <-time.After(time.Millisecond):
				}
			}
		})
	}
	for w := range writers {
		rng := rand.New(rand.NewPCG(1, uint64(w)))
		writing.Go(func() {
			for i := range each {
				if err := writeSomehow(t, db, rng, keys, fmt.Sprint(w, ".", i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	want := map[string]string{}
	out, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("T00")})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range out.Items {
		key := it["pk"].(*s).Value
		text := "pk=" + key
		if v, ok := it["v"]; ok {
			text += ",v=" + v.(*s).Value
		}
		want["pk="+key] = text
	}
	whole := r.whole(arn)
	for _, records := range append(followed[:], whole) {
		if len(records) != len(whole) {
			t.Errorf("read %d records of %d", len(records), len(whole))
		}
		if got := replayed(t, records); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the stream makes\n\t%v\nand the table holds\n\t%v", got, want)
		}
	}
}

// writeSomehow changes some of the items, or tries to.
func writeSomehow(t testing.TB, db *dynamodb.Client, rng *rand.Rand, keys int, value string) error {
	key := func(i int) item { return item{"pk": str(fmt.Sprint(i % keys))} }
	at, table := rng.IntN(keys), aws.String("T00")
	full := func(i int) item { it := key(i); it["v"] = str(value); return it }
	var err error
	switch rng.IntN(5) {
	case 0:
		_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: full(at)})
	case 1:
		_, err = db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key(at)})
	case 2:
		_, err = db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: table, Key: key(at), UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: item{":v": str(value)},
		})
	case 3:
		_, err = db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"T00": {
			{PutRequest: &types.PutRequest{Item: full(at)}}, {DeleteRequest: &types.DeleteRequest{Key: key(at + 1)}}, {PutRequest: &types.PutRequest{Item: full(at + 2)}},
		}}})
	case 4:
		_, err = db.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: table, Item: full(at)}},
			{Delete: &types.Delete{TableName: table, Key: key(at + 1)}},
			{Put: &types.Put{TableName: table, Item: full(at + 2), ConditionExpression: aws.String("attribute_exists(pk)")}},
		}})
		if err != nil && strings.Contains(err.Error(), "TransactionCanceledException") {
			err = nil
		}
	}
	return err
}

// What expires is deleted by the service, and the record says so.
func TestWhatExpiresIsStreamedAsDeletedByTheService(t *testing.T) {
	db, r, arn := streamed(t, types.StreamViewTypeNewAndOldImages)
	if err := expireBy(t, db, "T00", "at", true); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Minute).Unix()
	put(t, db, "T00", item{"pk": str("a"), "at": num(past)})
	put(t, db, "T00", item{"pk": str("b")})
	var all []streamtypes.Record
	eventually(t, "the item is deleted", func() bool { all = r.whole(arn); return len(all) == 3 })
	for _, rec := range all {
		id := rec.UserIdentity
		if rec.EventName != streamtypes.OperationTypeRemove {
			if id != nil {
				t.Errorf("%s is by %+v", rec.EventName, id)
			}
			continue
		}
		if id == nil || aws.ToString(id.PrincipalId) != "dynamodb.amazonaws.com" || aws.ToString(id.Type) != "Service" {
			t.Errorf("the deletion is by %+v", id)
		}
		if got := plain(rec.Dynamodb.OldImage); got != fmt.Sprintf("at=%d,pk=a", past) {
			t.Errorf("what was deleted is %s", got)
		}
	}
}
