// SPDX-License-Identifier: Apache-2.0

// Package client makes signed calls to a server that may be gone at any moment. A
// call is made once: it has an answer, or nobody knows whether it happened.
package client

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// callTime bounds one call, on a machine with much else to do.
const callTime = 2 * time.Minute

// ErrUnanswered means that a call may or may not have happened.
var ErrUnanswered = errors.New("no answer")

// Creds are what calls are signed with.
type Creds = aws.Credentials

// Object is JSON as DynamoDB has it.
type Object = map[string]any

// A Client makes signed calls over one keep-alive connection, each of them
// once: there is nothing below it that tries again. It is for one goroutine.
type Client struct {
	// Gone, if set, reports whether the server has been taken away. What is
	// answered from then on is no answer.
	Gone func() bool

	conn   net.Conn
	r      *bufio.Reader
	signer *v4.Signer
}

// Dial connects to the server at that address. It fails with ErrUnanswered.
func Dial(host string) (*Client, error) {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnanswered, err)
	}
	return &Client{conn: conn, r: bufio.NewReader(conn), signer: v4.NewSigner()}, nil
}

// Close ends the connection.
func (c *Client) Close() { _ = c.conn.Close() }

// An Answer is complete: a part of one is no answer.
type Answer struct {
	Status    int
	RequestID string
	Body      []byte
}

// OK reports whether the call succeeded.
func (a Answer) OK() bool { return a.Status == http.StatusOK }

// Is reports whether the answer is the error with that code.
func (a Answer) Is(code string) bool { return !a.OK() && bytes.Contains(a.Body, []byte(code)) }

func (a Answer) String() string { return fmt.Sprintf("status %d: %s", a.Status, a.Body) }

// Send makes one call. It fails with ErrUnanswered.
func (c *Client) Send(who Creds, service string, header http.Header, body []byte) (Answer, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+c.conn.RemoteAddr().String()+"/", bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	r.Header = header
	sum := sha256.Sum256(body)
	if err := c.signer.SignHTTP(context.Background(), who, r, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
		return Answer{}, err
	}
	a, err := c.roundTrip(r)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrUnanswered, err)
	}
	if c.Gone != nil && c.Gone() {
		return Answer{}, ErrUnanswered
	}
	return a, nil
}

func (c *Client) roundTrip(r *http.Request) (Answer, error) {
	if err := c.conn.SetDeadline(time.Now().Add(callTime)); err != nil {
		return Answer{}, err
	}
	if err := r.Write(c.conn); err != nil {
		return Answer{}, err
	}
	resp, err := http.ReadResponse(c.r, r)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, err
	}
	return Answer{resp.StatusCode, resp.Header.Get("X-Amzn-Requestid"), body}, nil
}

// JSON makes a call in AWS's JSON protocol.
func (c *Client) JSON(who Creds, service, target, version string, in Object) (Answer, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return Answer{}, err
	}
	return c.Send(who, service, http.Header{
		"Content-Type": {"application/x-amz-json-" + version},
		"X-Amz-Target": {target},
	}, body)
}

// Dynamo makes a call of DynamoDB.
func (c *Client) Dynamo(who Creds, operation string, in Object) (Answer, error) {
	return c.JSON(who, "dynamodb", "DynamoDB_20120810."+operation, "1.0", in)
}

// Form makes a call in AWS's Query protocol; params are names and values in
// turn. Request ids are in the answer there.
func (c *Client) Form(who Creds, service, action string, params ...string) (Answer, error) {
	v := url.Values{"Action": {action}}
	for i := 0; i < len(params); i += 2 {
		v.Set(params[i], params[i+1])
	}
	a, err := c.Send(who, service, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(v.Encode()))
	if a.RequestID == "" {
		_, rest, _ := strings.Cut(string(a.Body), "<RequestId>")
		a.RequestID, _, _ = strings.Cut(rest, "<")
	}
	return a, err
}

// Works asks who the caller is, which succeeds if who is let in.
func (c *Client) Works(who Creds) (Answer, error) {
	return c.Form(who, "sts", "GetCallerIdentity")
}

// Need turns an answer other than success into an error, and reads one that is
// into out, unless that is nil.
func Need(a Answer, err error, out any) error {
	switch {
	case err != nil:
		return err
	case !a.OK():
		return errors.New(a.String())
	case out == nil:
		return nil
	case bytes.HasPrefix(a.Body, []byte("<")):
		return xml.Unmarshal(a.Body, out)
	}
	return json.Unmarshal(a.Body, out)
}

// Call is [Need] for answers of which only success matters.
func Call(a Answer, err error) error { return Need(a, err, nil) }

// PrimaryKey is the key of an item in a table whose key is the strings pk and sk.
func PrimaryKey(pk, sk string) Object {
	return Object{"pk": Object{"S": pk}, "sk": Object{"S": sk}}
}
