// SPDX-License-Identifier: Apache-2.0

package servicetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// An Answer is what a call got.
type Answer struct {
	Status int
	Body   string

	// Encoded is the authorization message of a denial, if it has one.
	Encoded string
}

// Denied reports whether the answer is a denial, in any protocol: of the call, or of
// each of its parts if it is answered in parts.
func (a Answer) Denied() bool {
	if a.Status >= 400 {
		return strings.Contains(a.Body, "AccessDenied")
	}
	parts := a.DeniedParts()
	return len(parts) > 0 && !slices.Contains(parts, false)
}

// PartlyDenied reports whether the call is denied, or a part of it.
func (a Answer) PartlyDenied() bool { return a.Denied() || slices.Contains(a.DeniedParts(), true) }

// DeniedParts says of each part of the call whether it is denied, if it is answered in
// parts.
func (a Answer) DeniedParts() (denied []bool) {
	var in struct {
		Responses []struct{ Error struct{ Code string } }
	}
	if a.Status != http.StatusOK || json.Unmarshal([]byte(a.Body), &in) != nil {
		return nil
	}
	for _, part := range in.Responses {
		denied = append(denied, part.Error.Code == "AccessDenied")
	}
	return denied
}

// OK reports whether the call succeeded.
func (a Answer) OK() bool { return a.Status == http.StatusOK && !a.Denied() }

// Call makes one signed call over HTTP, with cfg's endpoint, region and
// credentials. input is JSON with the field names of the wire, whatever the
// protocol of svc.
func Call(ctx context.Context, cfg aws.Config, svc *awsapi.Service, operation, input string) (Answer, error) {
	r, body, err := request(ctx, *cfg.BaseEndpoint, svc, operation, input)
	if err != nil {
		return Answer{}, err
	}
	creds, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return Answer{}, err
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, creds, r, hex.EncodeToString(sum[:]), svc.SigningName(), cfg.Region, time.Now()); err != nil {
		return Answer{}, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return Answer{resp.StatusCode, string(answer), resp.Header.Get("X-Amzn-Encoded-Authorization-Message")}, err
}

func request(ctx context.Context, endpoint string, svc *awsapi.Service, operation, input string) (*http.Request, []byte, error) {
	body := []byte(input)
	header := http.Header{}
	if svc.Target != "" {
		header.Set("X-Amz-Target", svc.Target+"."+operation)
		version := "1.1"
		if svc.SigningName() == "dynamodb" {
			version = "1.0"
		}
		header.Set("Content-Type", "application/x-amz-json-"+version)
	} else {
		form, err := Form(operation, input)
		if err != nil {
			return nil, nil, err
		}
		body = []byte(form.Encode())
		header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header = header
	return r, body, nil
}

// Form flattens an operation's input, which is JSON, to the parameters of the AWS
// Query protocol.
func Form(operation, input string) (url.Values, error) {
	d := json.NewDecoder(strings.NewReader(input))
	d.UseNumber()
	var in map[string]any
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("input of %s: %w", operation, err)
	}
	v := url.Values{"Action": {operation}}
	for name, member := range in {
		flatten(v, name, member)
	}
	return v, nil
}

func flatten(v url.Values, name string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for k, member := range value {
			flatten(v, name+"."+k, member)
		}
	case []any:
		for i, member := range value {
			flatten(v, fmt.Sprintf("%s.member.%d", name, i+1), member)
		}
	default:
		v.Set(name, fmt.Sprint(value))
	}
}
