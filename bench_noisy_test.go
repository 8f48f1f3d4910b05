// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// partVariable names what this binary is to be, instead of the tests.
const partVariable = "BAILIWICK_BENCHMARK_PART"

func TestMain(m *testing.M) {
	part, ok := map[string]func(*job) (any, error){"server": serveNoisy, "noisy": callHard, "quiet": callRarely}[os.Getenv(partVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	var j job
	err := json.NewDecoder(os.Stdin).Decode(&j)
	if err == nil {
		var result any
		if result, err = part(&j); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(result)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A job is what a part of the benchmark, a process of its own, is told.
type job struct {
	Data, ID, Secret string        // of the server
	Permits          int           // of the server, 0 for its own choice
	Share            int           // of the server, of a tenant at most, in percent
	Endpoint         string        // to call
	Requests         [][]byte      // to send, in turn
	Conns            int           // to send them over
	Time             time.Duration // to go on
}

// A tally is what callers counted.
type tally struct {
	Calls, Failed int64
	Took          []time.Duration
}

// serveNoisy runs a server, as "bailiwick serve" does, until standard input
// ends.
func serveNoisy(j *job) (any, error) {
	debug.SetGCPercent(300) // where as little lives as here
	cfg := bailiwick.Config{MaxTenantShare: j.Share, Data: j.Data, Addr: "127.0.0.1:0", RootAccessKeyID: j.ID, RootSecretAccessKey: j.Secret, Log: slog.New(slog.DiscardHandler)}
	if j.Permits > 0 {
		cfg.Permits(j.Permits)
	}
	s, err := bailiwick.Open(cfg)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	err = s.Serve(ctx, func(endpoint string) { _ = json.NewEncoder(os.Stdout).Encode(endpoint) })
	if err != nil {
		return nil, err
	}
	return nil, s.Close()
}

// callHard sends requests over all connections as fast as they are answered.
func callHard(j *job) (any, error) {
	var t tally
	var calls, failed atomic.Int64
	var wg sync.WaitGroup
	end := time.Now().Add(j.Time)
	for i := range j.Conns {
		c, err := dial(j.Endpoint)
		if err != nil {
			return nil, err
		}
		wg.Go(func() {
			defer c.Close()
			for n := i; time.Now().Before(end); n += j.Conns {
				if err := c.roundTrip(j.Requests[n%len(j.Requests)]); err != nil {
					failed.Add(1)
				}
				calls.Add(1)
			}
		})
	}
	wg.Wait()
	t.Calls, t.Failed = calls.Load(), failed.Load()
	return t, nil
}

// callRarely sends a hundred requests a second, and notes how long each took
// from when it was due.
func callRarely(j *job) (any, error) {
	c, err := dial(j.Endpoint)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var t tally
	for due, end := time.Now(), time.Now().Add(j.Time); due.Before(end); due = due.Add(10 * time.Millisecond) {
		start := due
		if wait := time.Until(due); wait > 0 {
			time.Sleep(wait)
			start = time.Now() // that the sleep ends late isn't the server's doing
		}
		if err := c.roundTrip(j.Requests[len(t.Took)%len(j.Requests)]); err != nil {
			return nil, err
		}
		t.Took = append(t.Took, time.Since(start))
	}
	t.Calls = int64(len(t.Took))
	return t, nil
}

// A process is a part of the benchmark under way.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// start starts a part, with what goes before its command line.
func start(b *testing.B, part string, j *job, prefix ...string) *process {
	b.Helper()
	line := append(prefix, os.Args[0])
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Env = append(os.Environ(), partVariable+"="+part)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	if err := json.NewEncoder(in).Encode(j); err != nil {
		b.Fatal(err)
	}
	return &process{cmd, in, json.NewDecoder(out)}
}

// result waits for what the part has to say.
func (p *process) result(b *testing.B, v any) {
	b.Helper()
	if err := p.out.Decode(v); err != nil {
		b.Fatal(err)
	}
}

// end tells the part to end and waits until it has.
func (p *process) end(b *testing.B) {
	b.Helper()
	_ = p.in.Close()
	if err := p.cmd.Wait(); err != nil {
		b.Error(err)
	}
}

// on returns what makes a command run on one processor, and before what else
// may run there, as far as that is possible here.
func on(cpu string, priority ...string) []string {
	var prefix []string
	for _, p := range [][]string{priority, {"taskset", "-c", cpu}} {
		if len(p) > 0 && exec.Command(p[0], append(p[1:], "true")...).Run() == nil {
			prefix = append(prefix, p...)
		}
	}
	return prefix
}

// neighbours is a server with two tenants, yellow and blue.
type neighbours struct {
	*bench
	blue aws.Config
}

const scansOfArchive = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:Scan","Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/Archive"}]}`

// newNeighbours starts a server, a process on a processor of its own, in which
// that many permits are shared, 0 for as many as the server itself chooses, and a
// tenant has that share at most, in percent.
func newNeighbours(b *testing.B, permits, share int) *neighbours {
	b.Helper()
	key := bailiwick.RootKey{AccountID: "000000000000", AccessKeyID: "AKIABENCHMARKROOTKEY", SecretAccessKey: strings.Repeat("s", 40)}
	p := start(b, "server", &job{Data: b.TempDir(), ID: key.AccessKeyID, Secret: key.SecretAccessKey, Permits: permits, Share: share}, on("0")...)
	b.Cleanup(func() { p.end(b) })
	srv := &bailiwicktest.Server{Root: key}
	p.result(b, &srv.Endpoint)
	n := &neighbours{bench: furnish(b, srv)}
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	in := n.assume()
	in.Tags[0].Value = aws.String("blue")
	out, err := sts.NewFromConfig(n.vendor).AssumeRole(b.Context(), in)
	must(err)
	n.blue = srv.As(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	_, err = iam.NewFromConfig(srv.Config()).PutRolePolicy(b.Context(), &iam.PutRolePolicyInput{
		RoleName: aws.String("access"), PolicyName: aws.String("scans"), PolicyDocument: aws.String(scansOfArchive),
	})
	must(err)
	must(n.archive(b.Context(), dynamodb.NewFromConfig(srv.Config())))
	return n
}

// archive makes the table Archive, of which a scan reads a full page.
func (n *neighbours) archive(ctx context.Context, db *dynamodb.Client) error {
	_, err := db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("Archive"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("ID"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("ID"), KeyType: types.KeyTypeHash}},
	})
	for i := 0; i < 2400 && err == nil; i += 25 {
		var puts []types.WriteRequest
		for j := range 25 {
			puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: map[string]types.AttributeValue{
				"ID":   &types.AttributeValueMemberS{Value: fmt.Sprint(i + j)},
				"Note": &types.AttributeValueMemberS{Value: strings.Repeat("x", 490)},
			}}})
		}
		_, err = db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Archive": puts}})
	}
	return err
}

// requests returns signed requests of the operation by a tenant.
func (n *neighbours) requests(b *testing.B, cfg aws.Config, tenant, operation string) (requests [][]byte) {
	b.Helper()
	for i := range 128 {
		body := `{"TableName":"Archive"}`
		switch operation {
		case "GetItem":
			body = fmt.Sprintf(`{"TableName":"TrackingData","Key":{"TenantID":{"S":%q},"ShipmentID":{"S":"s-%d"}},"ConsistentRead":true}`, tenant, i)
		case "PutItem":
			body = strings.Replace(item(fmt.Sprintf("s-%d", i)), "yellow", tenant, 1)
		}
		requests = append(requests, n.raw(b, cfg, "dynamodb", "DynamoDB_20120810."+operation, awsJSON, body))
	}
	return requests
}

const (
	unlimited = 1 << 30 // permits: none ever waits
	listening = 4 * time.Second
)

// BenchmarkNoisyNeighbour measures a tenant that makes a hundred calls a second,
// alone and while another sends over 64 connections as fast as it is answered: the
// server has one processor, the clients share another. Calls take turns, without and
// with a limit of what a tenant may use, in percent, or nobody ever waits.
func BenchmarkNoisyNeighbour(b *testing.B) {
	for _, limit := range []struct {
		name           string
		permits, share int
	}{{"turns", 0, 100}, {"turns and 50", 0, 50}, {"turns and 25", 0, 25}, {"nothing", unlimited, 100}} {
		n := newNeighbours(b, limit.permits, limit.share)
		for _, quiet := range []string{"GetItem", "PutItem"} {
			for _, noisy := range []string{"GetItem", "PutItem", "Scan"} {
				b.Run(fmt.Sprintf("%s beside %s/%s", quiet, noisy, limit.name), func(b *testing.B) {
					for b.Loop() {
						n.compare(b, n.requests(b, n.tenant, "yellow", quiet), n.requests(b, n.blue, "blue", noisy))
					}
				})
			}
		}
	}
}

// compare measures calls of quiet without and with noise.
func (n *neighbours) compare(b *testing.B, quiet, noise [][]byte) {
	b.Helper()
	listen := func() (t tally) {
		p := start(b, "quiet", &job{Endpoint: n.srv.Endpoint, Requests: quiet, Time: listening}, on("1", "nice", "-n", "-20")...)
		p.result(b, &t)
		p.end(b)
		slices.Sort(t.Took)
		return t
	}
	alone := listen()
	p := start(b, "noisy", &job{Endpoint: n.srv.Endpoint, Requests: noise, Conns: 64, Time: listening + time.Second}, on("1")...)
	time.Sleep(time.Second / 2)
	beside := listen()
	var noisy tally
	p.result(b, &noisy)
	p.end(b)
	for _, q := range []struct {
		name string
		part float64
	}{{"p50", .5}, {"p99", .99}} {
		without, with := quantile(alone.Took, q.part), quantile(beside.Took, q.part)
		b.ReportMetric(float64(without.Microseconds()), q.name+"-alone-µs")
		b.ReportMetric(float64(with.Microseconds()), q.name+"-beside-µs")
		b.ReportMetric(float64(with)/float64(without), q.name+"-ratio")
	}
	b.ReportMetric(float64(noisy.Calls-noisy.Failed)/(listening+time.Second).Seconds(), "noisy-calls/s")
	b.ReportMetric(float64(noisy.Failed), "noisy-failed")
	b.ReportMetric(0, "ns/op")
}

// quantile returns what that part of the durations, which are sorted, is not
// longer than.
func quantile(sorted []time.Duration, part float64) time.Duration {
	return sorted[min(int(part*float64(len(sorted))), len(sorted)-1)]
}
