// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// kept says what a data directory holds that a run has left for the next: to load
// ten million items takes longer than to measure.
type kept struct {
	Items, Roles, Indexes int
	Vendor                struct{ ID, Secret string }
}

func wanted() kept { return kept{Items: *items, Roles: *roles, Indexes: *indexes} }

// reuse reports whether the directory holds what is wanted, and who the vendor is
// there.
func reuse(dir string) (vendor aws.Credentials, ok bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "kept.json"))
	if errors.Is(err, os.ErrNotExist) {
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
			return vendor, false, errors.New("the data directory holds what wasn't loaded to the end: remove it")
		}
		return vendor, false, nil
	}
	if err != nil {
		return vendor, false, err
	}
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return vendor, false, err
	}
	want := wanted()
	if want.Vendor = k.Vendor; k != want {
		return vendor, false, fmt.Errorf("the data directory holds %d items, %d roles and %d indexes", k.Items, k.Roles, k.Indexes)
	}
	return aws.Credentials{AccessKeyID: k.Vendor.ID, SecretAccessKey: k.Vendor.Secret}, true, nil
}

// keep notes what the directory holds.
func keep(dir string, vendor aws.Credentials) error {
	k := wanted()
	k.Vendor.ID, k.Vendor.Secret = vendor.AccessKeyID, vendor.SecretAccessKey
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "kept.json"), text, 0o600)
}
