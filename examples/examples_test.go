// SPDX-License-Identifier: Apache-2.0

// Package examples_test runs the examples against a real server, with the
// clients of others that they are written for.
package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

func TestShipmentsWithBoto3AndTheAWSCLI(t *testing.T) {
	srv := bailiwicktest.New(t)
	bailiwick := filepath.Join(t.TempDir(), "bailiwick")
	run(t, nil, "go", "build", "-o", bailiwick, "../cmd/bailiwick")
	env := []string{
		"BAILIWICK_ENDPOINT=" + srv.Endpoint,
		"BAILIWICK=" + bailiwick,
		"AWS=../scripts/aws2.sh",
		"AWS_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"PYTHONDONTWRITEBYTECODE=1",
	}
	out := run(t, append(env,
		"AWS_ACCESS_KEY_ID="+srv.Root.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+srv.Root.SecretAccessKey),
		"../scripts/python-boto3.sh", "shipments/setup.py")
	for line := range strings.Lines(out) {
		env = append(env, strings.TrimPrefix(strings.TrimSpace(line), "export "))
	}
	for _, command := range [][]string{{"../scripts/python-boto3.sh", "shipments/track.py"}, {"bash", "shipments/cli.sh"}} {
		out := run(t, env, command[0], command[1:]...)
		if !strings.HasSuffix(out, "ok\n") {
			t.Errorf("%v did not end well:\n%s", command, out)
		}
	}
}

// run runs a command in the environment and returns its standard output.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, stderr.String())
	}
	return string(out)
}
