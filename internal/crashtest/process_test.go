// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
)

type (
	creds  = client.Creds
	object = client.Object
)

// readyTime bounds a start, recovery included.
const readyTime = 2 * time.Minute

// bin is the binary that users run; TestMain builds it.
var bin string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "crashtest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = filepath.Join(dir, "bailiwick")
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/bailiwick").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// A process is a server that was started. It is for one goroutine.
type process struct {
	cmd    *exec.Cmd
	stdout io.ReadCloser
	stderr bytes.Buffer // complete once the process is gone
	host   string       // that it listens on, once ready
}

// launch starts a server on dir and doesn't wait for it.
func launch(dir string) (*process, error) {
	p := &process{cmd: exec.Command(bin, "serve", "--data", dir, "--addr", "127.0.0.1:0")}
	for _, v := range os.Environ() { // what the developer has set is not for this server
		if !strings.HasPrefix(v, "BAILIWICK_") {
			p.cmd.Env = append(p.cmd.Env, v)
		}
	}
	p.cmd.Stderr = &p.stderr
	var err error
	if p.stdout, err = p.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return p, p.cmd.Start()
}

// start starts a server on dir and waits until it is ready.
func start(dir string) (*process, error) {
	p, err := launch(dir)
	if err != nil {
		return nil, err
	}
	late := time.AfterFunc(readyTime, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	for sc := bufio.NewScanner(p.stdout); sc.Scan(); {
		if endpoint, ok := strings.CutPrefix(sc.Text(), "AWS endpoint"); ok {
			p.host = strings.TrimPrefix(strings.TrimSpace(endpoint), "http://")
			go func() { _, _ = io.Copy(io.Discard, p.stdout) }() // ends with the process
			return p, nil
		}
	}
	return nil, fmt.Errorf("server did not get ready: %w\n%s", errors.Join(p.cmd.Wait(), errors.New("no endpoint")), &p.stderr)
}

// kill ends the process as kill -9 does, and reports what it had logged as an
// error before.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("the server was gone before it was killed: %w\n%s", err, &p.stderr)
	}
	err := p.cmd.Wait()
	if state := p.cmd.ProcessState; state.Exited() {
		return fmt.Errorf("the server ended by itself: %w\n%s", err, &p.stderr)
	}
	if strings.Contains(p.stderr.String(), "level=ERROR") {
		return fmt.Errorf("the server logged errors:\n%s", &p.stderr)
	}
	return nil
}

// stacks ends the process and returns what its goroutines were about.
func (p *process) stacks() string {
	_ = p.cmd.Process.Signal(syscall.SIGQUIT)
	_ = p.cmd.Wait()
	return p.stderr.String()
}

// root reads the root access key that the first start left in dir.
func root(dir string) (creds, error) {
	text, err := os.ReadFile(filepath.Join(dir, "root-credentials"))
	if err != nil {
		return creds{}, err
	}
	var c creds
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, "=")
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			c.AccessKeyID = strings.TrimSpace(value)
		case "aws_secret_access_key":
			c.SecretAccessKey = strings.TrimSpace(value)
		}
	}
	return c, nil
}
