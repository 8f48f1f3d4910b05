// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// requests holds a record for each call of CreateAccount, by its id.
var requests = storage.NewTable[request]("organizations/create-account")

// A request is what became of a call of CreateAccount.
type request struct {
	ID        string
	Account   string `json:",omitempty"`
	Name      string
	Requested time.Time
	Completed time.Time
	Failure   string `json:",omitempty"`
}

const (
	requestLife = 90 * 24 * time.Hour // how long requests are kept
	sweepBatch  = 16                  // how many that are older go with a new one
)

// States of requests.
const (
	stateInProgress = "IN_PROGRESS"
	stateSucceeded  = "SUCCEEDED"
	stateFailed     = "FAILED"
)

// newRequestID returns the id of a new request. Ids sort by time.
func newRequestID(now time.Time) string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("car-%012x%s", now.UnixMilli(), hex.EncodeToString(b[:]))
}

// putRequest keeps r, and drops some that are too old.
func putRequest(tx *storage.Tx, r *request, now time.Time) error {
	var old []string
	for o, err := range requests.Scan(tx, "") {
		if err != nil {
			return err
		}
		if len(old) == sweepBatch || now.Sub(o.Requested) < requestLife {
			break
		}
		old = append(old, o.ID)
	}
	for _, id := range old {
		if err := requests.Delete(tx, id); err != nil {
			return err
		}
	}
	return requests.Put(tx, *r, r.ID)
}

// begun returns r as the call that made it shows it.
func (r *request) begun() createAccountStatus {
	return createAccountStatus{AccountName: r.Name, Id: r.ID, RequestedTimestamp: r.Requested, State: stateInProgress}
}

// status returns r as it is now.
func (r *request) status() createAccountStatus {
	s := r.begun()
	s.CompletedTimestamp, s.State = &r.Completed, stateSucceeded
	s.AccountId, s.FailureReason = optional(r.Account), optional(r.Failure)
	if r.Failure != "" {
		s.State = stateFailed
	}
	return s
}

// requestNeeds is the needs of operations that look requests up.
func requestNeeds[In any](*place, *In) ([]awsapi.Need, error) {
	return []awsapi.Need{{Spans: []storage.Span{requests.Under(false)}}}, nil
}

func describeCreateAccountStatus(_ context.Context, c *awsapi.Call, in *describeCreateAccountStatusInput) (*describeCreateAccountStatusOutput, error) {
	r, err := requests.Get(c.Tx, in.CreateAccountRequestId)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, notFound("CreateAccountStatusNotFoundException", "You specified an create account request that doesn't exist.")
	}
	if err != nil {
		return nil, err
	}
	return &describeCreateAccountStatusOutput{r.status()}, nil
}

func listCreateAccountStatus(_ context.Context, c *awsapi.Call, in *listCreateAccountStatusInput) (*listCreateAccountStatusOutput, error) {
	at := newPager(in.MaxResults, in.NextToken)
	id := func(r *request) string { return r.ID }
	list, next, err := page(at, requests.Scan(c.Tx, at.after), id, func(r *request) (createAccountStatus, bool, error) {
		s := r.status()
		return s, len(in.States) == 0 || slices.Contains(in.States, s.State), nil
	})
	if err != nil {
		return nil, err
	}
	return &listCreateAccountStatusOutput{CreateAccountStatuses: list, NextToken: next}, nil
}
