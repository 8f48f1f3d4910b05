// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// fetchReport returns the rows of the credential report, the head first.
func fetchReport(t *testing.T, root *iam.Client) [][]string {
	t.Helper()
	out, err := root.GetCredentialReport(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if out.ReportFormat != types.ReportFormatTypeTextCsv || out.GeneratedTime == nil {
		t.Errorf("got %v of %v", out.ReportFormat, out.GeneratedTime)
	}
	rows, err := csv.NewReader(bytes.NewReader(out.Content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestTheCredentialReportHasARowForEverybody(t *testing.T) {
	srv := bailiwicktest.New(t)
	root := iam.NewFromConfig(srv.Config())
	k := newKey(t, root, "a,nn") // a comma may be in a name
	off := newKey(t, root, "bob")
	if _, err := root.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{
		UserName: off.UserName, AccessKeyId: off.AccessKeyId, Status: types.StatusTypeInactive,
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := sts.NewFromConfig(srv.As(*k.AccessKeyId, *k.SecretAccessKey, "")).GetCallerIdentity(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := root.GetCredentialReport(t.Context(), nil); code(err) != "ReportNotPresent" {
		t.Errorf("before it was asked for: %v", err)
	}
	out, err := root.GenerateCredentialReport(t.Context(), nil)
	if err != nil || out.State != types.ReportStateTypeComplete {
		t.Fatalf("got %v, %v", out, err)
	}
	rows := fetchReport(t, root)
	if len(rows) != 4 {
		t.Fatalf("there are %d rows", len(rows))
	}
	for i, want := range [][]string{
		{"user", "arn", "access_key_1_active", "access_key_1_last_used_region", "access_key_1_last_used_service", "access_key_2_active"},
		{"<root_account>", "arn:aws:iam::000000000000:root", "true", "us-east-1", "iam", "false"},
		{"a,nn", "arn:aws:iam::000000000000:user/a,nn", "true", "us-east-1", "sts", "false"},
		{"bob", "arn:aws:iam::000000000000:user/bob", "false", "N/A", "N/A", "false"},
	} {
		row := rows[i]
		if got := []string{row[0], row[1], row[8], row[11], row[12], row[13]}; !slices.Equal(got, want) {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
		for _, at := range []int{2, 9} {
			if made, err := time.Parse(time.RFC3339, row[at]); i > 0 && (err != nil || time.Since(made).Abs() > time.Minute) {
				t.Errorf("row %d: %s is %s", i, rows[0][at], row[at])
			}
		}
	}
}

// A signer signs requests for another time.
type signer struct {
	*v4.Signer
	shift time.Duration
}

func (s signer) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, at time.Time, opts ...func(*v4.SignerOptions)) error {
	return s.Signer.SignHTTP(ctx, c, r, hash, service, region, at.Add(s.shift), opts...)
}

func TestTheCredentialReportExpires(t *testing.T) {
	cfg := bailiwick.Config{Data: t.TempDir()}
	after := func(name string, shift time.Duration, f func(*testing.T, *iam.Client)) {
		t.Run(name, func(t *testing.T) {
			cfg := cfg
			cfg.Now = func() time.Time { return time.Now().Add(shift) }
			srv := bailiwicktest.Start(t, cfg)
			f(t, iam.NewFromConfig(srv.Config(), func(o *iam.Options) { o.HTTPSignerV4 = signer{v4.NewSigner(), shift} }))
		})
	}
	after("asked for", 0, func(t *testing.T, root *iam.Client) {
		if _, err := root.GenerateCredentialReport(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	})
	after("hours later", 4*time.Hour-time.Minute, func(t *testing.T, root *iam.Client) { fetchReport(t, root) })
	after("too late", 4*time.Hour+time.Minute, func(t *testing.T, root *iam.Client) {
		if _, err := root.GetCredentialReport(t.Context(), nil); code(err) != "ReportExpired" {
			t.Errorf("got %v", err)
		}
	})
}
