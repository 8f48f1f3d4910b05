// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"strconv"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// reportLife is how long after it was asked for a credential report can be had.
const reportLife = 4 * time.Hour

// What stands in a credential report for what there isn't; see the IAM user guide,
// "Understanding the report format".
const (
	reportNone        = "N/A"
	reportUnsupported = "not_supported"
	reportUnknown     = "no_information"
	reportRoot        = "<root_account>"
)

// reportColumns is the head of a credential report.
var reportColumns = []string{
	"user", "arn", "user_creation_time",
	"password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

// generateCredentialReport notes that the report was asked for. It is made when it
// is fetched.
func generateCredentialReport(_ context.Context, c *awsapi.Call, _ *generateCredentialReportInput) (*generateCredentialReportOutput, error) {
	return &generateCredentialReportOutput{State: "COMPLETE"}, reports.Put(c.Tx, created(c), c.Caller.Account())
}

// reportSpans is what a credential report is made from.
func reportSpans(account string) []storage.Span {
	return []storage.Span{
		reports.One(reads, account),
		identity.AccountSpan(reads, account),
		identity.Users.All(reads, account),
		identity.AccessKeysSpan(reads, account),
		identity.KeyUsesSpan(account),
	}
}

func getCredentialReport(d *identity.Directory) func(context.Context, *awsapi.Call, *getCredentialReportInput) (*getCredentialReportOutput, error) {
	return func(_ context.Context, c *awsapi.Call, _ *getCredentialReportInput) (*getCredentialReportOutput, error) {
		generated, err := reports.Get(c.Tx, c.Caller.Account())
		if errors.Is(err, storage.ErrNotFound) {
			return nil, reportGone("ReportNotPresent", "the credential report does not exist")
		}
		if err != nil {
			return nil, err
		}
		if c.Time.Sub(generated) > reportLife {
			return nil, reportGone("ReportExpired", "the most recent credential report has expired")
		}
		content, err := writeReport(c, d)
		if err != nil {
			return nil, err
		}
		return &getCredentialReportOutput{Content: content, ReportFormat: "text/csv", GeneratedTime: generated}, nil
	}
}

func reportGone(code, why string) error {
	return awsapi.Errorf(awsapi.NotFound, code, "The request was rejected because %s. To generate a credential report, use GenerateCredentialReport.", why)
}

// writeReport writes a row for the root user and one for each other.
func writeReport(c *awsapi.Call, d *identity.Directory) ([]byte, error) {
	a, err := identity.GetAccount(c.Tx, c.Caller.Account())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(reportColumns); err != nil {
		return nil, err
	}
	root := []string{
		reportRoot, identity.RootARN(a.ID).String(), reportTime(a.Created),
		reportUnsupported, reportUnknown, reportUnsupported, reportUnsupported, "false",
	}
	if err := writeReportRow(c.Tx, d, w, root, a.ID, a.AccessKeys); err != nil {
		return nil, err
	}
	for u, err := range identity.Users.After(c.Tx, a.ID, "") {
		if err != nil {
			return nil, err
		}
		row := []string{
			u.Name, u.ARN().String(), reportTime(u.Created),
			"false", reportNone, reportNone, reportNone, "false",
		}
		if err := writeReportRow(c.Tx, d, w, row, a.ID, u.AccessKeys); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// writeReportRow ends a row with the access keys, and with the certificates that
// nobody has.
func writeReportRow(tx *storage.Tx, d *identity.Directory, w *csv.Writer, row []string, account string, keys []string) error {
	for i := range maxAccessKeys {
		if i >= len(keys) {
			row = append(row, "false", reportNone, reportNone, reportNone, reportNone)
			continue
		}
		k, err := identity.GetAccessKey(tx, account, keys[i])
		if err != nil {
			return err
		}
		row = append(row, strconv.FormatBool(k.Active), reportTime(k.Created))
		u, err := d.LastUse(tx, account, k.ID)
		switch {
		case err == nil:
			row = append(row, reportTime(u.Time), u.Region, u.Service)
		case errors.Is(err, storage.ErrNotFound):
			row = append(row, reportNone, reportNone, reportNone)
		default:
			return err
		}
	}
	return w.Write(append(row, "false", reportNone, "false", reportNone))
}

func reportTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }
