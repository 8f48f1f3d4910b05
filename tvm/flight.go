// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/tenant"
)

// vendTimeout bounds one request to STS, retries included. It belongs to no
// caller: those who wait give up when they like.
const vendTimeout = 30 * time.Second

// ErrBusy is returned when credentials for as many tenants as the machine keeps
// are being fetched already.
var ErrBusy = errors.New("tvm: too many tenants' credentials are being fetched")

var errAborted = errors.New("tvm: the request to STS was aborted")

// A flight is one request to STS and those who wait for it. Its result may be
// read once done is closed.
type flight struct {
	done  chan struct{}
	creds aws.Credentials
	err   error
}

// depart returns the flight that is under way for id, or starts one. The caller
// holds m.mu.
func (m *Machine) depart(ctx context.Context, id tenant.ID) (*flight, error) {
	if f := m.flights[id]; f != nil {
		return f, nil
	}
	in, err := m.grant.input(m.session, id)
	if err != nil {
		return nil, err
	}
	if len(m.flights) >= m.cache.max {
		return nil, ErrBusy
	}
	f := &flight{done: make(chan struct{}), err: errAborted}
	m.flights[id] = f
	go m.fly(context.WithoutCancel(ctx), id, in, f)
	return f, nil
}

// fly makes the request of f and lands it, whatever happens: a panic in a
// transport or middleware of the application ends the flight, not the process,
// and leaves nobody waiting.
func (m *Machine) fly(ctx context.Context, id tenant.ID, in *sts.AssumeRoleInput, f *flight) {
	defer m.land(id, f)
	defer func() {
		switch r := recover().(type) {
		case nil:
		case runtime.Error:
			f.err = fmt.Errorf("tvm: panic while assuming a role: %w", r)
		default: // its text is not ours and may hold what should not be seen
			f.err = fmt.Errorf("tvm: panic of type %T while assuming a role", r)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, vendTimeout)
	defer cancel()
	f.creds, f.err = m.assume(ctx, id, in)
}

// land keeps what f brought, and lets those who wait have it. A failure is not
// kept. If STS says that the machine may no longer vend for id, what is kept
// goes too; after another failure, it is used as long as it lasts.
func (m *Machine) land(id tenant.ID, f *flight) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.flights, id)
	now := m.now()
	switch {
	case f.err == nil:
		m.cache.put(id, newEntry(f.creds, now, m.window))
	case denied(f.err):
		m.cache.remove(id)
	default:
		m.cache.postpone(id, now)
	}
	close(f.done)
}

// assume sends in to STS.
func (m *Machine) assume(ctx context.Context, id tenant.ID, in *sts.AssumeRoleInput) (aws.Credentials, error) {
	out, err := m.sts.AssumeRole(ctx, in)
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("tvm: credentials for tenant %s: %w", id, err)
	}
	c, err := credentialsOf(out)
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("tvm: credentials for tenant %s: %w", id, err)
	}
	if !c.Expires.After(m.now()) {
		return aws.Credentials{}, fmt.Errorf("tvm: credentials for tenant %s had expired when they came: is the clock right?", id)
	}
	return c, nil
}

// credentialsOf returns the credentials in out, if they are temporary ones and
// nothing of them is missing.
func credentialsOf(out *sts.AssumeRoleOutput) (aws.Credentials, error) {
	if out == nil || out.Credentials == nil || out.Credentials.Expiration == nil {
		return aws.Credentials{}, errors.New("the answer of STS has no credentials that expire")
	}
	c := aws.Credentials{
		AccessKeyID:     aws.ToString(out.Credentials.AccessKeyId),
		SecretAccessKey: aws.ToString(out.Credentials.SecretAccessKey),
		SessionToken:    aws.ToString(out.Credentials.SessionToken),
		Source:          "tvm",
		CanExpire:       true,
		Expires:         *out.Credentials.Expiration,
	}
	if !c.HasKeys() || c.SessionToken == "" {
		return aws.Credentials{}, errors.New("the answer of STS lacks a key or the session token")
	}
	if u := out.AssumedRoleUser; u != nil {
		if a, err := arn.Parse(aws.ToString(u.Arn)); err == nil {
			c.AccountID = a.Account
		}
	}
	return c, nil
}

// denied reports whether STS refused, as against failed.
func denied(err error) bool {
	var e smithy.APIError
	return errors.As(err, &e) && (e.ErrorCode() == "AccessDenied" || e.ErrorCode() == "AccessDeniedException")
}
