// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick"
)

func TestAnUpstreamIsConfigured(t *testing.T) {
	load := func(text string, env map[string]string) (bailiwick.UpstreamConfig, error) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "bailiwick.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := bailiwick.LoadConfig(file, func(name string) string { return env[name] })
		return c.Upstream, err
	}
	want := bailiwick.UpstreamConfig{
		URL: "http://127.0.0.1:8000", Region: "eu-west-1", AccountID: "000000000017", AccessKeyID: "id", SecretAccessKey: "secret",
	}
	for _, text := range []string{
		"dynamodb.upstream: http://127.0.0.1:8000\ndynamodb.upstream_region: eu-west-1\ndynamodb.upstream_account: \"000000000017\"\n" +
			"dynamodb.upstream_access_key_id: id\ndynamodb.upstream_secret_access_key: secret\n",
		"addr: 127.0.0.1:1\ndynamodb:\n  upstream: http://127.0.0.1:8000\n  upstream_region: eu-west-1\n  upstream_account: \"000000000017\"\n" +
			"  upstream_access_key_id: id\n  upstream_secret_access_key: secret\ntenant_tag: T\n",
	} {
		if got, err := load(text, nil); err != nil || got != want {
			t.Errorf("%s\nis %+v, %v", text, got, err)
		}
		env := map[string]string{
			"BAILIWICK_DYNAMODB_UPSTREAM": "http://other", "BAILIWICK_DYNAMODB_UPSTREAM_REGION": "us-east-2", "BAILIWICK_DYNAMODB_UPSTREAM_ACCOUNT": "111122223333",
			"BAILIWICK_DYNAMODB_UPSTREAM_ACCESS_KEY_ID": "i", "BAILIWICK_DYNAMODB_UPSTREAM_SECRET_ACCESS_KEY": "s",
		}
		over := bailiwick.UpstreamConfig{URL: "http://other", Region: "us-east-2", AccountID: "111122223333", AccessKeyID: "i", SecretAccessKey: "s"}
		if got, err := load(text, env); err != nil || got != over {
			t.Errorf("with an environment: %+v, %v", got, err)
		}
	}
	for text, say := range map[string]string{
		"dynamodb:\n  upstrem: http://x\n":                                    ":2:",
		"dynamodb.upstrem: http://x\n":                                        ":1:",
		"dynamodb:\n  upstream: http://x\ndynamodb.upstream: http://y\n":      "given twice",
		"dynamodb:\n  upstream: http://x\n  upstream_account: 000000000017":   ":3: the value must be a string",
		"dynamodb:\n  upstream:\n    url: http://x\n":                         "must be a string",
		"data:\n  upstream: http://x\n":                                       ":2:",
		"dynamodb: http://x\n":                                                ":1:",
		"dynamodb.upstream: http://a\naddr: x\ndynamodb.upstream: http://b\n": "",
	} {
		if _, err := load(text, nil); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s\ngot %v, want %q", text, err, say)
		}
	}
	if _, err := load("", map[string]string{"BAILIWICK_DYNAMODB_UPSTREAM_ACCESS_KEY_ID": "half"}); err == nil {
		t.Error("half an access key is taken")
	}
}

func TestAnUpstreamThatCannotBeIsRefused(t *testing.T) {
	for name, c := range map[string]bailiwick.UpstreamConfig{
		"no URL":          {Region: "us-east-1"},
		"another scheme":  {URL: "ftp://host"},
		"a path":          {URL: "http://host/path"},
		"credentials":     {URL: "http://user:pass@host"},
		"half a key":      {URL: "http://host", AccessKeyID: "id"},
		"another account": {URL: "http://host", AccountID: "17"},
	} {
		s, err := bailiwick.Open(bailiwick.Config{Data: t.TempDir(), Upstream: c})
		if err == nil {
			s.Close()
			t.Errorf("%s is taken", name)
		}
		if err != nil && strings.Contains(err.Error(), "pass") {
			t.Errorf("%s: the error tells a secret: %v", name, err)
		}
	}
}
