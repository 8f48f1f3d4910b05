// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

func TestShipmentsInGo(t *testing.T) {
	dependOn(t, "shipments")
	srv := bailiwicktest.New(t)
	env := []string{"AWS_ACCESS_KEY_ID=" + srv.Root.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + srv.Root.SecretAccessKey}
	for _, claim := range []string{"first run", "second run, which finds nothing of the first"} {
		out := run(t, env, "go", "run", "./shipments", "--endpoint", srv.Endpoint)
		if !strings.HasSuffix(out, "\nok\n") {
			t.Fatalf("the %s did not end well:\n%s", claim, out)
		}
	}
}

func TestShipmentsInGoTakeNoEndpointFromTheEnvironment(t *testing.T) {
	dependOn(t, "shipments")
	srv := bailiwicktest.New(t)
	cmd := exec.Command("go", "run", "./shipments")
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+srv.Endpoint,
		"AWS_ACCESS_KEY_ID="+srv.Root.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+srv.Root.SecretAccessKey)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--endpoint") {
		t.Errorf("got %v, %s", err, out)
	}
}

// dependOn makes the test's result depend on the files in dir. Go would take it
// from its cache otherwise, not knowing what the commands that a test runs read.
func dependOn(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.ReadDir(dir); err != nil {
		t.Fatal(err)
	}
}
