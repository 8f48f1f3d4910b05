// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A call is what is sent, but for who sends it.
type call struct {
	service, target, contentType string
	body                         string
}

func dynamo(operation, body string) call {
	return call{"dynamodb", "DynamoDB_20120810." + operation, "application/x-amz-json-1.0", body}
}

// A signer makes the bytes of requests to one host. They may be sent again and
// again within a quarter of an hour.
type signer struct {
	host   string
	signer *v4.Signer
}

func newSigner(host string) signer { return signer{host, v4.NewSigner()} }

func (s signer) sign(who aws.Credentials, c call) ([]byte, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+s.host+"/", strings.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", c.contentType)
	if c.target != "" {
		r.Header.Set("X-Amz-Target", c.target)
	}
	sum := sha256.Sum256([]byte(c.body))
	if err := s.signer.SignHTTP(context.Background(), who, r, hex.EncodeToString(sum[:]), c.service, "us-east-1", time.Now()); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = r.Write(&b)
	return b.Bytes(), err
}

// ask sends one request on a connection of its own and returns the answer.
func ask(host string, request []byte) (answer, error) {
	c, err := net.Dial("tcp", host)
	if err != nil {
		return answer{}, err
	}
	defer c.Close()
	if _, err := c.Write(request); err != nil {
		return answer{}, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	resp.Header.Del("Date") // net/http adds its own
	return answer{resp.Header, body}, err
}

// A sample is what was measured in one run.
type sample struct {
	rate     float64       // requests per second
	p50, p99 time.Duration // of a request
	cpu      time.Duration // that the server used for a request
	client   float64       // share of its time for which this process had work
	others   float64       // share of the machine that went to others
}

// summary returns the sample of requests that took so long each, and took in all.
func summary(latencies []time.Duration, took time.Duration) sample {
	slices.Sort(latencies)
	n := len(latencies)
	return sample{rate: float64(n) / took.Seconds(), p50: latencies[n/2], p99: latencies[n*99/100]}
}

func share(part, whole time.Duration) float64 { return part.Seconds() / whole.Seconds() }
