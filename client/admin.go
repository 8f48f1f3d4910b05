// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// maxAnswer is the size of the largest answer that an Admin reads, in bytes.
const maxAnswer = 8 << 20

// An Admin calls a server's own operations, which AWS doesn't have. It needs
// credentials of the first account. It is safe for concurrent use.
type Admin struct {
	cfg    aws.Config
	signer *v4.Signer
}

// NewAdmin returns an Admin that calls cfg.BaseEndpoint with cfg's credentials.
func NewAdmin(cfg aws.Config) *Admin { return &Admin{cfg, v4.NewSigner()} }

// An Account is AWS's 12-digit namespace.
type Account struct {
	AccountID  string
	CreateDate time.Time
	State      string // ACTIVE, PENDING_CLOSURE or CLOSED
}

// A NewAccount is an account with its root access key, which is shown once.
type NewAccount struct {
	AccountID           string
	RootAccessKeyID     string
	RootSecretAccessKey string
}

// CreateAccount creates the account with the 12-digit id.
func (a *Admin) CreateAccount(ctx context.Context, id string) (NewAccount, error) {
	in := struct{ AccountId string }{id}
	var out struct{ AccountId, RootAccessKeyId, RootSecretAccessKey string }
	if err := a.call(ctx, "CreateAccount", in, &out); err != nil {
		return NewAccount{}, err
	}
	return NewAccount{out.AccountId, out.RootAccessKeyId, out.RootSecretAccessKey}, nil
}

// ListAccounts returns all accounts, by id, closed ones included.
func (a *Admin) ListAccounts(ctx context.Context) (accounts []Account, err error) {
	type page struct {
		NextToken string `json:",omitempty"`
	}
	for next := (page{}); ; {
		var out struct {
			Accounts []struct {
				AccountId  string
				CreateDate float64 // seconds since 1970
				State      string
			}
			NextToken string
		}
		if err := a.call(ctx, "ListAccounts", next, &out); err != nil {
			return nil, err
		}
		for _, o := range out.Accounts {
			sec, frac := math.Modf(o.CreateDate)
			accounts = append(accounts, Account{o.AccountId, time.Unix(int64(sec), int64(frac*1e9)).UTC(), o.State})
		}
		if out.NextToken == "" {
			return accounts, nil
		}
		next.NextToken = out.NextToken
	}
}

// call sends one signed call in AWS's JSON 1.1 protocol.
func (a *Admin) call(ctx context.Context, op string, in, out any) error {
	if a.cfg.BaseEndpoint == nil || a.cfg.Credentials == nil {
		return errors.New("client: an endpoint and credentials are needed")
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, *a.cfg.BaseEndpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Bailiwick_20261101."+op)
	creds, err := a.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	if err := a.signer.SignHTTP(ctx, creds, r, hex.EncodeToString(sum[:]), "bailiwick", a.cfg.Region, time.Now()); err != nil {
		return err
	}
	resp, err := a.http().Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return failure(op, resp.Status, answer)
	}
	return json.Unmarshal(answer, out)
}

// http returns the client that cfg names, as the AWS SDK would.
func (a *Admin) http() aws.HTTPClient {
	if a.cfg.HTTPClient != nil {
		return a.cfg.HTTPClient
	}
	return http.DefaultClient
}

func failure(op, status string, answer []byte) error {
	var e struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if json.Unmarshal(answer, &e) != nil || e.Type == "" {
		return fmt.Errorf("%s: %s", op, status)
	}
	return fmt.Errorf("%s: %s: %s", op, e.Type, e.Message)
}
