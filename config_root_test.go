// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/client"
)

// whileServed calls use with the root key that a server of cfg announces, and with
// what makes clients of a key, while it runs.
func whileServed(t *testing.T, cfg bailiwick.Config, use func(root bailiwick.RootKey, as func(id, secret string) aws.Config)) {
	t.Helper()
	cfg.Addr = "127.0.0.1:0"
	s, err := bailiwick.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	err = s.Serve(ctx, func(endpoint string) {
		use(s.Root(), func(id, secret string) aws.Config {
			return client.Config(endpoint, "us-east-1", credentials.NewStaticCredentialsProvider(id, secret, ""))
		})
		stop()
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestARootKeyMayBeReplaced does as one should with root keys: the first is
// replaced by another, and that is deleted when there is an administrator. The
// server starts as before, with a key in its configuration that opens nothing.
func TestARootKeyMayBeReplaced(t *testing.T) {
	kept := bailiwick.Config{Data: t.TempDir(), AccountID: "111122223333"}
	var first, second types.AccessKey
	works := func(cfg aws.Config) bool {
		_, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
		return err == nil
	}
	whileServed(t, kept, func(root bailiwick.RootKey, as func(id, secret string) aws.Config) {
		first = types.AccessKey{AccessKeyId: &root.AccessKeyID, SecretAccessKey: &root.SecretAccessKey}
		made, err := iam.NewFromConfig(as(*first.AccessKeyId, *first.SecretAccessKey)).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{})
		if err != nil {
			t.Fatal(err)
		}
		second = *made.AccessKey
		if _, err := iam.NewFromConfig(as(*second.AccessKeyId, *second.SecretAccessKey)).DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{AccessKeyId: first.AccessKeyId}); err != nil {
			t.Fatal(err)
		}
	})
	given := kept
	given.RootAccessKeyID, given.RootSecretAccessKey = *second.AccessKeyId, *second.SecretAccessKey
	for _, cfg := range []bailiwick.Config{kept, given, kept} {
		whileServed(t, cfg, func(root bailiwick.RootKey, as func(id, secret string) aws.Config) {
			if root.AccessKeyID != cfg.RootAccessKeyID || root.File != "" {
				t.Errorf("configured with %q, the root key is %q of %q", cfg.RootAccessKeyID, root, root.File)
			}
			if works(as(*first.AccessKeyId, *first.SecretAccessKey)) || !works(as(*second.AccessKeyId, *second.SecretAccessKey)) {
				t.Error("the key that was deleted works, or the other doesn't")
			}
		})
	}
	whileServed(t, given, func(_ bailiwick.RootKey, as func(id, secret string) aws.Config) {
		if _, err := iam.NewFromConfig(as(*second.AccessKeyId, *second.SecretAccessKey)).DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{AccessKeyId: second.AccessKeyId}); err != nil {
			t.Fatal(err)
		}
	})
	whileServed(t, given, func(root bailiwick.RootKey, as func(id, secret string) aws.Config) {
		if root.AccessKeyID != "" || works(as(*second.AccessKeyId, *second.SecretAccessKey)) {
			t.Errorf("the root key is %q", root)
		}
	})
	stranger := given
	stranger.RootAccessKeyID = "AKIAIOSFODNN7EXAMPLE"
	if _, err := bailiwick.Open(stranger); err == nil || !strings.Contains(err.Error(), "belongs to another account or root access key") {
		t.Errorf("with a key that was never the root user's: %v", err)
	}
}
