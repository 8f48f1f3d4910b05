// SPDX-License-Identifier: Apache-2.0

package clienttest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

const documents = "testdata/documents.json"

func TestARolesLife(t *testing.T) {
	for client, live := range map[string]func(*testing.T, *bailiwicktest.Server) string{
		"AWS CLI":        byCLI,
		"Go SDK":         byGo,
		"boto3":          byBoto3,
		"JavaScript SDK": byJavaScript,
	} {
		t.Run(client, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile("testdata/life.txt")
			if err != nil {
				t.Fatal(err)
			}
			got := live(t, bailiwicktest.New(t))
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func byCLI(t *testing.T, srv *bailiwicktest.Server) string {
	return run(t, srv, "bash", "testdata/life.sh", documents)
}

func byBoto3(t *testing.T, srv *bailiwicktest.Server) string {
	return run(t, srv, "../../scripts/python-boto3.sh", "testdata/life.py", documents)
}

func byJavaScript(t *testing.T, srv *bailiwicktest.Server) string {
	dir := t.TempDir() // which the modules are put into
	for _, name := range []string{"life.mjs", "package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, srv, "npm", "ci", "--prefix", dir, "--silent", "--no-audit", "--no-fund")
	return run(t, srv, "node", filepath.Join(dir, "life.mjs"), documents)
}

// run runs a command with the server's root credentials and returns its standard
// output.
func run(t *testing.T, srv *bailiwicktest.Server, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(),
		"BAILIWICK_ENDPOINT="+srv.Endpoint,
		"AWS=../../scripts/aws2.sh",
		"AWS_ACCESS_KEY_ID="+srv.Root.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY="+srv.Root.SecretAccessKey,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"PYTHONDONTWRITEBYTECODE=1",
	)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, stderr.String())
	}
	return string(out)
}
