// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// maxAnswer is the largest answer that is read, in bytes. DynamoDB answers with
// 16 MiB of items at most, which as JSON are a few times as much if they are
// numbers mostly.
const maxAnswer = 64 << 20

// errAnswer means that an answer is too large to be one.
var errAnswer = errors.New("upstream: an answer is too large")

// A transport sends requests and bounds their answers.
type transport struct{ client http.Client }

func newTransport() *transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &transport{http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           dialer.DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: maxTime,
			IdleConnTimeout:       90 * time.Second,
			MaxIdleConns:          maxCalls,
			MaxIdleConnsPerHost:   maxCalls,
			ForceAttemptHTTP2:     true,
		},
		// An upstream that sends its clients elsewhere is none: what is signed for
		// it is for nobody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Do implements the SDK's HTTPClient.
func (t *transport) Do(r *http.Request) (*http.Response, error) {
	resp, err := t.client.Do(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &boundedBody{resp.Body, awsapi.MeterOf(r.Context()), maxAnswer}
	return resp, nil
}

func (t *transport) close() { t.client.CloseIdleConnections() }

// A boundedBody fails when more than left bytes are read of it, or when there is no room
// for what is.
type boundedBody struct {
	io.ReadCloser
	meter awsapi.Meter
	left  int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errAnswer
	}
	if len(p) > b.left+1 { // one more shows that there is more
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errAnswer
	}
	if full := b.meter(n); full != nil {
		return 0, full
	}
	return n, err
}

// newRetryer returns what makes a call again that may be.
func newRetryer() *retry.Standard {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.MaxBackoff = time.Second
	})
}
