// SPDX-License-Identifier: Apache-2.0

// Package servicetest runs a service's testdata scripts against the whole
// server, so that what is tested is what clients get.
package servicetest

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// callers are the credentials that a script has, by the names it gave them.
type callers struct {
	server *bailiwicktest.Server
	byName map[string]aws.Config
	saved  []string // names of environment variables
}

// Run runs testdata/*.txtar, each against a server of its own. Scripts have
// these commands besides testscript's:
//
//	[!] call WHO SERVICE OPERATION INPUT    makes a call; the answer goes to stdout
//	until WHO SERVICE OPERATION INPUT REGEXP    makes a call again and again, until its answer matches
//	user WHO NAME POLICY                    makes a user with an inline policy
//	assume WHO NEW INPUT                    assumes a role, as WHO, to call as NEW
//	begin WHO NEW OPERATION INPUT           begins a session, as WHO, to call as NEW
//	account NAME ID                         makes an account; NAME is its root user
//	save NAME REGEXP                        keeps what the first group matches in stdout as $NAME
//
// WHO is root or a name given before. INPUT and POLICY are files of JSON, with
// the field names of the wire, or the JSON itself if it begins with a brace;
// environment variables are expanded in them. $ACCOUNT is the first account.
func Run(t *testing.T, services []*awsapi.Service) {
	byName := map[string]*awsapi.Service{}
	for _, svc := range services {
		byName[svc.Name] = svc
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			srv := bailiwicktest.New(t)
			e.Setenv("ACCOUNT", srv.Root.AccountID)
			e.Setenv("ENDPOINT", srv.Endpoint)
			e.Values["callers"] = &callers{server: srv, byName: map[string]aws.Config{"root": srv.Config()}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"call": func(ts *testscript.TestScript, neg bool, args []string) {
				svc, ok := byName[arg(ts, args, 1)]
				if !ok {
					ts.Fatalf("no service %s", args[1])
				}
				a := call(ts, arg(ts, args, 0), svc, arg(ts, args, 2), input(ts, arg(ts, args, 3)))
				_, err := ts.Stdout().Write([]byte(a.Body + "\n"))
				ts.Check(err)
				if a.OK() == neg {
					ts.Fatalf("status %d: %s", a.Status, a.Body)
				}
			},
			"until":   func(ts *testscript.TestScript, _ bool, args []string) { until(ts, byName, args) },
			"user":    func(ts *testscript.TestScript, _ bool, args []string) { user(ts, byName["iam"], args) },
			"assume":  func(ts *testscript.TestScript, _ bool, args []string) { assume(ts, byName["sts"], args) },
			"begin":   func(ts *testscript.TestScript, _ bool, args []string) { begin(ts, byName["sts"], args) },
			"account": func(ts *testscript.TestScript, _ bool, args []string) { account(ts, args) },
			"save":    func(ts *testscript.TestScript, _ bool, args []string) { save(ts, args) },
		},
	})
}

// patience is how long a script waits for what must happen, far beyond what it
// takes.
const patience = 30 * time.Second

func until(ts *testscript.TestScript, byName map[string]*awsapi.Service, args []string) {
	svc, ok := byName[arg(ts, args, 1)]
	if !ok {
		ts.Fatalf("no service %s", args[1])
	}
	pattern, err := regexp.Compile(arg(ts, args, 4))
	ts.Check(err)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		a := call(ts, arg(ts, args, 0), svc, arg(ts, args, 2), input(ts, arg(ts, args, 3)))
		if pattern.MatchString(a.Body) {
			_, err := ts.Stdout().Write([]byte(a.Body + "\n"))
			ts.Check(err)
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("status %d: %s", a.Status, a.Body)
		}
	}
}

func save(ts *testscript.TestScript, args []string) {
	name := arg(ts, args, 0)
	pattern, err := regexp.Compile(arg(ts, args, 1))
	ts.Check(err)
	m := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) != 2 {
		ts.Fatalf("%s is not in stdout, or has not one group", pattern)
	}
	ts.Setenv(name, m[1])
	k := known(ts)
	k.saved = append(k.saved, name)
}

func arg(ts *testscript.TestScript, args []string, i int) string {
	if i >= len(args) {
		ts.Fatalf("missing argument %d", i+1)
	}
	return args[i]
}

// input returns the JSON that s is, or that is in the file s.
func input(ts *testscript.TestScript, s string) string {
	if !strings.HasPrefix(s, "{") {
		s = ts.ReadFile(s)
	}
	for _, name := range append([]string{"ACCOUNT", "ENDPOINT"}, known(ts).saved...) {
		s = strings.ReplaceAll(s, "$"+name, ts.Getenv(name))
	}
	return s
}

func known(ts *testscript.TestScript) *callers { return ts.Value("callers").(*callers) }

func call(ts *testscript.TestScript, who string, svc *awsapi.Service, operation, in string) Answer {
	cfg, ok := known(ts).byName[who]
	if !ok {
		ts.Fatalf("nobody is called %s", who)
	}
	a, err := Call(context.Background(), cfg, svc, operation, in)
	ts.Check(err)
	return a
}

// mustCall makes a call that has to succeed and reads its XML answer.
func mustCall(ts *testscript.TestScript, who string, svc *awsapi.Service, operation, in string, out any) {
	a := call(ts, who, svc, operation, in)
	if !a.OK() {
		ts.Fatalf("%s: status %d: %s", operation, a.Status, a.Body)
	}
	ts.Check(xml.Unmarshal([]byte(a.Body), out))
}

func user(ts *testscript.TestScript, iam *awsapi.Service, args []string) {
	who, name, doc := arg(ts, args, 0), arg(ts, args, 1), input(ts, arg(ts, args, 2))
	quoted, err := json.Marshal(doc)
	ts.Check(err)
	var ignored, out struct {
		Key struct{ AccessKeyId, SecretAccessKey string } `xml:"CreateAccessKeyResult>AccessKey"`
	}
	mustCall(ts, who, iam, "CreateUser", `{"UserName":"`+name+`"}`, &ignored)
	mustCall(ts, who, iam, "PutUserPolicy", `{"UserName":"`+name+`","PolicyName":"p","PolicyDocument":`+string(quoted)+`}`, &ignored)
	mustCall(ts, who, iam, "CreateAccessKey", `{"UserName":"`+name+`"}`, &out)
	k := known(ts)
	k.byName[name] = k.server.As(out.Key.AccessKeyId, out.Key.SecretAccessKey, "")
}

func assume(ts *testscript.TestScript, sts *awsapi.Service, args []string) {
	begin(ts, sts, []string{arg(ts, args, 0), arg(ts, args, 1), "AssumeRole", arg(ts, args, 2)})
}

func begin(ts *testscript.TestScript, sts *awsapi.Service, args []string) {
	who, name, operation, in := arg(ts, args, 0), arg(ts, args, 1), arg(ts, args, 2), input(ts, arg(ts, args, 3))
	var out struct {
		Result struct {
			Credentials struct{ AccessKeyId, SecretAccessKey, SessionToken string }
		} `xml:",any"`
	}
	mustCall(ts, who, sts, operation, in, &out)
	c, k := out.Result.Credentials, known(ts)
	k.byName[name] = k.server.As(c.AccessKeyId, c.SecretAccessKey, c.SessionToken)
}

func account(ts *testscript.TestScript, args []string) {
	name, id := arg(ts, args, 0), arg(ts, args, 1)
	k := known(ts)
	a, err := client.NewAdmin(k.server.Config()).CreateAccount(context.Background(), id)
	ts.Check(err)
	k.byName[name] = k.server.As(a.RootAccessKeyID, a.RootSecretAccessKey, "")
}
