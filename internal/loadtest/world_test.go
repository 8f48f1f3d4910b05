// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/bailiwick-dev/bailiwick/client"
)

const (
	account      = "000000000000"
	tenants      = 10
	least        = 100 * tenants // items, so that every tenant has some to query
	loaders      = 32            // connections that fill the table
	makers       = 8             // connections that make roles
	batch        = 25            // items of a BatchWriteItem
	signed       = 2000          // of these at a time
	mostSessions = 1000
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":["sts:AssumeRole","sts:TagSession"]}]}`

// rowsOfTenant lets a session at the rows of the tenant whom its tag names.
const rowsOfTenant = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
"Action":["dynamodb:GetItem","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:Query",
"dynamodb:BatchWriteItem","dynamodb:ConditionCheckItem"],
"Resource":["arn:aws:dynamodb:us-east-1:` + account + `:table/TrackingData"],
"Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]}}}]}`

const mayAssume = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":"*"}]}`

// rootKey is one for the time of a run. Dynalite accepts any.
var rootKey = aws.Credentials{AccessKeyID: "AKIALOADTEST00000000", SecretAccessKey: "of no use when the run is over"}

// A world is what is measured: servers, and what is in them.
type world struct {
	srv, rival *process // rival is dynalite, if it is measured
	dir        string
	vendor     aws.Credentials // who assumes roles for tenants
	sessions   []session
	story      string // what it took to get here
	atRest     float64
	loaded     float64
	peak       float64
}

// A session is that of a tenant's user.
type session struct {
	creds  aws.Credentials
	tenant int
}

func newWorld(t *testing.T) (w *world, err error) {
	w = &world{dir: t.TempDir()}
	dir, there := filepath.Join(w.dir, "data"), false
	if *data != "" {
		dir = *data
		if w.vendor, there, err = reuse(dir); err != nil {
			return nil, err
		}
	}
	if w.srv, err = startBailiwick(t, dir); err != nil {
		return nil, err
	}
	time.Sleep(*settle)
	if w.atRest, err = w.srv.resident(); err != nil {
		return nil, err
	}
	w.story = "Roles and items were there."
	if !there {
		if err := w.load(t.Context()); err != nil {
			return nil, err
		}
	}
	if *data != "" && !there {
		if err := keep(dir, w.vendor); err != nil {
			return nil, err
		}
	}
	if w.loaded, err = w.srv.resident(); err != nil {
		return nil, err
	}
	if *dynalite == "" {
		return w, nil
	}
	if w.rival, err = startDynalite(t); err != nil {
		return nil, err
	}
	return w, fill(t.Context(), w.rival)
}

// load makes the roles and fills the table.
func (w *world) load(ctx context.Context) error {
	began := time.Now()
	if err := w.makeRoles(ctx); err != nil {
		return err
	}
	w.story = fmt.Sprintf("%d roles with a policy each made in %.1f s.", *roles, time.Since(began).Seconds())
	began = time.Now()
	if err := fill(ctx, w.srv); err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	w.story += fmt.Sprintf(" %d items loaded in %.1f s, %.0f/s.", *items, took, float64(*items)/took)
	return nil
}

func startBailiwick(t *testing.T, dir string) (*process, error) {
	env := []string{
		"BAILIWICK_DATA=" + dir, "BAILIWICK_ADDR=127.0.0.1:0",
		"BAILIWICK_ROOT_ACCESS_KEY_ID=" + rootKey.AccessKeyID, "BAILIWICK_ROOT_SECRET_ACCESS_KEY=" + rootKey.SecretAccessKey,
	}
	if *procs > 0 {
		env = append(env, "GOMAXPROCS="+strconv.Itoa(*procs))
	}
	if *binary != "" {
		return start(t, "AWS endpoint", env, *binary, "serve")
	}
	return start(t, "AWS endpoint", append(env, roleVariable+"="+serverRole), os.Args[0])
}

// startDynalite starts dynalite on a port that is free: it can't pick one.
func startDynalite(t *testing.T) (*process, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err := errors.Join(err, l.Close()); err != nil {
		return nil, err
	}
	return start(t, "listening at:", nil, "node", filepath.Join(*dynalite, "node_modules/dynalite/cli.js"),
		"--host", "127.0.0.1", "--port", port, "--createTableMs", "0")
}

func config(host string) aws.Config {
	return client.Config("http://"+host, "us-east-1", credentials.StaticCredentialsProvider{Value: rootKey})
}

func roleName(i int) string { return fmt.Sprintf("role-%05d", i) }

// makeRoles makes the roles, and the user who assumes them.
func (w *world) makeRoles(ctx context.Context) error {
	api := iam.NewFromConfig(config(w.srv.host))
	if _, err := api.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("vendor")}); err != nil {
		return err
	}
	if _, err := api.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("vendor"), PolicyName: aws.String("p"), PolicyDocument: aws.String(mayAssume)}); err != nil {
		return err
	}
	key, err := api.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("vendor")})
	if err != nil {
		return err
	}
	w.vendor = aws.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey}
	return each(makers, *roles, func(i int) error {
		name := aws.String(roleName(i))
		if _, err := api.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
			return err
		}
		_, err := api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("p"), PolicyDocument: aws.String(rowsOfTenant)})
		return err
	})
}

// assume is the call by which the vendor gets a session of the role for a tenant.
func assume(role, tenant int) call {
	v := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "DurationSeconds": {"900"},
		"RoleArn": {"arn:aws:iam::" + account + ":role/" + roleName(role)}, "RoleSessionName": {"loadtest"},
		"Tags.member.1.Key": {"TenantID"}, "Tags.member.1.Value": {tenantName(tenant)}, "TransitiveTagKeys.member.1": {"TenantID"},
	}
	return call{service: "sts", contentType: "application/x-www-form-urlencoded", body: v.Encode()}
}

// renew gets new sessions: of every role one, as far as that is sensible, and
// of every tenant.
func (w *world) renew() error {
	w.sessions = make([]session, max(tenants, min(*roles, mostSessions)))
	s := newSigner(w.srv.host)
	return each(makers, len(w.sessions), func(i int) (err error) {
		w.sessions[i].tenant = i % tenants
		w.sessions[i].creds, err = w.assumed(s, i%*roles, i%tenants)
		return err
	})
}

// assumed returns the credentials of a new session.
func (w *world) assumed(s signer, role, tenant int) (aws.Credentials, error) {
	request, err := s.sign(w.vendor, assume(role, tenant))
	if err != nil {
		return aws.Credentials{}, err
	}
	a, err := ask(w.srv.host, request)
	if err != nil {
		return aws.Credentials{}, err
	}
	var out struct {
		ID     string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		Secret string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		Token  string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	}
	err = xml.Unmarshal(a.Body, &out)
	return aws.Credentials{AccessKeyID: out.ID, SecretAccessKey: out.Secret, SessionToken: out.Token}, err
}

func tenantName(i int) string { return fmt.Sprintf("tenant-%02d", i) }

func shipment(i int) string { return fmt.Sprintf("s-%08d", i) }

func key(tenant, i int) string {
	return fmt.Sprintf(`"TenantID":{"S":%q},"ShipmentID":{"S":%q}`, tenantName(tenant), shipment(i))
}

// note makes an item 500 bytes, as DynamoDB counts them, without what indexes want.
var note = strings.Repeat("x", 434)

func item(tenant, i int) string {
	return `{` + key(tenant, i) + `,"Carrier":{"S":"northwind"},"Weight":{"N":"12.5"},"Note":{"S":"` + note + `"}` + indexed(tenant, i) + `}`
}

// fill makes the table and fills it with the items of all tenants.
func fill(ctx context.Context, p *process) error {
	api := dynamodb.NewFromConfig(config(p.host))
	global, attributes := globalIndexes()
	_, err := api.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("TrackingData"), BillingMode: types.BillingModePayPerRequest,
		GlobalSecondaryIndexes: global,
		AttributeDefinitions: append(attributes,
			types.AttributeDefinition{AttributeName: aws.String("TenantID"), AttributeType: types.ScalarAttributeTypeS},
			types.AttributeDefinition{AttributeName: aws.String("ShipmentID"), AttributeType: types.ScalarAttributeTypeS},
		),
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("TenantID"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("ShipmentID"), KeyType: types.KeyTypeRange},
		},
	})
	if err != nil {
		return err
	}
	active := dynamodb.NewTableExistsWaiter(api, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = time.Second })
	if err := active.Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("TrackingData")}, time.Minute); err != nil {
		return err
	}
	s, all := newSigner(p.host), perTenant()*tenants
	for from := 0; from < all; {
		var requests [][]byte
		for ; from < all && len(requests) < signed; from += batch {
			request, err := s.sign(rootKey, dynamo("BatchWriteItem", puts(from, min(from+batch, all))))
			if err != nil {
				return err
			}
			requests = append(requests, request)
		}
		if _, err := drive(p, loaders, requests, len(`{"UnprocessedItems":{}}`), 0); err != nil {
			return err
		}
	}
	return nil
}

// puts returns a request that puts items, which are the tenants' in turn.
func puts(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		if i > from {
			b.WriteByte(',')
		}
		b.WriteString(`{"PutRequest":{"Item":` + item(i%tenants, i/tenants) + `}}`)
	}
	return `{"RequestItems":{"TrackingData":[` + b.String() + `]}}`
}

// perTenant returns how many items a tenant has in the table.
func perTenant() int { return *items / tenants }

// each calls f with 0 to n-1, in so many goroutines, until one fails.
func each(goroutines, n int, f func(i int) error) error {
	var next, failed atomic.Int64
	errs := make([]error, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && failed.Load() == 0; i = next.Add(1) - 1 {
				if errs[g] = f(int(i)); errs[g] != nil {
					failed.Add(1)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// memory says how much memory the server has used.
func (w *world) memory() string {
	return fmt.Sprintf("%.0f MB at rest, %.0f MB with its items loaded, at most %.0f MB after a measurement", w.atRest, w.loaded, w.peak)
}
