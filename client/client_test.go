// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick/client"
)

var creds = credentials.NewStaticCredentialsProvider("AKIAEXAMPLEEXAMPLE00", "secret", "")

func TestEveryServiceCallsTheEndpointSignedForTheRegion(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	t.Setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
	var scopes []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scopes = append(scopes, r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer srv.Close()

	cfg := client.Config(srv.URL, "eu-west-2", creds)
	_, _ = sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	_, _ = dynamodb.NewFromConfig(cfg).ListTables(t.Context(), nil)

	if len(scopes) != 2 {
		t.Fatalf("%d calls reached the endpoint, want 2", len(scopes))
	}
	for i, want := range []string{"/eu-west-2/sts/aws4_request", "/eu-west-2/dynamodb/aws4_request"} {
		if !strings.Contains(scopes[i], want) {
			t.Errorf("call %d is signed %q, want scope %q", i, scopes[i], want)
		}
	}
}

// offline is a transport that reaches nothing and says where it was sent.
type offline struct{ hosts []string }

func (o *offline) Do(r *http.Request) (*http.Response, error) {
	o.hosts = append(o.hosts, r.URL.Host)
	return nil, errors.New("offline")
}

func TestNoEndpointMeansNoCall(t *testing.T) {
	for _, endpoint := range []string{"", "localhost", "/", "127.0.0.1:4566"} {
		var net offline
		cfg := client.Config(endpoint, "us-east-1", creds)
		cfg.HTTPClient = &net
		cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
		if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil); err == nil {
			t.Errorf("with endpoint %q: no error", endpoint)
		}
		for _, host := range net.hosts {
			if strings.Contains(host, "amazonaws") {
				t.Errorf("with endpoint %q: called %s", endpoint, host)
			}
		}
	}
}

func TestAServerInTroubleIsAskedThreeTimes(t *testing.T) {
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := sts.NewFromConfig(client.Config(srv.URL, "us-east-1", creds)).GetCallerIdentity(ctx, nil); err == nil {
		t.Error("no error")
	}
	if n := calls.Load(); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
}

func TestNoCredentialsAreLookedForElsewhere(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE01")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	for name, none := range map[string]aws.CredentialsProvider{"nil": nil, "anonymous": aws.AnonymousCredentials{}} {
		var signed []string
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			signed = append(signed, r.Header.Get("Authorization"))
			w.WriteHeader(http.StatusForbidden)
		}))
		_, err := sts.NewFromConfig(client.Config(srv.URL, "us-east-1", none)).GetCallerIdentity(t.Context(), nil)
		srv.Close()
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		for _, s := range signed {
			if s != "" {
				t.Errorf("%s: the call was signed %q", name, s)
			}
		}
	}
}
