// SPDX-License-Identifier: Apache-2.0

package crashtest

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

// errUnanswered means that a call may or may not have happened.
var errUnanswered = errors.New("no answer")

type creds = aws.Credentials

// object is JSON as DynamoDB has it.
type object = map[string]any

// A client makes signed calls over one keep-alive connection, each of them
// once: there is nothing below it that tries again. It is for one goroutine.
type client struct {
	conn   net.Conn
	r      *bufio.Reader
	signer *v4.Signer
}

func dial(host string) (*client, error) {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnanswered, err)
	}
	return &client{conn, bufio.NewReader(conn), v4.NewSigner()}, nil
}

func (c *client) close() { _ = c.conn.Close() }

// An answer is complete: a part of one is no answer.
type answer struct {
	status    int
	requestID string
	body      []byte
}

func (a answer) ok() bool { return a.status == http.StatusOK }

// is reports whether the answer is the error with that code.
func (a answer) is(code string) bool { return !a.ok() && bytes.Contains(a.body, []byte(code)) }

func (a answer) String() string { return fmt.Sprintf("status %d: %s", a.status, a.body) }

// send makes one call.
func (c *client) send(who creds, service string, header http.Header, body []byte) (answer, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+c.conn.RemoteAddr().String()+"/", bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header = header
	sum := sha256.Sum256(body)
	if err := c.signer.SignHTTP(context.Background(), who, r, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
		return answer{}, err
	}
	a, err := c.roundTrip(r)
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", errUnanswered, err)
	}
	return a, nil
}

func (c *client) roundTrip(r *http.Request) (answer, error) {
	if err := c.conn.SetDeadline(time.Now().Add(callTime)); err != nil {
		return answer{}, err
	}
	if err := r.Write(c.conn); err != nil {
		return answer{}, err
	}
	resp, err := http.ReadResponse(c.r, r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	return answer{resp.StatusCode, resp.Header.Get("X-Amzn-Requestid"), body}, nil
}

// json makes a call in AWS's JSON protocol.
func (c *client) json(who creds, service, target, version string, in object) (answer, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return answer{}, err
	}
	return c.send(who, service, http.Header{
		"Content-Type": {"application/x-amz-json-" + version},
		"X-Amz-Target": {target},
	}, body)
}

// dynamo makes a call of DynamoDB.
func (c *client) dynamo(who creds, operation string, in object) (answer, error) {
	return c.json(who, "dynamodb", "DynamoDB_20120810."+operation, "1.0", in)
}

// form makes a call in AWS's Query protocol; params are names and values in
// turn. Request ids are in the answer there.
func (c *client) form(who creds, service, action string, params ...string) (answer, error) {
	v := url.Values{"Action": {action}}
	for i := 0; i < len(params); i += 2 {
		v.Set(params[i], params[i+1])
	}
	a, err := c.send(who, service, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(v.Encode()))
	if a.requestID == "" {
		_, rest, _ := strings.Cut(string(a.body), "<RequestId>")
		a.requestID, _, _ = strings.Cut(rest, "<")
	}
	return a, err
}

// works reports whether who is let in.
func (c *client) works(who creds) (answer, error) {
	return c.form(who, "sts", "GetCallerIdentity")
}

// need turns an answer other than success into an error, and reads one that is
// into out, unless that is nil.
func need(a answer, err error, out any) error {
	switch {
	case err != nil:
		return err
	case !a.ok():
		return errors.New(a.String())
	case out == nil:
		return nil
	case bytes.HasPrefix(a.body, []byte("<")):
		return xml.Unmarshal(a.body, out)
	}
	return json.Unmarshal(a.body, out)
}
